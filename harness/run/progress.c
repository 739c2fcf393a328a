/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/progress.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"
#include "engines/base/width.h"
#include "harness/run/interrupt.h"

#define SECOND_NS ((int64_t)1000000000)
/* Between two lines of a log that nobody watches. */
#define LINE_NS (5 * SECOND_NS)
#define ERASE	"\r\033[K"
#define RED	"\033[31m"
#define OFF	"\033[0m"

enum { COLUMNS_USUAL = 80, COLUMNS_LEAST = 10, COLUMNS_MOST = 400, LABEL_LEAST = 12 };

/* Asked each time: a window is made smaller while a run is at work. */
static int columns_of(FILE *file)
{
	struct winsize w = {0};
	int fd = fileno(file);
	if (fd < 0 || ioctl(fd, TIOCGWINSZ, &w) || w.ws_col == 0)
		return COLUMNS_USUAL;
	if (w.ws_col < COLUMNS_LEAST)
		return COLUMNS_LEAST;
	return w.ws_col < COLUMNS_MOST ? w.ws_col : COLUMNS_MOST;
}

void progress_begin(struct progress *p, FILE *file, bool drawn, bool colour)
{
	*p = (struct progress){.file = file, .drawn = drawn, .colour = colour, .phase = ""};
	p->begun_ns = clock_ns();
}

void progress_phase(struct progress *p, const char *phase, int n)
{
	p->phase = phase;
	p->done = 0;
	p->all = n;
}

void progress_time(struct strbuf *out, double seconds)
{
	const double most = 1e9; /* thirty years */
	if (!(seconds >= 0) || seconds > most)
		return;
	long long s = (long long)(seconds + 0.5);
	if (s >= 86400)
		strbuf_printf(out, "%lld d %lld h", s / 86400, s / 3600 % 24);
	else if (s >= 3600)
		strbuf_printf(out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	else
		strbuf_printf(out, "%lld:%02lld", s / 60, s % 60);
}

/* ---- one line ---- */

/* Names come from files: they may not move the cursor. */
static char *plain_of(const char *text)
{
	struct strbuf plain = {0};
	plain_text(&plain, text, false);
	return strbuf_take(&plain);
}

static void put_head(const struct progress *p, int step, struct strbuf *out)
{
	strbuf_printf(out, "[%s%s%d/%d]", p->phase, *p->phase ? " " : "", step, p->all);
}

static void put_left(double left_s, struct strbuf *out)
{
	struct strbuf time = {0};
	progress_time(&time, left_s);
	if (time.len)
		strbuf_printf(out, "  %s left", strbuf_text(&time));
	strbuf_free(&time);
}

/* At once: others write to the same terminal. */
static void write_text(const struct progress *p, const char *before, const struct strbuf *text,
		       const char *after)
{
	struct strbuf all = {0};
	strbuf_printf(&all, "%s%s%s", before, strbuf_text(text), after);
	fwrite(strbuf_text(&all), 1, all.len, p->file);
	fflush(p->file);
	strbuf_free(&all);
}

/* ---- on a terminal ---- */

/* Everything that fits: the last step's label goes first, then the label is cut, then the last result goes. */
static void fit(const struct progress *p, const char *label, double left_s, int room, struct strbuf *out)
{
	struct strbuf left = {0}, last = {0}, long_last = {0};
	put_head(p, p->done + 1, out);
	put_left(left_s, &left);
	if (p->last) {
		strbuf_printf(&last, "  last %s", p->last);
		strbuf_printf(&long_last, "  last %s %s", p->last_label, p->last);
	}
	room -= width_of(strbuf_text(out)) + 1 + width_of(strbuf_text(&left));
	int wide = width_of(label);
	const struct strbuf *shown = NULL;
	if (p->last && wide + width_of(strbuf_text(&long_last)) <= room)
		shown = &long_last;
	else if (p->last && LABEL_LEAST + width_of(strbuf_text(&last)) <= room)
		shown = &last;
	if (shown)
		room -= width_of(strbuf_text(shown));
	strbuf_putc(out, ' ');
	width_cut(out, label, room > 0 ? room : 0);
	strbuf_puts(out, shown ? strbuf_text(shown) : "");
	strbuf_puts(out, strbuf_text(&left));
	strbuf_free(&left);
	strbuf_free(&last);
	strbuf_free(&long_last);
}

/* A line that wraps could not be written over: one column stays free. */
static void draw(struct progress *p, const struct strbuf *line)
{
	struct strbuf cut = {0};
	width_cut(&cut, strbuf_text(line), columns_of(p->file) - 1);
	p->signals = interrupt_count();
	write_text(p, ERASE, &cut, "");
	p->is_open = true;
	strbuf_free(&cut);
}

void progress_at(struct progress *p, const char *label, double left_s)
{
	struct strbuf line = {0};
	if (!p->file || !p->drawn)
		return;
	char *plain = plain_of(label);
	fit(p, plain, left_s, columns_of(p->file) - 1, &line);
	draw(p, &line);
	strbuf_free(&line);
	free(plain);
}

/* ---- a step ---- */

static void remember(struct progress *p, const struct progress_step *step)
{
	free(p->last);
	free(p->last_label);
	p->last = plain_of(step->failed ? "failed" : step->what);
	p->last_label = plain_of(step->label);
}

/* A line that stays. On a terminal it takes the place of the drawn one, which comes again below. */
static void write_line(struct progress *p, const struct strbuf *line, bool bad)
{
	struct strbuf cut = {0};
	bool red = bad && p->drawn && p->colour;
	width_cut(&cut, strbuf_text(line), p->drawn ? columns_of(p->file) - 1 : width_of(strbuf_text(line)));
	write_text(p, p->drawn ? red ? ERASE RED : ERASE : "", &cut, red ? OFF "\n" : "\n");
	p->is_open = false;
	strbuf_free(&cut);
}

static void say_step(struct progress *p, const struct progress_step *step)
{
	struct strbuf line = {0};
	put_head(p, p->done, &line);
	strbuf_printf(&line, " %s  %s%s", step->label, step->failed ? "failed: " : "", step->what);
	put_left(step->left_s, &line);
	char *plain = plain_of(strbuf_text(&line));
	strbuf_reset(&line);
	strbuf_puts(&line, plain);
	write_line(p, &line, step->failed);
	strbuf_free(&line);
	free(plain);
}

void progress_step(struct progress *p, const struct progress_step *step)
{
	int64_t now = clock_ns();
	p->done++;
	p->n_failed += step->failed;
	if (!p->file)
		return;
	remember(p, step);
	bool due = p->told_ns == 0 || p->done >= p->all || now - p->told_ns >= LINE_NS;
	if (!step->first && (p->drawn || !due))
		return;
	p->told_ns = now;
	say_step(p, step);
}

void progress_note(struct progress *p, const char *text)
{
	struct strbuf line = {0};
	if (!p->file)
		return;
	plain_text(&line, text, false);
	write_text(p, p->drawn ? ERASE : "", &line, "\n");
	p->is_open = false;
	strbuf_free(&line);
}

void progress_skip(struct progress *p)
{
	p->done++;
}

/* ---- the end ---- */

static void say_end(struct progress *p)
{
	struct strbuf line = {0};
	put_head(p, p->done, &line);
	strbuf_puts(&line, " in ");
	progress_time(&line, (double)(clock_ns() - p->begun_ns) * 1e-9);
	if (p->n_failed)
		strbuf_printf(&line, ", %d failed", p->n_failed);
	draw(p, &line);
	write_text(p, "", &(struct strbuf){0}, "\n");
	strbuf_free(&line);
}

void progress_end(struct progress *p)
{
	bool signalled = interrupt_count() > p->signals;
	if (p->file && p->is_open && !signalled)
		say_end(p);
	if (p->file)
		fflush(p->file);
	free(p->last);
	free(p->last_label);
	p->last = p->last_label = NULL;
}
