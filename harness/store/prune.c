/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdio.h>

#include "harness/store/parts.h"
#include "harness/store/upkeep.h"

static const char orphan_builds[] = "DELETE FROM build WHERE id NOT IN (SELECT build FROM process WHERE "
				    "build IS NOT NULL UNION SELECT build "
				    "FROM run WHERE build IS NOT NULL)";

/* What no run has any more, in an order in which nothing is still referred to. */
static const char *const orphans[] = {
	"DELETE FROM point WHERE id NOT IN (SELECT point FROM run_point)",
	orphan_builds,
	"DELETE FROM machine WHERE id NOT IN (SELECT machine FROM run)",
	"DELETE FROM environment WHERE id NOT IN (SELECT environment FROM run)",
	"DELETE FROM spec WHERE id NOT IN (SELECT spec FROM run)",
};

/* The rows of a table that are of the run ?1. */
static int remove_part(struct store *s, const struct part *p, int64_t run, struct diag *d)
{
	char sql[400];

	snprintf(sql, sizeof sql, "DELETE FROM main.\"%s\" WHERE %s", p->table,
		 p->has_run	  ? "run = ?1"
		 : p->has_process ? "visit IN (SELECT id FROM visit WHERE run = ?1) OR process IN (SELECT id "
				    "FROM process WHERE "
				    "run = ?1)"
				  : "visit IN (SELECT id FROM visit WHERE run = ?1)");
	return db_exec(s, "removing a run", d, sql, DB_VALUES(db_int(run)));
}

int run_remove(struct store *s, const struct parts *parts, int64_t run, struct diag *d)
{
	int rc = 0;

	/* What belongs to visits goes while it can still be told whose it is. */
	for (int i = parts->n - 1; i >= 0 && rc == 0; i--)
		rc = remove_part(s, &parts->part[i], run, d);
	if (rc == 0)
		rc = db_exec(s, "removing a run", d, "DELETE FROM run WHERE id = ?1", DB_VALUES(db_int(run)));
	if (rc == 0 && sqlite3_changes(s->db) != 1)
		rc = diag_set_at(d, ERR_USAGE, s->path, 0, "there is no run %lld", (long long)run);
	return rc;
}

int orphans_remove(struct store *s, struct diag *d)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof orphans / sizeof orphans[0] && rc == 0; i++)
		rc = db_script(s, orphans[i], "removing what no run has", d);
	return rc;
}

static int remove_all(struct store *s, const int64_t *runs, int n, struct diag *d)
{
	struct parts parts;
	int rc = parts_read(s, &parts, d);

	for (int i = 0; i < n && rc == 0; i++)
		rc = run_remove(s, &parts, runs[i], d);
	if (rc == 0)
		rc = orphans_remove(s, d);
	return rc == 0 ? references_check(s, d) : rc;
}

int references_check(struct store *s, struct diag *d)
{
	int64_t broken = 0;
	int rc = db_integer(s, "SELECT count(*) FROM pragma_foreign_key_check", "checking references",
			    &broken, d);

	if (rc == 0 && broken)
		rc = diag_set_at(
			d, ERR_FORMAT, s->path, 0,
			"%lld rows would refer to what is not there: inferometer store check tells which",
			(long long)broken);
	return rc;
}

int references_off(struct store *s, struct diag *d)
{
	return db_script(s, "PRAGMA foreign_keys=OFF", "beginning to write", d);
}

int references_on(struct store *s, int rc, struct diag *d)
{
	int again = db_script(s, "PRAGMA foreign_keys=ON", "ending to write", d);

	return rc ? rc : again;
}

int store_runs_remove(struct store *s, const int64_t *runs, int n, struct diag *d)
{
	/* Row by row each reference would be looked for without an index; all at once in the end takes a moment. */
	int rc = references_off(s, d);

	if (rc == 0)
		rc = db_begin(s, d);
	if (rc == 0)
		rc = db_end(s, remove_all(s, runs, n, d), d);
	return references_on(s, rc, d);
}

int store_unused(struct store *s, int64_t *out, struct diag *d)
{
	int64_t pages = 0, size = 0;
	int rc = db_integer(s, "PRAGMA freelist_count", "looking for unused room", &pages, d);

	if (rc == 0)
		rc = db_integer(s, "PRAGMA page_size", "looking for unused room", &size, d);
	if (rc == 0)
		*out = pages * size;
	return rc;
}

int store_shrink(struct store *s, struct diag *d)
{
	return db_script(s, "VACUUM", "giving room back", d);
}
