/* SPDX-License-Identifier: Apache-2.0 */
/* store: what is done with whole stores: merge, check, prune, shrink, export. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/store_export.h"
#include "harness/cmd/run_named.h"
#include "harness/store/runs.h"
#include "harness/store/upkeep.h"
#include "reports/text.h"
#include "reports/view.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_OLDER, OPTION_KEEP, OPTION_RUN, OPTION_YES, OPTION_TO };
enum { PATHS_MAX = 256, NAMED_MAX = 256 };
#define DAY_NS (86400 * INT64_C(1000000000))

struct arguments {
	const struct action *action;
	const char *store, *format, *to;
	const char *path[PATHS_MAX];
	int n_paths;
	long older_days, keep;	      /* -1: not given */
	const char *named[NAMED_MAX]; /* the runs as typed */
	int64_t run[NAMED_MAX];	      /* and as found */
	int n_runs;
	bool yes;
};

struct action {
	const char *name;
	int (*fn)(struct arguments *a, struct diag *d); /* an exit status, or a negative error */
};

static const struct argp_option options[] = {
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{"run", OPTION_RUN, "RUN", 0,
	 "prune: this run; export: of this run alone. May stand more than once for prune", 0},
	{"older-than", OPTION_OLDER, "DAYS", 0, "prune: runs that began before so many days", 0},
	{"keep", OPTION_KEEP, "N", 0, "prune: all but the newest N runs", 0},
	{"yes", OPTION_YES, NULL, 0, "prune: remove them; else it only says what would go", 0},
	{"output", 'o', "FORMAT", 0, "export: csv or jsonl (csv)", 0},
	{"to", OPTION_TO, "FILE", 0,
	 "export: write to this file, which appears when it is complete (standard output)", 0},
	{0},
};

/* ---- merge ---- */

static int merge(struct arguments *a, struct diag *d)
{
	struct store_merged m = {0};
	struct strbuf plain = {0};
	int rc = store_merge(a->path[0], a->path + 1, a->n_paths - 1, &m, d);

	text_plain(&plain, a->path[0]);
	if (rc == 0 || m.n_added + m.n_updated > 0)
		printf("%s: %d added, %d updated, %d there already\n", strbuf_text(&plain), m.n_added,
		       m.n_updated, m.n_known);
	strbuf_free(&plain);
	return rc;
}

/* ---- check ---- */

static void problem_print(void *arg, const char *text)
{
	struct strbuf plain = {0};

	(void)arg;
	text_plain(&plain, text);
	puts(strbuf_text(&plain));
	strbuf_free(&plain);
}

static int check(struct arguments *a, struct diag *d)
{
	const char *path = a->n_paths ? a->path[0] : a->store;
	struct store *s;
	int n, rc = store_open(&s, path, STORE_READ, d);

	if (rc)
		return rc;
	rc = store_check(s, true, problem_print, NULL, &n, d);
	store_close(s);
	if (rc)
		return rc;
	if (n == 0)
		puts("whole");
	else
		printf("%d %s\n", n, n == 1 ? "problem" : "problems");
	return n ? EXIT_WRONG_USE : EXIT_OK;
}

/* ---- prune ---- */

static bool is_named(const struct arguments *a, int64_t run)
{
	for (int i = 0; i < a->n_runs; i++)
		if (a->run[i] == run)
			return true;
	return false;
}

/* The numbers of the runs that were named. */
static int runs_find(struct arguments *a, struct store *s, struct diag *d)
{
	int rc = 0;

	for (int i = 0; i < a->n_runs && rc == 0; i++)
		rc = store_run_find(s, a->named[i], &a->run[i], d);
	return rc;
}

/* i: from the oldest, of n. A run goes when any of the options names it. */
static bool is_pruned(const struct arguments *a, const struct stored_run *r, int i, int n)
{
	if (is_named(a, r->id))
		return true;
	if (a->older_days >= 0 && r->start_wall_ns < clock_wall_ns() - a->older_days * DAY_NS)
		return true;
	return a->keep >= 0 && i < n - a->keep;
}

static void run_print(const struct stored_run *r)
{
	struct strbuf when = {0}, name = {0}, label = {0};

	time_put(&when, r->start_wall_ns);
	text_plain(&name, r->spec_name);
	text_plain(&label, r->label);
	printf("%4lld  %-20s  %6d  %-16s  %s\n", (long long)r->id, strbuf_text(&when), r->n_points,
	       strbuf_text(&name), strbuf_text(&label));
	strbuf_free(&when);
	strbuf_free(&name);
	strbuf_free(&label);
}

/* free() it. */
static int64_t *pruned_make(const struct arguments *a, const struct stored_run *runs, int n, int *n_out)
{
	int64_t *list = mem_alloc(sizeof *list * (size_t)(n + 1));

	*n_out = 0;
	for (int i = 0; i < n; i++) {
		if (!is_pruned(a, &runs[i], i, n))
			continue;
		run_print(&runs[i]);
		list[(*n_out)++] = runs[i].id;
	}
	return list;
}

static int prune_open(const struct arguments *a, struct store *s, struct diag *d)
{
	struct stored_run *runs;
	int64_t *list;
	int n, n_list, rc = store_run_list(s, &runs, &n, d);

	if (rc)
		return rc;
	list = pruned_make(a, runs, n, &n_list);
	stored_run_list_free(runs, n);
	if (!a->yes)
		printf("%d of %d runs would be removed; --yes removes them\n", n_list, n);
	else if (n_list > 0) {
		rc = store_runs_remove(s, list, n_list, d);
		if (rc == 0)
			printf("%d of %d runs removed\n", n_list, n);
		if (rc == 0)
			rc = store_shrink(s, d);
	} else
		puts("nothing to remove");
	free(list);
	return rc;
}

/* Opened for writing, one that is absent would be made. */
static int open_there(const char *path, enum store_mode mode, struct store **s, struct diag *d)
{
	return access(path, F_OK) == 0 ? store_open(s, path, mode, d)
				       : diag_set_at(d, ERR_IO, path, 0, "there is no such store");
}

static int prune(struct arguments *a, struct diag *d)
{
	struct store *s = NULL;
	int rc = open_there(a->store, a->yes ? STORE_WRITE : STORE_READ, &s, d);

	if (rc)
		return rc;
	rc = runs_find(a, s, d);
	if (rc == 0)
		rc = prune_open(a, s, d);
	store_close(s);
	return rc;
}

/* ---- shrink ---- */

static int shrink(struct arguments *a, struct diag *d)
{
	struct store *s = NULL;
	int64_t unused = 0;
	int rc = open_there(a->n_paths ? a->path[0] : a->store, STORE_WRITE, &s, d);

	if (rc)
		return rc;
	rc = store_unused(s, &unused, d);
	if (rc == 0)
		rc = store_shrink(s, d);
	store_close(s);
	if (rc == 0)
		printf("%lld bytes given back\n", (long long)unused);
	return rc;
}

/* ---- export ---- */

static int export_to(const struct arguments *a, struct store *s, FILE *out, struct diag *d)
{
	bool jsonl = a->format && strcmp(a->format, "jsonl") == 0;

	return store_export_write(s, a->n_runs ? a->run[0] : 0, jsonl, out, d);
}

static int export_file(const struct arguments *a, struct store *s, struct diag *d)
{
	char *part = mem_printf("%s.part%ld", a->to, (long)getpid());
	FILE *out = fopen(part, "w");
	int rc = out ? export_to(a, s, out, d)
		     : diag_set_at(d, ERR_IO, a->to, 0, "cannot be written: %s", strerror(errno));

	if (out && fclose(out) != 0 && rc == 0)
		rc = diag_set_at(d, ERR_IO, a->to, 0, "cannot be written: %s", strerror(errno));
	if (rc == 0 && rename(part, a->to) != 0)
		rc = diag_set_at(d, ERR_IO, a->to, 0, "cannot rename to this name: %s", strerror(errno));
	if (out && rc)
		unlink(part);
	free(part);
	return rc;
}

static int export_run(struct arguments *a, struct diag *d)
{
	struct store *s;
	int rc = store_open(&s, a->n_paths ? a->path[0] : a->store, STORE_READ, d);

	if (rc)
		return rc;
	rc = runs_find(a, s, d);
	if (rc == 0)
		rc = a->to ? export_file(a, s, d) : export_to(a, s, stdout, d);
	store_close(s);
	return rc;
}

/* ---- what was asked ---- */

static const struct action actions[] = {{"merge", merge},   {"check", check},	    {"prune", prune},
					{"shrink", shrink}, {"export", export_run}, {NULL, NULL}};

static void action_set(struct arguments *a, const char *arg, struct argp_state *state)
{
	const struct action *x = actions;

	while (x->name && strcmp(x->name, arg) != 0)
		x++;
	if (!x->name)
		argp_error(state, "\"%.60s\": expected merge, check, prune, shrink or export", arg);
	a->action = x;
}

static void path_add(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (!a->action) {
		action_set(a, arg, state);
		return;
	}
	if (a->n_paths == PATHS_MAX)
		argp_error(state, "more than %d stores", PATHS_MAX);
	a->path[a->n_paths++] = arg;
}

static void check_prune(const struct arguments *a, struct argp_state *state)
{
	if (a->n_runs == 0 && a->keep < 0 && a->older_days < 0)
		argp_error(state, "prune: which runs? --older-than, --keep or --run says");
}

static void arguments_check(struct arguments *a, struct argp_state *state)
{
	bool is_prune, is_export;
	int most;

	if (!a->action) {
		argp_error(state, "expected merge, check, prune, shrink or export");
		return;
	}
	is_prune = a->action->fn == prune;
	is_export = a->action->fn == export_run;
	most = a->action->fn == merge ? PATHS_MAX : 1;
	if (a->n_paths > most)
		argp_error(state, "unexpected argument \"%.60s\"", a->path[most]);
	if (a->action->fn == merge && a->n_paths < 2)
		argp_error(state, "merge: expected the store to merge into, then those to be merged");
	if (!is_prune && (a->keep >= 0 || a->older_days >= 0 || a->yes))
		argp_error(state, "--keep, --older-than and --yes are for prune");
	if (!is_export && (a->format || a->to))
		argp_error(state, "--output and --to are for export");
	if (a->n_runs && !is_prune && !is_export)
		argp_error(state, "--run is for prune and export");
	if (is_export && a->n_runs > 1)
		argp_error(state, "export: one --run, or all runs without it");
	if (is_prune)
		check_prune(a, state);
	if (is_prune && a->n_paths)
		a->store = a->path[0];
}

static void run_add(struct arguments *a, const char *arg, struct argp_state *state)
{
	if (a->n_runs == NAMED_MAX)
		argp_error(state, "more than %d runs", NAMED_MAX);
	a->named[a->n_runs++] = arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_STORE:
		a->store = arg;
		break;
	case OPTION_RUN:
		run_add(a, arg, state);
		break;
	case OPTION_OLDER:
		a->older_days = cmd_number(state, "--older-than", arg, 0, 36500);
		break;
	case OPTION_KEEP:
		a->keep = cmd_number(state, "--keep", arg, 0, INT_MAX);
		break;
	case OPTION_YES:
		a->yes = true;
		break;
	case 'o':
		if (strcmp(arg, "csv") != 0 && strcmp(arg, "jsonl") != 0)
			argp_error(state, "-o \"%.40s\": expected csv or jsonl", arg);
		a->format = arg;
		break;
	case OPTION_TO:
		a->to = arg;
		break;
	case ARGP_KEY_ARG:
		path_add(a, arg, state);
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
	.args_doc = "merge OUT IN...\ncheck [STORE]\nprune [STORE]\nshrink [STORE]\nexport [STORE]",
	.doc = "Joins stores, looks whether one is whole, removes runs, gives room back, or writes raw "
	       "samples. "
	       "merge puts the runs of the stores IN into OUT, which is made when absent; what is there "
	       "already is "
	       "known and not doubled. check ends with status 2 when something is wrong. prune says what "
	       "would go; "
	       "with --yes it goes. shrink gives the room back that removed runs left. " RUN_NAMED_HELP ".",
};

int cmd_store(int argc, char **argv)
{
	static struct arguments a;
	struct diag d = {0};
	a.older_days = a.keep = -1;
	a.store = store_default_path();
	cmd_parse(&argp, argc, argv, &a);
	int rc = a.action->fn(&a, &d);
	return cmd_finish(rc < 0 ? cmd_fail(&d) : rc);
}
