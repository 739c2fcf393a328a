/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trial at work: two arms, measured in turns. Plans both arms, looks whether what differs is what was declared, makes a
 * pilot, then pairs in randomised complete blocks, each visit in a fresh process whose layout (environment, heap) is drawn
 * anew; stops on the width of intervals or at the budget, never on p. Everything goes into the store as one run
 * (harness/store/trial.h); what it means is computed from there (reports/analysis/verdicts.h).
 */
#ifndef IFM_TRIAL_TRIAL_H
#define IFM_TRIAL_TRIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/base/err.h"
#include "harness/spec/spec.h"
#include "harness/stat/estimator.h"
#include "harness/store/runs.h"
#include "harness/store/trial.h"

/* One side as asked for. All borrowed. */
struct trial_side {
	const char *title;	      /* NULL: made of worker and keys */
	const char *worker;	      /* path */
	const char *value[KEY_COUNT]; /* that it declares: in place of the spec's; NULL: the spec's */
};

/* Restarts of a persistent worker, at least: fewer do not show how processes differ (facts: statistics, section 3). */
#define TRIAL_RESTARTS_MIN 6

struct trial_ask {
	const struct spec *spec; /* without ceilings and counters; its rounds are not heeded */
	struct trial_side side[TRIAL_ARMS];
	enum trial_purpose purpose;
	int64_t confirms; /* see struct trial */
	double injected;
	const char (*only)[POINT_ID_SIZE]; /* cells by the id of their point in arm a; NULL: all */
	int n_only;
	double delta_fail, delta_eq; /* ratios less 1; 0: the defaults of verdict.h */
	double q;		     /* 0: FDR_Q_REPORT */
	enum estimator estimator;
	int pairs;	 /* exactly so many; 0: by looks on the width */
	int block;	 /* of the pairs: comparisons of so many follow each other; 0: it is one */
	int pairs_max;	 /* 0: the last look */
	double budget_s; /* for all, pilot and checks too; 0: 60 s a cell unless pairs are given; < 0: none */
	int restarts; /* of persistent workers, 6 at least; 0: where loading is dear; < 0: never persistent */
	bool no_pilot, no_aa;
	const char *const *allowed; /* facts that may differ though no arm declares them */
	int n_allowed;
};

/* What came of planning: lives as long as trials are made of it. */
struct trial_plan;

/*
 * Hellos, plans and checks of both sides; cells. ask is kept (borrowed). ERR_USAGE when a key of an arm is unknown or has
 * several values, when nothing can be compared, and when the arms are not comparable: the list of what differs goes to
 * *refusal (one line each, owned by the caller; NULL where it is not that).
 */
MUST_CHECK int trial_plan(struct trial_plan **out, const struct trial_ask *ask, char **refusal,
			  struct diag *d);
void trial_plan_free(struct trial_plan *p);
int trial_plan_cells(const struct trial_plan *p); /* that can be compared */

/* What A/A comparisons of a kind of workload ("gemm", "tg") reach on this machine: q99 of |log ratio|. */
struct trial_floor {
	char kind[48];
	double q99;
};

/* More pairs of a cell than these would run for weeks. */
#define TRIAL_PAIRS_MAX 100000

struct trial_options {
	const char *command; /* as typed */
	int n_labels;
	const struct run_label *labels;
	FILE *progress; /* NULL: quiet */
	bool drawn, colour;
	const struct trial_calibration *calibration; /* what is known of this machine; NULL: nothing */
	int n_floors;
	const struct trial_floor *floors;
};

struct trial_summary {
	int64_t run;
	int pairs; /* complete ones, of all cells */
	int visits_failed;
	bool interrupted; /* what is there is stored all the same */
	bool out_of_time; /* the budget ended it */
};

/* One trial of the plan, one run of the store. The first makes the pilot and, where the spec asks, verifies outputs; later
 * ones of the same plan go on with what it found and draw another seed. seed number: of this trial, 0 the spec's own. Errors as
 * run_execute; ERR_USAGE with *refusal as in trial_plan when the windows of the arms turn out to be of different versions. */
MUST_CHECK int trial_execute(struct trial_plan *p, struct store *store, const struct trial_options *o,
			     int number, struct trial_summary *out, char **refusal, struct diag *d);

/* Seconds of the monotonic clock, which budgets are counted by. */
double trial_now(void);

/* A copy of a program at another path, in a folder of its own under $TMPDIR, with links to the data that stand beside it, in a
 * build or where it was installed, so that it finds what its original finds; remove it with copy_remove. */
MUST_CHECK int trial_copy(const char *program, char **path, struct diag *d);
void trial_copy_remove(char *path); /* frees it; NULL is fine */

#endif
