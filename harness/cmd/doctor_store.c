/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on the place of the store. Nothing is written. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/cmd/doctor_asks.h"
#include "harness/store/store.h"

/* A run of 1000 points takes about 30 MB of store, its HTML report 10 MB. */
#define ROOM_BYTES  ((double)(1 << 28))
#define LEAST_BYTES ((double)(1 << 24))

/* The folder of a path that need not be there. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return mem_strdup(".");
	return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

static void look_at_access(struct finding *f, const char *path, const char *folder)
{
	struct stat st;
	bool there = stat(path, &st) == 0;
	finding_value(f, "%s%s", path, there ? "" : ", not there yet");
	if (there && !S_ISREG(st.st_mode))
		finding_bad(f, "is no regular file");
	else if (there && access(path, W_OK) != 0)
		finding_bad(f, "cannot be written: %s", strerror(errno));
	else if (access(folder, F_OK) != 0)
		finding_bad(f, "folder %s: %s", folder, strerror(errno));
	else if (access(folder, W_OK | X_OK) != 0)
		finding_bad(f, "folder %s cannot be written: %s", folder, strerror(errno));
	if (f->verdict != VERDICT_OK)
		finding_fix(f, "name another one with --store FILE or INFEROMETER_STORE");
}

static void look_at_sharing(struct finding *f, const char *folder)
{
	const char *shared = store_shared_by(folder);
	finding_value(f, "%s", shared ? shared : "of this machine alone");
	if (!shared)
		return;
	finding_bad(
		f,
		"machines share this file system: each visit waits for its server, and locks are its word");
	finding_fix(f, "a store on a local disk (--store /var/tmp/x.db), then 'inferometer store merge'");
}

static void look_at_room(struct finding *f, const char *folder)
{
	struct statvfs fs;
	if (statvfs(folder, &fs)) {
		finding_unknown(f, "%s: %s", folder, strerror(errno));
		return;
	}
	double room = (double)fs.f_bavail * (double)fs.f_frsize;
	finding_value(f, "%.3g GB", room * 1e-9);
	if (fs.f_flag & ST_RDONLY) {
		finding_judge(f, VERDICT_PROBLEM, "the file system is mounted read-only");
	} else if (room < ROOM_BYTES) {
		finding_judge(f, room < LEAST_BYTES ? VERDICT_PROBLEM : VERDICT_WARNING,
			      "a long run may not fit: a visit that cannot be stored ends the run");
		finding_fix(f, "make room, or name another place with --store FILE");
	}
}

void doctor_look_at_store(struct findings *list, const char *path)
{
	char *folder = folder_of(path);
	look_at_access(finding_add(list, "store", "file", VERDICT_PROBLEM, "stat and access"), path, folder);
	look_at_sharing(finding_add(list, "store", "file system", VERDICT_WARNING, "statfs"), folder);
	look_at_room(finding_add(list, "store", "room", VERDICT_WARNING, "statvfs"), folder);
	free(folder);
}
