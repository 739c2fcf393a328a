/* SPDX-License-Identifier: Apache-2.0 */
/* run: from a spec to a run in the store and a table. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/cmd/output.h"
#include "harness/cmd/spec_options.h"
#include "harness/plan/plan.h"
#include "harness/run/run.h"
#include "reports/report.h"
#include "reports/text.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_LABEL, OPTION_HTML };

struct arguments {
	struct spec_options spec;
	struct output output;
	const char *store, *label;
	bool quiet;
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What is kept and printed", 3},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html (terminal)", 3},
	{"html", OPTION_HTML, "DIR", 0, "write the HTML report with its pictures to this folder", 3},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 3},
	{"label", OPTION_LABEL, "TEXT", 0, "a word by which people know the run again", 3},
	{"quiet", 'q', NULL, 0, "no progress", 3},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->spec;
		break;
	case 'o':
		if (!emitter_find(arg))
			argp_error(state, "-o \"%.40s\": expected one of %s", arg, output_formats());
		a->output.format = arg;
		break;
	case OPTION_HTML:
		a->output.html = arg;
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_LABEL:
		a->label = arg;
		break;
	case 'q':
		a->quiet = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&spec_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[SPEC]",
	.doc = "Measures every point of a sweep: SPEC is a shipped sweep (demo, limits, quick) or a YAML "
	       "file; options "
	       "replace its axes, or make a sweep of their own. Each visit runs in a fresh process, in "
	       "randomised "
	       "complete blocks; raw samples go into the store, a table to standard output.",
};

char *command_line(int argc, char **argv)
{
	struct strbuf s = {0};
	strbuf_puts(&s, argv[0]);
	for (int i = 1; i < argc; i++) {
		strbuf_putc(&s, ' ');
		text_shell(&s, argv[i]);
	}
	return strbuf_take(&s);
}

/* n_failed: rows of the report; a point that ran may still be wrong. */
static int exit_status(const struct run_summary *s, int n_failed)
{
	if (s->interrupted)
		return EXIT_INTERRUPTED;
	return n_failed || s->failed || s->unavailable || s->visits_failed ? EXIT_POINTS : EXIT_OK;
}

/* Nothing was measured because nothing of it can be: the first reason tells what was mistyped or is missing. */
static int nothing_ran(const struct plan *p, struct diag *d)
{
	for (int i = 0; i < p->n_points; i++)
		if (p->points[i].role == ROLE_MEASURE && p->points[i].state == POINT_SKIPPED)
			return diag_set(d, ERR_USAGE, "no point could run: %.300s", p->points[i].reason);
	return 0;
}

static int run_in_store(const struct arguments *a, const struct spec *spec, struct store *store,
			const struct run_options *o, int *status, struct diag *d)
{
	struct plan plan = {0};
	struct wire_hello hello = {0};
	struct run_summary summary = {0};
	int n_failed = 0;
	int rc = run_plan(spec, o->worker, &plan, &hello, d);
	if (rc)
		return rc;
	rc = run_execute(spec, &plan, &hello, store, o, &summary, d);
	if (rc == 0)
		rc = output_run(store, summary.run, &a->output, &n_failed, d);
	*status = exit_status(&summary, n_failed);
	if (rc == 0 && *status == EXIT_OK && summary.done == 0)
		rc = nothing_ran(&plan, d);
	plan_free(&plan);
	wire_hello_free(&hello);
	return rc;
}

static int run(const struct arguments *a, const char *command, int *status, struct diag *d)
{
	struct spec spec = {0};
	struct store *store = NULL;
	char *worker = NULL;
	int rc = spec_options_load(&a->spec, &spec, d);
	if (rc == 0)
		rc = spec_options_worker(&a->spec, &worker, d);
	if (rc == 0)
		rc = store_open(&store, a->store ? a->store : store_default_path(), STORE_WRITE, d);
	if (rc == 0) {
		const struct run_options o = {
			.worker = worker,
			.label = a->label ? a->label : "",
			.command = command,
			.progress = a->quiet ? NULL : stderr,
		};
		rc = run_in_store(a, &spec, store, &o, status, d);
	}
	store_close(store);
	free(worker);
	spec_free(&spec);
	return rc;
}

int cmd_run(int argc, char **argv)
{
	struct arguments a = {.output = {.format = "terminal"}};
	struct diag d = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv);
	cmd_parse(&argp, argc, argv, &a);
	int rc = run(&a, command, &status, &d);
	spec_options_free(&a.spec);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
