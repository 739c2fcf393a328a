/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a run is, said between visits only: whatever is drawn while a window is open would be measured
 * with it. On a terminal one line that is written over and never wraps, drawn before a visit begins:
 *
 *   [12/40] tg128 q8_0 B4 t2  last pp512 q8_0 t2 5539 ±284 t/s  4:10 left
 *
 * else a line behind a visit, every five seconds at most. Each is one write. Within harness/run.
 */
#ifndef IFM_RUN_PROGRESS_H
#define IFM_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/base/err.h"

struct progress {
	FILE *file;	    /* NULL: quiet */
	bool drawn, colour; /* drawn: one line of a terminal */
	const char *phase;  /* "" or "verify"; static */
	int done, all;	    /* of the phase */
	int n_failed;
	char *last, *last_label; /* what the last step gave; NULL: none was made */
	bool is_open;		 /* the cursor stands behind a drawn line */
	int signals;		 /* as there had been when it was drawn: their notice ends the line */
	int64_t begun_ns, told_ns;
};

/* What of a step is said; texts of any bytes. */
struct progress_step {
	const char *label; /* "tg128 q8_0 t2" */
	const char *what;  /* "5539 ±284 t/s", or why it failed */
	bool failed;
	bool first;    /* the first failure of its point: never left out */
	double left_s; /* NaN: unknown */
};

void progress_begin(struct progress *p, FILE *file, bool drawn, bool colour);
/* Starts a phase of n steps. */
void progress_phase(struct progress *p, const char *phase, int n);
/* A step begins. left_s: until the end of the run, with this step; NaN: unknown. */
void progress_at(struct progress *p, const char *label, double left_s);
/* It is done. */
void progress_step(struct progress *p, const struct progress_step *step);
/* One step is left out, or was done before. */
void progress_skip(struct progress *p);
/* A line of its own. text is text of any bytes. */
void progress_note(struct progress *p, const char *text);
/* Says how long all took, and leaves the cursor on a line of its own. */
void progress_end(struct progress *p);

struct strbuf;
/* "4:10", "1:04:10", "2 d 3 h"; "" when it is not known. */
void progress_time(struct strbuf *out, double seconds);

#endif
