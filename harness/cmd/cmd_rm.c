/* SPDX-License-Identifier: Apache-2.0 */
/* rm: runs leave the store. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/strbuf.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/run_named.h"
#include "harness/cmd/runs_print.h"
#include "harness/store/upkeep.h"
#include "reports/text.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_YES };
enum { RUNS_MAX = 256 };

struct arguments {
	const char *store;
	const char *text[RUNS_MAX]; /* the runs as typed */
	int n;
	bool yes;
};

/* Which runs; all of one store. */
struct doomed {
	char *store;
	int64_t run[RUNS_MAX];
	int n;
};

static const struct argp_option options[] = {
	{"yes", OPTION_YES, NULL, 0, "remove them without a question", 0},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_YES:
		a->yes = true;
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	case ARGP_KEY_ARG:
		if (a->n == RUNS_MAX)
			argp_error(state, "more than %d runs", RUNS_MAX);
		a->text[a->n++] = arg;
		break;
	case ARGP_KEY_END:
		if (a->n == 0)
			argp_error(state, "expected the runs to remove");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN...",
	.doc = "Removes runs from the store with all that is theirs alone: all of them or none. Asks before; "
	       "without a terminal it needs --yes. " RUN_NAMED_HELP ".",
};

/* ---- which ---- */

static bool is_doomed(const struct listed_run *x, const void *arg)
{
	const struct doomed *list = arg;

	for (int i = 0; i < list->n; i++)
		if (list->run[i] == x->run->id)
			return true;
	return false;
}

static void doomed_add(struct doomed *list, int64_t run)
{
	for (int i = 0; i < list->n; i++)
		if (list->run[i] == run)
			return;
	list->run[list->n++] = run;
}

static int find_one(const struct arguments *a, int i, struct doomed *list, struct store **s, struct diag *d)
{
	struct run_named named;
	int64_t run;
	int rc = 0;

	run_named_parse(&named, a->text[i], a->store);
	if (!named.name)
		rc = diag_set(d, ERR_USAGE, "\"%.80s\" is a store: expected its run, as %.80s#last",
			      a->text[i], a->text[i]);
	else if (*s && strcmp(list->store, named.store) != 0)
		rc = diag_set(d, ERR_USAGE, "\"%.80s\": the runs are of several stores", a->text[i]);
	else if (!*s)
		rc = store_open(s, named.store, STORE_READ, d);
	if (rc == 0)
		rc = run_named_find(&named, *s, &run, d);
	if (rc == 0)
		doomed_add(list, run);
	if (!list->store) {
		list->store = named.store;
		named.store = NULL;
	}
	run_named_free(&named);
	return rc;
}

/* Finds them all and prints them. */
static int find_all(const struct arguments *a, struct doomed *list, struct diag *d)
{
	struct store *s = NULL;
	struct run_listing l = {0};
	int rc = 0;

	for (int i = 0; i < a->n && rc == 0; i++)
		rc = find_one(a, i, list, &s, d);
	if (rc == 0)
		rc = store_listing(s, &l, d);
	if (rc == 0)
		(void)runs_print_table(&l, is_doomed, list);
	run_listing_free(&l);
	store_close(s);
	return rc;
}

/* ---- removing ---- */

/* Only "y" or "yes" is one. */
static bool confirmed(int n)
{
	char line[16] = "";

	fprintf(stderr, "remove %s? [y/N] ", n == 1 ? "this run" : "these runs");
	fflush(stderr);
	if (!fgets(line, sizeof line, stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return strcmp(line, "y") == 0 || strcmp(line, "yes") == 0;
}

/* 1: go on, 0: the answer was no. */
static int ask(const struct arguments *a, const struct doomed *list, struct diag *d)
{
	if (a->yes)
		return 1;
	if (!isatty(STDIN_FILENO))
		return diag_set(d, ERR_USAGE,
				"nothing is removed without a terminal to ask at: --yes does it");
	(void)fflush(stdout);
	return confirmed(list->n);
}

static int remove_all(const struct doomed *list, struct diag *d)
{
	struct store *s;
	struct strbuf plain = {0};
	int64_t unused = 0;
	int rc = store_open(&s, list->store, STORE_WRITE, d);

	if (rc)
		return rc;
	rc = store_runs_remove(s, list->run, list->n, d);
	if (rc == 0)
		rc = store_unused(s, &unused, d);
	store_close(s);
	text_shell(&plain, list->store);
	if (rc == 0)
		printf("%d %s removed", list->n, list->n == 1 ? "run" : "runs");
	if (rc == 0 && unused > 0)
		printf("; %lld bytes of the store are unused: inferometer store shrink --store %s gives them "
		       "back",
		       (long long)unused, strbuf_text(&plain));
	if (rc == 0)
		putchar('\n');
	strbuf_free(&plain);
	return rc;
}

int cmd_rm(int argc, char **argv)
{
	static struct arguments a;
	struct doomed list = {0};
	struct diag d = {0};
	a.store = store_default_path();
	cmd_parse(&argp, argc, argv, &a);
	int rc = find_all(&a, &list, &d);
	if (rc == 0)
		rc = ask(&a, &list, &d);
	if (rc == 1)
		rc = remove_all(&list, &d);
	else if (rc == 0)
		puts("nothing is removed");
	free(list.store);
	return cmd_finish(rc ? cmd_fail(&d) : EXIT_OK);
}
