/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/parts.h"

#include <stdio.h>
#include <string.h>

/* Tables others refer to come first; which they are is read from the columns. */
static const char select_parts[] =
	"SELECT t.name, max(c.name = 'run'), max(c.name = 'visit'), max(c.name = 'process'), max(c.name = "
	"'id') "
	"FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name <> 'run' "
	"AND "
	"t.name NOT LIKE 'sqlite_%' GROUP BY t.name HAVING max(c.name IN ('run', 'visit')) ORDER BY CASE "
	"t.name WHEN "
	"'run_point' THEN 1 WHEN 'process' THEN 2 WHEN 'visit' THEN 3 ELSE 4 END, t.name";

static int part_take(struct store *s, sqlite3_stmt *stmt, struct parts *out, struct diag *d)
{
	const char *name = (const char *)sqlite3_column_text(stmt, 0);
	struct part *p = &out->part[out->n];

	if (out->n == PARTS_MAX || !name || strlen(name) >= PART_NAME_MAX || strchr(name, '"'))
		return diag_set_at(d, ERR_FORMAT, s->path, 0, "more or other tables than a store has");
	*p = (struct part){.has_run = sqlite3_column_int(stmt, 1) != 0,
			   .has_visit = sqlite3_column_int(stmt, 2) != 0,
			   .has_process = sqlite3_column_int(stmt, 3) != 0,
			   .has_id = sqlite3_column_int(stmt, 4) != 0};
	snprintf(p->table, sizeof p->table, "%s", name);
	out->n++;
	return 0;
}

int parts_read(struct store *s, struct parts *out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, select_parts, "looking at tables", &stmt, d);

	*out = (struct parts){0};
	while (rc == 0 && (rc = db_step(s, stmt, "looking at tables", d)) == 1)
		rc = part_take(s, stmt, out, d);
	sqlite3_finalize(stmt);
	return rc;
}
