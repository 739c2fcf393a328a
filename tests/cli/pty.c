/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a command on a terminal of its own and copies what it writes there to standard output:
 *
 *   pty COLUMNS WORD COMMAND [ARGUMENT]...
 *
 * Once WORD was written, Ctrl-C is pressed ("": never). Ends with the command's exit status, 77 when there are no
 * pseudo terminals here.
 */
#include "config.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SKIPPED = 77, HELD = 1 << 16 };

/* In the child: the terminal is its controlling one, so that Ctrl-C reaches it. */
static void become(const char *path, int columns, char **command)
{
	struct winsize w = {.ws_row = 50, .ws_col = (unsigned short)columns};
	int fd;
	setsid();
	fd = open(path, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) || ioctl(fd, TIOCSWINSZ, &w))
		_exit(SKIPPED);
	for (int i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
	execvp(command[0], command);
	_exit(127);
}

/* The end of what was written, to find a word that comes in pieces. */
static bool has_word(char *held, size_t *n, const char *text, size_t size, const char *word)
{
	if (*n + size >= HELD)
		*n = 0;
	memcpy(held + *n, text, size);
	*n += size;
	held[*n] = '\0';
	return *word && strstr(held, word);
}

static void copy(int host, const char *word)
{
	static char held[HELD], block[4096];
	size_t n_held = 0;
	bool pressed = false;
	ssize_t n;
	while ((n = read(host, block, sizeof block)) > 0) {
		fwrite(block, 1, (size_t)n, stdout);
		if (pressed || !has_word(held, &n_held, block, (size_t)n, word))
			continue;
		pressed = write(host, "\x03", 1) == 1;
	}
}

int main(int argc, char **argv)
{
	int host = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status = 0;
	if (argc < 4)
		return 2;
	if (host < 0 || grantpt(host) || unlockpt(host))
		return SKIPPED;
	pid_t pid = fork();
	if (pid == 0)
		become(ptsname(host), atoi(argv[1]), argv + 3);
	copy(host, argv[2]);
	if (waitpid(pid, &status, 0) != pid)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
