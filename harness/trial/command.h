/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program of others (git, a build) to its end: in a process group of its own, which is killed when the user
 * interrupts and when its leader has ended, so that nothing of it computes beside what is measured later. Never by a
 * shell, unless that is the program. Not for workers (harness/run/process.h). Within harness/trial.
 */
#ifndef IFM_TRIAL_COMMAND_H
#define IFM_TRIAL_COMMAND_H

#include <stdbool.h>

#include "engines/base/err.h"

struct command {
	const char *const *argv; /* NULL at the end; the program is searched in $PATH */
	const char *dir;	 /* where it runs; NULL: here */
	int out, err;		 /* where it prints; borrowed */
	bool own_repository;	 /* without the variables that tell git which repository it is in */
	bool asked;		 /* we read what it says: in English, and without questions to the user */
};

/*
 * Nothing is on its standard input. *status: as of waitpid. ERR_IO when it cannot be run; ERR_CANCELLED when it, or
 * anything since interrupt_begin (harness/run/interrupt.h), was interrupted.
 */
MUST_CHECK int command_run(const struct command *c, int *status, struct diag *d);

/* ERR_CANCELLED once the user has interrupted, else 0. */
MUST_CHECK int command_check(struct diag *d);

/* "exit status 2", "killed by signal 9 (Killed)"; returns buf. */
const char *command_ending(int status, char *buf, int size);

/* Waits a little: the n-th time in a row longer than before, up to 50 ms. */
void command_nap(int n);

#endif
