/* SPDX-License-Identifier: Apache-2.0 */
/* Builds of revisions that fail, are interrupted, killed, or made twice at once. */
#include "config.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "harness/run/keeper.h"
#include "tests/unit/revision_repository.h"

enum { PATIENCE = 3000 }; /* hundredths of a second until a test gives up */

static void nap(void)
{
	const struct timespec t = {.tv_nsec = 10000000};
	nanosleep(&t, NULL);
}

/* Builds that are complete, and trees, in the cache. */
static int n_kept(const char *what)
{
	char command[200];
	snprintf(command, sizeof command, "find ../../'kept builds' -mindepth 2 -maxdepth 2 -name %s | wc -l",
		 what);
	return atoi(shell_says(command));
}

static bool wait_for(const char *name)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (access(in_temp(name), F_OK) == 0)
			return true;
		nap();
	}
	return false;
}

static void test_failure(void)
{
	struct revisions_ask ask = usual("v1..main");
	ask.build = "sh build.sh; echo first line; echo 'compiling a.c'; echo 'a.c:1: \033[31merror' >&2; "
		    "echo; exit 3";
	is_int(build_as(ask), ERR_IO, "a build that fails");
	has_text(why.text, "the build of v1 (", "says of what");
	has_text(why.text,
		 "failed, exit status 3; it printed at its end: first line | compiling a.c | a.c:1: ",
		 "how, and what came last");
	ok(!strchr(why.text, '\033'), "in plain text");
	has_text(why.file, "/log", "where the rest is");
	ok(n_kept("tree") == 0 && n_kept("done") == 0 && n_kept("log") == 1, "nothing is left but the log");
	is_int(build_as(ask), ERR_IO, "it is tried again");
	is_int(n_builds(), 2, "each time");
	ask.build = "kill -9 $$";
	is_int(build_as(ask), ERR_IO, "a build that is killed");
	has_text(why.text, "killed by signal 9 (Killed) and printed nothing", "says so");
	ask.build = "mkdir a a/b; echo > a/b/c; chmod 500 a/b a; i=0; "
		    "while [ $i -lt 5000 ]; do echo \"line $i of many words\"; i=$((i + 1)); done; exit 1";
	is_int(build_as(ask), ERR_IO, "one that prints much");
	has_text(why.text, "line 4998 of many words | line 4999 of many words", "its end");
	is_int(n_kept("tree"), 0, "folders that cannot be written are removed, too");
	ask.build = "echo; echo a last line; echo; echo; printf '  \\t\\n'; exit 1";
	is_int(build_as(ask), ERR_IO, "one that prints blank lines");
	has_text(why.text, "at its end: a last line", "which say nothing");
	ask.build = "head -c 20000 /dev/zero | tr '\\0' x; exit 1";
	is_int(build_as(ask), ERR_IO, "one that prints one line");
	has_text(why.text, "xxxxxxxx", "cut");
}

/* Forks one who builds; he exits with the code of what came of it, negated. */
static pid_t fork_builder(const char *command, bool kept)
{
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		bail("no process");
	if (pid)
		return pid;
	struct revisions_ask ask = usual("v1..main");
	ask.build = command;
	if (kept)
		keeper_begin();
	int rc = build_as(ask);
	if (kept)
		keeper_end();
	_exit(-rc);
}

static int exit_code(pid_t pid)
{
	int status = 0;
	if (waitpid(pid, &status, 0) != pid)
		bail("no child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* Says its processes and waits for ever: one of its group, one that has left it. */
#define ENDLESS                                                                                              \
	"echo $$ > \"$COUNT.leader\"; sleep 1000 & echo $! > \"$COUNT.member\"; "                            \
	"setsid sh -c 'echo $$ > \"$COUNT.away\"; : > \"$COUNT.begun\"; exec sleep 1000' & wait"

/* Zombies count as gone: nobody may be there to take them. */
static bool is_gone(const char *file)
{
	char command[200];
	snprintf(command, sizeof command,
		 "s=$(sed 's/.*) //; s/ .*//' /proc/$(cat \"$COUNT.%s\")/stat 2>/dev/null); [ \"${s:-Z}\" = "
		 "Z ]",
		 file);
	for (int i = 0; i < PATIENCE; i++) {
		if (shell(command))
			return true;
		nap();
	}
	return false;
}

static void forget_endless(void)
{
	if (!shell("rm -f \"$COUNT\".*"))
		bail("cannot remove");
}

static void test_interrupt(int number, const char *name)
{
	pid_t pid = fork_builder(ENDLESS, true);
	ok(wait_for("count of builds.begun"), "a long build, and %s", name);
	kill(pid, number);
	is_int(exit_code(pid), -ERR_CANCELLED, "is interrupted");
	ok(is_gone("leader") && is_gone("member") && is_gone("away"), "all it had started is gone");
	ok(n_kept("tree") == 0 && n_kept("done") == 0, "nothing half-made is left");
	forget_endless();
}

static void test_killed(void)
{
	pid_t pid = fork_builder(ENDLESS, true);
	ok(wait_for("count of builds.begun"), "a long build");
	kill(pid, SIGKILL);
	is_int(exit_code(pid), -SIGKILL, "whose harness is killed");
	ok(is_gone("leader") && is_gone("member") && is_gone("away"), "does not outlive it");
	is_int(n_kept("done"), 0, "nothing counts as built");
	ok(shell("git worktree prune && test \"$(git worktree list | wc -l)\" = 1 && test -z \"$(git status "
		 "--porcelain)\""),
	   "the repository does not know of it");
	forget_endless();
	is_int(n_kept("tree"), 1, "what it left");
	pid = fork_builder(ENDLESS, true);
	ok(wait_for("count of builds.begun"), "is built over by the next");
	kill(pid, SIGINT);
	is_int(exit_code(pid), -ERR_CANCELLED, "who is interrupted");
	is_int(n_kept("tree"), 0, "and leaves nothing");
	forget_endless();
}

static void test_at_once(void)
{
	static const char slow[] =
		"while [ ! -e \"$COUNT.go\" ]; do : > \"$COUNT.begun\"; sleep 0.05; done; sh build.sh";
	int before = n_builds();
	pid_t a = fork_builder(slow, false), b = fork_builder(slow, false);
	ok(wait_for("count of builds.begun"), "two builds at once");
	pid_t c = fork_builder(slow, false);
	nap();
	kill(c, SIGTERM);
	int code = exit_code(c);
	ok(code == -ERR_CANCELLED || code == -SIGTERM, "one who waits can be interrupted");
	ok(n_kept("done") == 0, "which disturbs no other");
	if (!shell(": > \"$COUNT.go\""))
		bail("cannot write");
	is_int(exit_code(a), 0, "one is done");
	is_int(exit_code(b), 0, "and so is the other");
	is_int(n_builds() - before, 2, "each revision was built once");
	is_int(n_kept("done"), 2, "and kept");
	forget_endless();
}

static void test_damaged(void)
{
	is_int(build_as(usual("v1..main")), 0, "two builds");
	int before = n_builds();
	if (!shell("for f in ../../'kept builds'/*/done; do echo more >> \"$f\"; done"))
		bail("cannot write");
	ok(build_as(usual("v1..main")) == 0 && !rev[0].cached && n_builds() == before + 2,
	   "what is not said to be of this recipe is built again");
	if (!shell("rm -r ../../'kept builds'/*/tree"))
		bail("cannot remove");
	ok(build_as(usual("v1..main")) == 0 && !rev[0].cached, "so is what was removed");
	struct revisions_ask ask = usual("v1..main");
	ask.cache = "says/below a file";
	is_int(build_as(ask), ERR_IO, "a cache that cannot be made");
	ask.cache = NULL;
	setenv("XDG_CACHE_HOME", in_temp("xdg"), 1);
	ok(build_as(ask) == 0 && strstr(rev[0].worker, "/xdg/inferometer/revisions/"), "the usual cache");
	unsetenv("XDG_CACHE_HOME");
	unsetenv("HOME");
	is_int(build_as(ask), ERR_USAGE, "no home");
}

int main(void)
{
	repository_make();
	test_failure();
	test_interrupt(SIGINT, "SIGINT");
	test_interrupt(SIGTERM, "SIGTERM");
	test_killed();
	test_at_once();
	test_damaged();
	repository_done();
	return tap_done();
}
