/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/store.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/store/db.h"
#include "harness/store/journal.h"
#include "harness/store/lock.h"
#include "harness/store/schema.h"

/* Readers hold a store for as long as a report takes to load. */
#define BUSY_MS 10000

const char *store_default_path(void)
{
	const char *path = getenv("INFEROMETER_STORE");

	return path && *path ? path : "inferometer.db";
}

/* What SQLite would say of these is "unable to open database file". */
static int path_check(const struct store *s, enum store_mode mode, struct diag *d)
{
	struct stat st;

	if (stat(s->file, &st) != 0) {
		if (errno != ENOENT)
			return diag_set_at(d, ERR_IO, s->path, 0, "cannot be opened: %s", strerror(errno));
		return mode == STORE_WRITE ? 0
					   : diag_set_at(d, ERR_IO, s->path, 0,
							 "there is no such store: inferometer run quick "
							 "makes one, --store FILE names another");
	}
	if (S_ISDIR(st.st_mode))
		return diag_set_at(d, ERR_IO, s->path, 0, "a directory, expected a store");
	if (!S_ISREG(st.st_mode))
		return diag_set_at(d, ERR_IO, s->path, 0, "no regular file, expected a store");
	if (access(s->file, R_OK) != 0)
		return diag_set_at(d, ERR_IO, s->path, 0, "not readable: %s", strerror(errno));
	if (mode == STORE_WRITE && access(s->file, W_OK) != 0)
		return diag_set_at(d, ERR_IO, s->path, 0, "not writable: %s", strerror(errno));
	return 0;
}

/* The file may be somebody else's: nothing in it is to be run (sqlite.org/security.html). */
static int connection_harden(struct store *s, struct diag *d)
{
	static const struct {
		int option, value;
	} options[] = {
		{SQLITE_DBCONFIG_DEFENSIVE, 1},	     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
		{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
		{SQLITE_DBCONFIG_ENABLE_FKEY, 1},
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (sqlite3_db_config(s->db, options[i].option, options[i].value, NULL) != SQLITE_OK)
			return db_fail(s, "opening", d);
	return db_script(s, "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", "opening", d);
}

/*
 * Readers too open for writing where they may: only so can they finish what a killed writer left in its
 * journal. query_only keeps them from more.
 */
static int connection_open(struct store *s, enum store_mode mode, struct diag *d)
{
	int flags = SQLITE_OPEN_READWRITE | (mode == STORE_WRITE ? SQLITE_OPEN_CREATE : 0), rc;

	if (sqlite3_open_v2(s->file, &s->db, flags, NULL) != SQLITE_OK)
		return db_fail(s, "opening", d);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	rc = connection_harden(s, d);
	if (rc || mode == STORE_WRITE)
		return rc;
	return db_script(s, "PRAGMA query_only=ON", "opening", d);
}

static int contents_check(struct store *s, enum store_mode mode, struct diag *d)
{
	bool empty;
	int version = STORE_SCHEMA, rc = schema_is_empty(s, &empty, d);

	if (rc)
		return rc;
	if (!empty)
		rc = schema_check(s, &version, d);
	else if (mode == STORE_READ)
		rc = diag_set_at(d, ERR_IO, s->path, 0, "no store: the file is empty");
	s->schema = mode == STORE_READ ? version : STORE_SCHEMA;
	if (rc || mode == STORE_READ)
		return rc;
	rc = journal_open(s, d);
	if (rc)
		return rc;
	return empty ? schema_create(s, d) : schema_migrate(s, version, d);
}

/* From here on the file is known: see db_begin. */
static int remember_file(struct store *s, struct diag *d)
{
	struct stat st;

	if (stat(s->file, &st) != 0)
		return diag_set_at(d, ERR_IO, s->path, 0, "cannot be opened: %s", strerror(errno));
	s->device = st.st_dev;
	s->inode = st.st_ino;
	s->is_known = true;
	return 0;
}

/* What a full disk leaves of a store that could not be made. */
static void remove_stillborn(const struct store *s)
{
	static const char *const ends[] = {"", "-journal", "-wal", "-shm"};

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		char *path = mem_printf("%s%s", s->file, ends[i]);
		(void)unlink(path);
		free(path);
	}
}

static void connection_close(struct store *s)
{
	if (s->db)
		journal_close(s);
	sqlite3_close(s->db);
	s->db = NULL;
}

int store_open(struct store **out, const char *path, enum store_mode mode, struct diag *d)
{
	struct store *s = mem_alloc(sizeof *s);
	int rc;

	s->path = mem_strdup(path);
	/* ":memory:" and "file:..." are names of files here. */
	s->file = mem_printf("%s%s", path[0] == '/' ? "" : "./", path);
	rc = path_check(s, mode, d);
	bool ours = rc == 0 && access(s->file, F_OK) != 0;
	if (rc == 0 && mode == STORE_WRITE)
		rc = store_lock_take(&s->lock, s->file, s->path, d);
	if (rc == 0)
		rc = connection_open(s, mode, d);
	if (rc == 0)
		rc = contents_check(s, mode, d);
	/* The lock is ours: whoever wrote them was killed. */
	if (rc == 0 && mode == STORE_WRITE)
		rc = db_exec(s, "ending runs that were killed", d,
			     "UPDATE run SET state = 'interrupted' WHERE state = 'running'", NULL, 0);
	if (rc == 0 && mode == STORE_WRITE)
		rc = remember_file(s, d);
	if (rc) {
		bool made = ours && s->db;
		connection_close(s);
		if (made)
			remove_stillborn(s);
		store_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

const char *store_note(const struct store *s)
{
	return s->note;
}

int store_begin(struct store *s, struct diag *d)
{
	return db_begin(s, d);
}

int store_end(struct store *s, int rc, struct diag *d)
{
	return db_end(s, rc, d);
}

void store_undo(struct store *s)
{
	int rc = db_end(s, ERR_CANCELLED, NULL);
	assert(rc == ERR_CANCELLED && s->depth == 0);
	(void)rc;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	connection_close(s);
	store_lock_drop(s->lock);
	free(s->path);
	free(s->file);
	free(s);
}
