/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/compare_runs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/store/trial.h"
#include "reports/compare/compare.h"
#include "reports/text.h"
#include "reports/view.h"

struct loaded {
	struct stored_run *run;
	struct stat file; /* of its store */
	struct analysis *a;
	char *name, *machine;
};

static int run_load(struct loaded *out, const struct run_named *named, struct diag *d)
{
	struct strbuf machine = {0};
	struct store *store;
	int64_t run;
	int rc = run_named_open(named, &store, &run, d);

	if (rc)
		return rc;
	if (stat(named->store, &out->file) != 0)
		rc = diag_set_at(d, ERR_IO, named->store, 0, "%s", strerror(errno));
	else
		rc = store_run_load_brief(store, run, &out->run, d);
	store_close(store);
	if (rc)
		return rc;
	if (stored_run_is_trial(out->run))
		return diag_set(
			d, ERR_USAGE,
			"run %lld of %.200s is a comparison of two arms: inferometer report %lld prints it",
			(long long)out->run->id, named->store, (long long)out->run->id);
	out->a = analysis_make(out->run);
	out->name = mem_printf("%s#%lld", named->store, (long long)out->run->id);
	machine_put(&machine, out->run);
	out->machine = strbuf_take(&machine);
	return 0;
}

/* However its store is spelled. */
static bool is_same(const struct loaded *a, const struct loaded *b)
{
	return a->run->id == b->run->id && a->file.st_dev == b->file.st_dev &&
	       a->file.st_ino == b->file.st_ino;
}

/* A run that is named twice has nothing to be compared with. */
static int twice_check(const struct loaded *runs, int n, struct diag *d)
{
	for (int i = 0; i < n; i++)
		for (int j = 0; j < i; j++) {
			bool alike = strcmp(runs[i].name, runs[j].name) == 0;
			if (is_same(&runs[i], &runs[j]))
				return diag_set(d, ERR_USAGE, "%.120s is named twice%s%.120s", runs[i].name,
						alike ? "" : ", also as ", alike ? "" : runs[j].name);
		}
	return 0;
}

static int print(const struct comparison *c, const struct output *o, struct diag *d)
{
	const struct report_options options = output_options(o);
	int rc = o->format ? comparison_emit(stdout, c, o->format, &options, d) : 0;

	if (rc == 0 && o->html)
		rc = comparison_write_html(o->html, c, d);
	if (rc == 0 && o->html)
		fprintf(stderr, "report: %s/compare.html\n", o->html);
	return rc;
}

static int refuse(const struct comparison *c, struct diag *d)
{
	struct strbuf text = {0}, plain = {0};

	comparison_refusal(&text, c);
	text_lines(&plain, strbuf_text(&text));
	fputs(strbuf_text(&plain), stderr);
	strbuf_free(&text);
	strbuf_free(&plain);
	return diag_set(d, ERR_USAGE,
			"the runs are not comparable by %.60s: %d differences were not declared", c->by,
			differences_count(&c->differences, DIFFERENCE_REFUSED) +
				differences_count(&c->differences, DIFFERENCE_NEVER));
}

/* Runs that have no point in common make a table of gaps. */
static int common_check(const struct comparison *c, struct diag *d)
{
	for (int i = 0; i < c->n_cells; i++) {
		int n = 0;

		for (int v = 0; v < c->n_values; v++)
			n += c->cell[i].compared[v].row != NULL;
		if (n > 1)
			return 0;
	}
	return diag_set(d, ERR_USAGE,
			"the runs have no point in common: there is nothing to compare; "
			"inferometer show lists the points of each (foreign runs have none of ours)");
}

static int compare(const struct loaded *loaded, int n, const struct compare_ask *ask, const struct output *o,
		   struct diag *d)
{
	struct compared_run *runs = mem_alloc(sizeof *runs * (size_t)(n + 1));
	struct comparison *c;
	int rc = twice_check(loaded, n, d);

	for (int i = 0; i < n; i++)
		runs[i] = (struct compared_run){loaded[i].a, loaded[i].name, loaded[i].machine};
	if (rc == 0)
		rc = comparison_make(&c, runs, n, ask, d);
	if (rc == 0) {
		if (c->kind == COMPARE_RUN)
			rc = common_check(c, d);
		if (rc == 0)
			rc = c->refused ? refuse(c, d) : print(c, o, d);
		comparison_free(c);
	}
	free(runs);
	return rc;
}

int compare_runs(const struct run_named *named, int n, const struct compare_ask *ask, const struct output *o,
		 struct diag *d)
{
	struct loaded *loaded = mem_alloc(sizeof *loaded * (size_t)(n + 1));
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = run_load(&loaded[i], &named[i], d);
	if (rc == 0)
		rc = compare(loaded, n, ask, o, d);
	for (int i = 0; i < n; i++) {
		analysis_free(loaded[i].a);
		stored_run_free(loaded[i].run);
		free(loaded[i].name);
		free(loaded[i].machine);
	}
	free(loaded);
	return rc;
}
