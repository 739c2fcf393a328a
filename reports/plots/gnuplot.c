/* SPDX-License-Identifier: Apache-2.0 */
/* Runs gnuplot: fork and exec, no shell, with a limit on its time. */
#include "config.h"

#include "reports/plots/plots.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reports/text.h"

/* A picture takes about 30 ms; a gnuplot that needs this long hangs. */
#define TIME_LIMIT_MS 20000
#define LOG_MAX	      4096

bool gnuplot_find(char *path, size_t size)
{
	const char *own = getenv("GNUPLOT"), *folders = getenv("PATH");
	int n;

	if (own && *own) {
		n = snprintf(path, size, "%s", own);
		return n > 0 && (size_t)n < size && access(path, X_OK) == 0;
	}
	for (const char *f = folders ? folders : ""; *f; f += strcspn(f, ":"), f += *f == ':') {
		n = snprintf(path, size, "%.*s/gnuplot", (int)strcspn(f, ":"), f);
		if (n > 0 && (size_t)n < size && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void child_run(const char *gnuplot, const char *directory, const char *script, int log)
{
	int null = open("/dev/null", O_RDWR);

	if (chdir(directory) != 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(127);
	execl(gnuplot, gnuplot, "-d", "-e", "part = '.part'", script, (char *)NULL);
	_exit(127);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000L + t.tv_nsec / 1000000L;
}

/* Reads until the child closes its end; false when the time is up. Keeps the beginning. */
static bool log_read(int fd, char *log, size_t size)
{
	long end = now_ms() + TIME_LIMIT_MS;
	size_t len = 0;
	char rest[512];

	for (;;) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		long left = end - now_ms();
		ssize_t n;

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = len + 1 < size ? read(fd, log + len, size - 1 - len) : read(fd, rest, sizeof rest);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return true;
		if (len + 1 < size)
			log[len += (size_t)n] = '\0';
	}
}

int gnuplot_run(const char *gnuplot, const char *directory, const char *script, struct diag *d)
{
	char log[LOG_MAX] = "";
	struct strbuf said = {0};
	int fds[2], status = 0;
	bool ended;
	pid_t pid;

	if (pipe(fds) != 0)
		return diag_set(d, ERR_IO, "cannot make a pipe for gnuplot: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		child_run(gnuplot, directory, script, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return diag_set(d, ERR_IO, "cannot start gnuplot: %s", strerror(errno));
	}
	ended = log_read(fds[0], log, sizeof log);
	close(fds[0]);
	if (!ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (ended && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	text_plain(&said, log);
	diag_set(d, ERR_IO, "gnuplot %s on %s: %.200s", ended ? "failed" : "did not end in 20 s", script,
		 strbuf_text(&said));
	strbuf_free(&said);
	return ERR_IO;
}
