/* SPDX-License-Identifier: Apache-2.0 */
/* Cells down, values across; what does not fit beside the baseline goes into a further table. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/compare/sheet.h"
#include "reports/terminal.h"
#include "reports/text.h"
#include "reports/view.h"

/* Cells that are named beside a mark; the other formats have it at every cell. */
#define MARKED_MAX 2

static void put_line(FILE *out, struct strbuf *line, const char *before, const char *after)
{
	while (line->len > 0 && line->text[line->len - 1] == ' ')
		line->text[--line->len] = '\0';
	fprintf(out, "%s%s%s\n", before, strbuf_text(line), after);
	strbuf_reset(line);
}

static void put_cut(struct strbuf *line, const char *text, int width)
{
	struct strbuf cut = {0};

	text_cut(&cut, text, width);
	text_pad(line, strbuf_text(&cut), width, false);
	strbuf_printf(line, "%*s", SHEET_GAP, "");
	strbuf_free(&cut);
}

/* What a table shows, the baseline first: free() it. */
static int *values_shown(const struct sheet *s, int from, int to, int *n)
{
	int *list = mem_alloc(sizeof *list * (size_t)(to - from + 1));

	list[0] = s->c->baseline;
	*n = 1;
	for (int v = from; v < to; v++)
		if (v != s->c->baseline)
			list[(*n)++] = v;
	return list;
}

static int ratio_width(const struct value_strips *x)
{
	return x->width - max_int(x->rate.width, 4) - 1;
}

/* Into the line, or on a line of their own above it. */
static void put_keys(FILE *out, const struct sheet *s, const char *const *text, struct strbuf *line)
{
	struct strbuf above = {0};

	for (int k = 0; k < s->n_keys && !s->stacked; k++)
		put_cut(line, text[k], s->key[k].width);
	if (!s->stacked)
		return;
	for (int k = 0; k < s->n_keys; k++)
		strbuf_printf(&above, "%s%s", k ? "  " : "", text[k]);
	text_cut(line, strbuf_text(&above), s->width);
	put_line(out, line, "", "");
	strbuf_printf(line, "%*s", SHEET_INDENT, "");
	strbuf_free(&above);
}

static void put_heads(FILE *out, const struct sheet *s, const int *shown, int n, bool colour)
{
	const char *on = colour ? ANSI_BOLD : "", *off = colour ? ANSI_OFF : "";
	struct strbuf line = {0};

	strbuf_printf(&line, "%*s", sheet_keys_width(s), "");
	for (int i = 0; i < n; i++) {
		text_pad(&line, s->value[shown[i]].head, s->value[shown[i]].width, false);
		strbuf_printf(&line, "%*s", SHEET_GAP, "");
	}
	put_line(out, &line, on, off);
	put_keys(out, s, s->key_head, &line);
	for (int i = 0; i < n; i++) {
		const struct value_strips *x = &s->value[shown[i]];

		text_pad(&line, i == 0 ? "base" : "rate", max_int(x->rate.width, 4), true);
		strbuf_putc(&line, ' ');
		text_pad(&line, i == 0 ? "95 %" : "ratio 95 %", ratio_width(x) + SHEET_GAP, false);
	}
	put_line(out, &line, on, off);
	strbuf_free(&line);
}

static void put_value(struct strbuf *line, const struct value_strips *x, int row)
{
	text_pad(line, x->rate.text[row], max_int(x->rate.width, 4), true);
	strbuf_putc(line, ' ');
	text_pad(line, x->ratio.text[row], ratio_width(x) + SHEET_GAP, false);
}

/* Stands at every table, not above the first alone. */
static void put_caveat(FILE *out, const struct sheet *s, bool colour)
{
	struct strbuf line = {0}, plain = {0};

	comparison_caveat(&line, s->c);
	text_plain(&plain, strbuf_text(&line));
	fputs(colour ? ANSI_MARK : "", out);
	if (plain.len)
		terminal_wrapped(out, strbuf_text(&plain), s->width);
	fputs(colour ? ANSI_OFF : "", out);
	strbuf_free(&line);
	strbuf_free(&plain);
}

static void put_table(FILE *out, const struct sheet *s, int from, int to, bool colour)
{
	struct strbuf line = {0};
	int n, *shown = values_shown(s, from, to, &n);

	fputc('\n', out);
	put_caveat(out, s, colour);
	put_heads(out, s, shown, n, colour);
	for (int i = 0; i < s->n; i++) {
		const char *keys[KEY_COUNT + 3];

		for (int k = 0; k < s->n_keys; k++)
			keys[k] = s->key[k].text[i];
		put_keys(out, s, keys, &line);
		for (int v = 0; v < n; v++)
			put_value(&line, &s->value[shown[v]], i);
		put_line(out, &line, "", "");
	}
	free(shown);
	strbuf_free(&line);
}

/* As many values a table as fit, at least one. */
static void put_tables(FILE *out, struct sheet *s, bool colour)
{
	int base = s->c->baseline, from = 0, widest = 0, room;

	for (int v = 0; v < s->c->n_values; v++)
		widest = v == base ? widest : max_int(widest, s->value[v].width);
	room = s->width - s->value[base].width - SHEET_GAP - widest;
	if (sheet_keys_width(s) > room)
		sheet_fold(s, room);
	while (from < s->c->n_values) {
		int used = sheet_keys_width(s) + s->value[base].width, to = from, n = 0;

		for (; to < s->c->n_values; to++) {
			if (to == base)
				continue;
			used += SHEET_GAP + s->value[to].width;
			if (n > 0 && used > s->width)
				break;
			n++;
		}
		if (n > 0)
			put_table(out, s, from, to, colour);
		from = to;
	}
}

static bool has_few(const struct comparison *c)
{
	for (int i = 0; i < c->n_cells; i++)
		for (int v = 0; v < c->n_values; v++) {
			const struct compared *x = &c->cell[i].compared[v];

			if ((x->rate.n > 0 && !x->rate.interval) || (x->ratio.n > 0 && !x->ratio.interval))
				return true;
		}
	return false;
}

/* "contended: tg16 f32 (ref); ...: what it means". */
static void put_marks(FILE *out, const struct comparison *c, int width)
{
	struct strbuf line = {0}, marks = {0};

	for (const struct mark_word *m = mark_words; m->word; m++) {
		int n = 0;

		for (int i = 0; i < c->n_cells; i++)
			for (int v = 0; v < c->n_values; v++) {
				strbuf_reset(&marks);
				compared_marks(&marks, &c->cell[i].compared[v]);
				if (!strstr(strbuf_text(&marks), m->word) || n++ >= MARKED_MAX)
					continue;
				strbuf_puts(&line, n > 1 ? ", " : "");
				cell_label(&line, c, &c->cell[i]);
				strbuf_puts(&line, " (");
				text_plain(&line, c->value[v]);
				strbuf_putc(&line, ')');
			}
		if (n == 0)
			continue;
		if (n > MARKED_MAX)
			strbuf_printf(&line, " and %d more", n - MARKED_MAX);
		strbuf_reset(&marks);
		strbuf_printf(&marks, "%s: %s: %s", m->word, m->meaning, strbuf_text(&line));
		terminal_lines(out, strbuf_text(&marks), width);
		strbuf_reset(&line);
	}
	strbuf_free(&line);
	strbuf_free(&marks);
}

static void put_footer(FILE *out, const struct sheet *s)
{
	struct strbuf line = {0};

	fputc('\n', out);
	for (int i = 0; i < s->notes.n; i++) {
		strbuf_printf(&line, "[%d] ", i + 1);
		text_plain(&line, s->notes.text[i]);
		terminal_wrapped(out, strbuf_text(&line), s->width);
		strbuf_reset(&line);
	}
	if (s->c->unpaired)
		terminal_wrapped(out,
				 NOT_INTERLEAVED
				 ": not interleaved: what changed between the runs is in the ratio",
				 s->width);
	if (has_few(s->c))
		fputs("n<6: a 95 % interval needs 6 processes\n", out);
	put_marks(out, s->c, s->width);
	strbuf_free(&line);
}

int compare_terminal(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d)
{
	struct sheet s;
	struct strbuf intro = {0};

	sheet_make(&s, c, terminal_columns(o));
	comparison_intro(&intro, c);
	terminal_lines(out, strbuf_text(&intro), s.width);
	put_tables(out, &s, o->colour);
	put_footer(out, &s);
	sheet_free(&s);
	strbuf_free(&intro);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
