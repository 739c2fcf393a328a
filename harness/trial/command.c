/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/trial/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/run/interrupt.h"
#include "harness/run/keeper.h"

enum {
	NAP_FIRST_NS = 1000000, /* git often ends within it */
	NAP_DOUBLINGS = 6,	/* up to 64 ms, cut to the next */
	NAP_MAX_NS = 50000000,
};

/* git rev-parse --local-env-vars, without configuration: set in hooks and by users. */
static const char *const of_a_repository[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_CONFIG",
	"GIT_OBJECT_DIRECTORY",
	"GIT_DIR",
	"GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE",
	"GIT_GRAFT_FILE",
	"GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS",
	"GIT_REPLACE_REF_BASE",
	"GIT_NAMESPACE",
	"GIT_PREFIX",
	"GIT_SHALLOW_FILE",
	"GIT_COMMON_DIR",
	"GIT_INTERNAL_SUPER_PREFIX",
	"GIT_QUARANTINE_PATH",
};
static const char *const of_language[] = {"LC_ALL", "GIT_TERMINAL_PROMPT"};
static const char *const asked_for[] = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0"};

enum {
	N_OF_REPOSITORY = sizeof of_a_repository / sizeof *of_a_repository,
	N_ASKED = sizeof asked_for / sizeof *asked_for,
};

void command_nap(int n)
{
	long ns = (long)NAP_FIRST_NS << (n < NAP_DOUBLINGS ? n : NAP_DOUBLINGS);
	const struct timespec t = {.tv_nsec = ns < NAP_MAX_NS ? ns : NAP_MAX_NS};
	nanosleep(&t, NULL);
}

int command_check(struct diag *d)
{
	return interrupt_count() ? diag_set(d, ERR_CANCELLED, "interrupted") : 0;
}

static bool is_one_of(const char *entry, const char *const *names, int n)
{
	size_t len = strcspn(entry, "=");
	for (int i = 0; i < n; i++)
		if (strlen(names[i]) == len && strncmp(entry, names[i], len) == 0)
			return true;
	return false;
}

/* Ours with what the command asks for. The strings are borrowed. */
static const char **environment_make(const struct command *c)
{
	int n = 0, kept = 0;
	while (environ[n])
		n++;
	const char **env = mem_alloc(((size_t)n + N_ASKED + 2) * sizeof *env);
	for (int i = 0; i < n; i++)
		if (!(c->own_repository && is_one_of(environ[i], of_a_repository, N_OF_REPOSITORY)) &&
		    !(c->asked && is_one_of(environ[i], of_language, N_ASKED)))
			env[kept++] = environ[i];
	for (int i = 0; c->asked && i < N_ASKED; i++)
		env[kept++] = asked_for[i];
	if (keeper_mark())
		env[kept++] = keeper_mark();
	return env;
}

/* errno, or 0 when it runs. */
static int start(const struct command *c, const char **env, pid_t *pid)
{
	posix_spawnattr_t attr;
	posix_spawn_file_actions_t files;
	sigset_t none, plain;
	sigemptyset(&none);
	sigemptyset(&plain);
	/* Ignored signals would stay ignored. */
	sigaddset(&plain, SIGPIPE);
	sigaddset(&plain, SIGXFSZ);
	int why = posix_spawnattr_init(&attr);
	if (why)
		return why;
	why = posix_spawn_file_actions_init(&files);
	if (why) {
		posix_spawnattr_destroy(&attr);
		return why;
	}
	posix_spawnattr_setflags(&attr,
				 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &plain);
	if ((why = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) == 0 &&
	    (why = posix_spawn_file_actions_adddup2(&files, c->out, STDOUT_FILENO)) == 0 &&
	    (why = posix_spawn_file_actions_adddup2(&files, c->err, STDERR_FILENO)) == 0 && c->dir)
		why = posix_spawn_file_actions_addchdir_np(&files, c->dir);
	if (!why)
		why = posix_spawnp(pid, c->argv[0], &files, &attr, (char *const *)c->argv,
				   (char *const *)env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return why;
}

/* Its group goes while the leader's number is not free yet. */
static int finish(pid_t pid)
{
	siginfo_t ended = {0};
	int status = 0;
	for (int n = 0;
	     waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0; n++) {
		if (interrupt_count())
			kill(-pid, SIGKILL);
		command_nap(n);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	/* And what left the group, where a keeper is at work. */
	keeper_sweep();
	return status;
}

int command_run(const struct command *c, int *status, struct diag *d)
{
	pid_t pid = 0;
	int rc = command_check(d);
	if (rc)
		return rc;
	const char **env = environment_make(c);
	int why = start(c, env, &pid);
	free(env);
	if (why)
		return diag_set(d, ERR_IO, "cannot run %s: %s", c->argv[0], strerror(why));
	int ended = finish(pid);
	rc = command_check(d);
	if (rc)
		return rc;
	*status = ended;
	return 0;
}

const char *command_ending(int status, char *buf, int size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, (size_t)size, "killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, (size_t)size, "exit status %d", WEXITSTATUS(status));
	return buf;
}
