/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/built.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"
#include "harness/trial/command.h"
#include "harness/trial/repository.h"
#include "harness/trial/tree.h"

enum {
	DONE_MAX = 1 << 20, /* of what was built how */
	LAST_LINES = 3,	    /* of a failed build, in its error */
	LAST_BYTES = 180,   /* of them */
	FIRST_FREE = STDERR_FILENO + 1,
};

/* Decide a build though they stand in no command. What else does (versions of compilers, libraries) is found by comparing
 * what the workers say of themselves. */
static const char *const of_builds[] = {"CC", "CXX", "CPPFLAGS", "CFLAGS", "CXXFLAGS", "LDFLAGS"};
enum { N_OF_BUILDS = sizeof of_builds / sizeof *of_builds };

struct entry {
	char *dir, *tree, *log, *done; /* paths */
	char *recipe;		       /* what stands in done */
	int lock;
};

static char *recipe_make(const struct built_ask *ask)
{
	struct strbuf s = {0};
	strbuf_printf(&s, "commit %s\n", ask->commit);
	for (int i = 0; i < N_OF_BUILDS; i++) {
		const char *value = getenv(of_builds[i]);
		if (value)
			strbuf_printf(&s, "%s=%s\n", of_builds[i], value);
	}
	strbuf_printf(&s, "build %s\n", ask->build);
	return strbuf_take(&s);
}

static void entry_name(struct entry *e, const struct built_ask *ask)
{
	e->recipe = recipe_make(ask);
	e->dir = mem_printf("%s/%s-%016llx", ask->cache, ask->commit,
			    (unsigned long long)XXH3_64bits(e->recipe, strlen(e->recipe)));
	e->tree = mem_printf("%s/tree", e->dir);
	e->log = mem_printf("%s/log", e->dir);
	e->done = mem_printf("%s/done", e->dir);
	e->lock = -1;
}

static void entry_close(struct entry *e)
{
	if (e->lock >= 0)
		close(e->lock);
	free(e->dir);
	free(e->tree);
	free(e->log);
	free(e->done);
	free(e->recipe);
}

/* Is there a complete build of this recipe? */
static bool entry_is_done(const struct entry *e)
{
	struct strbuf s = {0};
	struct stat st;
	FILE *f = fopen(e->done, "re");
	bool same = f && strbuf_read(&s, f, DONE_MAX) && strcmp(strbuf_text(&s), e->recipe) == 0 &&
		    stat(e->tree, &st) == 0 && S_ISDIR(st.st_mode);
	if (f)
		fclose(f);
	strbuf_free(&s);
	return same;
}

/* The folder, too. Whoever waits can be interrupted. */
static int entry_lock(struct entry *e, const struct built_ask *ask, struct diag *d)
{
	if (mkdir(e->dir, S_IRWXU) && errno != EEXIST)
		return diag_set_at(d, ERR_IO, e->dir, 0, "cannot be made: %s", strerror(errno));
	char *path = mem_printf("%s/lock", e->dir);
	int rc = 0;
	e->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (e->lock < 0)
		rc = diag_set_at(d, ERR_IO, path, 0, "cannot be made: %s", strerror(errno));
	for (int n = 0; !rc && flock(e->lock, LOCK_EX | LOCK_NB) != 0; n++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			rc = diag_set_at(d, ERR_IO, path, 0, "cannot be locked: %s", strerror(errno));
		else
			rc = command_check(d);
		if (n == 0 && ask->progress)
			fprintf(ask->progress, "waiting for another build of %s (%.12s)\n", ask->name,
				ask->commit);
		if (!rc)
			command_nap(n);
	}
	free(path);
	return rc;
}

/* A name for what is complete. All of it is on the disk by then, and no longer on its way there while it is measured. */
static int entry_mark(const struct entry *e, struct diag *d)
{
	char *path = mem_printf("%s.tmp", e->done);
	FILE *f = fopen(path, "we");
	bool good = f && fputs(e->recipe, f) >= 0 && fflush(f) == 0 && syncfs(fileno(f)) == 0;
	int why = errno, rc = 0;
	if (f)
		fclose(f);
	if (good && rename(path, e->done)) {
		why = errno;
		good = false;
	}
	if (!good) {
		rc = diag_set_at(d, ERR_IO, e->done, 0, "cannot be written: %s", strerror(why));
		unlink(path);
	}
	free(path);
	return rc;
}

/* Where the line before `end`, or before the line break there, begins. */
static const char *line_begin(const char *text, const char *end)
{
	if (end > text && end[-1] == '\n')
		end--;
	while (end > text && end[-1] != '\n')
		end--;
	return end;
}

static bool is_blank(const char *line, const char *end)
{
	return line + strspn(line, " \t\r\n") >= end;
}

/* The last lines that say something, joined, as plain text: whole ones, but for a last one that is too long. */
static void last_lines(const char *text, struct strbuf *out)
{
	const char *end = text + strlen(text), *next;
	struct strbuf joined = {0};
	for (int n = 0; n < LAST_LINES && end > text; end = next) {
		next = line_begin(text, end);
		if (is_blank(next, end))
			continue;
		size_t len = strcspn(next, "\n");
		if (n > 0 && joined.len + len > LAST_BYTES)
			break;
		size_t cut = len > LAST_BYTES ? len - LAST_BYTES : 0;
		char *rest = strbuf_take(&joined);
		strbuf_add(&joined, next + cut, len - cut);
		strbuf_puts(&joined, n > 0 ? " | " : "");
		strbuf_puts(&joined, rest);
		free(rest);
		n++;
	}
	plain_text(out, strbuf_text(&joined), false);
	strbuf_free(&joined);
}

static bool has_submodules(const struct entry *e)
{
	char *path = mem_printf("%s/.gitmodules", e->tree);
	bool has = access(path, F_OK) == 0;
	free(path);
	return has;
}

static int build_failed(const struct built_ask *ask, const struct entry *e, int fd, int status,
			struct diag *d)
{
	char buf[4096], ending[64]; /* enough for the last lines */
	struct strbuf said = {0};
	off_t size = lseek(fd, 0, SEEK_END),
	      at = size > (off_t)sizeof buf - 1 ? size - (off_t)sizeof buf + 1 : 0;
	ssize_t n = pread(fd, buf, sizeof buf - 1, at);
	buf[n > 0 ? n : 0] = '\0';
	last_lines(buf, &said);
	int rc = diag_set_at(d, ERR_IO, e->log, 0, "the build of %.60s (%.12s)%s failed, %s%s%s", ask->name,
			     ask->commit, has_submodules(e) ? ", without its submodules," : "",
			     command_ending(status, ending, sizeof ending),
			     said.len ? "; it printed at its end: " : " and printed nothing",
			     strbuf_text(&said));
	strbuf_free(&said);
	return rc;
}

static int log_open(const struct entry *e, int *out, struct diag *d)
{
	/* Appended to, so that both streams keep what they wrote. */
	int fd = open(e->log, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		      S_IRUSR | S_IWUSR);
	int high = fd >= 0 && fd < FIRST_FREE ? fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE) : fd;
	int why = errno;
	if (high != fd)
		close(fd);
	if (high < 0)
		return diag_set_at(d, ERR_IO, e->log, 0, "cannot be written: %s", strerror(why));
	*out = high;
	return 0;
}

static int run_build(const struct built_ask *ask, const struct entry *e, struct diag *d)
{
	const char *const argv[] = {"sh", "-c", ask->build, NULL};
	int fd = -1, status = 0, rc = log_open(e, &fd, d);
	if (rc)
		return rc;
	struct command c = {.argv = argv, .dir = e->tree, .out = fd, .err = fd, .own_repository = true};
	rc = command_run(&c, &status, d);
	if (!rc && status)
		rc = build_failed(ask, e, fd, status, d);
	close(fd);
	return rc;
}

static void tell(const struct built_ask *ask, const struct entry *e)
{
	if (!ask->progress)
		return;
	if (has_submodules(e))
		fprintf(ask->progress, "note: %s has submodules, which are not fetched\n", ask->name);
	fprintf(ask->progress, "building %s (%.12s %s); its output: %s\n", ask->name, ask->commit,
		ask->subject, e->log);
	fflush(ask->progress);
}

/* Under the lock. What fails or is interrupted leaves its log. */
static int entry_build(const struct built_ask *ask, const struct entry *e, struct diag *d)
{
	int rc;
	if (unlink(e->done) && errno != ENOENT)
		return diag_set_at(d, ERR_IO, e->done, 0, "cannot be removed: %s", strerror(errno));
	rc = tree_remove(e->tree, d);
	if (rc)
		return rc;
	rc = repository_checkout(ask->repository, ask->commit, e->tree, d);
	if (!rc) {
		tell(ask, e);
		rc = run_build(ask, e, d);
	}
	if (!rc)
		rc = entry_mark(e, d);
	if (rc && tree_remove(e->tree, NULL) && ask->progress)
		fprintf(ask->progress, "note: cannot remove %s\n", e->tree);
	return rc;
}

int built_get(const struct built_ask *ask, char **tree, bool *cached, struct diag *d)
{
	struct entry e;
	bool was_there = false;
	entry_name(&e, ask);
	int rc = entry_lock(&e, ask, d);
	if (!rc) {
		was_there = entry_is_done(&e);
		if (!was_there)
			rc = entry_build(ask, &e, d);
		else if (ask->progress)
			fprintf(ask->progress, "%s (%.12s %s) was built before\n", ask->name, ask->commit,
				ask->subject);
	}
	if (!rc) {
		*tree = e.tree;
		e.tree = NULL;
		*cached = was_there;
	}
	entry_close(&e);
	return rc;
}
