/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/run/keeper.h"
#include "harness/wire/wire.h"

enum {
	EXIT_NO_EXEC = 127, /* as shells say it */
	FIRST_FREE = STDERR_FILENO + 1,
};

/* The descriptors at work; -1: none. All are closed on exec until the child says otherwise. */
struct ends {
	int fd, child_fd;      /* the socket */
	int log_fd, child_log; /* the pipe of what it prints */
	int told, child_tells; /* errno of a failed exec; closed by one that works */
	int null;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Standard descriptors may be closed in this process, and the child overwrites its own. */
static int above_stdio(int *fd)
{
	if (*fd >= FIRST_FREE)
		return 0;
	int higher = fcntl(*fd, F_DUPFD_CLOEXEC, FIRST_FREE);
	if (higher < 0)
		return -1;
	close(*fd);
	*fd = higher;
	return 0;
}

static int ends_open(struct ends *e)
{
	int pair[2];
	*e = (struct ends){-1, -1, -1, -1, -1, -1, -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	e->fd = pair[0];
	e->child_fd = pair[1];
	if (pipe2(pair, O_CLOEXEC))
		return -1;
	e->log_fd = pair[0];
	e->child_log = pair[1];
	if (pipe2(pair, O_CLOEXEC))
		return -1;
	e->told = pair[0];
	e->child_tells = pair[1];
	e->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (e->null < 0)
		return -1;
	return above_stdio(&e->child_fd) || above_stdio(&e->child_log) || above_stdio(&e->child_tells) ||
	       above_stdio(&e->null);
}

static void ends_close(struct ends *e)
{
	int *all[] = {&e->fd, &e->child_fd, &e->log_fd, &e->child_log, &e->told, &e->child_tells, &e->null};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		close_end(all[i]);
}

/* Whether the child gets a value of its own. */
static bool is_replaced(const char *variable)
{
	static const char *const own[] = {WIRE_ENV_FD "=", WIRE_ENV_LAYOUT "="};
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (strncmp(variable, own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

/* Owned. */
static char *layout_variable(const struct layout *layout)
{
	char padding[LAYOUT_ENVIRONMENT_BYTES + 1];
	int n = layout->environment_bytes < LAYOUT_ENVIRONMENT_BYTES ? layout->environment_bytes
								     : LAYOUT_ENVIRONMENT_BYTES;
	memset(padding, 'x', sizeof padding);
	return mem_printf("%s=%d:%.*s", WIRE_ENV_LAYOUT, layout->heap_pages, n, padding);
}

/* Ours, and what the child is told. */
struct variables {
	char **all;		/* owned, its texts are not */
	char *fd, *layout_text; /* owned; NULL: none */
};

static void variables_make(struct variables *v, int child_fd, const struct layout *layout)
{
	int n = 0, kept = 0;
	while (environ[n])
		n++;
	v->all = mem_alloc(((size_t)n + 4) * sizeof *v->all);
	for (int i = 0; i < n; i++)
		if (!is_replaced(environ[i]))
			v->all[kept++] = environ[i];
	if (keeper_mark())
		v->all[kept++] = (char *)keeper_mark();
	v->layout_text = layout ? layout_variable(layout) : NULL;
	if (v->layout_text)
		v->all[kept++] = v->layout_text;
	v->all[kept] = v->fd = mem_printf("%s=%d", WIRE_ENV_FD, child_fd);
}

static void variables_free(struct variables *v)
{
	free(v->fd);
	free(v->layout_text);
	free(v->all);
}

/* When memory runs out the kernel shall take the worker, which is a row then, and not us. */
static void prefer_as_victim(void)
{
	static const char score[] = "500";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* Not allowed everywhere, and nothing hangs on it. */
	if (write(fd, score, sizeof score - 1) < 0)
		errno = 0;
	close(fd);
}

/* Between fork and exec: only what is allowed in a signal handler. */
static _Noreturn void child_run(const char *path, char **env, const struct ends *e, pid_t parent)
{
	char *argv[] = {(char *)path, NULL};
	sigset_t none;
	sigemptyset(&none);
	/* The parent may have ended before the kernel was asked to tell. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && setpgid(0, 0) == 0 &&
	    dup2(e->null, STDIN_FILENO) >= 0 && dup2(e->child_log, STDOUT_FILENO) >= 0 &&
	    dup2(e->child_log, STDERR_FILENO) >= 0 && fcntl(e->child_fd, F_SETFD, 0) == 0) {
		prefer_as_victim();
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* An ignored signal would stay ignored. */
		signal(SIGPIPE, SIG_DFL);
		signal(SIGXFSZ, SIG_DFL);
		execve(path, argv, env);
	}
	int why = errno;
	if (write(e->child_tells, &why, sizeof why) < 0)
		_exit(EXIT_NO_EXEC + 1);
	_exit(EXIT_NO_EXEC);
}

/* 0 when the program runs, else why it does not. */
static int exec_result(const struct ends *e)
{
	int why = 0;
	ssize_t n;
	do
		n = read(e->told, &why, sizeof why);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno;
	return n == sizeof why ? why : 0;
}

static int start(const char *path, const struct layout *layout, struct ends *e, pid_t *out)
{
	struct variables v;
	if (ends_open(e))
		return errno;
	variables_make(&v, e->child_fd, layout);
	pid_t parent = getpid(), pid = fork();
	if (pid == 0)
		child_run(path, v.all, e, parent);
	int why = pid < 0 ? errno : 0;
	variables_free(&v);
	if (why)
		return why;
	close_end(&e->child_tells);
	why = exec_result(e);
	if (why)
		waitpid(pid, NULL, 0);
	*out = pid;
	return why;
}

int spawn_worker(const char *path, const struct layout *layout, struct spawned *out, struct diag *d)
{
	struct ends e;
	pid_t pid = 0;
	int why = start(path, layout, &e, &pid);
	if (why) {
		ends_close(&e);
		return diag_set(d, ERR_IO, "cannot run %s: %s", path, strerror(why));
	}
	*out = (struct spawned){pid, e.fd, e.log_fd};
	e.fd = e.log_fd = -1;
	ends_close(&e);
	return 0;
}
