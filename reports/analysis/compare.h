/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of one or several runs, pivoted: a cell is a point without the key they are compared by, and has one row a value
 * of that key. Nothing is averaged: a cell never holds two rows of one value. Ratios are to one value, the baseline. Pure
 * functions of analyses; refuses what is not comparable (facts.h).
 */
#ifndef IFM_ANALYSIS_COMPARE_H
#define IFM_ANALYSIS_COMPARE_H

#include "reports/analysis/analysis.h"
#include "reports/analysis/facts.h"

struct compared_run {
	const struct analysis *a;
	const char *name;    /* "a.db run 3" */
	const char *machine; /* as people call it; need not be unique */
};

struct compare_ask {
	const char *by;		    /* a key of points, or machine, build, run */
	const char *baseline;	    /* a value; NULL: the first in plan order */
	const char *const *allowed; /* keys of facts that may differ */
	int n_allowed;
};

enum ratio_kind {
	RATIO_NONE = 0,
	RATIO_BASELINE,
	RATIO_PAIRED,  /* processes of one round: interleaved */
	RATIO_UNPAIRED /* interval widened by the drift within the runs */
};

/* The row of one value in a cell. */
struct compared {
	const struct row *row; /* NULL: no run has it */
	int run;	       /* its index, -1 */
	enum ratio_kind kind;
	struct estimate rate, ratio; /* ratio: rate over the baseline's, above 1 is faster; none: all NaN */
	const char *unit;	     /* of rate; static */
	char *why;		     /* there is no ratio, or no interval; "" */
};

struct compare_cell {
	const struct row *first;   /* any of its rows, for its keys */
	int run;		   /* where cells of each run stand apart, else -1 */
	struct compared *compared; /* n_values */
};

struct comparison {
	const char *by;
	enum compare_by kind;
	enum point_key key; /* of COMPARE_KEY */
	int n_runs;
	const struct compared_run *runs; /* borrowed */
	int n_values, baseline;
	char **value;
	int n_cells; /* in plan order */
	struct compare_cell *cell;
	bool apart;		/* a point stands in several runs: its cells are compared within each */
	bool varies[KEY_COUNT]; /* over the cells; not the key they are compared by, nor what follows it */
	/* Keys that cells leave out, too: what was measured has one value of them on each device (follow.c). */
	bool follows[KEY_COUNT];
	bool paired, unpaired; /* there are ratios of that kind */
	const char *const *allowed;
	int n_allowed;
	/* Between runs that a ratio would cross; run_a and run_b of item i are pair[i]. */
	struct differences differences;
	int (*pair)[2];
	bool refused;	 /* not comparable: there is no ratio between runs */
	bool unverified; /* comparable only because a difference was allowed */
};

/* ERR_USAGE: unknown key or baseline, nothing to compare, two runs of one machine. runs and ask->allowed must live as
 * long as the comparison; the analyses too. */
MUST_CHECK int comparison_make(struct comparison **out, const struct compared_run *runs, int n,
			       const struct compare_ask *ask, struct diag *d);
void comparison_free(struct comparison *c);

/* What comparisons by a key of points can be by, beside the keys: NULL-terminated. */
extern const char *const compare_names[];

/* ---- follow.c ---- */
/* Fills c->follows from the rows of all runs. */
void comparison_follow(struct comparison *c);

/* ---- ratio.c ---- */
/* Fills kind, ratio and why of x, a row of the same cell as base; both have a row. same_run: pair by round. */
void compared_ratio(struct compared *x, const struct compared *base, bool same_run);
/* rate and unit of its row; why when it has none. */
void compared_rate(struct compared *x);

#endif
