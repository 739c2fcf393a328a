/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGINT and SIGTERM while a run is at work: the first asks it to end after the visit in flight, the second
 * kills the worker as well. One run of a process at a time. Within harness/run.
 */
#ifndef IFM_RUN_INTERRUPT_H
#define IFM_RUN_INTERRUPT_H

#include <stdbool.h>

/*
 * Takes the signals until interrupt_end. notice_fd: where to say that the first one was heard, -1: nowhere. drawn: a
 * line stands there that must be ended first. It is the one thing that is written while a window may be open: somebody
 * asks for it.
 */
void interrupt_begin(int notice_fd, bool drawn);
void interrupt_end(void);

/* Signals since interrupt_begin; 0 after interrupt_end. */
int interrupt_count(void);

/* The process group to kill; 0: none. Must be 0 before the process is waited for. */
void interrupt_aim(int pid);

#endif
