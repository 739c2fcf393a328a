/* SPDX-License-Identifier: Apache-2.0 */
/* A stored trial, computed and printed: what compare, gate and report share. */
#ifndef IFM_CMD_VERDICTS_OUTPUT_H
#define IFM_CMD_VERDICTS_OUTPUT_H

#include "harness/cmd/output.h"

/* A trial with its verdicts; what they point to lives as long. */
struct loaded_verdicts {
	struct stored_run *run, *confirming; /* confirming: NULL, there is none */
	struct verdicts *v;
};
/* The newest run of the store that confirms it goes along. Free it also on failure. */
MUST_CHECK int verdicts_load(struct store *s, int64_t run, struct loaded_verdicts *out, struct diag *d);
void verdicts_unload(struct loaded_verdicts *x);

/* -o arg: argp_error() when it is no format of verdicts. */
void verdicts_format_set(struct output *o, const char *arg, struct argp_state *state);

/* Prints it and writes its page. */
MUST_CHECK int verdicts_print(const struct loaded_verdicts *x, const struct output *o, struct diag *d);
/* Loads and prints a run, and writes its page, as output_run does; *status: the exit status that follows. */
MUST_CHECK int verdicts_output(struct store *s, int64_t run, const struct output *o, int *status,
			       struct diag *d);

/* A row of CSV for each of its cells, to standard output; the head comes before the first (number 1). *n_failed grows by those
 * that failed. Keeps what the standing A/A pairs say. */
MUST_CHECK int verdicts_replicate(struct store *s, int64_t run, int number, int *n_failed, struct diag *d);

#endif
