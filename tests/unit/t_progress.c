/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says between visits, on a terminal and in a log. */
#include "config.h"

#include "harness/run/progress.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tests/tap.h"

static void test_quiet(void)
{
	struct progress p;
	progress_begin(&p, NULL);
	progress_phase(&p, "visit", 2);
	progress_step(&p, "nobody listens");
	progress_end(&p);
	is_int(p.done, 1, "without a file it counts");
}

static void test_log(void)
{
	char *text = NULL;
	size_t size;
	struct progress p;
	FILE *f = open_memstream(&text, &size);
	progress_begin(&p, f);
	progress_phase(&p, "visit", 200);
	for (int i = 0; i < 197; i++)
		progress_step(&p, "tg4");
	progress_skip(&p);
	progress_skip(&p);
	progress_step(&p, "a\x1b[2Jname\n");
	progress_end(&p);
	fclose(f);
	ok(strncmp(text, "visit 1/200 tg4, ", 17) == 0, "the first step is a line");
	has_text(text, " left\nvisit 200/200 a\xef\xbf\xbd[2Jname \n",
		 "the last one is, few between them, and names move no cursor");
	free(text);
}

/* What was written to a terminal of 40 columns. */
static void test_terminal(void)
{
	char got[1024] = "";
	struct winsize w = {.ws_row = 24, .ws_col = 40};
	struct progress p;
	struct termios raw;
	int host = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (host < 0 || grantpt(host) || unlockpt(host)) {
		skip("no pseudo terminals here");
		return;
	}
	FILE *f = fopen(ptsname(host), "r+e");
	if (!f || tcgetattr(fileno(f), &raw) || ioctl(fileno(f), TIOCSWINSZ, &w))
		bail("no terminal");
	cfmakeraw(&raw);
	tcsetattr(fileno(f), TCSANOW, &raw);
	progress_begin(&p, f);
	progress_phase(&p, "verify", 1);
	progress_step(&p, "pp8: residual 0");
	progress_phase(&p, "visit", 1);
	progress_step(&p, "a name that is much longer than the terminal is wide");
	progress_end(&p);
	/* It comes in pieces. */
	for (size_t n = 0; n < sizeof got - 1 && !strchr(got, '\n');) {
		ssize_t more = read(host, got + n, sizeof got - 1 - n);
		if (more <= 0)
			break;
		n += (size_t)more;
	}
	is_text(got,
		"\r\033[Kverify 1/1 pp8: residual 0"
		"\r\033[Kvisit 1/1 a name that is much longer th\n",
		"one line, written over, cut to the width");
	fclose(f);
	close(host);
}

int main(void)
{
	test_quiet();
	test_log();
	test_terminal();
	return tap_done();
}
