/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Few enough digits to be a number of columns. */
enum { DIGITS_MOST = 6 };

/* 0: it says nothing that is a number of columns. */
static int columns_asked(void)
{
	const char *text = getenv("COLUMNS");
	size_t n = text ? strlen(text) : 0;
	return n > 0 && n <= DIGITS_MOST && strspn(text, "0123456789") == n ? atoi(text) : 0;
}

static int columns_there(int fd)
{
	struct winsize w;
	return isatty(fd) && ioctl(fd, TIOCGWINSZ, &w) == 0 ? w.ws_col : 0;
}

int terminal_width(int fd)
{
	int n = columns_asked();
	if (n == 0)
		n = columns_there(fd);
	if (n == 0)
		return TERMINAL_USUAL;
	if (n < TERMINAL_LEAST)
		return TERMINAL_LEAST;
	return n < TERMINAL_MOST ? n : TERMINAL_MOST;
}

bool terminal_draws(int fd)
{
	const char *term = getenv("TERM");
	return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

bool terminal_has_colour(int fd)
{
	const char *no = getenv("NO_COLOR");
	return terminal_draws(fd) && !(no && *no);
}
