/* SPDX-License-Identifier: Apache-2.0 */
/* compare: stored runs point by point, as what they are: measured one after the other, not in turns. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/compare_runs.h"
#include "harness/cmd/output.h"
#include "reports/compare/compare.h"
#include "reports/report.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_HTML, OPTION_ALLOW };

/* As report has. */
enum { RUNS_MAX = 64, ALLOWED_MAX = 256 };

struct arguments {
	struct output output;
	const char *store[RUNS_MAX], *text[RUNS_MAX]; /* the runs as typed */
	int n_stores, n;
	const char *allowed[ALLOWED_MAX];
	int n_allowed;
};

static const struct argp_option options[] = {
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json or html (terminal)", 0},
	{"html", OPTION_HTML, "DIR", 0,
	 "write the comparison as compare.html with its picture to this folder; prints nothing unless -o is "
	 "given",
	 0},
	{"store", OPTION_STORE, "FILE", 0,
	 "the store ($INFEROMETER_STORE, else inferometer.db); given more than once: of each RUN in turn, or "
	 "without RUN the newest run of each",
	 0},
	{"allow-diff", OPTION_ALLOW, "KEY", 0,
	 "compare though this fact of the runs differs, as build.* for all of a group; may stand more than "
	 "once; the "
	 "comparison is then unverified",
	 0},
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

static void arguments_check(struct arguments *a, struct argp_state *state)
{
	if (!a->output.format && !a->output.html)
		a->output.format = "terminal";
	if (a->n_stores > 1 && a->n > 0 && a->n != a->n_stores)
		argp_error(state, "%d --store for %d runs: expected one, or one for each run", a->n_stores,
			   a->n);
	if (a->n < 2 && a->n_stores < 2)
		argp_error(state, "expected at least two runs to compare");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'o':
		output_format_set(&a->output, arg, state);
		break;
	case OPTION_HTML:
		a->output.html = arg;
		break;
	case OPTION_STORE:
		add(a->store, &a->n_stores, RUNS_MAX, "stores", arg, state);
		break;
	case OPTION_ALLOW:
		add(a->allowed, &a->n_allowed, ALLOWED_MAX, "keys of facts", arg, state);
		break;
	case ARGP_KEY_ARG:
		add(a->text, &a->n, RUNS_MAX, "runs", arg, state);
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
	.args_doc = "RUN RUN...",
	.doc = "Compares stored runs point by point with the first of them: ratio of the medians over "
	       "processes "
	       "and its interval. The runs were measured one after the other and not interleaved, so that "
	       "what "
	       "changed between them is in the ratio; the interval is wider for what changed within each. "
	       "Runs "
	       "that differ in more than their time are refused, with a list of what differs. " RUN_NAMED_HELP
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

int cmd_compare(int argc, char **argv)
{
	static struct arguments a;
	struct run_named runs[RUNS_MAX];
	struct diag d = {0};
	int n;
	cmd_parse(&argp, argc, argv, &a);
	const struct compare_ask ask = {.by = "run", .allowed = a.allowed, .n_allowed = a.n_allowed};
	runs_parse(&a, runs, &n);
	int rc = compare_runs(runs, n, &ask, &a.output, &d);
	for (int i = 0; i < n; i++)
		run_named_free(&runs[i]);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
