/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of harness/trial share. */
#ifndef IFM_TRIAL_PRIVATE_H
#define IFM_TRIAL_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/strbuf.h"
#include "harness/run/run.h"
#include "harness/run/sweep.h"
#include "harness/trial/trial.h"

/* The sides that visits are made of: both arms, and the copy of a's worker for the standing A/A pairs. */
enum side { SIDE_A = 0, SIDE_B, SIDE_COPY, SIDE_COUNT };

/* One arm as planned. */
struct arm {
	struct spec spec; /* of its own: the arm's values are in it */
	struct plan plan;
	struct wire_hello hello;
	const char *worker; /* borrowed */
};

/* A point of each arm. What a pilot found stays for the trials after the first. */
struct cell {
	int point[TRIAL_ARMS]; /* in the arm's plan; -1: it has none such */
	char *reason;	       /* "" when it can be compared */
	bool persistent;
	int cut;		 /* repetitions of warm-up */
	double window_s, load_s; /* of a pilot's visits, medians; 0: unknown */
};

struct trial_plan {
	struct trial_ask ask; /* what it points to is borrowed */
	struct arm arm[TRIAL_ARMS];
	int n_cells, n_usable;
	struct cell *cell;
	struct strbuf differences; /* lines: what differs and is no reason to stop */
	bool has_pilot;		   /* made */
	int cut;		   /* the largest of cells; -1: no pilot */
	struct strbuf warmup;	   /* what it showed, in words */
	int restart_pairs;	   /* 0: no cell is persistent */
	char *copy;		   /* of a's worker; NULL: there is none */
	char no_copy[300];	   /* why */
	double begun_s;		   /* monotonic: when planning began; later trials: when they began */
};

/* ---- cells.c ---- */
/* The cells of two plans, in the order of a's. ERR_USAGE where an arm has two points that differ only in what the arms
 * declare. */
MUST_CHECK int trial_cells_make(struct trial_plan *p, struct diag *d);
/* "tg32 q8_0 t2": the point in arm a, else that in b. */
const char *trial_cell_label(const struct trial_plan *p, const struct cell *c, char *buf, int size);
/* Whether an arm declares the key. */
bool trial_declares(const struct trial_ask *ask, enum point_key key);

/* ---- differ.c ---- */
/* What differs between the arms besides what they declare: reasons to stop into refusal, the rest into p->differences. By
 * what the workers say of themselves and their models. */
void differ_hellos(struct trial_plan *p, struct strbuf *refusal);
/* What a visit tells of how it was measured. */
struct ran {
	char *describe;	       /* "key: value" lines; owned, NULL: not known */
	int window_version;    /* 0: not known */
	char clock[WIRE_NAME]; /* of its steps; "": not known */
};
/* Likewise, by what ran; label: of the cell. */
void differ_described(struct trial_plan *p, const char *label, const struct ran ran[TRIAL_ARMS],
		      struct strbuf *refusal);

/* ---- a trial at work (execute.c) ---- */
struct contest {   /* a cell in this trial */
	bool over; /* narrow enough, or given up */
	int n_r, failures_in_row, n_lost;
	double pair_s; /* the longest that one took */
	double *r;     /* log ratios of its pairs, in their order; room for pairs_max */
	bool *b_first; /* order of its pairs */
	bool described[TRIAL_ARMS];
	struct ran ran[TRIAL_ARMS];
	char *reason; /* of the first failure; NULL */
};
struct trial_run {
	struct trial_plan *plan;
	const struct trial_options *options;
	struct sweep sweep[SIDE_COUNT];
	struct spec spec[SIDE_COUNT]; /* shallow copies, for the numbers of each visit */
	struct held held[SIDE_COUNT];
	struct layout layout;
	struct trial trial; /* what is stored of it */
	uint64_t seed;
	int position; /* of the next visit in the order of the run */
	int n_max;    /* pairs of a cell at most */
	struct contest *contest;
	double deadline_s; /* 0: none */
	int n_pairs, n_aa, visits_failed;
	bool killed, out_of_time;
	struct strbuf *refusal;
};

/* ---- visits.c ---- */
struct trial_visit {
	int cell;
	enum side side;
	enum visit_kind kind;
	int round;
	int warmup, repeat; /* repetitions */
	double max_time_s;  /* 0: the spec's */
	double min_time_s;
	bool kept_alive; /* its worker serves the next visit of the side, too */
};
struct trial_value {
	bool ok;
	double seconds; /* of a repetition, by the cell's estimator */
	double window_s, load_s;
	double *log_rep; /* of each repetition, owned; only of pilots */
	int n_reps;
	char said[64];
};
/* Makes and stores it. An error is the store's; a visit that fails is a value that is not ok. */
MUST_CHECK int trial_visit(struct trial_run *t, const struct trial_visit *v, struct trial_value *out,
			   struct diag *d);
/* The plain visit of a pair. */
struct trial_visit trial_visit_of(const struct trial_run *t, int cell, enum side side, int round);

/* ---- pilot.c ---- */
/* How long warm-up takes and loading, of each cell and arm. */
MUST_CHECK int pilot_run(struct trial_run *t, struct diag *d);

/* ---- rounds.c ---- */
/* All pairs. */
MUST_CHECK int rounds_run(struct trial_run *t, struct diag *d);

#endif
