/* SPDX-License-Identifier: Apache-2.0 */
/* How far a run is: its points and its plan, without the samples. */
#include "config.h"

#include "harness/store/store.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/store/columns.h"
#include "harness/store/load.h"
#include "harness/store/names.h"
#include "harness/store/trial.h"

enum { PLANNED_MAX = 1 << 24, VERIFIED_MAX = 1 << 20 };

#define PLANNED_SELECT                                                                                       \
	"SELECT p.point, p.round, p.kind, p.pass, v.id IS NOT NULL AS made, coalesce(v.state, 'done') AS "   \
	"state, "                                                                                            \
	"v.reason, EXISTS (SELECT 1 FROM artifact a WHERE a.visit = v.id AND a.name = 'log') AS has_log, "   \
	"p.number FROM planned p LEFT JOIN visit v ON v.run = p.run AND v.planned = p.number WHERE "         \
	"p.run = ?1 ORDER BY p.number"

static const struct column planned_columns[] = {
	COLUMN_OF(COLUMN_ID, stored_planned, point, .size = POINT_ID_SIZE),
	COLUMN_OF(COLUMN_INT, stored_planned, round),
	COLUMN_OF(COLUMN_ENUM, stored_planned, kind, .names = visit_kind_names),
	COLUMN_OF(COLUMN_INT, stored_planned, pass),
	COLUMN_OF(COLUMN_BOOL, stored_planned, made),
	COLUMN_OF(COLUMN_FLAG, stored_planned, failed, .names = visit_state_names),
	COLUMN_OF(COLUMN_TEXT_OPT, stored_planned, reason),
	COLUMN_OF(COLUMN_BOOL, stored_planned, has_log),
};
enum { N_PLANNED_COLUMNS = sizeof planned_columns / sizeof planned_columns[0] };

static const struct column build_columns[] = {
	COLUMN_OF(COLUMN_TEXT_OPT, stored_progress, build_program),
	COLUMN_OF(COLUMN_TEXT_OPT, stored_progress, build_version),
	COLUMN_OF(COLUMN_JSON_OPT, stored_progress, build),
};

struct verified {
	char point[POINT_ID_SIZE];
};
static const struct column verified_columns[] = {
	COLUMN_OF(COLUMN_ID, verified, point, .size = POINT_ID_SIZE),
};

/* ---- which run ---- */

static int newest_interrupted(struct store *s, int64_t *out, struct diag *d)
{
	int rc = db_integer(s,
			    "SELECT coalesce(max(id), 0) FROM run WHERE state IN ('running', 'interrupted') "
			    "AND NOT EXISTS "
			    "(SELECT 1 FROM annotation a WHERE a.run = run.id AND a.key = '" TRIAL_KEY "')",
			    "looking for an interrupted run", out, d);

	if (rc == 0 && *out == 0)
		return diag_set_at(d, ERR_USAGE, s->path, 0, "no run of it was interrupted");
	return rc;
}

/* ---- its parts; ?1 is the run ---- */

static int prepare(struct row *row, const char *sql, int64_t run, struct diag *d)
{
	int rc = db_prepare(row->s, sql, row->name, &row->stmt, d);

	if (rc == 0)
		sqlite3_bind_int64(row->stmt, 1, run);
	return rc;
}

static int load_planned(struct store *s, struct stored_progress *p, struct diag *d)
{
	struct row row = {.s = s, .name = "the plan of a run"};
	int rc = prepare(&row, PLANNED_SELECT, p->run->id, d);

	while (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1) {
		rc = list_grow(&row, (void **)&p->planned, p->n_planned, PLANNED_MAX, sizeof *p->planned, d);
		if (rc == 0)
			rc = columns_take(&row, planned_columns, N_PLANNED_COLUMNS,
					  &p->planned[p->n_planned++], d);
		/* Numbers without a gap: else a visit would be lost without a word. */
		if (rc == 0 && sqlite3_column_int64(row.stmt, N_PLANNED_COLUMNS) != p->n_planned)
			rc = column_wrong(&row, N_PLANNED_COLUMNS, "the numbers from 1 on", d);
	}
	sqlite3_finalize(row.stmt);
	return rc;
}

static int load_verified(struct store *s, struct stored_progress *p, struct diag *d)
{
	struct row row = {.s = s, .name = "the verified points of a run"};
	int rc = prepare(
		&row, "SELECT DISTINCT point FROM visit WHERE run = ?1 AND kind = 'quality' ORDER BY point",
		p->run->id, d);

	while (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1) {
		rc = list_grow(&row, (void **)&p->verified, p->n_verified, VERIFIED_MAX, sizeof *p->verified,
			       d);
		if (rc == 0)
			rc = columns_take(&row, verified_columns, 1, p->verified[p->n_verified++], d);
	}
	sqlite3_finalize(row.stmt);
	return rc;
}

static int load_build(struct store *s, struct stored_progress *p, struct diag *d)
{
	struct row row = {.s = s, .name = "the build of a run"};
	int rc =
		prepare(&row,
			"SELECT b.program, b.version, b.facts FROM run r LEFT JOIN build b ON b.id = r.build "
			"WHERE r.id = ?1",
			p->run->id, d);

	if (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1)
		rc = columns_take(&row, build_columns, 3, p, d);
	sqlite3_finalize(row.stmt);
	return rc;
}

/* Where the run stands and when it was last heard of. */
static int load_end(struct store *s, struct stored_progress *p, struct diag *d)
{
	struct row row = {.s = s, .name = "the end of a run"};
	int rc = prepare(
		&row,
		"SELECT coalesce(max(v.position) + 1, 0), coalesce(max(p.end_wall_ns), 0) FROM visit v "
		"LEFT JOIN process p ON p.id = v.process WHERE v.run = ?1",
		p->run->id, d);

	if (rc == 0 && (rc = db_step(s, row.stmt, row.name, d)) == 1) {
		p->next_position = sqlite3_column_int(row.stmt, 0);
		p->last_wall_ns = sqlite3_column_int64(row.stmt, 1);
		rc = 0;
	}
	sqlite3_finalize(row.stmt);
	if (rc == 0 && p->next_position < 0)
		return diag_set_at(d, ERR_FORMAT, s->path, 0, "%s: a position is negative", row.name);
	return rc;
}

static int load(struct store *s, int64_t run, struct stored_progress *p, struct diag *d)
{
	int rc = run ? 0 : newest_interrupted(s, &run, d);

	if (rc == 0)
		rc = load_outline(s, run, &p->run, d);
	if (rc == 0 && stored_run_is_trial(p->run))
		return diag_set_at(d, ERR_USAGE, s->path, 0,
				   "run %lld is a comparison of two arms, which is not gone on with later: "
				   "inferometer report "
				   "%lld prints what it has",
				   (long long)run, (long long)run);
	if (rc == 0)
		rc = load_build(s, p, d);
	if (rc == 0)
		rc = load_planned(s, p, d);
	if (rc == 0)
		rc = load_verified(s, p, d);
	if (rc == 0)
		rc = load_end(s, p, d);
	if (rc == 0 && strcmp(p->run->state, "done") != 0 && p->n_planned == 0 && !*p->build_program)
		return diag_set_at(d, ERR_USAGE, s->path, 0,
				   "run %lld has no plan to finish: an older inferometer stored it",
				   (long long)run);
	return rc;
}

int store_progress_load(struct store *s, int64_t run, struct stored_progress **out, struct diag *d)
{
	struct stored_progress *p = mem_alloc(sizeof *p);
	int rc = db_begin_read(s, d);

	if (rc == 0)
		rc = db_end(s, load(s, run, p, d), d);
	if (rc) {
		stored_progress_free(p);
		return rc;
	}
	*out = p;
	return 0;
}
