/* SPDX-License-Identifier: Apache-2.0 */
/* All runs with what people choose them by: labels, notes, models, how far they came. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/columns.h"
#include "harness/store/load.h"
#include "harness/store/runs.h"

enum { MODELS_MAX = 1 << 16, ANNOTATIONS_MAX = 1 << 16 };

/* The three statements have the run first and are in the order of runs. */
static const char select_counts[] =
	"SELECT run, sum(state = 'done'), sum(state = 'failed') FROM run_point GROUP BY run ORDER BY run";
static const char select_models[] =
	"SELECT DISTINCT run, json_extract(CASE WHEN json_valid(keys) THEN keys ELSE '{}' END, '$.model') AS "
	"model FROM run_point WHERE role = 'measure' AND model IS NOT NULL ORDER BY run, model";
static const char select_annotations[] = "SELECT run, key, value FROM annotation ORDER BY run, rowid";

typedef int take_fn(const struct row *row, struct listed_run *x, struct diag *d);

/* No text where a number stands, or the reverse: an untrusted column is read as what it is to be. */
static char *text_of(const struct row *row, int i)
{
	const char *text = (const char *)sqlite3_column_text(row->stmt, i);

	return mem_strdup(text ? text : "");
}

static int take_counts(const struct row *row, struct listed_run *x, struct diag *d)
{
	(void)d;
	x->n_done = sqlite3_column_int(row->stmt, 1);
	x->n_failed = sqlite3_column_int(row->stmt, 2);
	return 0;
}

static int take_model(const struct row *row, struct listed_run *x, struct diag *d)
{
	int rc = 0;

	if (sqlite3_column_type(row->stmt, 1) == SQLITE_NULL)
		return 0;
	rc = list_grow(row, (void **)&x->model, x->n_models, MODELS_MAX, sizeof *x->model, d);
	if (rc == 0)
		x->model[x->n_models++] = text_of(row, 1);
	return rc;
}

static int take_annotation(const struct row *row, struct listed_run *x, struct diag *d)
{
	struct stored_run *r = x->run;
	int rc = list_grow(row, (void **)&r->annotations, r->n_annotations, ANNOTATIONS_MAX,
			   sizeof *r->annotations, d);

	if (rc == 0)
		r->annotations[r->n_annotations++] =
			(struct stored_annotation){text_of(row, 1), text_of(row, 2)};
	return rc;
}

/* Rows of runs that are not there are passed by: store check tells of them. */
static int take_rows(struct store *s, struct run_listing *l, const char *sql, take_fn *take, struct diag *d)
{
	struct row row = {.s = s, .name = "listing runs"};
	int i = 0, rc = db_prepare(s, sql, row.name, &row.stmt, d);

	while (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1) {
		int64_t run = sqlite3_column_int64(row.stmt, 0);

		while (i < l->n && l->item[i].run->id < run)
			i++;
		rc = i < l->n && l->item[i].run->id == run ? take(&row, &l->item[i], d) : 0;
	}
	sqlite3_finalize(row.stmt);
	return rc;
}

static int listing(struct store *s, struct run_listing *l, struct diag *d)
{
	int rc = store_run_list(s, &l->runs, &l->n, d);

	if (rc)
		return rc;
	l->item = mem_alloc(sizeof *l->item * ((size_t)l->n + 1));
	for (int i = 0; i < l->n; i++)
		l->item[i].run = &l->runs[i];
	rc = take_rows(s, l, select_counts, take_counts, d);
	if (rc == 0)
		rc = take_rows(s, l, select_models, take_model, d);
	return rc ? rc : take_rows(s, l, select_annotations, take_annotation, d);
}

int store_listing(struct store *s, struct run_listing *out, struct diag *d)
{
	int rc = db_begin_read(s, d);

	*out = (struct run_listing){0};
	return rc ? rc : db_end(s, listing(s, out, d), d);
}

void run_listing_free(struct run_listing *l)
{
	for (int i = 0; l->item && i < l->n; i++) {
		for (int j = 0; j < l->item[i].n_models; j++)
			free(l->item[i].model[j]);
		free(l->item[i].model);
	}
	free(l->item);
	stored_run_list_free(l->runs, l->n);
	*l = (struct run_listing){0};
}
