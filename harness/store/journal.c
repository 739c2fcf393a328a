/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/journal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "harness/store/store.h"

/* Magic numbers of statfs(2). SQLite: "WAL does not work over a network filesystem" (wal.html). */
static const struct {
	uint32_t magic;
	const char *name;
} shared_systems[] = {
	{0x00006969, "NFS"},  {0x0000517b, "SMB"},	  {0xff534d42, "CIFS"},	 {0xfe534d42, "SMB2"},
	{0x01021997, "9P"},   /* folders of a host in its guest */
	{0x65735546, "FUSE"}, /* sshfs, virtiofs and who knows */
	{0x00c36400, "Ceph"}, {0x0bd00bd0, "Lustre"},	  {0x47504653, "GPFS"},	 {0x5346414f, "AFS"},
	{0x6b414653, "kAFS"}, {0x73757245, "Coda"},	  {0x7461636f, "OCFS2"}, {0x01161970, "GFS2"},
	{0x0000564c, "NCP"},  {0x786f4256, "VirtualBox"},
};

static const char *shared_name(long type)
{
	for (size_t i = 0; i < sizeof shared_systems / sizeof shared_systems[0]; i++)
		if (shared_systems[i].magic == (uint32_t)type)
			return shared_systems[i].name;
	return NULL;
}

bool journal_wal_fits(long type)
{
	return !shared_name(type);
}

const char *store_shared_by(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 ? shared_name((long)fs.f_type) : NULL;
}

/* Whether the mode that now holds is the one that is wanted. */
static bool mode_set(struct store *s, const char *sql, const char *want)
{
	sqlite3_stmt *stmt = NULL;
	bool is = false;

	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		const char *mode = (const char *)sqlite3_column_text(stmt, 0);
		is = mode && strcmp(mode, want) == 0;
	}
	sqlite3_finalize(stmt);
	return is;
}

int journal_open(struct store *s, struct diag *d)
{
	const char *shared = store_shared_by(s->file);

	s->journaled = true;
	if (shared)
		snprintf(s->note, sizeof s->note,
			 "on %s, which machines share: a rollback journal instead of a write-ahead log, and "
			 "each "
			 "visit waits for the disk",
			 shared);
	if (!shared && mode_set(s, "PRAGMA journal_mode=WAL", "wal"))
		return db_script(s, "PRAGMA synchronous=NORMAL", "setting the journal", d);
	if (!mode_set(s, "PRAGMA journal_mode=DELETE", "delete"))
		return db_fail(s, "setting the journal", d);
	return db_script(s, "PRAGMA synchronous=FULL", "setting the journal", d);
}

void journal_close(struct store *s)
{
	if (!s->journaled)
		return; /* perhaps no store of ours at all */
	/* Nobody waits for readers here. */
	sqlite3_busy_timeout(s->db, 0);
	(void)mode_set(s, "PRAGMA journal_mode=DELETE", "delete");
}
