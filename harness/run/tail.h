/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last words of a process: a thread empties the pipe it prints to, so that a worker never waits for
 * its reader and never fills a disk, and keeps the end of what came. Within harness/run.
 */
#ifndef IFM_RUN_TAIL_H
#define IFM_RUN_TAIL_H

#include "engines/base/err.h"

/* What is kept: enough for a sanitizer's report or a trace of calls. */
#define TAIL_BYTES (16 << 10)
#define TAIL_LINES 200

struct tail;

/* Takes the descriptor, also on failure. */
MUST_CHECK int tail_open(struct tail **out, int fd, struct diag *d);

/* Ends the thread and returns what was kept: text without NULs, owned by the caller. What was left
 * out before it is said in its first line. */
char *tail_close(struct tail *t);

#endif
