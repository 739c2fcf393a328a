/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/history.h"

#include <stdlib.h>
#include <string.h>

#include "harness/store/columns.h"
#include "harness/store/names.h"

/* When a run was resumed, by the note that harness/run/resume.c leaves; NULL where it cannot be read. */
#define RESUMED                                                                                              \
	"CAST(strftime('%s', substr(a.value, instr(a.value, 'resumed ') + 8, 19)) AS INTEGER) * 1000000000"

/* A quality visit also asks the reference, in processes that it has no row of: it lasts until the next visit begins. When
 * the run was interrupted in between, nobody knows how long it took, and the row is passed by (makes_sense).
 * The last repetition's number is at the end of the series' blob. */
#define SELECT                                                                                               \
	"SELECT point, kind, CASE WHEN kind <> 'quality' OR next IS NULL OR next <= start THEN whole "       \
	"WHEN EXISTS (SELECT 1 FROM annotation a WHERE a.run = w.run AND a.key = 'interrupted' AND "         \
	"coalesce(" RESUMED ", start) BETWEEN start AND next) THEN 0 ELSE next - start END, "                \
	"run_ns, load_ns, weight_bytes, flops, bytes, "                                                      \
	"(SELECT substr(q.reps, -8) FROM series q WHERE q.visit = w.id ORDER BY q.id LIMIT 1) FROM "         \
	"(SELECT v.id, v.run, v.point, v.kind, p.start_wall_ns AS start, "                                   \
	"p.end_wall_ns - p.start_wall_ns AS whole, v.wall_ns AS run_ns, v.load_ns, v.weight_bytes, "         \
	"v.flops, v.bytes, lead(p.start_wall_ns) OVER (PARTITION BY v.run ORDER BY v.id) AS next "           \
	"FROM visit v JOIN run r ON r.id = v.run JOIN process p ON p.id = v.process "                        \
	"WHERE r.machine = ?1 AND v.state = 'done' AND p.end_wall_ns IS NOT NULL "                           \
	"ORDER BY v.id DESC LIMIT 200000) w WHERE kind IN ('timing', 'counter', 'quality')"
_Static_assert(STORE_PAST_MAX == 200000, "the statement has the same");

static const struct column past_columns[] = {
	COLUMN_OF(COLUMN_ID, store_past, id, .size = POINT_ID_SIZE),
	COLUMN_OF(COLUMN_ENUM, store_past, kind, .names = visit_kind_names),
	COLUMN_OF(COLUMN_INT64, store_past, whole_ns),
	COLUMN_OF(COLUMN_INT64, store_past, run_ns),
	COLUMN_OF(COLUMN_COUNT, store_past, load_ns),
	COLUMN_OF(COLUMN_COUNT, store_past, weight_bytes),
	COLUMN_OF(COLUMN_REAL, store_past, flops),
	COLUMN_OF(COLUMN_REAL, store_past, bytes),
};
enum { N_COLUMNS = sizeof past_columns / sizeof past_columns[0] };

/* Repetitions are counted from 0. */
static int64_t reps_of(const struct row *row)
{
	uint64_t last = 0;
	const unsigned char *bytes = sqlite3_column_blob(row->stmt, N_COLUMNS);
	if (!bytes || sqlite3_column_bytes(row->stmt, N_COLUMNS) != sizeof last)
		return 0;
	for (size_t i = 0; i < sizeof last; i++)
		last |= (uint64_t)bytes[i] << 8 * i;
	return last < INT32_MAX ? (int64_t)last + 1 : 0;
}

/* A clock that was set in between makes a time that cannot be; it tells nothing. */
static bool makes_sense(const struct store_past *p)
{
	return p->whole_ns > 0 && p->run_ns >= 0 && p->run_ns <= p->whole_ns && p->load_ns <= p->whole_ns;
}

static int take_all(struct row *row, struct store_past **out, int *n, struct diag *d)
{
	int rc;
	while ((rc = db_step(row->s, row->stmt, row->name, d)) == 1) {
		rc = list_grow(row, (void **)out, *n, STORE_PAST_MAX, sizeof **out, d);
		if (rc)
			return rc;
		struct store_past *p = &(*out)[*n];
		memset(p, 0, sizeof *p);
		rc = columns_take(row, past_columns, N_COLUMNS, p, d);
		if (rc)
			return rc;
		p->reps = reps_of(row);
		*n += makes_sense(p);
	}
	return rc;
}

static int by_id(const void *a, const void *b)
{
	const struct store_past *x = a, *y = b;
	return strcmp(x->id, y->id);
}

int store_history(struct store *s, const char *machine_id, struct store_past **out, int *n, struct diag *d)
{
	struct row row = {.s = s, .name = "reading how long visits took"};
	struct store_past *past = NULL;
	int count = 0, rc = db_prepare(s, SELECT, row.name, &row.stmt, d);
	if (rc)
		return rc;
	sqlite3_bind_text(row.stmt, 1, machine_id, -1, SQLITE_TRANSIENT);
	rc = take_all(&row, &past, &count, d);
	sqlite3_finalize(row.stmt);
	if (rc) {
		free(past);
		return rc;
	}
	if (count)
		qsort(past, (size_t)count, sizeof *past, by_id);
	*out = past;
	*n = count;
	return 0;
}
