/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trial: two arms measured in turns, on purpose to be compared. It is a run like others; what makes it a trial is one
 * annotation, TRIAL_KEY, a JSON object with all that was decided before the first pair: arms, cells, rules. Verdicts are
 * computed from it and the visits, never stored. Untrusted like all of a store.
 *
 * Visits of a trial: arm is "a" or "b"; a pair is one visit of each, of kind timing, of the same cell and round. Pilots are
 * of kind pilot. The standing A/A pairs are of kind aa, arm "a" and "a2": the worker of a and a copy of it at another path.
 * Pairs of one restart of persistent workers: (round - 1) / restart_pairs.
 */
#ifndef IFM_STORE_TRIAL_H
#define IFM_STORE_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/point.h"

struct store;
struct stored_run;

#define TRIAL_KEY  "trial" /* of its annotation */
#define TRIAL_ARMS 2
extern const char *const trial_arm_name[TRIAL_ARMS]; /* "a", "b" */
#define TRIAL_ARM_COPY	"a2"
#define TRIAL_CELLS_MAX 100000

/* Why it was made. */
enum trial_purpose {
	TRIAL_COMPARE = 0,
	TRIAL_GATE,
	TRIAL_CONFIRM, /* of another run's candidates, on fresh pairs */
	TRIAL_AA,      /* calibration: a program against its copy */
	TRIAL_INJECTED /* calibration: with a slowdown put in */
};
const char *trial_purpose_name(enum trial_purpose p); /* "compare", "gate", ...; static */

struct trial_arm {
	char *title;	   /* as people call it: "worker=./new", "main 1a2b3c4" */
	char *worker;	   /* path, as recorded with each process */
	char *version;	   /* of the worker; "" unknown */
	char *build;	   /* its build facts as one line of JSON; "" unknown */
	struct point keys; /* that this arm declares; others are common */
};

/* What is compared: a point of each arm that differ in nothing but what the arms declare. */
struct trial_cell {
	char id[TRIAL_ARMS][POINT_ID_SIZE]; /* the same twice when the arms differ only in their worker */
	double delta;			    /* a ratio less 1 of its own; 0: the trial's */
	double floor;	 /* |log ratio| that A/A comparisons of its kind reach here; 0: unknown */
	bool required;	 /* INCONCLUSIVE here is exit status 3 */
	bool persistent; /* its workers serve several pairs: loading is dear */
	char *reason;	 /* "" unless it cannot be compared: which arm cannot run it, and why */
};

/* What was known of this machine's false alarms when the trial began. */
struct trial_calibration {
	int n, k;		 /* A/A comparisons, those with p at most .05 */
	int n_injected, n_found; /* known slowdowns of 5 % put in, those found */
	bool missed;		 /* the 5 % injection was missed twice in the last five */
	double q99;		 /* of |log ratio| of A/A comparisons; NaN: unknown */
	int campaigns;		 /* they come from */
};

struct trial {
	enum trial_purpose purpose;
	int64_t confirms; /* the run whose candidates these are, of the same store; 0: none, or left behind */
	double injected;  /* percent that was put into arm b on purpose; 0: nothing */
	struct trial_arm arm[TRIAL_ARMS];
	double delta_fail, delta_eq; /* ratios less 1 */
	double level;		     /* of intervals */
	double q;		     /* of the false discovery rate */
	int estimator;		     /* enum estimator, ESTIMATOR_AUTO: by workload */
	int pairs;		     /* asked for; 0: at most pairs_max, by looks on the width */
	int pairs_max;
	int block; /* pairs of one of many comparisons that follow each other in this run (calibration); 0: it is one */
	double budget_s; /* 0: none */
	int restart_pairs; /* pairs that persistent workers serve before they are started anew; 0: no cell is persistent */
	int cut; /* repetitions of warm-up that both arms leave out, decided by the pilot; -1: no pilot was made */
	char *warmup;  /* the pilot in words: "flat", "warm-up of 12 in tg32 q8_0", "" */
	uint64_t seed; /* of orders, layouts and resampling */
	char *copy;    /* path of the copy of a's worker; "" when there was none, then no_copy says why */
	char *no_copy;
	struct trial_calibration calibration;
	int n_allowed;
	char **allowed; /* facts that were allowed to differ, by name */
	int n_differences;
	char **difference; /* what differs between the arms besides what they declare, one line each: allowed ones and warnings */
	int n_cells;
	struct trial_cell *cell; /* in plan order */
};

/* How much of a workload's text says what kind it is: 2 of "pp512 @ d4096". Cells of a kind are a family, and have a floor
 * in common. */
int trial_kind_length(const char *workload);

void trial_free(struct trial *t); /* all zero is fine */

/* In one annotation of the run, in place of what stood there. */
MUST_CHECK int store_trial_put(struct store *s, int64_t run, const struct trial *t, struct diag *d);
/* The newest trial that confirms a run; 0: there is none. */
MUST_CHECK int store_trial_confirming(struct store *s, int64_t run, int64_t *out, struct diag *d);
/* False: the run is none. */
bool stored_run_is_trial(const struct stored_run *run);
/* The trial of a loaded run. ERR_USAGE when it is none, ERR_FORMAT naming run and key when the annotation is not sound. */
MUST_CHECK int stored_trial(struct trial *out, const struct stored_run *run, struct diag *d);

#endif
