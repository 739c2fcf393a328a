/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons on fresh pairs from the command line: the options that compare, gate and calibrate share, and how they are
 * run. */
#ifndef IFM_CMD_FRESH_H
#define IFM_CMD_FRESH_H

#include <argp.h>
#include <stdbool.h>

#include "harness/cmd/calibration.h"
#include "harness/cmd/labels.h"
#include "harness/cmd/output.h"
#include "harness/cmd/spec_options.h"
#include "harness/stat/estimator.h"
#include "harness/trial/trial.h"

enum { FRESH_ALLOWED_MAX = 256 };

/* One side as typed. */
struct fresh_side {
	const char *worker, *name;
	const char *value[KEY_COUNT];
	int n; /* of what was given */
};

/* What was asked; all zero but for what a command sets. */
struct fresh {
	struct spec_options spec;
	struct fresh_side side[TRIAL_ARMS];
	int pairs, restarts, replicates;
	double budget_s; /* 0: the usual */
	double delta_fail, delta_eq;
	enum estimator estimator;
	bool no_pilot, no_aa, quiet;
	const char *allowed[FRESH_ALLOWED_MAX];
	int n_allowed;
	struct output output;
	const char *store;
	struct labels labels; /* owned */
};

/* "60s", "10m", "1.5h", "90": seconds, above 0; argp_error() naming the option. */
double fresh_duration(struct argp_state *state, const char *option, const char *text);
/* "3%", "0.03": a ratio less 1, above 0 and below 1; argp_error() naming the option. */
double fresh_ratio(struct argp_state *state, const char *option, const char *text);
/* KEY=VALUE of a side; argp_error() naming the nearest key. */
void fresh_side_set(struct fresh_side *side, const char *option, const char *text, struct argp_state *state);

/* The shared options, as a child of a command's own. Input: struct fresh. What it does not know goes to spec_argp. */
extern const struct argp fresh_argp;

/* A spec for pairs: short windows of many repetitions unless a file, or an option, says otherwise. */
MUST_CHECK int fresh_spec(const struct fresh *f, struct spec *out, struct diag *d);

/* A comparison at work: plan, store and what is known of the machine. */
struct fresh_job {
	const struct fresh *fresh;
	struct spec spec;
	char *worker; /* of the sides that name none; owned */
	struct trial_ask ask;
	struct trial_plan *plan;
	struct store *store;
	struct known_calibration known;
	struct trial_options options;
	bool kept; /* keeper_begin was called */
};

/* What is started from here on does not outlive this program; fresh_begin does it, too. */
void fresh_keep(struct fresh_job *job);

/* Everything up to the first visit; side: may be filled beforehand (worker, title, value), what is NULL is taken from
 * f. purpose and q are set in job->ask before. */
MUST_CHECK int fresh_begin(struct fresh_job *job, const struct fresh *f, const char *command, struct diag *d);
/* One trial; its refusal is printed. */
MUST_CHECK int fresh_trial(struct fresh_job *job, int number, struct trial_summary *out, struct diag *d);
void fresh_end(struct fresh_job *job);

#endif
