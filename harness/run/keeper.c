/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/keeper.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME "INFEROMETER_KEEPER"

enum {
	KNOWN_MAX = 64,	       /* workers at a time */
	TRIES = 100,	       /* whoever forks faster than it is killed wins in the end */
	NAP_NS = 10000000,     /* between two of them */
	ENVIRON_MAX = 1 << 20, /* bytes of an environment that are looked at */
};

static struct {
	int pid;  /* of the keeper; 0: none */
	int line; /* its end tells the keeper of ours */
	char mark[64];
	int known[KNOWN_MAX];
	int n_known;
} keeper = {.line = -1};

static void nap(void)
{
	const struct timespec t = {.tv_nsec = NAP_NS};
	nanosleep(&t, NULL);
}

/* ---- the keeper's side ---- */

/* Does the environment that process was started with hold the mark? */
static bool is_marked(const char *pid, char *buf)
{
	char path[64];
	size_t n = 0;
	ssize_t got;
	snprintf(path, sizeof path, "/proc/%.20s/environ", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (n < ENVIRON_MAX && (got = read(fd, buf + n, ENVIRON_MAX - n)) > 0)
		n += (size_t)got;
	close(fd);
	for (const char *at = buf; n && at < buf + n; at += strnlen(at, (size_t)(buf + n - at)) + 1)
		if (strncmp(at, keeper.mark, (size_t)(buf + n - at)) == 0)
			return true;
	return false;
}

static int kill_marked(char *buf)
{
	int n = 0;
	DIR *dir = opendir("/proc");
	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (!isdigit((unsigned char)e->d_name[0]) || !is_marked(e->d_name, buf))
			continue;
		kill((pid_t)atol(e->d_name), SIGKILL);
		n++;
	}
	closedir(dir);
	return n;
}

/* It must hold nothing of ours open, neither a lock nor an end of a pipe. */
static void let_go_of_all(int line)
{
	int null = open("/dev/null", O_RDWR);
	if (null >= 0)
		(void)!(dup2(null, STDOUT_FILENO) + dup2(null, STDERR_FILENO));
	(void)!dup2(line, STDIN_FILENO);
	closefrom(STDERR_FILENO + 1);
}

static _Noreturn void keep(int line)
{
	static char buf[ENVIRON_MAX];
	char nothing;
	const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	(void)setsid();
	let_go_of_all(line);
	while (read(STDIN_FILENO, &nothing, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < TRIES && kill_marked(buf); i++)
		nap();
	_exit(0);
}

/* ---- our side ---- */

static void make_mark(void)
{
	uint64_t noise = 0;
	if (getrandom(&noise, sizeof noise, GRND_NONBLOCK) != sizeof noise)
		noise = (uint64_t)time(NULL);
	snprintf(keeper.mark, sizeof keeper.mark, NAME "=%ld.%016" PRIx64, (long)getpid(), noise);
}

void keeper_begin(void)
{
	int line[2];
	if (keeper.pid || pipe2(line, O_CLOEXEC))
		return;
	make_mark();
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		close(line[1]);
		keep(line[0]);
	}
	close(line[0]);
	if (pid < 0) {
		close(line[1]);
		keeper.mark[0] = '\0';
		return;
	}
	keeper.pid = pid;
	keeper.line = line[1];
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void keeper_end(void)
{
	if (!keeper.pid)
		return;
	keeper_sweep();
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	close(keeper.line);
	while (waitpid(keeper.pid, NULL, 0) < 0 && errno == EINTR)
		;
	keeper.pid = 0;
	keeper.line = -1;
	keeper.mark[0] = '\0';
}

const char *keeper_mark(void)
{
	return keeper.pid ? keeper.mark : NULL;
}

void keeper_know(int pid)
{
	if (keeper.n_known < KNOWN_MAX)
		keeper.known[keeper.n_known++] = pid;
}

void keeper_forget(int pid)
{
	for (int i = 0; i < keeper.n_known; i++)
		if (keeper.known[i] == pid)
			keeper.known[i--] = keeper.known[--keeper.n_known];
}

static bool is_known(int pid)
{
	for (int i = 0; i < keeper.n_known; i++)
		if (keeper.known[i] == pid)
			return true;
	return pid == keeper.pid;
}

/* Kills the orphans that a thread of ours was given, waits for those that have ended, and counts them. */
static int sweep_thread(const char *tid)
{
	char path[80];
	int pid, n = 0;
	snprintf(path, sizeof path, "/proc/self/task/%.20s/children", tid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	while (fscanf(f, "%d", &pid) == 1) {
		if (is_known(pid))
			continue;
		kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, WNOHANG);
		n++;
	}
	fclose(f);
	return n;
}

static int sweep_once(void)
{
	int n = 0;
	DIR *dir = opendir("/proc/self/task");
	if (!dir)
		return 0;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			n += sweep_thread(e->d_name);
	closedir(dir);
	return n;
}

void keeper_sweep(void)
{
	/* What an orphan had started is inherited once that is dead: until none is left. */
	for (int i = 0; keeper.pid && i < TRIES && sweep_once(); i++)
		nap();
}
