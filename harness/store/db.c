/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/store/lock.h"

#define NO_ROOM "no room: the disk is full, or a quota or limit of file sizes is reached"

static const struct {
	int sqlite;
	enum err code;
	const char *text; /* NULL: SQLite's own says it best */
} errors[] = {
	{SQLITE_FULL, ERR_IO, "the disk is full"},
	{SQLITE_IOERR, ERR_IO, NULL},
	/* Beyond a quota or the limit that a shell sets: full for us alone. */
	{SQLITE_IOERR_WRITE, ERR_IO, NO_ROOM},
	{SQLITE_IOERR_SHMSIZE, ERR_IO, NO_ROOM},
	{SQLITE_BUSY, ERR_IO, "another program holds the store"},
	{SQLITE_LOCKED, ERR_IO, "another program holds the store"},
	{SQLITE_NOTADB, ERR_IO, "no store: it is no SQLite database"},
	{SQLITE_READONLY, ERR_IO, "not writable"},
	{SQLITE_CANTOPEN, ERR_IO, "the file, or its journal beside it, cannot be opened"},
	{SQLITE_NOMEM, ERR_OOM, NULL},
	{SQLITE_TOOBIG, ERR_IO, NULL},
	{SQLITE_CORRUPT, ERR_FORMAT, "damaged"},
	{SQLITE_CONSTRAINT, ERR_INTERNAL, NULL},
	{SQLITE_MISUSE, ERR_INTERNAL, NULL},
	{SQLITE_RANGE, ERR_INTERNAL, NULL},
	/* What a well-formed schema cannot give. */
	{SQLITE_ERROR, ERR_FORMAT, NULL},
};

int db_fail(const struct store *s, const char *what, struct diag *d)
{
	int extended = sqlite3_extended_errcode(s->db), rc = extended & 0xff;
	enum err code = ERR_IO;
	const char *text = NULL, *said = sqlite3_errmsg(s->db);

	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
		if (errors[i].sqlite == rc || errors[i].sqlite == extended) {
			code = errors[i].code;
			text = errors[i].text;
		}
	if (text)
		return diag_set_at(d, code, s->path, 0, "%s: %s (%s)", what, text, said);
	return diag_set_at(d, code, s->path, 0, "%s: %s", what, said);
}

int db_prepare(struct store *s, const char *sql, const char *what, sqlite3_stmt **out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_fail(s, what, d);
	*out = stmt;
	return 0;
}

/* Byte by byte, so that every host writes the same. */
static int bind_samples(sqlite3_stmt *stmt, int i, const int64_t *samples, int n)
{
	unsigned char *bytes = mem_try_array((size_t)n, 8), *at = bytes;

	if (!bytes)
		return SQLITE_NOMEM;
	for (int k = 0; k < n; k++)
		for (int shift = 0; shift < 64; shift += 8)
			*at++ = (unsigned char)((uint64_t)samples[k] >> shift);
	return sqlite3_bind_blob64(stmt, i, bytes, (sqlite3_uint64)n * 8, free);
}

static int bind(sqlite3_stmt *stmt, int i, const struct db_value *v)
{
	char *text;

	switch (v->type) {
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, i, v->text, strlen(v->text), SQLITE_STATIC, SQLITE_UTF8);
	case DB_BYTES:
		return sqlite3_bind_blob64(stmt, i, v->text, strlen(v->text), SQLITE_STATIC);
	case DB_INT:
		return sqlite3_bind_int64(stmt, i, v->integer);
	case DB_REAL:
		return sqlite3_bind_double(stmt, i, v->real);
	case DB_JSON:
		text = json_text(v->json);
		return sqlite3_bind_text64(stmt, i, text, strlen(text), free, SQLITE_UTF8);
	case DB_SAMPLES:
		return bind_samples(stmt, i, v->samples, v->n);
	case DB_NULL:
		break;
	}
	return sqlite3_bind_null(stmt, i);
}

int db_step(struct store *s, sqlite3_stmt *stmt, const char *what, struct diag *d)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	return db_fail(s, what, d);
}

int db_put(struct store *s, sqlite3_stmt *stmt, const char *what, const struct db_value *values, int n,
	   struct diag *d)
{
	int rc = 0;

	assert(n == sqlite3_bind_parameter_count(stmt));
	for (int i = 0; i < n && rc == 0; i++)
		rc = bind(stmt, i + 1, &values[i]) == SQLITE_OK ? 0 : db_fail(s, what, d);
	if (rc == 0)
		rc = db_step(s, stmt, what, d);
	sqlite3_reset(stmt);
	/* What was bound belongs to the caller. */
	sqlite3_clear_bindings(stmt);
	return rc > 0 ? 0 : rc;
}

int db_exec(struct store *s, const char *what, struct diag *d, const char *sql, const struct db_value *values,
	    int n)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, sql, what, &stmt, d);

	if (rc)
		return rc;
	rc = db_put(s, stmt, what, values, n, d);
	sqlite3_finalize(stmt);
	return rc;
}

int db_script(struct store *s, const char *sql, const char *what, struct diag *d)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(s, what, d);
}

int db_integer(struct store *s, const char *sql, const char *what, int64_t *out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = db_prepare(s, sql, what, &stmt, d);

	if (rc)
		return rc;
	rc = db_step(s, stmt, what, d);
	if (rc == 1)
		*out = sqlite3_column_int64(stmt, 0);
	else if (rc == 0)
		rc = diag_set_at(d, ERR_FORMAT, s->path, 0, "%s: no answer", what);
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* SQLite goes on writing to a file that has no name any more. */
static int still_there(const struct store *s, struct diag *d)
{
	struct stat st;

	if (!s->is_known)
		return 0;
	if (stat(s->file, &st) != 0)
		return diag_set_at(d, ERR_IO, s->path, 0, "the store was deleted while it was written (%s)",
				   strerror(errno));
	if (st.st_dev != s->device || st.st_ino != s->inode)
		return diag_set_at(d, ERR_IO, s->path, 0,
				   "the store was replaced by another file while it was written");
	if (!store_lock_holds(s->lock))
		return diag_set_at(
			d, ERR_IO, s->path, 0,
			"its lock was removed while it was written: another run may write it, too");
	return 0;
}

int db_begin(struct store *s, struct diag *d)
{
	int rc = 0;

	if (s->depth == 0)
		rc = still_there(s, d);
	if (rc == 0 && s->depth == 0)
		rc = db_script(s, "BEGIN IMMEDIATE", "beginning to write", d);
	s->depth += rc == 0;
	return rc;
}

int db_begin_read(struct store *s, struct diag *d)
{
	int rc = s->depth ? 0 : db_script(s, "BEGIN", "beginning to read", d);

	s->depth += rc == 0;
	return rc;
}

int db_end(struct store *s, int rc, struct diag *d)
{
	if (--s->depth > 0)
		return rc;
	if (rc == 0)
		rc = db_script(s, "COMMIT", "ending to write", d);
	/* A full disk has undone it already. */
	if (rc && !sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}
