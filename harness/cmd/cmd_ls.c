/* SPDX-License-Identifier: Apache-2.0 */
/* ls: the runs of a store, a line each. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/store/store.h"
#include "reports/text.h"
#include "reports/view.h"

enum { OPTION_STORE = OPTION_OWN };

static const struct argp_option options[] = {
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **store = state->input;
	if (key == ARGP_KEY_ARG)
		argp_error(state, "unexpected argument \"%.60s\"", arg);
	if (key != OPTION_STORE)
		return ARGP_ERR_UNKNOWN;
	*store = arg;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Lists the runs in the store, oldest first: number, begin, state, points, sweep, label.",
};

static void print_run(const struct stored_run *r)
{
	struct strbuf when = {0}, state = {0}, name = {0}, label = {0};
	time_put(&when, r->start_wall_ns);
	text_plain(&state, r->state);
	text_plain(&name, r->spec_name);
	text_plain(&label, r->label);
	printf("%4lld  %-20s  %-11s  %6d  %-16s  %s\n", (long long)r->id, strbuf_text(&when),
	       strbuf_text(&state), r->n_points, strbuf_text(&name), strbuf_text(&label));
	strbuf_free(&when);
	strbuf_free(&state);
	strbuf_free(&name);
	strbuf_free(&label);
}

static void print_runs(const struct stored_run *runs, int n)
{
	if (n == 0) {
		puts("no runs yet");
		return;
	}
	printf("%4s  %-20s  %-11s  %6s  %-16s  %s\n", "run", "begin", "state", "points", "sweep", "label");
	for (int i = 0; i < n; i++)
		print_run(&runs[i]);
}

int cmd_ls(int argc, char **argv)
{
	const char *path = store_default_path();
	struct diag d = {0};
	struct store *store;
	struct stored_run *runs;
	int n;
	cmd_parse(&argp, argc, argv, &path);
	int rc = store_open(&store, path, STORE_READ, &d);
	if (rc)
		return cmd_fail(&d);
	rc = store_run_list(store, &runs, &n, &d);
	if (rc == 0) {
		print_runs(runs, n);
		stored_run_list_free(runs, n);
	}
	store_close(store);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
