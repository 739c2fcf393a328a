/* SPDX-License-Identifier: Apache-2.0 */
/* inferometer-worker: what is measured. Speaks the protocol; people type `inferometer`. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/measure/server.h"

enum { EXIT_USAGE = 2 };

static const char help[] =
	"usage: inferometer-worker [--stdio | --version | --help]\n"
	"Runs inference for `inferometer`, which starts it. Answers requests, one JSON object a line,\n"
	"on the descriptor in $" WIRE_ENV_FD " or, with --stdio, on standard input and output.\n";

static int complain(const char *what, const struct diag *d)
{
	fprintf(stderr, "inferometer-worker: %s%s\n", what, d ? d->text : "");
	return EXIT_USAGE;
}

/* Whatever a library prints goes to the log, not between the answers. */
static int stdio_descriptors(int *in, int *out)
{
	*in = dup(STDIN_FILENO);
	*out = dup(STDOUT_FILENO);
	int null = open("/dev/null", O_RDONLY);
	bool good = *in >= 0 && *out >= 0 && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
		    dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
	if (null >= 0)
		close(null);
	return good ? 0 : -1;
}

static int given_descriptor(const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);
	if (end == text || *end || fd < 0 || fd > 1 << 20 || fcntl((int)fd, F_SETFD, FD_CLOEXEC))
		return -1;
	return (int)fd;
}

static int serve(int in, int out)
{
	struct wire *w;
	struct diag d = {0};
	/* Someone who is gone is an error of the write, not our death. */
	signal(SIGPIPE, SIG_IGN);
	if (wire_open(&w, in, out, &d))
		return complain("", &d);
	int rc = server_run(w, &d);
	wire_close(w);
	return rc ? complain("", &d) : 0;
}

static int serve_stdio(void)
{
	int in, out;
	if (stdio_descriptors(&in, &out))
		return complain(strerror(errno), NULL);
	return serve(in, out);
}

static int serve_descriptor(void)
{
	const char *text = getenv(WIRE_ENV_FD);
	if (!text)
		return complain("runs inference for `inferometer`, which starts it; see --help", NULL);
	int fd = given_descriptor(text);
	if (fd < 0)
		return complain("$" WIRE_ENV_FD " names no open descriptor", NULL);
	return serve(fd, fd);
}

/* What lies behind the first byte of the heap moves with it, and times with that. Without the room nothing is moved. */
static void heap_move(void)
{
	const long most = 1024;
	const char *text = getenv(WIRE_ENV_LAYOUT);
	long pages = text ? strtol(text, NULL, 10) : 0;
	if (pages > 0 && pages <= most && sbrk(pages * sysconf(_SC_PAGESIZE)) == (void *)-1)
		errno = 0;
}

int main(int argc, char **argv)
{
	heap_move();
	if (argc == 1)
		return serve_descriptor();
	if (argc == 2 && strcmp(argv[1], "--stdio") == 0)
		return serve_stdio();
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("inferometer-worker %s\n", VERSION) < 0;
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(help, stdout) < 0;
	return complain("unknown arguments; see --help", NULL);
}
