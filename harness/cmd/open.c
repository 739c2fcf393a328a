/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "reports/text.h"

/* Words of a command of $BROWSER; more are not taken for one. */
enum { WORDS_MAX = 32 };

/* "file:///tmp/a%20b": all but what a path may hold as it is. */
static char *file_url(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~";
	struct strbuf url = {0};

	strbuf_puts(&url, "file://");
	for (; *path; path++)
		strbuf_printf(&url, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
	return strbuf_take(&url);
}

/* In the child of the child: nobody waits for it, and it keeps nothing of ours. errno goes out when there is no such
 * program. */
static void program_become(char *const *argv, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), why;

	setsid();
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	signal(SIGINT, SIG_DFL);
	execvp(argv[0], argv);
	why = errno;
	if (write(report, &why, sizeof why) < 0)
		_exit(126);
	_exit(127);
}

/* 0, or the errno of why it did not start. */
static int program_start(char *const *argv)
{
	int ends[2], why = 0;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	pid = fork();
	if (pid == 0) {
		if (fork() == 0)
			program_become(argv, ends[1]);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0)
		why = EAGAIN;
	else if (waitpid(pid, NULL, 0) == pid && read(ends[0], &why, sizeof why) != sizeof why)
		why = 0;
	close(ends[0]);
	return why;
}

/* A word of a command with the page's address where it says %s; owned by the caller. */
static char *word_make(const char *word, size_t n, const char *url, bool *has_url)
{
	struct strbuf out = {0};

	for (size_t i = 0; i < n; i++) {
		if (word[i] == '%' && i + 1 < n && word[i + 1] == 's') {
			strbuf_puts(&out, url);
			*has_url = true;
			i++;
		} else {
			strbuf_putc(&out, word[i]);
		}
	}
	return strbuf_take(&out);
}

/* One command of $BROWSER, words apart by spaces. Says what it opened the page with. */
static bool command_try(const char *command, size_t n, const char *url)
{
	char *argv[WORDS_MAX + 2] = {NULL};
	bool has_url = false, opened = false;
	struct strbuf name = {0};
	int words = 0;

	for (size_t at = 0; at < n && words < WORDS_MAX;) {
		size_t end = at;

		while (end < n && command[end] != ' ')
			end++;
		if (end > at)
			argv[words++] = word_make(command + at, end - at, url, &has_url);
		at = end + 1;
	}
	if (words > 0 && !has_url)
		argv[words] = mem_strdup(url);
	if (words > 0 && program_start(argv) == 0) {
		text_plain(&name, argv[0]);
		fprintf(stderr, "opened with %s\n", strbuf_text(&name));
		opened = true;
	}
	for (int i = 0; argv[i]; i++)
		free(argv[i]);
	strbuf_free(&name);
	return opened;
}

static bool is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

/* Why a browser would show the page to nobody; NULL: it would not. */
static const char *nobody_there(void)
{
	if (is_set("SSH_CONNECTION") || is_set("SSH_TTY"))
		return "this is a login over ssh: copy the folder to where the browser is, the page needs "
		       "nothing else";
	if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
		return "there is no display here: open the file above in a browser, the page needs nothing "
		       "else";
	return NULL;
}

/* $BROWSER is a list of commands, apart by colons: the first that there is. Who sets it over ssh means it. */
static void open_with(const char *browser, const char *url)
{
	for (const char *at = browser; *at; at += strcspn(at, ":"), at += *at == ':')
		if (command_try(at, strcspn(at, ":"), url))
			return;
	fputs("not opened: none of the programs of $BROWSER could be started; open the file above in a "
	      "browser\n",
	      stderr);
}

void page_open(const char *path)
{
	char *whole = realpath(path, NULL), *url = file_url(whole ? whole : path);
	const char *why = nobody_there(), *browser = getenv("BROWSER");

	if (browser && *browser)
		open_with(browser, url);
	else if (why)
		fprintf(stderr, "not opened: %s\n", why);
	else if (!command_try("xdg-open", strlen("xdg-open"), url))
		fputs("not opened: there is no xdg-open here and $BROWSER is not set; open the file above in "
		      "a browser\n",
		      stderr);
	free(url);
	free(whole);
}
