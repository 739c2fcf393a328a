/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a run is, said between visits only: whatever is drawn while a window is open would be measured
 * with it. On a terminal one line that is written over, else a line every ten seconds. Within harness/run.
 */
#ifndef IFM_RUN_PROGRESS_H
#define IFM_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/base/err.h"

struct progress {
	FILE *file;	   /* NULL: quiet */
	int columns;	   /* of the terminal; 0: none */
	const char *phase; /* "visit"; static */
	int done, all;	   /* of the phase */
	int skipped;	   /* of done: they took no time */
	int64_t begun_ns, told_ns;
};

void progress_begin(struct progress *p, FILE *file);
/* Starts a phase of n steps. */
void progress_phase(struct progress *p, const char *phase, int n);
/* One step is done: "visit 37/180 WHAT, 1 min 12 s left". what is text of any bytes. */
void progress_step(struct progress *p, const char *what);
/* One step is left out, or was done before. */
void progress_skip(struct progress *p);
/* A line of its own. text is text of any bytes. */
void progress_note(const struct progress *p, const char *text);
/* Leaves the cursor on a line of its own. */
void progress_end(struct progress *p);

#endif
