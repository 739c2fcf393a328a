/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Not by `git worktree`, which leaves an entry in the user's repository when it is killed, and not by `git clone
 * --shared`, which copies from a shallow repository only what branches reach.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/trial/git.h"
#include "harness/trial/repository.h"

/* Of SHA-256; SHA-1's has 40. */
enum { SHA256_DIGITS = 64 };

/* Reads what is there; nothing is copied. */
static int borrow_objects(const struct repository *r, const char *tree, struct diag *d)
{
	char *path = mem_printf("%s/.git/objects/info/alternates", tree),
	     *shallow = mem_printf("%s/.git/shallow", tree);
	int rc = 0;
	FILE *f = fopen(path, "we");
	if (!f || fprintf(f, "%s\n", r->objects) < 0 || fflush(f) != 0)
		rc = diag_set_at(d, ERR_IO, path, 0, "cannot be written: %s", strerror(errno));
	if (f)
		fclose(f);
	if (!rc && access(r->shallow, F_OK) == 0 && symlink(r->shallow, shallow))
		rc = diag_set_at(d, ERR_IO, shallow, 0, "cannot be made: %s", strerror(errno));
	free(path);
	free(shallow);
	return rc;
}

static int step(int rc, const char *what, struct git_answer *a, struct diag *d)
{
	if (!rc && a->status)
		rc = git_refuse(d, ERR_IO, what, a);
	git_answer_free(a);
	return rc;
}

int repository_checkout(const struct repository *r, const char *commit, const char *tree, struct diag *d)
{
	struct git_answer a = {0};
	const char *format =
		strlen(commit) == SHA256_DIGITS ? "--object-format=sha256" : "--object-format=sha1";
	if (mkdir(tree, S_IRWXU))
		return diag_set_at(d, ERR_IO, tree, 0, "cannot be made: %s", strerror(errno));
	int rc = GIT_ASK(tree, &a, d, "init", "--quiet", "--template=", format);
	rc = step(rc, "git cannot make a repository", &a, d);
	if (!rc)
		rc = borrow_objects(r, tree, d);
	/* Tags may point at what a shallow repository does not have: then there are none. */
	if (!rc)
		rc = GIT_ASK(tree, &a, d, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--",
			     r->common, "refs/tags/*:refs/tags/*");
	git_answer_free(&a);
	if (!rc)
		rc = GIT_ASK(tree, &a, d, "checkout", "--quiet", "--detach", commit);
	return step(rc, "git cannot check it out", &a, d);
}
