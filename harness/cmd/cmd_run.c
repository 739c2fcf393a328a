/* SPDX-License-Identifier: Apache-2.0 */
/* run: from a spec to a run in the store and a table. */
#include "config.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cmd/output.h"
#include "harness/cmd/spec_options.h"
#include "harness/plan/plan.h"
#include "harness/run/keeper.h"
#include "harness/run/run.h"
#include "reports/report.h"
#include "reports/text.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_LABEL, OPTION_HTML, OPTION_RESUME };

struct arguments {
	struct spec_options spec;
	struct output output;
	const char *store, *label;
	bool quiet, resume;
	long run; /* to resume; 0: the newest that was interrupted */
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What is kept and printed", 3},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html (terminal)", 3},
	{"html", OPTION_HTML, "DIR", 0, "write the HTML report with its pictures to this folder", 3},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 3},
	{"label", OPTION_LABEL, "TEXT", 0, "a word by which people know the run again", 3},
	{"resume", OPTION_RESUME, NULL, 0,
	 "finish a run that was interrupted or killed: RUN by its number, else the newest", 3},
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
	case OPTION_RESUME:
		a->resume = true;
		break;
	case ARGP_KEY_ARG:
		/* Options come first, however they were typed. A number is a run; anything else a spec. */
		if (!a->resume || a->run || strspn(arg, "0123456789") != strlen(arg))
			return ARGP_ERR_UNKNOWN;
		a->run = cmd_number(state, "run", arg, 1, LONG_MAX);
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
	.args_doc = "[SPEC]\n--resume [RUN]",
	.doc = "Measures every point of a sweep: SPEC is a shipped sweep or a YAML file; options "
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

/* How to go on with what is not finished; the store and the worker are those of this command. */
static void say_resume(const struct arguments *a, const struct run_summary *s)
{
	struct strbuf command = {0};
	strbuf_printf(&command, "inferometer run --resume %lld", (long long)s->run);
	if (a->store) {
		strbuf_puts(&command, " --store ");
		text_shell(&command, a->store);
	}
	if (a->spec.worker) {
		strbuf_puts(&command, " --worker ");
		text_shell(&command, a->spec.worker);
	}
	fprintf(stderr, "inferometer: run %lld has %d of %d visits; finish it with: %s\n", (long long)s->run,
		s->visits_made, s->visits_planned, strbuf_text(&command));
	strbuf_free(&command);
}

/* What is measured, new or of before. */
struct job {
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	struct run_resumed resumed; /* progress NULL: a new run */
};

static int measure(const struct arguments *a, struct job *j, struct store *store, struct run_options *o,
		   int *status, struct diag *d)
{
	bool resumed = j->resumed.progress != NULL;
	struct plan *plan = resumed ? &j->resumed.plan : &j->plan;
	struct run_summary summary = {0};
	int n_failed = 0;
	o->resumed = j->resumed.progress;
	int rc = run_execute(resumed ? &j->resumed.spec : &j->spec, plan,
			     resumed ? &j->resumed.hello : &j->hello, store, o, &summary, d);
	if (rc == 0)
		rc = output_run(store, summary.run, &a->output, &n_failed, d);
	if (summary.run && (rc || summary.interrupted))
		say_resume(a, &summary);
	*status = exit_status(&summary, n_failed);
	if (rc == 0 && *status == EXIT_OK && summary.done == 0)
		rc = nothing_ran(plan, d);
	return rc;
}

static bool names_spec(const struct spec_options *o)
{
	bool any = o->spec || o->workloads.len || o->prompt || o->gen;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || o->axis[k];
	for (int i = 0; i < SPEC_OPTION_COUNT; i++)
		any = any || o->option[i];
	return any;
}

static int prepare(const struct arguments *a, struct job *j, struct store *store, const char *worker,
		   struct diag *d)
{
	const struct spec *asked = names_spec(&a->spec) ? &j->spec : NULL;
	if (a->resume)
		return run_resume_load(store, a->run, asked, worker, &j->resumed, d);
	return run_plan(&j->spec, worker, &j->plan, &j->hello, d);
}

static void say_note(const struct store *store)
{
	if (*store_note(store))
		fprintf(stderr, "inferometer: the store: %s\n", store_note(store));
}

static int run_in_store(const struct arguments *a, struct job *j, struct run_options *o, int *status,
			struct diag *d)
{
	struct store *store = NULL;
	/* A limit of file sizes is an error of the write that meets it, not our death. */
	signal(SIGXFSZ, SIG_IGN);
	int rc = store_open(&store, a->store ? a->store : store_default_path(), STORE_WRITE, d);
	if (rc)
		return rc;
	say_note(store);
	keeper_begin();
	rc = prepare(a, j, store, o->worker, d);
	if (rc == 0)
		rc = measure(a, j, store, o, status, d);
	keeper_end();
	store_close(store);
	return rc;
}

static int run(const struct arguments *a, const char *command, int *status, struct diag *d)
{
	struct job j = {0};
	char *worker = NULL;
	int rc = 0;
	if (!a->resume || names_spec(&a->spec))
		rc = spec_options_load(&a->spec, &j.spec, d);
	if (rc == 0)
		rc = spec_options_worker(&a->spec, &worker, d);
	if (rc == 0) {
		struct run_options o = {
			.worker = worker,
			.label = a->label ? a->label : "",
			.command = command,
			.progress = a->quiet ? NULL : stderr,
		};
		rc = run_in_store(a, &j, &o, status, d);
	}
	run_resumed_free(&j.resumed);
	plan_free(&j.plan);
	wire_hello_free(&j.hello);
	spec_free(&j.spec);
	free(worker);
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
