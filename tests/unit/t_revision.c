/* SPDX-License-Identifier: Apache-2.0 */
/* Two revisions as workers: what names mean, which are refused, what is said and kept. */
#include "config.h"

#include "tests/unit/revision_repository.h"

static const char *worker_says(int i)
{
	char command[PATH_MAX + 4];
	snprintf(command, sizeof command, "'%s'", rev[i].worker ? rev[i].worker : "");
	return shell_says(command);
}

/* What the user would see of his repository. */
static const char *repository_state(void)
{
	return shell_says(
		"{ git worktree list; git status --porcelain --ignored; git for-each-ref; git stash list; "
		"find .git -type f | sort | xargs -I{} cksum '{}'; } 2>&1");
}

static void test_two(void)
{
	char before[8192];
	snprintf(before, sizeof before, "%s", repository_state());
	is_int(build_as(usual("v1..HEAD")), 0, "two revisions");
	is_text(rev[0].name, "v1", "the first as typed");
	is_text(rev[1].name, "HEAD", "the second");
	is_text(rev[0].subject, "first: says one", "its subject");
	is_text(rev[1].subject, "says \"two\"", "the other's");
	is_text(rev[1].commit, shell_says("git rev-parse HEAD"), "its commit");
	is_text(worker_says(0), "one", "a worker of the first");
	is_text(worker_says(1), "two", "a worker of the second");
	ok(rev[0].worker && *rev[0].worker == '/' && strlen(rev[0].worker) == strlen(rev[1].worker),
	   "paths are absolute and equally long");
	ok(!rev[0].cached && !rev[1].cached && n_builds() == 2, "both were built");
	has_text(progress, "building v1 (", "says what is built");
	is_text(repository_state(), before, "the repository is as it was");

	is_int(build_as(usual("v1..HEAD")), 0, "once more");
	ok(rev[0].cached && rev[1].cached && n_builds() == 2, "nothing is built again");
	is_text(worker_says(1), "two", "it is the same");
	has_text(progress, "was built before", "says so");
	struct revisions_ask other = usual("v1..HEAD");
	other.build = "sh  build.sh";
	ok(build_as(other) == 0 && !rev[0].cached && n_builds() == 4, "another command is another build");
	setenv("CFLAGS", "-O9", 1);
	ok(build_as(usual("v1")) == 0 && !rev[0].cached && n_builds() == 6, "and so are other flags");
	unsetenv("CFLAGS");
}

static void test_ranges(void)
{
	static const struct {
		const char *range, *names, *says;
	} good[] = {
		{"v1", "v1, HEAD", "one two"},
		{"v1..", "v1, HEAD", "one two"},
		{"..v1", "HEAD, v1", "two one"},
		{"topic..main", "topic, main", "three two"},
		{"topic...main", "merge base of topic and main, main", "one two"},
		{"...topic", "merge base of HEAD and topic, topic", "one three"},
		{"HEAD~1..HEAD^{commit}", "HEAD~1, HEAD^{commit}", "one two"},
		{":/says one..:/three", ":/says one, :/three", "one three"},
		{"main..main", "main, main", "two two"},
	};
	static const char *const bad[] = {
		"", "..", "...", "no-such..HEAD", "main..topic..v1", "main....topic", "^main", "v1^{tree}",
	};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		char names[200], says[200];
		is_int(build_as(usual(good[i].range)), 0, good[i].range);
		snprintf(names, sizeof names, "%s, %s", rev[0].name, rev[1].name);
		is_text(names, good[i].names, "names");
		snprintf(says, sizeof says, "%s", worker_says(0));
		snprintf(says + strlen(says), sizeof says - strlen(says), " %s", worker_says(1));
		is_text(says, good[i].says, "revisions");
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		is_int(build_as(usual(bad[i])), ERR_USAGE, bad[i]);
		has_text(why.text, "--rev", "says of what");
	}
}

static void test_hostile(void)
{
	static const char *const names[] = {
		"--upload-pack=touch x",
		"-h",
		"--all",
		"$(touch x)",
		"`touch x`",
		"';touch x;'",
		"\"",
		"main\ntouch x",
		"main;touch x",
		"\x1b[31mred",
		"\xff\xfe",
		"main..--output=x",
		"main..$(touch x)",
		"*",
		"@{",
		"main^{/",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		int rc = build_as(usual(names[i]));
		ok(rc == ERR_USAGE && why.text[0] && !strpbrk(why.text, "\n\x1b"),
		   "hostile name %zu: one plain line", i);
	}
	ok(access("x", F_OK) != 0 && shell("git diff --quiet"), "nothing of them was run");
	is_int(build_as(usual("main..--output=x")), ERR_USAGE, "an option");
	is_text(why.text, "--rev: \"--output=x\" is no revision: none begins with \"-\"", "says why");
}

static void test_dirty(void)
{
	is_int(build_as(usual("v1..HEAD")), 0, "a clean tree");
	ok(rev[1].n_changed == 0 && !strstr(progress, "note:"), "no note");
	if (!shell("echo four > says"))
		bail("cannot write");
	is_int(build_as(usual("v1..main")), 0, "a changed file");
	ok(rev[0].n_changed == 0 && rev[1].n_changed == 1, "is counted where HEAD is");
	has_text(progress, "note: main is measured as committed, without what has changed in 1 file here\n",
		 "a note");
	is_text(worker_says(1), "two", "what is committed is built");
	ok(build_as(usual("v1..topic")) == 0 && !strstr(progress, "note:"),
	   "no note where HEAD is not asked for");
	if (!shell("git checkout -q says"))
		bail("cannot take it back");
}

static void test_worker(void)
{
	struct revisions_ask ask = usual("v1..main");
	ask.worker = "out/inferometer-worker";
	ok(build_as(ask) == 0 && rev[0].cached && rev[1].cached, "a worker that is named is no other build");
	is_text(worker_says(0), "one", "it is that one");
	ask.worker = "out/missing";
	is_int(build_as(ask), ERR_USAGE, "none there");
	has_text(why.text, "--rev-worker out/missing: the build of v1 left no executable program there",
		 "says so");
	ask.worker = "../../../../../../../../../../bin/sh";
	is_int(build_as(ask), ERR_USAGE, "not in the tree");
	ask.worker = NULL;
	ask.build = "sh build.sh; mkdir -p b/.libs; cp out/* b; cp out/* b/.libs";
	is_int(build_as(ask), ERR_USAGE, "two of them");
	has_text(why.text, "left 2 programs inferometer-worker (", "counts them");
	has_text(why.text, "b/inferometer-worker", "names them");
	has_text(why.text, "--rev-worker PATH", "says what helps");
	ask.worker = "b/inferometer-worker";
	ok(build_as(ask) == 0 && rev[0].cached && !rev[1].cached, "which needs no new build");
	ask.worker = NULL;
	ask.build = "mkdir -p 1/2/3/4/5; sh build.sh; mv out/* 1/2/3/4/5";
	is_int(build_as(ask), ERR_USAGE, "too deep");
	has_text(why.text, "no executable file inferometer-worker at most 4 folders deep", "says so");
	ask.build = "mkdir -p 1/2/3/4; sh build.sh; mv out/* 1/2/3/4";
	is_int(build_as(ask), 0, "not too deep");
	ask.worker = "link";
	ask.build = "ln -s /bin/sh link";
	is_int(build_as(ask), ERR_USAGE, "a link that leads elsewhere");
	has_text(why.text, "expected a program in the tree", "says so");
}

static void test_asked_badly(void)
{
	struct revisions_ask ask = usual("v1..main");
	ask.build = NULL;
	is_int(build_as(ask), ERR_USAGE, "no build command");
	has_text(why.text, "--rev needs --build", "says so");
	has_text(why.text, "./configure && make", "gives an example");
	ask.build = " \n";
	is_int(build_as(ask), ERR_USAGE, "an empty one");
	char path[PATH_MAX];
	snprintf(path, sizeof path, "%s", getenv("PATH"));
	setenv("PATH", "/nowhere", 1);
	is_int(build_as(usual("v1..main")), ERR_UNAVAILABLE, "no git");
	has_text(why.text, "--rev needs the program git", "says so");
	setenv("PATH", path, 1);
	setenv("GIT_CEILING_DIRECTORIES", temp_path, 1);
	if (chdir(temp_path))
		bail("no way up");
	is_int(build_as(usual("v1..main")), ERR_USAGE, "no repository");
	has_text(why.text, "the current directory is in no git repository", "says so");
	if (chdir(in_temp("a place/repo")))
		bail("no way back");
}

/* Each asks for what the usual repository has built, so it is built anew in another cache. */
static void test_kinds(void)
{
	struct revisions_ask ask = usual("v1..main");
	int before = n_builds();
	ask.cache = in_temp("another/cache of\tbuilds");
	if (!shell("git clone -q --bare . ../bare && git worktree add -q --detach ../linked v1") ||
	    chdir("../bare"))
		bail("no bare repository");
	ok(build_as(ask) == 0 && n_builds() == before + 2, "a bare repository");
	is_text(worker_says(1), "two", "its worker");
	ask = usual("main..HEAD");
	if (chdir("../linked"))
		bail("no worktree");
	ok(build_as(ask) == 0 && rev[0].cached, "a linked worktree");
	is_text(worker_says(1), "one", "with a HEAD of its own");
	if (!shell("git clone -q --depth 1 --branch topic \"file://$PWD/../bare\" ../shallow && cd "
		   "../shallow && "
		   "echo five > says && git commit -q -a -m five && git checkout -q --detach && git branch "
		   "-D -q topic") ||
	    chdir("../shallow"))
		bail("no shallow repository");
	ask = usual("HEAD~1..HEAD");
	ask.build = "sh build.sh && git describe --always";
	is_int(build_as(ask), 0, "a shallow one, no branch reaching the commit");
	is_text(worker_says(1), "five", "its worker");
	if (!shell("git init -q --template= --object-format=sha256 ../sha256 && cp build.sh says ../sha256 "
		   "&& "
		   "cd ../sha256 && git add . && git commit -q -m six") ||
	    chdir("../sha256"))
		bail("no repository with SHA-256");
	ok(build_as(usual("HEAD")) == 0 && strlen(rev[0].commit) == 64, "one with longer names");
	is_text(worker_says(1), "five", "its worker");
	if (chdir("../repo") || !shell("git worktree remove --force ../linked"))
		bail("no way back");
}

/* What leads git elsewhere, as hooks have it, is not for the build's repository; its tags are. */
static void test_environment(void)
{
	struct revisions_ask ask = usual("v1..main");
	char git_dir[PATH_MAX];
	snprintf(git_dir, sizeof git_dir, "%s", in_temp("a place/repo/.git"));
	setenv("GIT_DIR", git_dir, 1);
	setenv("GIT_INDEX_FILE", in_temp("a place/repo/.git/index"), 1);
	ask.build = "sh build.sh && test \"$(git rev-parse --show-toplevel)\" = \"$(pwd -P)\" && "
		    "git describe --tags && git status --porcelain";
	is_int(build_as(ask), 0, "git within a build is in the checkout");
	unsetenv("GIT_DIR");
	unsetenv("GIT_INDEX_FILE");
	has_text(shell_says("cat ../../'kept builds'/*/log"), "v1-1-g", "and finds the tags");
	if (!shell("printf 'touch \"$COUNT.hook\"' > .git/hook && mkdir -p .git/hooks && "
		   "cp .git/hook .git/hooks/post-checkout && chmod +x .git/hooks/post-checkout && "
		   "git config core.hooksPath \"$PWD/.git/hooks\""))
		bail("no hook");
	ask.build = "sh build.sh && : hooks";
	ok(build_as(ask) == 0 && access(in_temp("count of builds.hook"), F_OK) != 0, "no hook is run");
	if (!shell("git checkout -q -b sub && echo > .gitmodules && git add .gitmodules && git commit -q -m "
		   "sub"))
		bail("no .gitmodules");
	ok(build_as(usual("main..sub")) == 0 &&
		   strstr(progress, "note: sub has submodules, which are not fetched\n"),
	   "submodules are not fetched");
	struct revisions_ask failing = usual("main..sub");
	failing.build = "sh build.sh; test ! -e .gitmodules";
	is_int(build_as(failing), ERR_IO, "a build that needs them");
	has_text(why.text, "), without its submodules, failed, exit status 1 and printed nothing", "says so");
}

int main(void)
{
	repository_make();
	test_two();
	test_ranges();
	test_hostile();
	test_dirty();
	test_worker();
	test_asked_badly();
	test_kinds();
	test_environment();
	repository_done();
	return tap_done();
}
