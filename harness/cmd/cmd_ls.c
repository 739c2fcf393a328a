/* SPDX-License-Identifier: Apache-2.0 */
/* ls: the runs of a store, a line each. */
#include "config.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/labels.h"
#include "harness/cmd/runs_print.h"
#include "harness/store/runs.h"
#include "reports/view.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_LABEL, OPTION_SPEC_NAME, OPTION_MODEL, OPTION_SINCE, OPTION_UNTIL };

/* All that is given must fit; NULL and empty fit any run. */
struct arguments {
	const char *store, *spec, *model;
	char since[RUN_DATE_SIZE], until[RUN_DATE_SIZE];
	struct labels labels;
	bool json;
};

static const struct argp_option options[] = {
	{"label", OPTION_LABEL, "LABEL", 0,
	 "runs with this label: KEY=VALUE or a word; with all of them where it stands more than once", 0},
	{"spec", OPTION_SPEC_NAME, "NAME", 0, "runs of this sweep; * and ? stand for anything", 0},
	{"model", OPTION_MODEL, "NAME", 0, "runs of this model; * and ? stand for anything", 0},
	{"since", OPTION_SINCE, "DATE", 0,
	 "runs that began then or later, as 2026-11 or 2026-11-25T18:09 (UTC)", 0},
	{"until", OPTION_UNTIL, "DATE", 0, "runs that began within it or before", 0},
	{"output", 'o', "FORMAT", 0, "text or json (text)", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static void date_set(char out[RUN_DATE_SIZE], const char *option, const char *arg, struct argp_state *state)
{
	if (!run_date_parse(out, arg))
		argp_error(state, "%s \"%.60s\": expected a date as 2026-11-25 or 2026-11-25T18:09", option,
			   arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_LABEL:
		labels_add(&a->labels, arg, state);
		break;
	case OPTION_SPEC_NAME:
		a->spec = arg;
		break;
	case OPTION_MODEL:
		a->model = arg;
		break;
	case OPTION_SINCE:
		date_set(a->since, "--since", arg, state);
		break;
	case OPTION_UNTIL:
		date_set(a->until, "--until", arg, state);
		break;
	case 'o':
		if (strcmp(arg, "text") != 0 && strcmp(arg, "json") != 0)
			argp_error(state, "--output \"%.60s\": expected text or json", arg);
		a->json = strcmp(arg, "json") == 0;
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\"", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Lists the runs in the store, oldest first: number, begin, state, points that are done of "
	       "all, "
	       "sweep, model, labels.",
};

static bool has_label(const struct stored_run *r, const struct run_label *l)
{
	if (!l->key)
		return strcmp(r->label, l->value) == 0;
	for (int i = 0; i < r->n_annotations; i++) {
		const char *key = run_label_key(r->annotations[i].key);

		if (key && strcmp(key, l->key) == 0 && strcmp(r->annotations[i].value, l->value) == 0)
			return true;
	}
	return false;
}

/* As it was named, or as people know it. */
static bool has_model(const struct listed_run *x, const char *pattern)
{
	bool found = false;

	for (int i = 0; i < x->n_models && !found; i++) {
		struct strbuf brief = {0};

		model_short(&brief, x->model[i]);
		found = fnmatch(pattern, x->model[i], 0) == 0 ||
			fnmatch(pattern, strbuf_text(&brief), 0) == 0;
		strbuf_free(&brief);
	}
	return found;
}

static bool is_wanted(const struct listed_run *x, const void *arg)
{
	const struct arguments *a = arg;
	char date[RUN_DATE_SIZE];

	run_date_of(date, x->run->start_wall_ns);
	if (strncmp(date, a->since, strlen(a->since)) < 0 || strncmp(date, a->until, strlen(a->until)) > 0)
		return false;
	for (int i = 0; i < a->labels.n; i++)
		if (!has_label(x->run, &a->labels.label[i]))
			return false;
	if (a->spec && fnmatch(a->spec, x->run->spec_name, 0) != 0)
		return false;
	return !a->model || has_model(x, a->model);
}

static void print(const struct arguments *a, const struct run_listing *l)
{
	if (a->json)
		runs_print_json(l, is_wanted, a);
	else if (l->n == 0)
		puts("no runs yet");
	else if (runs_print_table(l, is_wanted, a) == 0)
		printf("none of %d %s\n", l->n, l->n == 1 ? "run" : "runs");
}

int cmd_ls(int argc, char **argv)
{
	static struct arguments a;
	struct run_listing l = {0};
	struct diag d = {0};
	struct store *store;
	a.store = store_default_path();
	cmd_parse(&argp, argc, argv, &a);
	int rc = store_open(&store, a.store, STORE_READ, &d);
	if (rc == 0) {
		rc = store_listing(store, &l, &d);
		if (rc == 0)
			print(&a, &l);
		run_listing_free(&l);
		store_close(store);
	}
	labels_free(&a.labels);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
