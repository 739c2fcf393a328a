/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/tree.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"

#define PROGRAM "inferometer-worker"

enum {
	FOLDERS_DEEP = 4, /* build/src/bin/Release/PROGRAM is found */
	NAMED_MAX = 3,	  /* of several */
};

static FTS *walk(const char *tree)
{
	char *const roots[] = {(char *)tree, NULL};
	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
}

/* errno, or 0. Folders come twice: before what is in them, to be made writable, and after it. */
static int remove_one(const FTSENT *e)
{
	switch (e->fts_info) {
	case FTS_D:
		/* If that does not help the removal will say why. */
		(void)!chmod(e->fts_accpath, S_IRWXU);
		return 0;
	case FTS_DP:
		return rmdir(e->fts_accpath) ? errno : 0;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return e->fts_errno == ENOENT ? 0 : e->fts_errno;
	default:
		return unlink(e->fts_accpath) && errno != ENOENT ? errno : 0;
	}
}

int tree_remove(const char *tree, struct diag *d)
{
	FTS *all = walk(tree);
	int rc = 0;
	if (!all)
		return diag_set_at(d, ERR_IO, tree, 0, "cannot be removed: %s", strerror(errno));
	for (const FTSENT *e; !rc && (e = fts_read(all)) != NULL;) {
		int why = remove_one(e);
		if (why)
			rc = diag_set_at(d, ERR_IO, e->fts_path, 0, "cannot be removed: %s", strerror(why));
	}
	fts_close(all);
	return rc;
}

static bool is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* A link that leads out of the tree is a program that this revision has not built. */
static bool is_within(const char *tree, const char *path)
{
	size_t n = strlen(tree);
	return strncmp(path, tree, n) == 0 && path[n] == '/';
}

static int take_asked(const char *tree, const char *asked, const char *name, char **worker, struct diag *d)
{
	char *path = mem_printf("%s/%s", tree, asked), *real = realpath(path, NULL);
	int rc = 0;
	if (!real || !is_program(real))
		rc = diag_set(d, ERR_USAGE,
			      "--rev-worker %s: the build of %s left no executable program there", asked,
			      name);
	else if (!is_within(tree, real))
		rc = diag_set(d, ERR_USAGE,
			      "--rev-worker %s: expected a program in the tree that was built of %s, it "
			      "leads to %s",
			      asked, name, real);
	else
		*worker = mem_strdup(real);
	free(path);
	free(real);
	return rc;
}

/* Is the file the walk stands at one? Says which folders need not be looked into. */
static bool is_candidate(FTS *all, FTSENT *e)
{
	if (e->fts_info == FTS_D && e->fts_level > 0 &&
	    (e->fts_level > FOLDERS_DEEP || e->fts_name[0] == '.'))
		fts_set(all, e, FTS_SKIP);
	return e->fts_info == FTS_F && strcmp(e->fts_name, PROGRAM) == 0 && is_program(e->fts_accpath);
}

/* Returns how many there are; the first is *first (owned by the caller), named all. */
static int find_all(const char *tree, char **first, struct strbuf *named)
{
	int n = 0;
	FTS *all = walk(tree);
	if (!all)
		return 0;
	for (FTSENT *e; (e = fts_read(all)) != NULL;) {
		if (!is_candidate(all, e))
			continue;
		if (n++ == 0)
			*first = mem_strdup(e->fts_path);
		if (n <= NAMED_MAX) {
			strbuf_puts(named, n > 1 ? ", " : "");
			plain_text(named, e->fts_path + strlen(tree) + 1, false);
		}
	}
	fts_close(all);
	if (n > NAMED_MAX)
		strbuf_printf(named, ", %d more", n - NAMED_MAX);
	return n;
}

int tree_find_worker(const char *tree, const char *asked, const char *name, char **worker, struct diag *d)
{
	if (asked)
		return take_asked(tree, asked, name, worker, d);
	struct strbuf named = {0};
	char *found = NULL;
	int n = find_all(tree, &found, &named), rc = 0;
	if (n == 0)
		rc = diag_set(d, ERR_USAGE,
			      "the build of %s left no executable file " PROGRAM
			      " at most %d folders deep: --rev-worker PATH names the worker",
			      name, FOLDERS_DEEP);
	else if (n > 1)
		rc = diag_set(d, ERR_USAGE,
			      "the build of %s left %d programs " PROGRAM
			      " (%s): --rev-worker PATH names one",
			      name, n, strbuf_text(&named));
	if (rc)
		free(found);
	else
		*worker = found;
	strbuf_free(&named);
	return rc;
}
