/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "harness/store/store.h"

/* "IFMS": what file(1) and SQLite's own tools tell our files by. */
#define APPLICATION_ID 0x49464d53

/* schema_file.c: file i makes schema i + 1 of schema i. */
extern const struct embedded store_schema_file[];

enum { NAME_TRIES = 100 };

int schema_is_empty(struct store *s, bool *out, struct diag *d)
{
	int64_t n, application, version;
	int rc = db_integer(s, "SELECT count(*) FROM sqlite_schema", "opening", &n, d);

	if (rc == 0)
		rc = db_integer(s, "PRAGMA application_id", "opening", &application, d);
	if (rc == 0)
		rc = db_integer(s, "PRAGMA user_version", "opening", &version, d);
	if (rc == 0)
		*out = n == 0 && application == 0 && version == 0;
	return rc;
}

/* The embedded text and no file of $INFEROMETER_DATA: it is no data but part of this code. */
static int schema_raise(struct store *s, int from, int to, struct diag *d)
{
	char *numbers = mem_printf("PRAGMA application_id=%d;PRAGMA user_version=%d;", APPLICATION_ID, to);
	int rc = db_begin(s, d);

	if (rc == 0) {
		for (int i = from; i < to && rc == 0; i++)
			rc = db_script(s, store_schema_file[i].text, "creating tables", d);
		if (rc == 0)
			rc = db_script(s, numbers, "creating tables", d);
		rc = db_end(s, rc, d);
	}
	free(numbers);
	return rc;
}

int schema_create(struct store *s, struct diag *d)
{
	return schema_raise(s, 0, STORE_SCHEMA, d);
}

/* ---- columns, compared with those of an empty store in memory ---- */

/* Kind and columns of the table ?1 in one text. A view or virtual table of the same name is no table. */
#define FINGERPRINT                                                                                          \
	"SELECT l.type || ': ' || (SELECT group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\" || "  \
	"' ' || c.pk, ', ') FROM pragma_table_info(?1) c) FROM pragma_table_list(?1) l WHERE "               \
	"l.schema = 'main'"

/* free() it. "" when there is no such table. */
static int table_fingerprint(struct store *s, const char *table, char **out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, FINGERPRINT, "looking at tables", &stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	rc = db_step(s, stmt, "looking at tables", d);
	if (rc >= 0) {
		const char *text = rc == 1 ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
		*out = mem_strdup(text ? text : "");
	}
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

static int table_check(struct store *s, struct store *model, const char *table, int version, struct diag *d)
{
	char *got = NULL, *want = NULL;
	int rc = table_fingerprint(model, table, &want, d);

	if (rc == 0)
		rc = table_fingerprint(s, table, &got, d);
	if (rc == 0 && strcmp(got, want) != 0)
		rc = diag_set_at(
			d, ERR_IO, s->path, 0,
			"table \"%s\" is %s, expected that of schema %d: another build of inferometer "
			"wrote this store, or another program changed it; that build reads it, and "
			"--store names another",
			table, *got ? "another" : "absent", version);
	free(got);
	free(want);
	return rc;
}

static int tables_check(struct store *s, struct store *model, int version, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(
		model, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
		"looking at tables", &stmt, d);

	if (rc)
		return rc;
	while (rc == 0 && (rc = db_step(model, stmt, "looking at tables", d)) == 1)
		rc = table_check(s, model, (const char *)sqlite3_column_text(stmt, 0), version, d);
	sqlite3_finalize(stmt);
	return rc;
}

static int columns_check(struct store *s, int version, struct diag *d)
{
	struct store model = {.path = s->path};
	int rc;

	if (sqlite3_open(":memory:", &model.db) != SQLITE_OK)
		rc = db_fail(&model, "opening", d);
	else
		rc = schema_raise(&model, 0, version, d);
	if (rc == 0)
		rc = tables_check(s, &model, version, d);
	sqlite3_close(model.db);
	return rc;
}

int schema_check(struct store *s, int *out, struct diag *d)
{
	int64_t application, version;
	int rc = db_integer(s, "PRAGMA application_id", "opening", &application, d);

	if (rc == 0)
		rc = db_integer(s, "PRAGMA user_version", "opening", &version, d);
	if (rc)
		return rc;
	if (application != APPLICATION_ID)
		return diag_set_at(d, ERR_IO, s->path, 0,
				   "no store: an SQLite database of another program (application id %lld)",
				   (long long)application);
	if (version > STORE_SCHEMA)
		return diag_set_at(d, ERR_IO, s->path, 0,
				   "its schema %lld is newer than this program's %d: a newer inferometer "
				   "wrote it, and reads it; "
				   "--store names another",
				   (long long)version, STORE_SCHEMA);
	if (version < 1)
		return diag_set_at(d, ERR_IO, s->path, 0, "no store: its schema is %lld, expected 1 to %d",
				   (long long)version, STORE_SCHEMA);
	rc = columns_check(s, (int)version, d);
	if (rc == 0)
		*out = (int)version;
	return rc;
}

/* ---- migration ---- */

/* "PATH-schema1", or with a number behind it: no backup is written over. */
static char *backup_path(const struct store *s, int version)
{
	char *path = mem_printf("%s-schema%d", s->file, version);

	for (int i = 2; i < NAME_TRIES && access(path, F_OK) == 0; i++) {
		free(path);
		path = mem_printf("%s-schema%d.%d", s->file, version, i);
	}
	return path;
}

/* A whole copy under its name or none. */
static int backup(struct store *s, int version, struct diag *d)
{
	char *path = backup_path(s, version), *half = mem_printf("%s-half", s->file);
	int rc;

	(void)unlink(half);
	rc = db_exec(s, "backing up before its schema changes", d, "VACUUM INTO ?", DB_VALUES(db_text(half)));
	if (rc == 0 && rename(half, path) != 0)
		rc = diag_set_at(d, ERR_IO, s->path, 0, "cannot make its backup \"%s\": %s", path,
				 strerror(errno));
	if (rc)
		(void)unlink(half);
	if (rc == 0)
		snprintf(s->note, sizeof s->note,
			 "its schema was raised from %d to %d; \"%.120s\" is as it was", version,
			 STORE_SCHEMA, path);
	free(half);
	free(path);
	return rc;
}

int schema_migrate(struct store *s, int version, struct diag *d)
{
	int rc = version < STORE_SCHEMA ? backup(s, version, d) : 0;

	if (rc == 0 && version < STORE_SCHEMA)
		rc = schema_raise(s, version, STORE_SCHEMA, d);
	return rc;
}
