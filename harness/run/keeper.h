/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nothing that a run started outlives it, however it ends. Workers are killed by the kernel when their parent dies;
 * this is for what they started themselves, groups and sessions of its own included:
 *
 * - While the run is at work it inherits orphans, and kills them when the worker is stopped.
 * - A small process waits for the end of the run, even by SIGKILL, and then kills all that carries the run's mark in
 *   its environment.
 *
 * One a process, from one thread. What cannot be had is done without. Within harness/run; the commands begin and
 * end it.
 */
#ifndef IFM_RUN_KEEPER_H
#define IFM_RUN_KEEPER_H

/* While there is one thread, and before anything is started. */
void keeper_begin(void);
void keeper_end(void);

/* "INFEROMETER_KEEPER=...", for the environment of what is started; NULL before keeper_begin. */
const char *keeper_mark(void);

/* A child that is no orphan, until it has been waited for. */
void keeper_know(int pid);
void keeper_forget(int pid);
/* Kills what was inherited. */
void keeper_sweep(void);

#endif
