/* SPDX-License-Identifier: Apache-2.0 */
/* report: a stored run, printed or drawn; with --by, rows of one or several runs compared. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/compare_runs.h"
#include "harness/cmd/open.h"
#include "harness/cmd/output.h"
#include "harness/cmd/verdicts_output.h"
#include "reports/compare/compare.h"
#include "reports/report.h"

enum {
	OPTION_STORE = OPTION_OWN,
	OPTION_HTML,
	OPTION_OPEN,
	OPTION_NO_COLOUR,
	OPTION_BY,
	OPTION_BASELINE,
	OPTION_ALLOW
};

/* Where --open puts the page when --html does not say. */
#define OPEN_FOLDER "inferometer-report"

/* More runs make no table that is read. */
enum { RUNS_MAX = 64, ALLOWED_MAX = 256 };

struct arguments {
	struct output output;
	const char *store;
	const char *text[RUNS_MAX]; /* the runs as typed */
	int n;
	bool open;
	struct compare_ask ask;
	const char *allowed[ALLOWED_MAX];
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0,
	 "terminal, md, csv, json, html, or junit of a comparison on fresh pairs (terminal)", 0},
	{"html", OPTION_HTML, "DIR", 0,
	 "write the HTML report with its pictures to this folder; prints nothing unless -o is given", 0},
	{"open", OPTION_OPEN, NULL, 0,
	 "write the HTML report (to the folder " OPEN_FOLDER
	 ", if --html names no other) and open it in a browser: a command of $BROWSER, else xdg-open",
	 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"no-color", OPTION_NO_COLOUR, NULL, 0, "no colours, whatever the terminal can do", 0},
	{"by", OPTION_BY, "KEY", 0,
	 "compare: machine, build, run, or a key of points as isa, precision or threads", 0},
	{"baseline", OPTION_BASELINE, "VALUE", 0, "what ratios are to (the first value in plan order)", 0},
	{"allow-diff", OPTION_ALLOW, "KEY", 0,
	 "with --by: compare though this fact of the runs differs, as build.* for all of a group; may stand "
	 "more "
	 "than once; the comparison is then unverified",
	 0},
	{0},
};

static void run_add(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (a->n == RUNS_MAX)
		argp_error(state, "more than %d runs", RUNS_MAX);
	a->text[a->n++] = arg;
}

static void allowed_add(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (!*arg)
		argp_error(state, "--allow-diff: expected the key of a fact");
	if (a->ask.n_allowed == ALLOWED_MAX)
		argp_error(state, "more than %d --allow-diff", ALLOWED_MAX);
	a->allowed[a->ask.n_allowed++] = arg;
}

static void arguments_check(struct arguments *a, struct argp_state *state)
{
	if (a->open && !a->output.html)
		a->output.html = OPEN_FOLDER;
	if (!a->output.format && !a->output.html)
		a->output.format = "terminal";
	if (a->ask.by && strcmp(a->output.format ? a->output.format : "", "junit") == 0)
		argp_error(state,
			   "-o junit is of fresh pairs: stored runs have no verdict that passes or fails");
	if (a->ask.by)
		return;
	if (a->n > 1)
		argp_error(
			state,
			"unexpected argument \"%.60s\": one run is reported; several are compared with --by",
			a->text[1]);
	if (a->ask.baseline || a->ask.n_allowed)
		argp_error(state, "--baseline and --allow-diff are for --by");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		verdicts_format_set(&a->output, arg, state);
		break;
	case OPTION_HTML:
		a->output.html = arg;
		break;
	case OPTION_OPEN:
		a->open = true;
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_NO_COLOUR:
		a->output.no_colour = true;
		break;
	case OPTION_BY:
		a->ask.by = arg;
		break;
	case OPTION_BASELINE:
		a->ask.baseline = arg;
		break;
	case OPTION_ALLOW:
		allowed_add(a, arg, state);
		break;
	case ARGP_KEY_ARG:
		run_add(a, arg, state);
		break;
	case ARGP_KEY_END:
		arguments_check(a, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RUN...]",
	.doc = "Reports a stored run, or compares the points of one or several runs with "
	       "--by. " RUN_NAMED_HELP "; or a store's file for its newest run, or FILE#RUN. Without it, the "
	       "newest run of the store.",
};

/* *page: the name of what it wrote, static. */
static int report(const struct run_named *run, const struct output *o, const char **page, struct diag *d)
{
	struct store *store;
	int64_t number;
	int rc = run_named_open(run, &store, &number, d);
	if (rc)
		return rc;
	rc = output_run(store, number, o, NULL, page, d);
	store_close(store);
	return rc;
}

static void show(const struct arguments *a, const char *page)
{
	char *path = mem_printf("%s/%s", a->output.html, page);
	page_open(path);
	free(path);
}

/* The runs that were named, else the newest. */
static void runs_parse(const struct arguments *a, struct run_named *runs, int *n)
{
	const char *usual = a->store ? a->store : store_default_path();
	for (*n = 0; *n < a->n; ++*n)
		run_named_parse(&runs[*n], a->text[*n], usual);
	if (*n == 0)
		runs[(*n)++] = (struct run_named){.store = mem_strdup(usual)};
}

int cmd_report(int argc, char **argv)
{
	static struct arguments a;
	struct run_named runs[RUNS_MAX];
	struct diag d = {0};
	const char *page = "compare.html";
	int n;
	cmd_parse(&argp, argc, argv, &a);
	a.ask.allowed = a.allowed;
	runs_parse(&a, runs, &n);
	int rc = a.ask.by ? compare_runs(runs, n, &a.ask, &a.output, &d)
			  : report(&runs[0], &a.output, &page, &d);
	if (rc == 0 && a.open)
		show(&a, page);
	for (int i = 0; i < n; i++)
		run_named_free(&runs[i]);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
