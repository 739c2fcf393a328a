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

/* ERR_IO "cannot run PATH: why". The descriptors belong to the caller. */
MUST_CHECK int spawn_worker(const char *path, struct spawned *out, struct diag *d);

#endif
