/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/cache/cache.h"
#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"
#include "harness/run/interrupt.h"
#include "harness/trial/built.h"
#include "harness/trial/command.h"
#include "harness/trial/repository.h"
#include "harness/trial/tree.h"

#define HEAD "HEAD"

/* What was typed, taken apart; owned. */
struct range {
	char *side[2];
	bool parted; /* three dots */
};

static void range_free(struct range *r)
{
	free(r->side[0]);
	free(r->side[1]);
}

static int range_parse(const char *text, struct range *r, struct diag *d)
{
	/* No name of git's has two dots in a row: the first are those between. */
	const char *dots = strstr(text, ".."), *right = dots ? dots + 2 : HEAD;
	size_t left = dots ? (size_t)(dots - text) : strlen(text);
	bool parted = dots && *right == '.';
	right += parted;
	if (left == 0 && (!dots || !*right))
		return diag_set(d, ERR_USAGE, "--rev \"%.20s\": expected revisions A..B, as in main..HEAD",
				text);
	*r = (struct range){
		{left ? mem_strndup(text, left) : mem_strdup(HEAD), mem_strdup(*right ? right : HEAD)},
		parted};
	return 0;
}

static char *plain(const char *text)
{
	struct strbuf s = {0};
	plain_text(&s, text, false);
	return strbuf_take(&s);
}

static int resolve(const struct range *range, struct revision rev[2], struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < 2 && !rc; i++) {
		rc = repository_resolve(range->side[i], &rev[i].commit, d);
		rev[i].name = plain(range->side[i]);
	}
	if (rc || !range->parted)
		return rc;
	char *base = NULL, *name = mem_printf("merge base of %s and %s", rev[0].name, rev[1].name);
	rc = repository_merge_base(rev[0].commit, rev[1].commit, &base, d);
	if (rc) {
		free(name);
		return rc;
	}
	free(rev[0].commit);
	free(rev[0].name);
	rev[0].commit = base;
	rev[0].name = name;
	return 0;
}

static int describe(const struct repository *repo, struct revision rev[2], struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < 2 && !rc; i++) {
		rc = repository_subject(rev[i].commit, &rev[i].subject, d);
		if (!rc)
			rc = repository_changes(repo, rev[i].commit, &rev[i].n_changed, d);
	}
	return rc;
}

static void note_changes(const struct revision rev[2], FILE *progress)
{
	const struct revision *at = rev[1].n_changed ? &rev[1] : &rev[0];
	if (progress && at->n_changed)
		fprintf(progress,
			"note: %s is measured as committed, without what has changed in %d file%s here\n",
			at->name, at->n_changed, at->n_changed == 1 ? "" : "s");
}

/* Makes the folder. *out: absolute, links resolved, owned by the caller. */
static int cache_open(const char *asked, char **out, struct diag *d)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	struct cache_folder f = {0};
	if (asked && *asked)
		f.path = mem_strdup(asked);
	else if (xdg && *xdg == '/') /* the specification: a relative one is to be ignored */
		f.path = mem_printf("%s/inferometer/revisions", xdg);
	else if (home && *home)
		f.path = mem_printf("%s/.cache/inferometer/revisions", home);
	else
		return diag_set(d, ERR_USAGE,
				"--rev: no folder to build in, neither $XDG_CACHE_HOME nor $HOME is set");
	int rc = cache_folder_make(&f, d);
	char *real = rc ? NULL : realpath(f.path, NULL);
	if (!rc && !real)
		rc = diag_set_at(d, ERR_IO, f.path, 0, "%s", strerror(errno));
	if (real)
		*out = real;
	free(f.path);
	return rc;
}

static int build(const struct repository *repo, const struct revisions_ask *ask, const char *cache,
		 struct revision *rev, struct diag *d)
{
	char *tree = NULL;
	struct built_ask b = {repo, rev->name, rev->commit, rev->subject, ask->build, cache, ask->progress};
	int rc = built_get(&b, &tree, &rev->cached, d);
	if (!rc)
		rc = tree_find_worker(tree, ask->worker, rev->name, &rev->worker, d);
	free(tree);
	return rc;
}

static int build_both(struct revision rev[2], const struct range *range, const struct revisions_ask *ask,
		      struct diag *d)
{
	struct repository repo = {0};
	char *cache = NULL;
	int rc = repository_open(&repo, d);
	if (!rc)
		rc = resolve(range, rev, d);
	if (!rc)
		rc = describe(&repo, rev, d);
	if (!rc)
		rc = cache_open(ask->cache, &cache, d);
	if (!rc)
		note_changes(rev, ask->progress);
	for (int i = 0; i < 2 && !rc; i++)
		rc = build(&repo, ask, cache, &rev[i], d);
	/* The last thing may have ended just before it would have noticed. */
	if (!rc)
		rc = command_check(d);
	repository_close(&repo);
	free(cache);
	return rc;
}

int revisions_build(struct revision out[2], const struct revisions_ask *ask, struct diag *d)
{
	struct revision rev[2] = {{0}, {0}};
	struct range range = {0};
	if (!ask->build || ask->build[strspn(ask->build, " \t\n")] == '\0')
		return diag_set(d, ERR_USAGE,
				"--rev needs --build: how the worker is built in the root of a checkout, for "
				"instance "
				"--build 'autoreconf -fi && ./configure && make -j4'");
	int rc = range_parse(ask->range, &range, d);
	if (rc)
		return rc;
	interrupt_begin(-1, false);
	rc = build_both(rev, &range, ask, d);
	interrupt_end();
	range_free(&range);
	for (int i = 0; i < 2; i++) {
		if (rc)
			revision_free(&rev[i]);
		else
			out[i] = rev[i];
	}
	return rc;
}

void revision_free(struct revision *r)
{
	free(r->name);
	free(r->commit);
	free(r->subject);
	free(r->worker);
	*r = (struct revision){0};
}
