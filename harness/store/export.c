/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/store/columns.h"
#include "harness/store/upkeep.h"

/* As in load.c. */
#define SAMPLES_MAX (1 << 25)

/* What a row gives, owned. */
struct record {
	int64_t run, visit, t0;
	int round, n;
	char *point, *keys, *kind, *state, *arm, *name, *unit, *clock;
	int64_t *samples[4];
};

static const struct column columns[] = {
	COLUMN_OF(COLUMN_INT64, record, run),  COLUMN_OF(COLUMN_TEXT, record, point),
	COLUMN_OF(COLUMN_TEXT, record, keys),  COLUMN_OF(COLUMN_INT64, record, visit),
	COLUMN_OF(COLUMN_TEXT, record, kind),  COLUMN_OF(COLUMN_TEXT, record, state),
	COLUMN_OF(COLUMN_TEXT, record, arm),   COLUMN_OF(COLUMN_INT, record, round),
	COLUMN_OF(COLUMN_TEXT, record, name),  COLUMN_OF(COLUMN_TEXT, record, unit),
	COLUMN_OF(COLUMN_TEXT, record, clock), COLUMN_OF(COLUMN_INT64, record, t0),
	COLUMN_OF(COLUMN_INT, record, n),
};
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

static const char select_series[] =
	"SELECT v.run, v.point, q.keys, v.id AS visit, v.kind, v.state, v.arm, v.round, x.name, x.unit, "
	"x.clock, "
	"x.t0, x.n, x.samples, x.offsets, x.marks, x.reps FROM visit v JOIN series x ON x.visit = v.id LEFT "
	"JOIN "
	"run_point q ON q.run = v.run AND q.point = v.point WHERE ?1 = 0 OR v.run = ?1 ORDER BY v.id, x.id";

static void record_free(struct record *r)
{
	char *const texts[] = {r->point, r->keys, r->kind, r->state, r->arm, r->name, r->unit, r->clock};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		free(texts[i]);
	for (int i = 0; i < 4; i++)
		free(r->samples[i]);
}

static int record_take(const struct row *row, struct record *r, struct diag *d)
{
	int rc = columns_take(row, columns, N_COLUMNS, r, d);

	if (rc == 0 && r->n > SAMPLES_MAX)
		rc = diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: %d samples, at most %d are allowed",
				 row->name, r->n, SAMPLES_MAX);
	for (int i = 0; i < 4 && rc == 0; i++)
		rc = column_samples(row, N_COLUMNS + i, r->n, &r->samples[i], d);
	return rc;
}

static int record_give(const struct record *r, export_fn *fn, void *arg, struct diag *d)
{
	const struct export_series x = {.run = r->run,
					.visit = r->visit,
					.point = r->point,
					.keys = r->keys,
					.kind = r->kind,
					.state = r->state,
					.arm = r->arm,
					.round = r->round,
					.name = r->name,
					.unit = r->unit,
					.clock = r->clock,
					.t0 = r->t0,
					.n = r->n,
					.values = r->samples[0],
					.offsets = r->samples[1],
					.marks = r->samples[2],
					.reps = r->samples[3]};

	return fn(arg, &x, d);
}

static int export_all(struct store *s, sqlite3_stmt *stmt, export_fn *fn, void *arg, struct diag *d)
{
	char name[48];
	struct row row = {s, stmt, name};
	int rc;

	while ((rc = db_step(s, stmt, "reading samples", d)) == 1) {
		struct record r = {0};

		snprintf(name, sizeof name, "a series of visit %lld",
			 (long long)sqlite3_column_int64(stmt, 3));
		rc = record_take(&row, &r, d);
		if (rc == 0)
			rc = record_give(&r, fn, arg, d);
		record_free(&r);
		if (rc)
			break;
	}
	return rc;
}

int store_export(struct store *s, int64_t run, export_fn *fn, void *arg, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, select_series, "reading samples", &stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_int64(stmt, 1, run);
	/* One statement is one moment, though a run may be writing. */
	rc = export_all(s, stmt, fn, arg, d);
	sqlite3_finalize(stmt);
	return rc;
}
