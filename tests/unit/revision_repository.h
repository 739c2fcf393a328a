/* SPDX-License-Identifier: Apache-2.0 */
/* A git repository of the test's own in the temporary folder, which is the current directory then, and what is asked of
 * it. Spaces are in all paths. */
#ifndef IFM_TESTS_REVISION_REPOSITORY_H
#define IFM_TESTS_REVISION_REPOSITORY_H

#include <limits.h>
#include <stdbool.h>

#include "harness/trial/revision.h"
#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

/* Two commits of main and one of topic, which parted from the first. A build writes a worker that says what the file
 * `says` holds, and counts itself in $COUNT. */
static const char repository_script[] =
	"set -e\n"
	"git init -q --template= repo\n"
	"cd repo\n"
	"git symbolic-ref HEAD refs/heads/main\n"
	"cat > build.sh <<'E'\n"
	"echo built >> \"$COUNT\"\n"
	"mkdir -p out\n"
	"{ echo '#!/bin/sh'; echo \"echo $(cat says)\"; } > out/inferometer-worker\n"
	"chmod +x out/inferometer-worker\n"
	"E\n"
	"echo one > says\n"
	"git add . && git commit -q -m 'first: says one' && git tag v1\n"
	"git checkout -q -b topic && echo three > says && git commit -q -a -m 'says three'\n"
	"git checkout -q main && echo two > says && git commit -q -a -m 'says \"two\"'\n";

static const char *in_temp(const char *name)
{
	static char path[4][PATH_MAX];
	static int at;
	at = (at + 1) % 4;
	snprintf(path[at], sizeof path[at], "%s/%s", temp_path, name);
	return path[at];
}

/* A command of sh in the current directory; true when it succeeds. */
static bool shell(const char *script)
{
	return system(script) == 0; /* NOLINT(bugprone-command-processor,cert-env33-c): ours */
}

/* What it prints, the last line break left out; static. */
__attribute__((unused)) static const char *shell_says(const char *script)
{
	static char text[2][8192];
	static int at;
	at = !at;
	FILE *f = popen(script, "r"); /* NOLINT(bugprone-command-processor,cert-env33-c): ours */
	size_t n = f ? fread(text[at], 1, sizeof text[at] - 1, f) : 0;
	if (!f || pclose(f) == -1)
		bail("no shell");
	if (n && text[at][n - 1] == '\n')
		n--;
	text[at][n] = '\0';
	return text[at];
}

__attribute__((unused)) static int n_builds(void)
{
	return atoi(shell_says("wc -l < \"$COUNT\""));
}

static void repository_make(void)
{
	static const char *const variables[][2] = {
		{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
		{"GIT_AUTHOR_NAME", "A"},     {"GIT_AUTHOR_EMAIL", "a@example.org"},
		{"GIT_COMMITTER_NAME", "A"},  {"GIT_COMMITTER_EMAIL", "a@example.org"},
	};
	if (!shell("git --version >/dev/null 2>&1"))
		skip_all("no git");
	temp_folder();
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		setenv(variables[i][0], variables[i][1], 1);
	/* As in a hook, these would lead elsewhere. */
	unsetenv("GIT_DIR");
	unsetenv("GIT_WORK_TREE");
	unsetenv("GIT_INDEX_FILE");
	setenv("COUNT", in_temp("count of builds"), 1);
	if (mkdir(in_temp("a place"), 0700) || chdir(in_temp("a place")) || !shell(repository_script) ||
	    !shell(": > \"$COUNT\"") || chdir("repo"))
		bail("no repository");
}

/* As asked of range with the usual build and cache. */
static struct revisions_ask usual(const char *range)
{
	static char cache[PATH_MAX];
	snprintf(cache, sizeof cache, "%s", in_temp("kept builds"));
	return (struct revisions_ask){.range = range, .build = "sh build.sh", .cache = cache};
}

static struct revision rev[2];
static struct diag why;
static char *progress;

/* Into rev, why and progress, which are emptied before. */
static int build_as(struct revisions_ask ask)
{
	size_t n;
	for (int i = 0; i < 2; i++)
		revision_free(&rev[i]);
	diag_clear(&why);
	free(progress);
	progress = NULL;
	ask.progress = open_memstream(&progress, &n);
	int rc = revisions_build(rev, &ask, &why);
	fclose(ask.progress);
	return rc;
}

static void repository_done(void)
{
	for (int i = 0; i < 2; i++)
		revision_free(&rev[i]);
	free(progress);
	/* Nobody can remove the folder that he stands in. */
	if (chdir("/"))
		bail("no way out");
}

#endif
