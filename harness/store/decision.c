/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/store/columns.h"

/* Rows have no time of their own: that of their run, and of one run the one that was put last. */
static const char select_decisions[] =
	"SELECT r.id, r.start_wall_ns, x.inputs, x.outcome FROM decision x JOIN run r ON r.id = x.run WHERE "
	"x.name = ?1 AND (?2 IS NULL OR r.machine = ?2) ORDER BY r.start_wall_ns DESC, x.rowid DESC LIMIT ?3";

static const struct column decision_columns[] = {
	COLUMN_OF(COLUMN_INT64, stored_decision, run),
	COLUMN_OF(COLUMN_INT64, stored_decision, start_wall_ns),
	COLUMN_OF(COLUMN_JSON, stored_decision, inputs),
	COLUMN_OF(COLUMN_JSON, stored_decision, outcome),
};
enum { N_COLUMNS = sizeof decision_columns / sizeof decision_columns[0] };

int store_decision_put(struct store *s, int64_t run, const char *name, const json_t *inputs,
		       const json_t *outcome, struct diag *d)
{
	if (!json_is_object(inputs) || !json_is_object(outcome))
		return diag_set_at(d, ERR_USAGE, s->path, 0,
				   "run %lld: decision \"%.40s\": expected two JSON objects", (long long)run,
				   name);
	return db_exec(s, "storing a decision", d,
		       "INSERT INTO decision (run, name, inputs, outcome) VALUES (?, ?, ?, ?)",
		       DB_VALUES(db_int(run), db_text(name), db_json(inputs), db_json(outcome)));
}

static int take_all(struct row *row, int most, struct stored_decision **out, int *n, struct diag *d)
{
	char name[64];
	int rc;

	while ((rc = db_step(row->s, row->stmt, row->name, d)) == 1) {
		struct row named = *row;
		rc = list_grow(row, (void **)out, *n, most, sizeof **out, d);
		if (rc)
			return rc;
		struct stored_decision *x = &(*out)[(*n)++];
		memset(x, 0, sizeof *x);
		snprintf(name, sizeof name, "run %lld: a decision",
			 (long long)sqlite3_column_int64(row->stmt, 0));
		named.name = name;
		rc = columns_take(&named, decision_columns, N_COLUMNS, x, d);
		if (rc)
			return rc;
	}
	return rc;
}

int store_decision_list(struct store *s, const char *name, const char *machine, int most,
			struct stored_decision **out, int *n, struct diag *d)
{
	struct row row = {.s = s, .name = "listing decisions"};
	struct stored_decision *list = NULL;
	int count = 0, limit = most > 0 ? most : 0;
	int rc = db_prepare(s, select_decisions, row.name, &row.stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_text(row.stmt, 1, name, -1, SQLITE_TRANSIENT);
	if (machine)
		sqlite3_bind_text(row.stmt, 2, machine, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int(row.stmt, 3, limit);
	rc = take_all(&row, limit, &list, &count, d);
	sqlite3_finalize(row.stmt);
	if (rc) {
		stored_decisions_free(list, count);
		return rc;
	}
	*out = list;
	*n = count;
	return 0;
}

void stored_decisions_free(struct stored_decision *x, int n)
{
	for (int i = 0; x && i < n; i++) {
		json_decref(x[i].inputs);
		json_decref(x[i].outcome);
	}
	free(x);
}
