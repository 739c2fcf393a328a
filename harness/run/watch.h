/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a process from holding more memory than it may: a thread sleeps, looks at its resident size 20 times a
 * second and kills its group when that is too much. No control group: those take privileges, and a file of /proc
 * costs 10 us a look. Children are looked for once a second. Within harness/run.
 */
#ifndef IFM_RUN_WATCH_H
#define IFM_RUN_WATCH_H

#include <stdint.h>

#include "engines/base/err.h"

struct watch;

/* pid: of a process that leads its group, and is not waited for before watch_stop. */
MUST_CHECK int watch_start(struct watch **out, int pid, int64_t limit_bytes, struct diag *d);
/* Ends the thread. What the process held when it was killed for it, 0: it was not. NULL is fine. */
int64_t watch_stop(struct watch *w);

/* "grew to 3.2 GB, limit 3.0 GB" */
void watch_say(int64_t bytes, int64_t limit, char *out, int size);

#endif
