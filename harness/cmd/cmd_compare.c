/* SPDX-License-Identifier: Apache-2.0 */
/* compare: two arms on fresh pairs, or stored runs as what they are: measured one after the other, not in turns. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/compare_fresh.h"
#include "harness/cmd/compare_runs.h"
#include "harness/cmd/output.h"
#include "harness/cmd/verdicts_output.h"
#include "reports/compare/compare.h"
#include "reports/report.h"

enum {
	OPTION_STORE = OPTION_OWN,
	OPTION_HTML,
	OPTION_A,
	OPTION_B,
	OPTION_REV,
	OPTION_BUILD,
	OPTION_REV_WORKER,
	OPTION_REPLICATES,
	OPTION_LABEL,
	OPTION_NO_COLOUR
};

/* As report has. */
enum { RUNS_MAX = 64, REPLICATES_MAX = 100000 };

struct arguments {
	struct compare_fresh fresh;
	const char *store[RUNS_MAX], *text[RUNS_MAX]; /* the runs as typed */
	int n_stores, n;
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "The arms, each a worker and values of a point's keys", 1},
	{"a", OPTION_A, "KEY=VALUE", 0,
	 "of the first arm, as worker=./old/inferometer-worker, isa=avx2 or name=old", 1},
	{"b", OPTION_B, "KEY=VALUE", 0, "of the second arm; both may stand more than once", 1},
	{"rev", OPTION_REV, "A..B", 0,
	 "arms are two revisions of the git repository here, built with --build", 1},
	{"build", OPTION_BUILD, "COMMAND", 0,
	 "how a revision is built, in a clean tree of it; kept by commit", 1},
	{"rev-worker", OPTION_REV_WORKER, "PATH", 0,
	 "the worker in the built tree (the one program that is called inferometer-worker)", 1},
	{"replicates", OPTION_REPLICATES, "N", 0,
	 "make the whole comparison N times and print a row of CSV for each: what its verdicts are worth", 1},
	{NULL, 0, NULL, 0, "What is kept and printed", 4},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json, html, or junit of fresh pairs (terminal)", 4},
	{"html", OPTION_HTML, "DIR", 0,
	 "write the comparison as compare.html with its pictures to this folder; prints nothing unless -o is "
	 "given",
	 4},
	{"store", OPTION_STORE, "FILE", 0,
	 "the store ($INFEROMETER_STORE, else inferometer.db); for stored runs given more than once: of each "
	 "RUN in "
	 "turn, or without RUN the newest run of each",
	 4},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 4},
	{"no-color", OPTION_NO_COLOUR, NULL, 0, "no colours, whatever the terminal can do", 4},
	{"quiet", 'q', NULL, 0, "no progress", 4},
	{0},
};

/* One more of at most max. */
static void add(const char **list, int *n, int max, const char *what, const char *arg,
		struct argp_state *state)
{
	if (*n == max)
		argp_error(state, "more than %d %s", max, what);
	if (!*arg)
		argp_error(state, "an empty text, expected one of the %s", what);
	list[(*n)++] = arg;
}

static bool is_fresh(const struct arguments *a)
{
	const struct compare_fresh *c = &a->fresh;
	return c->range || c->fresh.side[0].n || c->fresh.side[1].n;
}

static void arguments_check(struct arguments *a, struct argp_state *state)
{
	struct output *o = &a->fresh.fresh.output;
	if (a->fresh.replicates && (o->html || (o->format && strcmp(o->format, "csv") != 0)))
		argp_error(state,
			   "--replicates prints a row of CSV for each comparison: -o and --html are of one");
	if (!o->format && !o->html)
		o->format = "terminal";
	if (is_fresh(a) && a->n_stores > 1)
		argp_error(state, "--store stands twice: fresh pairs go into one store");
	if (is_fresh(a))
		return;
	if (strcmp(o->format ? o->format : "", "junit") == 0)
		argp_error(state,
			   "-o junit is of fresh pairs: stored runs have no verdict that passes or fails");
	if (a->fresh.replicates || a->fresh.build || a->fresh.rev_worker)
		argp_error(state, "expected arms to measure: --a KEY=VALUE, --b KEY=VALUE or --rev A..B");
	if (a->n_stores > 1 && a->n > 0 && a->n != a->n_stores)
		argp_error(state, "%d --store for %d runs: expected one, or one for each run", a->n_stores,
			   a->n);
	if (a->n < 2 && a->n_stores < 2)
		argp_error(state,
			   "expected two stored runs, or arms to measure: --a KEY=VALUE and --b KEY=VALUE");
}

static error_t parse_own(struct arguments *a, int key, char *arg, struct argp_state *state)
{
	struct fresh *f = &a->fresh.fresh;
	switch (key) {
	case 'o':
		verdicts_format_set(&f->output, arg, state);
		break;
	case OPTION_HTML:
		f->output.html = arg;
		break;
	case OPTION_STORE:
		add(a->store, &a->n_stores, RUNS_MAX, "stores", arg, state);
		f->store = arg;
		break;
	case OPTION_LABEL:
		labels_add(&f->labels, arg, state);
		break;
	case OPTION_NO_COLOUR:
		f->output.no_colour = true;
		break;
	case 'q':
		f->quiet = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	struct compare_fresh *c = &a->fresh;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->fresh;
		break;
	case OPTION_A:
		fresh_side_set(&c->fresh.side[0], "a", arg, state);
		break;
	case OPTION_B:
		fresh_side_set(&c->fresh.side[1], "b", arg, state);
		break;
	case OPTION_REV:
		c->range = arg;
		break;
	case OPTION_BUILD:
		c->build = arg;
		break;
	case OPTION_REV_WORKER:
		c->rev_worker = arg;
		break;
	case OPTION_REPLICATES:
		c->replicates = (int)cmd_number(state, "replicates", arg, 1, REPLICATES_MAX);
		break;
	case ARGP_KEY_ARG:
		/* Options come first, however they were typed: whether arms were named is known. */
		if (is_fresh(a))
			return ARGP_ERR_UNKNOWN;
		add(a->text, &a->n, RUNS_MAX, "runs", arg, state);
		break;
	case ARGP_KEY_END:
		arguments_check(a, state);
		break;
	default:
		return parse_own(a, key, arg, state);
	}
	return 0;
}

static const struct argp_child children[] = {{&fresh_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "--a KEY=VALUE --b KEY=VALUE [SPEC]\nRUN RUN...",
	.doc = "Measures two arms in turns on fresh pairs of processes and says of each point of SPEC "
	       "whether the "
	       "second is SLOWER, FASTER, the SAME, or whether that cannot be told: ratios of paired "
	       "processes, exact "
	       "intervals, the least effect that so many pairs show, and the first arm against its own copy "
	       "beside "
	       "it. Or compares stored runs point by point with the first of them: ratio of the medians over "
	       "processes and its interval. Those were measured one after the other and not interleaved, so "
	       "that what "
	       "changed between them is in the ratio; the interval is wider for what changed within each. "
	       "What "
	       "differs in more than was declared is refused, with a list. " RUN_NAMED_HELP
	       "; or a store's file for its newest run, or FILE#RUN.",
};

static void runs_parse(const struct arguments *a, struct run_named *runs, int *n)
{
	const char *usual = store_default_path();

	*n = a->n ? a->n : a->n_stores;
	for (int i = 0; i < *n; i++) {
		const char *store = a->n_stores > 1 ? a->store[i] : a->n_stores ? a->store[0] : usual;

		if (a->n)
			run_named_parse(&runs[i], a->text[i], store);
		else
			runs[i] = (struct run_named){.store = mem_strdup(store)};
	}
}

/* What only makes sense where something is measured. */
static int stored_check(const struct fresh *f, struct diag *d)
{
	bool any = f->spec.workloads.len || f->spec.prompt || f->spec.gen || f->spec.worker ||
		   f->spec.beside.n || f->pairs || f->restarts || f->budget_s > 0 || f->labels.n;
	any = any || f->delta_fail > 0 || f->delta_eq > 0 || f->estimator != ESTIMATOR_AUTO || f->no_pilot ||
	      f->no_aa;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || f->spec.axis[k];
	for (int i = 0; i < SPEC_OPTION_COUNT; i++)
		any = any || f->spec.option[i];
	return any ? diag_set(d, ERR_USAGE,
			      "stored runs are compared as they are: what is to be measured, and how it is "
			      "judged, goes with arms, as --a isa=avx2 --b isa=avx512")
		   : 0;
}

static int compare_stored(const struct arguments *a, struct diag *d)
{
	const struct fresh *f = &a->fresh.fresh;
	const struct compare_ask ask = {.by = "run", .allowed = f->allowed, .n_allowed = f->n_allowed};
	struct run_named runs[RUNS_MAX];
	int n, rc = stored_check(f, d);
	if (rc)
		return rc;
	runs_parse(a, runs, &n);
	rc = compare_runs(runs, n, &ask, &f->output, d);
	for (int i = 0; i < n; i++)
		run_named_free(&runs[i]);
	return rc;
}

int cmd_compare(int argc, char **argv)
{
	static struct arguments a;
	struct diag d = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv); /* parsing may reorder it */
	cmd_parse(&argp, argc, argv, &a);
	int rc = is_fresh(&a) ? compare_fresh(&a.fresh, command, &status, &d) : compare_stored(&a, &d);
	spec_options_free(&a.fresh.fresh.spec);
	labels_free(&a.fresh.fresh.labels);
	free(command);
	if (rc)
		status = cmd_fail(&d);
	/* Of a build that the user broke off. */
	if (rc && d.code == ERR_CANCELLED)
		status = EXIT_INTERRUPTED;
	return cmd_finish(status);
}
