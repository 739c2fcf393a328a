/* SPDX-License-Identifier: Apache-2.0 */
/* What a run says between visits, on a terminal and in a log. */
#include "config.h"

#include "harness/run/progress.h"

#include <fcntl.h>
#include <math.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "engines/base/strbuf.h"
#include "engines/base/width.h"
#include "harness/run/brief.h"
#include "harness/run/eta.h"
#include "tests/tap.h"

#define HAN "\xe6\xbc\xa2"

static void step(struct progress *p, const char *label, const char *what, bool failed, double left)
{
	const struct progress_step s = {
		.label = label, .what = what, .failed = failed, .first = failed, .left_s = left};
	progress_step(p, &s);
}

static void test_quiet(void)
{
	struct progress p;
	progress_begin(&p, NULL, true, true);
	progress_phase(&p, "verify", 2);
	progress_at(&p, "nobody", 1);
	step(&p, "nobody", "listens", false, 1);
	progress_note(&p, "to notes either");
	is_int(p.done, 1, "without a file it counts");
	progress_end(&p);
}

static void test_log(void)
{
	char *text = NULL;
	size_t size;
	struct progress p;
	FILE *f = open_memstream(&text, &size);
	progress_begin(&p, f, false, true);
	progress_phase(&p, "", 200);
	for (int i = 0; i < 197; i++) {
		progress_at(&p, "tg4", 90);
		if (i == 100)
			step(&p, "pp8", "worker died", true, 3700);
		else
			step(&p, "tg4", "5539 t/s", false, 250);
	}
	progress_skip(&p);
	progress_skip(&p);
	step(&p, "a\x1b[2Jname\n", "12 t/s", false, NAN);
	progress_end(&p);
	fclose(f);
	is_text(text,
		"[1/200] tg4  5539 t/s  4:10 left\n"
		"[101/200] pp8  failed: worker died  1:01:40 left\n"
		"[200/200] a\xef\xbf\xbd[2Jname   12 t/s\n",
		"the first and the last, what failed, few between them, and names move no cursor");
	free(text);
}

/* ---- on a terminal ---- */

struct terminal {
	int host;
	FILE *file;
};

static bool terminal_open(struct terminal *t, unsigned short columns)
{
	struct winsize w = {.ws_row = 24, .ws_col = columns};
	struct termios raw;
	t->host = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (t->host < 0 || grantpt(t->host) || unlockpt(t->host))
		return false;
	t->file = fopen(ptsname(t->host), "r+e");
	if (!t->file || tcgetattr(fileno(t->file), &raw) || ioctl(fileno(t->file), TIOCSWINSZ, &w))
		bail("no terminal");
	cfmakeraw(&raw);
	tcsetattr(fileno(t->file), TCSANOW, &raw);
	return true;
}

/* All that was written until a byte 1 came, which is written here. */
static void terminal_close(struct terminal *t, char *got, size_t size)
{
	size_t n = 0;
	fputc(1, t->file);
	fflush(t->file);
	/* It comes in pieces. */
	while (n < size - 1 && !memchr(got, 1, n)) {
		ssize_t more = read(t->host, got + n, size - 1 - n);
		if (more <= 0)
			break;
		n += (size_t)more;
	}
	got[n > 0 ? n - 1 : 0] = '\0';
	fclose(t->file);
	close(t->host);
}

/* The second visit of two, with what the first gave, on so many columns. */
static void line_is(unsigned short columns, const char *label, const char *want)
{
	char got[2048] = "";
	struct terminal t;
	struct progress p;
	if (!terminal_open(&t, columns)) {
		skip("no pseudo terminals here");
		return;
	}
	progress_begin(&p, t.file, true, false);
	progress_phase(&p, "", 2);
	step(&p, "pp512 q8_0 t2",
	     "5539 \xc2\xb1"
	     "284 t/s",
	     false, 250);
	progress_at(&p, label, 250);
	p.file = NULL; /* without its last line */
	progress_end(&p);
	terminal_close(&t, got, sizeof got);
	const char *line = strncmp(got, "\r\033[K", 4) == 0 ? got + 4 : "it is not drawn";
	is_text(line, want, want);
	ok(width_of(line) < columns && !strchr(line, '\n'), "in %d columns", columns);
}

static void test_line(void)
{
	line_is(100, "tg128 q8_0 B4 t2",
		"[2/2] tg128 q8_0 B4 t2  last pp512 q8_0 t2 5539 \xc2\xb1"
		"284 t/s  4:10 left");
	line_is(60, "tg128 q8_0 B4 t2",
		"[2/2] tg128 q8_0 B4 t2  last 5539 \xc2\xb1"
		"284 t/s  4:10 left");
	line_is(50, "tg128 q8_0 B4 t2",
		"[2/2] tg128 q8_0 \xe2\x80\xa6  last 5539 \xc2\xb1"
		"284 t/s  4:10 left");
	line_is(40, "tg128 q8_0 B4 t2", "[2/2] tg128 q8_0 B4 t2  4:10 left");
	line_is(20, "tg128 q8_0 B4 t2", "[2/2] t\xe2\x80\xa6  4:10 left");
	line_is(12, "tg128 q8_0 B4 t2", "[2/2]   4:\xe2\x80\xa6");
	line_is(40, HAN HAN HAN HAN HAN HAN HAN HAN HAN HAN HAN HAN,
		"[2/2] " HAN HAN HAN HAN HAN HAN HAN HAN HAN HAN "\xe2\x80\xa6  4:10 left");
	line_is(60, "a\x1b[31m\r\nb",
		"[2/2] a\xef\xbf\xbd[31m\xef\xbf\xbd b  last 5539 \xc2\xb1"
		"284 t/s  4:10 left");
}

static void test_terminal(void)
{
	char got[2048] = "";
	struct terminal t;
	struct progress p;
	if (!terminal_open(&t, 60)) {
		skip("no pseudo terminals here");
		return;
	}
	progress_begin(&p, t.file, true, true);
	progress_phase(&p, "verify", 1);
	progress_at(&p, "pp8", NAN);
	step(&p, "pp8", "residual 0", false, NAN);
	progress_phase(&p, "", 1);
	progress_at(&p, "tg4", 3);
	step(&p, "tg4", "a reason that is so long that a terminal of sixty columns cannot hold it", true, 0);
	progress_note(&p, "the clock jumped");
	progress_end(&p);
	p.drawn = false;
	terminal_close(&t, got, sizeof got);
	is_text(got,
		"\r\033[K[verify 1/1] pp8"
		"\r\033[K[1/1] tg4  last pp8 residual 0  0:03 left"
		"\r\033[K\033[31m[1/1] tg4  failed: a reason that is so long that a termina"
		"\xe2\x80\xa6\033[0m\n"
		"\r\033[Kthe clock jumped\n",
		"drawn before a step, over the one before; what failed stays, and the cursor is below");
}

/* The cursor is left on a line of its own, once. */
static void test_end(void)
{
	char got[2048] = "";
	struct terminal t;
	struct progress p;
	if (!terminal_open(&t, 60)) {
		skip("no pseudo terminals here");
		return;
	}
	progress_begin(&p, t.file, true, true);
	progress_phase(&p, "", 1);
	progress_at(&p, "tg4", 3);
	step(&p, "tg4", "1 t/s", false, 0);
	progress_end(&p);
	terminal_close(&t, got, sizeof got);
	has_text(got, "[1/1] tg4  0:03 left\r\033[K[1/1] in 0:0", "the last line says how long all took");
	ok(got[strlen(got) - 1] == '\n', "and is ended");
}

static void test_time(void)
{
	static const struct {
		double seconds;
		const char *text;
	} times[] = {{0, "0:00"},	  {59.6, "1:00"}, {250, "4:10"}, {3850, "1:04:10"},
		     {183600, "2 d 3 h"}, {-1, ""},	  {NAN, ""},	 {INFINITY, ""}};
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct strbuf s = {0};
		progress_time(&s, times[i].seconds);
		is_text(strbuf_text(&s), times[i].text, "a time");
		strbuf_free(&s);
	}
}

/* ---- what stands in it ---- */

static void test_eta(void)
{
	struct eta_part visit[3] = {{.guess_s = 1, .left = 4}, {.guess_s = 2, .left = 4}, {.left = 0}};
	struct eta_part verify[3] = {{.guess_s = 1, .left = 1}, {.guess_s = 5, .left = 0}, {.left = 0}};
	struct eta e = {.n_points = 3, .visit = visit, .verify = verify};
	is_near(eta_left(&e), 4 * 1 + 4 * 2 + 1, 1e-9, "at first, what was known before");
	eta_saw(&verify[0], 3);
	is_near(eta_left(&e), 12, 1e-9, "what is done is not left");
	eta_saw(&visit[0], 3);
	is_near(eta_left(&e), 3 * 3 + 4 * 6, 1e-9, "three times as long as guessed: the others, too");
	eta_saw(&visit[1], 10);
	is_near(eta_left(&e), 3 * 3 + 3 * 10, 1e-9, "what was seen of a point counts for it");
	eta_saw(&visit[1], 20);
	eta_skip(&visit[0]);
	is_near(eta_left(&e), 2 * 3 + 2 * 15, 1e-9, "its mean, and what is skipped is not left");
	visit[0].left = visit[1].left = 0;
	ok(isnan(eta_left(&e)), "nothing is left");
}

static void tally_is(const struct tally *t, const char *want)
{
	struct strbuf s = {0};
	tally_put(&s, t, "t/s");
	is_text(strbuf_text(&s), want, "a rate with its spread");
	strbuf_free(&s);
}

static void test_tally(void)
{
	struct tally t = {0}, small = {0};
	tally_add(&t, 5300);
	tally_is(&t, "5300 t/s");
	tally_add(&t, 5539);
	tally_add(&t, 5778);
	tally_is(&t, "5539 \xc2\xb1"
		     "239 t/s");
	tally_add(&small, 0.012345);
	tally_is(&small, "0.0123 t/s");
}

static void test_brief(void)
{
	struct plan_point points[3] = {0};
	struct plan_visit visits[2] = {{.point = 0}, {.point = 1}};
	struct plan p = {.n_points = 3, .points = points, .n_visits = 2, .visits = visits};
	struct brief b;
	for (int i = 0; i < 3; i++) {
		point_set(&points[i].point, KEY_WORKLOAD, "tg128");
		point_set(&points[i].point, KEY_PRECISION, "q8_0");
		point_set(&points[i].point, KEY_MODEL, "/models/a.gguf");
		point_set(&points[i].point, KEY_THREADS, i == 1 ? "4" : "2");
		point_set(&points[i].point, KEY_ISA, i == 2 ? "ref" : "avx2");
	}
	brief_make(&b, &p);
	char *label = brief_label(&b, &points[1].point);
	is_text(label, "tg128 q8_0 t4", "what all visited points share goes without saying");
	free(label);
	for (int i = 0; i < 3; i++)
		point_free(&points[i].point);
}

int main(void)
{
	test_quiet();
	test_log();
	test_line();
	test_terminal();
	test_end();
	test_time();
	test_eta();
	test_tally();
	test_brief();
	return tap_done();
}
