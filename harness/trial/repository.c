/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/repository.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"
#include "harness/trial/git.h"

enum {
	SHA1_DIGITS = 40,
	SHA256_DIGITS = 64,
};

/* Cuts the first line off *at; NULL when there is none. */
static char *next_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');
	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 1;
	return line;
}

int repository_open(struct repository *r, struct diag *d)
{
	struct git_answer a = {0};
	struct diag why = {0};
	char *line[4] = {NULL}, *at;
	int n = 0, rc = GIT_ASK(NULL, &a, &why, "rev-parse", "--path-format=absolute", "--git-common-dir",
				"--git-path", "objects", "--git-path", "shallow", "--is-inside-work-tree");
	if (rc == ERR_CANCELLED) {
		rc = diag_set(d, rc, "%s", why.text);
		goto out;
	}
	if (rc) {
		rc = diag_set(d, ERR_UNAVAILABLE, "--rev needs the program git: %s", why.text);
		goto out;
	}
	if (a.status) {
		rc = git_refuse(d, ERR_USAGE,
				"--rev: the current directory is in no git repository that can be used", &a);
		goto out;
	}
	at = a.out.len ? a.out.text : NULL;
	while (at && n < 4 && (line[n] = next_line(&at)))
		n++;
	if (n < 4 || *at || line[0][0] != '/' || line[1][0] != '/') {
		rc = diag_set(d, ERR_USAGE, "--rev: the path of the git repository cannot be used");
		goto out;
	}
	*r = (struct repository){mem_strdup(line[0]), mem_strdup(line[1]), mem_strdup(line[2]),
				 strcmp(line[3], "true") == 0};
out:
	git_answer_free(&a);
	return rc;
}

void repository_close(struct repository *r)
{
	free(r->common);
	free(r->objects);
	free(r->shallow);
	*r = (struct repository){0};
}

/* One line, an object's name: owned by the caller. NULL when it is anything else, as "^main" is. */
static char *object_name(const struct git_answer *a)
{
	const char *text = strbuf_text(&a->out);
	size_t n = strspn(text, "0123456789abcdef");
	if (a->status || (n != SHA1_DIGITS && n != SHA256_DIGITS) || strcmp(text + n, "\n") != 0)
		return NULL;
	return mem_strndup(text, n);
}

/* NULL in *object when there is none such; then a says why. */
static int look_up(const char *name, char **object, struct git_answer *a, struct diag *d)
{
	int rc = GIT_ASK(NULL, a, d, "rev-parse", "--verify", "--end-of-options", name);
	*object = rc ? NULL : object_name(a);
	return rc;
}

static int no_commit(const char *name, const struct git_answer *a, struct diag *d)
{
	static const char useless[] = "Needed a single revision";
	struct strbuf plain = {0};
	char *why = git_complaint(a);
	bool says = a->status && strcmp(why, useless) != 0;
	plain_text(&plain, name, false);
	int rc = diag_set(d, ERR_USAGE, "--rev: \"%.120s\" names no commit of this repository%s%s",
			  strbuf_text(&plain), says ? ": " : "", says ? why : "");
	strbuf_free(&plain);
	free(why);
	return rc;
}

int repository_resolve(const char *name, char **commit, struct diag *d)
{
	struct git_answer a = {0}, peeled = {0};
	char *object = NULL, *found = NULL, *what = NULL;
	int rc;
	if (*name == '-')
		return diag_set(d, ERR_USAGE, "--rev: \"%.120s\" is no revision: none begins with \"-\"",
				name);
	rc = look_up(name, &object, &a, d);
	if (rc)
		goto out;
	if (!object) {
		rc = no_commit(name, &a, d);
		goto out;
	}
	/* In two steps: appended to ":/text" it would be part of what is searched. */
	what = mem_printf("%s^{commit}", object);
	rc = look_up(what, &found, &peeled, d);
	if (rc)
		goto out;
	if (found)
		*commit = found;
	else
		rc = no_commit(name, &peeled, d);
out:
	git_answer_free(&a);
	git_answer_free(&peeled);
	free(object);
	free(what);
	return rc;
}

int repository_merge_base(const char *a, const char *b, char **commit, struct diag *d)
{
	struct git_answer got = {0};
	int rc = GIT_ASK(NULL, &got, d, "merge-base", a, b);
	char *found = rc ? NULL : object_name(&got);
	if (!rc && !found)
		rc = diag_set(d, ERR_USAGE, "--rev: %.12s and %.12s have no history in common", a, b);
	if (found)
		*commit = found;
	git_answer_free(&got);
	return rc;
}

int repository_subject(const char *commit, char **subject, struct diag *d)
{
	struct git_answer a = {0};
	struct strbuf plain = {0};
	int rc = GIT_ASK(NULL, &a, d, "rev-list", "--max-count=1", "--no-commit-header", "--encoding=UTF-8",
			 "--format=%s", commit);
	if (!rc && a.status)
		rc = git_refuse(d, ERR_IO, "git cannot read the commit", &a);
	if (!rc) {
		if (a.out.len && a.out.text[a.out.len - 1] == '\n')
			a.out.text[a.out.len - 1] = '\0';
		plain_text(&plain, strbuf_text(&a.out), false);
		*subject = strbuf_take(&plain);
	}
	git_answer_free(&a);
	return rc;
}

int repository_changes(const struct repository *r, const char *commit, int *n, struct diag *d)
{
	struct git_answer a = {0};
	char *head = NULL;
	int lines = 0, rc = look_up("HEAD", &head, &a, d);
	bool stands_there = head && r->has_tree && strcmp(head, commit) == 0;
	git_answer_free(&a);
	free(head);
	if (!rc && stands_there)
		rc = GIT_ASK(NULL, &a, d, "status", "--porcelain", "--untracked-files=no",
			     "--ignore-submodules");
	if (!rc && a.status)
		rc = git_refuse(d, ERR_IO, "git cannot tell what is not committed", &a);
	for (const char *c = strbuf_text(&a.out); !rc && *c; c++)
		lines += *c == '\n';
	git_answer_free(&a);
	if (!rc)
		*n = lines;
	return rc;
}
