/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starts a worker process: its own process group (the terminal's Ctrl-C is for the harness, which lets the
 * visit finish), killed when the thread that started it ends, nothing on standard input, standard output and
 * error into a pipe, a socket as $INFEROMETER_FD. Within harness/run.
 */
#ifndef IFM_RUN_SPAWN_H
#define IFM_RUN_SPAWN_H

#include <sys/types.h>

#include "engines/base/err.h"

struct spawned {
	pid_t pid;  /* also its process group */
	int fd;	    /* our end of the socket */
	int log_fd; /* what it prints, to be read */
};

/* Where things fall in its memory, which moves times by some percent (Mytkowicz et al., ASPLOS 2009): drawn anew for each
 * process of a comparison. Told as $INFEROMETER_LAYOUT, "PAGES:PADDING". */
struct layout {
	int heap_pages;	       /* before the first byte of the heap; by workers that know the variable */
	int environment_bytes; /* of padding, which moves the stack */
};
#define LAYOUT_HEAP_PAGES	 64
#define LAYOUT_ENVIRONMENT_BYTES 4096

/* ERR_IO "cannot run PATH: why". The descriptors belong to the caller. layout NULL: as it falls. */
MUST_CHECK int spawn_worker(const char *path, const struct layout *layout, struct spawned *out,
			    struct diag *d);

#endif
