/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/verdicts_output.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

#include "harness/cmd/calibration.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/mistake.h"
#include "reports/verdicts/html.h"
#include "reports/verdicts/verdicts.h"

int verdicts_load(struct store *s, int64_t run, struct loaded_verdicts *out, struct diag *d)
{
	int64_t confirming = 0;
	*out = (struct loaded_verdicts){0};
	int rc = store_run_load_brief(s, run, &out->run, d);
	if (rc == 0)
		rc = store_trial_confirming(s, run, &confirming, d);
	if (rc == 0 && confirming)
		rc = store_run_load_brief(s, confirming, &out->confirming, d);
	return rc ? rc : verdicts_make(&out->v, out->run, out->confirming, d);
}

void verdicts_unload(struct loaded_verdicts *x)
{
	verdicts_free(x->v);
	stored_run_free(x->run);
	stored_run_free(x->confirming);
}

void verdicts_format_set(struct output *o, const char *arg, struct argp_state *state)
{
	/* Only fresh pairs have verdicts that pass or fail. */
	if (strcmp(arg, "junit") == 0)
		o->format = "junit";
	else if (emitter_find(arg))
		o->format = arg;
	else
		argp_error(state, "-o \"%.40s\": expected one of %s, or junit of fresh pairs", arg,
			   output_formats());
}

int verdicts_print(const struct loaded_verdicts *x, const struct output *o, struct diag *d)
{
	const struct report_options options = output_options(o);
	int rc = o->format ? verdicts_emit(stdout, x->v, o->format, &options, d) : 0;
	if (rc == 0 && o->html)
		rc = verdicts_write_html(o->html, x->v, d);
	if (rc == 0 && o->html) {
		/* Behind the table, wherever both go. */
		(void)fflush(stdout);
		fprintf(stderr, "report: %s/compare.html\n", o->html);
		mistake_gnuplot();
	}
	return rc;
}

int verdicts_output(struct store *s, int64_t run, const struct output *o, int *status, struct diag *d)
{
	struct loaded_verdicts x;
	int rc = verdicts_load(s, run, &x, d);
	if (rc == 0)
		rc = verdicts_print(&x, o, d);
	if (rc == 0)
		*status = verdicts_exit(x.v);
	verdicts_unload(&x);
	return rc;
}

int verdicts_replicate(struct store *s, int64_t run, int number, int *n_failed, struct diag *d)
{
	struct loaded_verdicts x;
	int rc = verdicts_load(s, run, &x, d);
	if (rc == 0)
		rc = calibration_keep(s, x.v, d);
	if (rc == 0 && number == 1)
		rc = verdicts_replicate_head(stdout, d);
	if (rc == 0)
		rc = verdicts_replicate_rows(stdout, x.v, number, d);
	if (rc == 0)
		*n_failed += x.v->n_failed;
	verdicts_unload(&x);
	return rc;
}
