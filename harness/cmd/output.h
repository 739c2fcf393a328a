/* SPDX-License-Identifier: Apache-2.0 */
/* Printing a stored run: what run and report share. */
#ifndef IFM_CMD_OUTPUT_H
#define IFM_CMD_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/store/store.h"

struct output {
	const char *format; /* of emitter_registry; NULL: nothing is printed, or the limits */
	bool limits;	    /* without a format: the probes as small tables (reports/limits.h) */
	const char *html;   /* folder to write, NULL: none */
	bool no_colour;	    /* whatever the terminal can do */
	bool unstored;	    /* of a run that is not kept: it has no number */
};

/* The formats' names, separated by ", ". Static. */
const char *output_formats(void);
/* -o arg: argp_error() when it is none of them. */
struct argp_state;
void output_format_set(struct output *o, const char *arg, struct argp_state *state);

struct report_options;
/* Of this standard output. */
struct report_options output_options(const struct output *o);

/* Prints the run and writes its HTML; says on standard error where that is. *n_failed: rows that failed, those
 * among them whose outputs are wrong; *page: the name of the page in its folder, static; both may be NULL. */
MUST_CHECK int output_run(struct store *s, int64_t run, const struct output *o, int *n_failed,
			  const char **page, struct diag *d);

#endif
