/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of a run goes into the store. */
#include "config.h"

#include "harness/store/db.h"
#include "harness/store/store.h"

static int put_all(struct store *s, sqlite3_stmt *stmt, int64_t run, const struct store_planned *visits,
		   int n, struct diag *d)
{
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = db_put(s, stmt, "storing the plan",
			    DB_VALUES(db_int(run), db_int(i + 1), db_text(visits[i].point),
				      db_int(visits[i].round), db_text(visit_kind_name(visits[i].kind)),
				      db_int(visits[i].pass)),
			    d);
	return rc;
}

int store_plan_put(struct store *s, int64_t run, const struct store_planned *visits, int n, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_begin(s, d);

	if (rc)
		return rc;
	rc = db_prepare(
		s, "INSERT INTO planned (run, number, point, round, kind, pass) VALUES (?, ?, ?, ?, ?, ?)",
		"storing the plan", &stmt, d);
	if (rc == 0)
		rc = put_all(s, stmt, run, visits, n, d);
	sqlite3_finalize(stmt);
	return db_end(s, rc, d);
}
