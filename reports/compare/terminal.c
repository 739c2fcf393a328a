/* SPDX-License-Identifier: Apache-2.0 */
/* Cells down, values across; what does not fit beside the baseline goes into a further table. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/compare/compare.h"
#include "reports/number.h"
#include "reports/terminal.h"
#include "reports/text.h"
#include "reports/view.h"

#define GAP 2
/* Texts of keys and values come from outside: longest columns of them. */
#define KEY_WIDTH   24
#define VALUE_WIDTH 22
/* Of a point, with all that varies. */
#define LABEL_WIDTH 80
/* Of values below their label. */
#define INDENT 4
/* Cells that are named beside a mark; the other formats have it at every cell. */
#define MARKED_MAX	2
#define NOT_INTERLEAVED "*"

/* A column of texts; two of them under one head make a value. */
struct strip {
	char **text; /* owned, n cells */
	int width;
	bool right;
};

struct value_strips {
	struct strip rate, ratio; /* of the baseline, ratio is the interval of its rate */
	char *head;
	int width;
};

struct sheet {
	const struct comparison *c;
	int n, width, n_keys;
	bool stacked; /* the label stands above its values: there is no room beside them */
	struct strip key[KEY_COUNT + 3];
	const char *key_head[KEY_COUNT + 3];
	struct value_strips *value;
	struct notes notes;
};

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

/* Takes the text as a plain line of at most that many columns. */
static void strip_put(struct strip *s, int row, const char *text, int most)
{
	struct strbuf plain = {0}, cut = {0};

	text_plain(&plain, text);
	text_cut(&cut, strbuf_text(&plain), most);
	s->width = max_int(s->width, text_width(strbuf_text(&cut)));
	free(s->text[row]);
	s->text[row] = strbuf_take(&cut);
	strbuf_free(&plain);
}

static void strip_make(struct strip *s, int n, bool right)
{
	*s = (struct strip){.text = mem_alloc(sizeof *s->text * (size_t)(n + 1)), .right = right};
}

static void strip_free(struct strip *s, int n)
{
	for (int i = 0; s->text && i < n; i++)
		free(s->text[i]);
	free(s->text);
}

static void put_padded(struct strbuf *line, const char *text, int width, bool right)
{
	int pad = max_int(width - text_width(text), 0);

	strbuf_printf(line, "%*s%s%*s", right ? pad : 0, "", text, right ? 0 : pad, "");
}

/* ---- filling ---- */

static struct strip *key_add(struct sheet *s, const char *head)
{
	struct strip *strip = &s->key[s->n_keys];

	strip_make(strip, s->n, false);
	strip->width = text_width(head);
	s->key_head[s->n_keys++] = head;
	return strip;
}

static void unit_fill(struct sheet *s)
{
	struct strip *strip = key_add(s, "unit");

	for (int i = 0; i < s->n; i++)
		strip_put(strip, i, cell_unit(s->c, &s->c->cell[i]), KEY_WIDTH);
}

static const char *key_head(enum point_key key)
{
	static const struct {
		enum point_key key;
		const char *head;
	} brief[] = {
		{KEY_PRECISION, "prec"}, {KEY_SEQUENCES, "seq"}, {KEY_THREADS, "thr"}, {KEY_UBATCH, "ub"}};

	for (size_t i = 0; i < sizeof brief / sizeof brief[0]; i++)
		if (brief[i].key == key)
			return brief[i].head;
	return point_key_name(key);
}

static void keys_fill(struct sheet *s)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(s->c, keys);
	struct strip *test = key_add(s, "test"), *strip;
	struct strbuf text = {0};

	for (int i = 0; i < s->n; i++) {
		strbuf_reset(&text);
		cell_test(&text, s->c, &s->c->cell[i]);
		strip_put(test, i, strbuf_text(&text), KEY_WIDTH);
	}
	for (int k = 0; k < n; k++) {
		strip = key_add(s, key_head(keys[k]));
		for (int i = 0; i < s->n; i++) {
			strbuf_reset(&text);
			cell_key(&text, &s->c->cell[i], keys[k]);
			strip_put(strip, i, strbuf_text(&text), KEY_WIDTH);
		}
	}
	if (s->c->apart) {
		strip = key_add(s, "run");
		for (int i = 0; i < s->n; i++)
			strip_put(strip, i, s->c->runs[s->c->cell[i].run].name, KEY_WIDTH);
	}
	unit_fill(s);
	strbuf_free(&text);
}

/* Runs are told apart by the end of their names, which are paths: that is what is kept of a long one. */
static void put_end(struct strbuf *out, const char *text, int width)
{
	int over = text_width(text) - width;

	if (over > 0) {
		strbuf_puts(out, "\xe2\x80\xa6");
		/* One more for the ellipsis; the bytes that follow a character's first are its own. */
		for (int n = 0; *text && (n <= over || (*text & 0xc0) == 0x80); text++)
			n += (*text & 0xc0) != 0x80;
	}
	strbuf_puts(out, text);
}

/* Above a value's columns. */
static char *value_head(const struct comparison *c, int v)
{
	struct strbuf plain = {0}, head = {0};

	text_plain(&plain, c->value[v]);
	if (c->kind == COMPARE_RUN)
		put_end(&head, strbuf_text(&plain), VALUE_WIDTH);
	else
		text_cut(&head, *strbuf_text(&plain) ? strbuf_text(&plain) : "(none)", VALUE_WIDTH);
	strbuf_free(&plain);
	return strbuf_take(&head);
}

/* With both ends where the interval is lopsided, which those of ratios far from 1 are. */
static void put_ratio(struct strbuf *out, const struct compared *x)
{
	struct strbuf interval = {0};

	if (x->ratio.n == 0)
		return;
	number_estimate(out, &interval, &x->ratio);
	strbuf_printf(out, " %s%s", x->ratio.interval ? strbuf_text(&interval) : "n<6",
		      x->kind == RATIO_UNPAIRED ? NOT_INTERLEAVED : "");
	strbuf_free(&interval);
}

static void value_fill(struct sheet *s, int v)
{
	struct value_strips *x = &s->value[v];
	bool is_base = v == s->c->baseline;
	struct strbuf value = {0}, interval = {0};

	strip_make(&x->rate, s->n, true);
	strip_make(&x->ratio, s->n, false);
	x->head = value_head(s->c, v);
	for (int i = 0; i < s->n; i++) {
		const struct compared *e = &s->c->cell[i].compared[v];

		strbuf_reset(&value);
		strbuf_reset(&interval);
		number_estimate_brief(&value, &interval, &e->rate);
		strip_put(&x->rate, i, strbuf_text(&value), VALUE_WIDTH);
		if (!is_base) {
			strbuf_reset(&value);
			strbuf_reset(&interval);
			put_ratio(&value, e);
		}
		/* What has too few processes says so in place. */
		if (*e->why && e->kind == RATIO_NONE)
			strbuf_printf(is_base ? &interval : &value, "[%d]", notes_put(&s->notes, e->why));
		strip_put(&x->ratio, i, strbuf_text(is_base ? &interval : &value), VALUE_WIDTH);
	}
	x->width = max_int(text_width(x->head),
			   max_int(x->rate.width, 4) + 1 + max_int(x->ratio.width, is_base ? 4 : 10));
	strbuf_free(&value);
	strbuf_free(&interval);
}

/* ---- fitting ---- */

static int keys_width(const struct sheet *s)
{
	int w = s->stacked ? INDENT : 0;

	for (int k = 0; k < s->n_keys && !s->stacked; k++)
		w += s->key[k].width + GAP;
	return w;
}

static void keys_free(struct sheet *s)
{
	for (int k = 0; k < s->n_keys; k++)
		strip_free(&s->key[k], s->n);
	s->n_keys = 0;
}

/* Too many keys for columns of their own: one column of labels; where that has no room either, lines of labels. */
static void keys_fold(struct sheet *s, int room)
{
	struct strip *label;
	struct strbuf text = {0};

	keys_free(s);
	label = key_add(s, "point");
	for (int i = 0; i < s->n; i++) {
		strbuf_reset(&text);
		cell_label(&text, s->c, &s->c->cell[i]);
		strip_put(label, i, strbuf_text(&text), LABEL_WIDTH);
	}
	unit_fill(s);
	s->stacked = keys_width(s) > room;
	strbuf_free(&text);
}

/* ---- printing ---- */

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
	put_padded(line, strbuf_text(&cut), width, false);
	strbuf_printf(line, "%*s", GAP, "");
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
	strbuf_printf(line, "%*s", INDENT, "");
	strbuf_free(&above);
}

static void put_heads(FILE *out, const struct sheet *s, const int *shown, int n, bool colour)
{
	const char *on = colour ? ANSI_BOLD : "", *off = colour ? ANSI_OFF : "";
	struct strbuf line = {0};

	strbuf_printf(&line, "%*s", keys_width(s), "");
	for (int i = 0; i < n; i++) {
		put_padded(&line, s->value[shown[i]].head, s->value[shown[i]].width, false);
		strbuf_printf(&line, "%*s", GAP, "");
	}
	put_line(out, &line, on, off);
	put_keys(out, s, s->key_head, &line);
	for (int i = 0; i < n; i++) {
		const struct value_strips *x = &s->value[shown[i]];

		put_padded(&line, i == 0 ? "base" : "rate", max_int(x->rate.width, 4), true);
		strbuf_putc(&line, ' ');
		put_padded(&line, i == 0 ? "95 %" : "ratio 95 %", ratio_width(x) + GAP, false);
	}
	put_line(out, &line, on, off);
	strbuf_free(&line);
}

static void put_value(struct strbuf *line, const struct value_strips *x, int row)
{
	put_padded(line, x->rate.text[row], max_int(x->rate.width, 4), true);
	strbuf_putc(line, ' ');
	put_padded(line, x->ratio.text[row], ratio_width(x) + GAP, false);
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
	room = s->width - s->value[base].width - GAP - widest;
	if (keys_width(s) > room)
		keys_fold(s, room);
	while (from < s->c->n_values) {
		int used = keys_width(s) + s->value[base].width, to = from, n = 0;

		for (; to < s->c->n_values; to++) {
			if (to == base)
				continue;
			used += GAP + s->value[to].width;
			if (n > 0 && used > s->width)
				break;
			n++;
		}
		if (n > 0)
			put_table(out, s, from, to, colour);
		from = to;
	}
}

static void put_lines(FILE *out, const char *text, int width)
{
	struct strbuf plain = {0};

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		struct strbuf raw = {0};

		strbuf_add(&raw, line, strcspn(line, "\n"));
		strbuf_reset(&plain);
		text_plain(&plain, strbuf_text(&raw));
		terminal_wrapped(out, strbuf_text(&plain), width);
		strbuf_free(&raw);
	}
	strbuf_free(&plain);
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
		put_lines(out, strbuf_text(&marks), width);
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
	struct sheet s = {.c = c, .n = c->n_cells, .width = terminal_columns(o)};
	struct strbuf intro = {0};

	s.value = mem_alloc(sizeof *s.value * (size_t)c->n_values);
	keys_fill(&s);
	for (int v = 0; v < c->n_values; v++)
		value_fill(&s, v);
	comparison_intro(&intro, c);
	put_lines(out, strbuf_text(&intro), s.width);
	put_tables(out, &s, o->colour);
	put_footer(out, &s);
	keys_free(&s);
	for (int v = 0; v < c->n_values; v++) {
		strip_free(&s.value[v].rate, s.n);
		strip_free(&s.value[v].ratio, s.n);
		free(s.value[v].head);
	}
	free(s.value);
	notes_free(&s.notes);
	strbuf_free(&intro);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
