/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/output.h"

#include <argp.h>
#include <stdio.h>
#include <unistd.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/mistake.h"
#include "harness/cmd/terminal.h"
#include "harness/cmd/verdicts_output.h"
#include "harness/store/trial.h"
#include "reports/limits.h"
#include "reports/report.h"

const char *output_formats(void)
{
	static struct strbuf names;
	if (names.len == 0)
		for (int i = 0; emitter_registry[i]; i++)
			strbuf_printf(&names, "%s%s", names.len ? ", " : "", emitter_registry[i]->name);
	return strbuf_text(&names);
}

void output_format_set(struct output *o, const char *arg, struct argp_state *state)
{
	if (!emitter_find(arg))
		argp_error(state, "-o \"%.40s\": expected one of %s", arg, output_formats());
	o->format = arg;
}

struct report_options output_options(const struct output *o)
{
	return (struct report_options){.width = terminal_width(STDOUT_FILENO),
				       .colour = !o->no_colour && terminal_has_colour(STDOUT_FILENO)};
}

static int output_analysis(const struct analysis *a, const struct output *o, struct diag *d)
{
	const struct report_options options = output_options(o);
	const struct emitter_ops *emitter = o->format ? emitter_find(o->format) : NULL;
	int rc = 0;
	if (o->format && !emitter)
		return diag_set(d, ERR_USAGE, "-o %.40s is of comparisons on fresh pairs, run %lld is none",
				o->format, (long long)a->run->id);
	if (emitter)
		rc = emitter->emit(stdout, a, &options, d);
	else if (o->limits)
		rc = limits_emit(stdout, a, &options, d);
	if (rc == 0 && o->html)
		rc = report_write_html(o->html, a, d);
	if (rc == 0 && o->html) {
		/* Behind the table, wherever both go. */
		(void)fflush(stdout);
		fprintf(stderr, "report: %s/report.html\n", o->html);
		mistake_gnuplot();
	}
	return rc;
}

static int count_failed(const struct analysis *a)
{
	int n = 0;
	for (int i = 0; i < a->n_rows; i++)
		n += a->rows[i].state == POINT_FAILED;
	return n;
}

int output_run(struct store *s, int64_t run, const struct output *o, int *n_failed, const char **page,
	       struct diag *d)
{
	struct stored_run *stored;
	int rc = store_run_load(s, run, &stored, d);
	if (rc)
		return rc;
	if (page)
		*page = stored_run_is_trial(stored) ? "compare.html" : "report.html";
	if (stored_run_is_trial(stored)) {
		int status;
		stored_run_free(stored);
		return verdicts_output(s, run, o, &status, d);
	}
	if (o->unstored)
		stored->id = 0;
	struct analysis *a = analysis_make(stored);
	rc = output_analysis(a, o, d);
	if (n_failed)
		*n_failed = count_failed(a);
	analysis_free(a);
	stored_run_free(stored);
	return rc;
}
