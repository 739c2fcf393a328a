/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/progress.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"

#define SECOND_NS ((int64_t)1000000000)
/* Between two lines of a log that nobody watches. */
#define LINE_NS (10 * SECOND_NS)

enum { COLUMNS_UNKNOWN = 80 };

static int columns_of(FILE *file)
{
	struct winsize w = {0};
	int fd = fileno(file);
	if (fd < 0 || !isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : COLUMNS_UNKNOWN;
}

void progress_begin(struct progress *p, FILE *file)
{
	*p = (struct progress){.file = file, .columns = file ? columns_of(file) : 0};
}

void progress_phase(struct progress *p, const char *phase, int n)
{
	p->phase = phase;
	p->done = p->skipped = 0;
	p->all = n;
	p->begun_ns = clock_ns();
}

/* What is left takes as long a step as what is done. */
static void say_left(const struct progress *p, int64_t now, struct strbuf *line)
{
	int64_t left = (now - p->begun_ns) / (p->done - p->skipped) * (p->all - p->done) / SECOND_NS;
	if (p->done >= p->all)
		return;
	if (left >= 3600)
		strbuf_printf(line, ", %lld h %lld min left", (long long)left / 3600,
			      (long long)left / 60 % 60);
	else if (left >= 60)
		strbuf_printf(line, ", %lld min %lld s left", (long long)left / 60, (long long)left % 60);
	else
		strbuf_printf(line, ", %lld s left", (long long)left);
}

/* Bytes of the line that fit into so many columns, whole characters alone. */
static int fitting(const char *line, int columns)
{
	int n = 0;
	for (int width = 0; line[n]; n++) {
		/* A character begins where no other goes on. */
		width += ((unsigned char)line[n] & 0xc0) != 0x80;
		if (width > columns)
			break;
	}
	return n;
}

static void write_line(const struct progress *p, const char *line)
{
	/* A line that wraps could not be written over. */
	if (p->columns)
		fprintf(p->file, "\r\033[K%.*s", fitting(line, p->columns - 1), line);
	else
		fprintf(p->file, "%s\n", line);
	fflush(p->file);
}

void progress_step(struct progress *p, const char *what)
{
	struct strbuf line = {0}, plain = {0};
	int64_t now = clock_ns();
	p->done++;
	bool last = p->done >= p->all, first = p->told_ns == 0;
	if (!p->file || (!p->columns && !first && !last && now - p->told_ns < LINE_NS))
		return;
	p->told_ns = now;
	strbuf_printf(&line, "%s %d/%d %s", p->phase, p->done, p->all, what);
	say_left(p, now, &line);
	/* Names come from files: they may not move the cursor. */
	plain_text(&plain, strbuf_text(&line), false);
	write_line(p, strbuf_text(&plain));
	strbuf_free(&line);
	strbuf_free(&plain);
}

void progress_note(const struct progress *p, const char *text)
{
	struct strbuf plain = {0};
	if (!p->file)
		return;
	plain_text(&plain, text, false);
	fprintf(p->file, "%s%s\n", p->columns ? "\r\033[K" : "", strbuf_text(&plain));
	fflush(p->file);
	strbuf_free(&plain);
}

void progress_skip(struct progress *p)
{
	p->done++;
	p->skipped++;
}

void progress_end(struct progress *p)
{
	if (p->file && p->columns && p->told_ns)
		fprintf(p->file, "\n");
	if (p->file)
		fflush(p->file);
}
