/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stored run -> rows with medians, intervals, shares of ceilings and
 * residuals. Pure functions of stored data: can be made later, elsewhere.
 */
#ifndef IFM_ANALYSIS_ANALYSIS_H
#define IFM_ANALYSIS_ANALYSIS_H

#include <stdbool.h>

#include "harness/stat/stat.h"
#include "harness/store/store.h"

/* An estimate over processes: median of per-process values. NaN when there is none. */
struct estimate {
	double value, lo, hi;
	int n;	       /* processes */
	bool interval; /* lo, hi are a 95 % interval (n at least 6); else: n too small */
};

enum bound { BOUND_NONE = 0, BOUND_MEMORY, BOUND_COMPUTE };

/* What one process (timing visit) gave: summed time of its whole repetitions after warm-up. */
struct process_value {
	int64_t visit; /* id */
	int round, n_reps;
	double rep_s, step_ms /* median of its steps, NaN where they are of several kinds */, load_s;
	double tokens, flops, bytes; /* of a repetition */
	double calls;		     /* of each thread in it, one after the other */
	double device_share; /* of the steps' time, by the device's own clock; NaN where it has none */
};

/* Steps of a repetition that are alike, as parts of all its arithmetic and of all its bytes. */
struct row_part {
	double flops, bytes;
	enum bound bound; /* which ceiling binds it */
};
#define ROW_PARTS_MAX 8

struct row {
	const struct stored_point *point; /* belongs to the run */
	enum point_state state;
	char *reason;		  /* "" when done */
	struct estimate rep_s;	  /* seconds of a repetition: rate of summed time */
	struct estimate tokens_s; /* NaN where tokens do not count */
	struct estimate gflops_s; /* 10^9 */
	struct estimate gbytes_s; /* 10^9, least bytes by arithmetic */
	struct estimate call_ns;  /* nanoseconds of one load or call; NaN where such are not counted */
	struct estimate step_ms;  /* latency of a step; NaN where steps are of several kinds */
	struct estimate load_s;
	struct estimate
		device_share; /* of a step: what its device says that it was at work; NaN where there is no clock */
	double step_p99_ms; /* NaN when fewer than 368 samples, or as step_ms */
	int n_parts;	    /* kinds of steps: prefill and decode in one repetition; at least 1 */
	struct row_part part[ROW_PARTS_MAX];
	enum bound bound;	 /* which ceiling binds: the one that takes longer, of all parts */
	struct estimate share;	 /* of the binding ceilings, each part's, paired by round where possible */
	const struct row *limit; /* that ceiling, of the same analysis; NULL when not measured */
	double ceiling;		 /* its rate in GB/s or GFLOP/s, NaN when not measured */
	double ceiling_tokens_s; /* the ceiling as tokens/s for this row's work, NaN */
	double residual_same;	 /* against ref at the same precision; NaN: not verified */
	double residual_f32;	 /* against ref at f32 */
	bool verified;		 /* residual_same was measured, whatever its value */
	bool client_bound; /* a step takes less than CLIENT_BOUND_STEPS times step_cost_ns; false where it is not told */
	double residual_bound; /* what residual_same may be; above: the row is failed, "wrong: ..." */
	int n_samples, n_warmup, n_faulted, n_preempted, n_migrated, n_contended, n_throttled,
		n_power_limited;
	int n_values;
	struct process_value *values; /* in order of their visits */
	int visits_failed;
	double peak_bytes;
	double step_cost_ns; /* what the worker's window adds to a step; NaN: not told */
};

/* From here on what the harness does between steps is below 1 % of one. */
#define CLIENT_BOUND_STEPS 100

struct analysis {
	struct stored_run *run; /* borrowed */
	int n_rows;
	struct row *rows; /* measured points, in plan order */
	int n_ceilings;
	struct row *ceilings; /* ceiling points */
};

struct analysis *analysis_make(struct stored_run *run);
void analysis_free(struct analysis *a);

/* The rows, then the ceilings, as one list of n_rows + n_ceilings. */
const struct row *analysis_row(const struct analysis *a, int i);

/* How many times as fast r is as base at equal work: ratio of times of one round, NaN without common rounds. */
struct estimate row_speed_up(const struct row *r, const struct row *base);

/* A row that measures the machine and no work of a model: "read", "latency", "fma", ... */
bool row_is_probe(const struct row *r);

/* A mark that more than MARK_SHARE of a row's samples carry is said beside the row. */
#define MARK_SHARE 0.10

/* The clock that its timing samples go by, as the worker named it; "": it has none. Belongs to the run. */
const char *row_clock(const struct row *r);

/* The value of a key of its point as a number; 0 where it is none. */
double row_number(const struct row *r, enum point_key key);

#endif
