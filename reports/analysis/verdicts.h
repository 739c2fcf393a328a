/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored trial -> verdicts: cells with their pairs, intervals and what they mean, families of cells, the standing A/A
 * pairs, and the exit status that follows. Pure: the same stored data give the same verdicts. r = ln b - ln a of the time
 * of a repetition: above 0, b is slower. What confirms a trial is a second one, of fresh pairs.
 */
#ifndef IFM_ANALYSIS_VERDICTS_H
#define IFM_ANALYSIS_VERDICTS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/stat/calibration.h"
#include "harness/stat/estimator.h"
#include "harness/stat/fdr.h"
#include "harness/stat/pairs.h"
#include "harness/stat/verdict.h"
#include "harness/store/store.h"
#include "harness/store/trial.h"

/* One visit of each arm in one round. */
struct verdict_pair {
	int round, group;	  /* group: of a restart; 0 for fresh processes */
	int first;		  /* the arm that was measured first */
	double value[TRIAL_ARMS]; /* seconds of a repetition */
	double r;
	bool contended[TRIAL_ARMS]; /* kept all the same */
	bool throttled[TRIAL_ARMS]; /* the device was slowed down beside the window; kept, too */
	int n_reps[TRIAL_ARMS];
};

/* Why a verdict is not to be relied on. */
enum verdict_caveat {
	CAVEAT_NONE = 0,
	CAVEAT_CALIBRATION, /* this machine's A/A comparisons fail too often */
	CAVEAT_ALLOWED,	    /* a difference was allowed by name */
	CAVEAT_WRONG	    /* outputs of an arm are wrong: its speed is that of something else */
};

struct verdict_cell {
	const struct trial_cell *cell;
	const struct stored_point *point[TRIAL_ARMS]; /* NULL: not in the store */
	enum point_state state;			      /* done: there are pairs; else reason says why not */
	enum estimator estimator;
	char *reason;
	int n_pairs;
	int n_lost;		   /* rounds in which a visit failed */
	int n_contended;	   /* pairs with a contended side */
	int n_throttled;	   /* pairs with a throttled side */
	struct verdict_pair *pair; /* complete ones, by round */
	struct pairs pairs;
	struct verdict_result result;
	double delta;			       /* as declared, a ratio less 1 */
	bool survives;			       /* Benjamini and Hochberg's correction */
	bool confirmed;			       /* by the confirming trial */
	const struct verdict_cell *confirming; /* the same cell there; NULL: it was not tried again */
	int pairs_needed;		       /* in all, to decide; 0: decided, or nothing is known */
	int drifting[TRIAL_ARMS];	       /* processes whose samples still drifted */
	double median[TRIAL_ARMS];	       /* of the values, seconds */
	double residual[TRIAL_ARMS];	       /* against ref at the same precision, NaN: not verified */
	bool wrong[TRIAL_ARMS];
	double tokens_s; /* of the median of a; NaN where it makes none */
	struct pairs aa; /* of the standing A/A pairs of this cell; state PAIRS_NONE: there were none */
	int n_aa;
	struct verdict_pair *aa_pair; /* value[1]: of the copy */
	enum verdict_caveat caveat;
};

/* Cells that one cause would move: those of one workload's kind ("pp", "tg", "gemm"); "all" comes last where there are several. */
struct verdict_family {
	char *name;
	int n; /* cells with an interval, but for those with wrong outputs */
	struct family
		family; /* of their ratios; ok false for fewer than FAMILY_CLUSTERS_MIN clusters: then theta is their mean */
	double theta;
	enum verdict verdict; /* INCONCLUSIVE where there is no interval */
};

struct verdicts {
	const struct stored_run *run; /* borrowed */
	struct trial trial;	      /* owned */
	int n_cells;
	struct verdict_cell *cell; /* in plan order */
	int n_families;
	struct verdict_family *family;
	int count[VERDICT_SLOWER + 1]; /* of cells with state done */
	int n_failed;		       /* cells that were to be compared, or confirmed, and could not */
	int n_required_open;	       /* required cells that are INCONCLUSIVE or failed */
	double aa_p;		       /* of all standing A/A pairs together; NaN: too few */
	double aa_theta;
	int n_aa;
	double aa_q95;			       /* of |log ratio| of single A/A pairs; NaN */
	enum calibration_state calibration;    /* of trial.calibration */
	struct calibration_share false_alarms; /* trial.calibration, with its interval */
	bool confirmable;		       /* SLOWER and FASTER need confirmation to count (gate) */
	struct verdicts *confirming;	       /* the trial that confirms, owned; NULL: none was made */
	int64_t confirming_run;		       /* 0: none */
	bool complete;			       /* the run was not interrupted */
	bool varies[KEY_COUNT];		       /* over the cells, by their points of arm a */
};

/* confirming: the run that confirms this one, NULL: none was made; both must outlive the verdicts. ERR_USAGE: no trial;
 * ERR_FORMAT: what is stored is not sound. */
MUST_CHECK int verdicts_make(struct verdicts **out, const struct stored_run *run,
			     const struct stored_run *confirming, struct diag *d);
void verdicts_free(struct verdicts *v);

/* Most pairs have a throttled side: nothing large is called of them, and they confirm nothing. */
bool verdict_cell_throttled(const struct verdict_cell *c);

/* It was called, and the fresh pairs that were to confirm it gave no interval. */
bool verdict_cell_unsettled(const struct verdict_cell *c);

/* SLOWER, and that counts: a gate's is confirmed already, or it is none. With wrong outputs, or on a machine whose calibration
 * failed, it does not; a difference that was allowed by name leaves it what it is. */
bool verdict_cell_fails(const struct verdict_cell *c);

#define VERDICTS_INTERRUPTED 130

/* 0, 1 slower, 3 inconclusive where required, 4 calibration failed, 5 failed cells, or no cell was compared; the highest in
 * the order 4, 1, 5, 3, 0. VERDICTS_INTERRUPTED before all of them: the run, or the one that confirms it, did not end. Slower
 * counts confirmed ones only where confirmation is needed. */
int verdicts_exit(const struct verdicts *v);

#endif
