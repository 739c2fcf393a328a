/* SPDX-License-Identifier: Apache-2.0 */
/* A line a cell, in at most as many columns as there are: a label that has no room gets a line of its own, and on a narrow
 * terminal what matters least is left out. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "reports/terminal.h"
#include "reports/text.h"
#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

enum {
	COLUMN_VERDICT = 0,
	COLUMN_TIME,
	COLUMN_INTERVAL,
	COLUMN_PAIRS,
	COLUMN_NOISE,
	COLUMN_MDE,
	COLUMN_MARKS,
	N_COLUMNS
};
enum { GAP = 2, LABEL_MIN = 12, MARKS_MIN = 12 };

static const struct {
	const char *head;
	bool right;
} columns[N_COLUMNS] = {
	{"verdict", false}, {"time b/a", true}, {"", false},	  /* the level */ {"pairs", true},
	{"noise", true},    {"MDE", true},	{"marks", false},
};

struct line {
	struct strbuf label, text[N_COLUMNS];
};
struct table {
	int n;
	struct line *line;
	int label, width[N_COLUMNS]; /* width 0: left out */
	char level[20];		     /* of the intervals */
};

static void put_size(struct strbuf *out, double log_ratio)
{
	double x = expm1(log_ratio) * 100;

	if (isfinite(x))
		strbuf_printf(out, "%.*f %%", x < 1 ? 2 : 1, x);
}

static void line_make(struct line *l, const struct verdicts *v, const struct verdict_cell *c)
{
	struct strbuf raw = {0};

	verdict_label(&raw, v, c);
	text_plain(&l->label, strbuf_text(&raw));
	strbuf_free(&raw);
	if (c->state == POINT_DONE)
		strbuf_printf(&l->text[COLUMN_VERDICT], "%s ", verdict_glyph(c->result.verdict));
	verdict_word(&l->text[COLUMN_VERDICT], c);
	if (c->n_pairs == 0)
		return;
	verdict_percent(&l->text[COLUMN_TIME], c->pairs.theta, verdict_half(c));
	verdict_interval(&l->text[COLUMN_INTERVAL], c);
	strbuf_printf(&l->text[COLUMN_PAIRS], "%d", c->n_pairs);
	put_size(&l->text[COLUMN_NOISE], c->pairs.spread);
	if (c->pairs.state == PAIRS_DONE)
		put_size(&l->text[COLUMN_MDE], c->pairs.mde);
	verdict_marks(&l->text[COLUMN_MARKS], c);
}

/* What all columns but the labels take. */
static int table_used(const struct table *t)
{
	int used = 0;

	for (int k = 0; k < N_COLUMNS; k++)
		used += t->width[k] ? t->width[k] + GAP : 0;
	return used;
}

static void table_fit(struct table *t, int width)
{
	static const int least[] = {COLUMN_NOISE, COLUMN_MDE, COLUMN_MARKS, COLUMN_PAIRS, COLUMN_INTERVAL};
	int over = max_int(t->label + table_used(t) - width, 0), marks = t->width[COLUMN_MARKS], room;

	/* Marks that have no room get a line of their own: they give way first. */
	t->width[COLUMN_MARKS] -= min_int(over, max_int(t->width[COLUMN_MARKS] - MARKS_MIN, 0));
	for (size_t i = 0; i < sizeof least / sizeof least[0] && width - table_used(t) < LABEL_MIN; i++)
		t->width[least[i]] = 0;
	room = width - table_used(t);
	t->label = text_width("point");
	for (int i = 0; i < t->n; i++) {
		int label = text_width(strbuf_text(&t->line[i].label));

		t->label = label <= room ? max_int(t->label, label) : t->label;
	}
	/* Labels that went to lines of their own left room. */
	if (t->width[COLUMN_MARKS])
		t->width[COLUMN_MARKS] +=
			min_int(marks - t->width[COLUMN_MARKS], max_int(width - t->label - table_used(t), 0));
}

static const char *head_of(const struct table *t, int column)
{
	return column == COLUMN_INTERVAL ? t->level : columns[column].head;
}

static void table_make(struct table *t, const struct verdicts *v, int width)
{
	bool marked = false;

	t->n = v->n_cells;
	snprintf(t->level, sizeof t->level, "%g %%", v->trial.level * 100);
	t->line = mem_alloc(((size_t)t->n + 1) * sizeof *t->line);
	for (int k = 0; k < N_COLUMNS; k++)
		t->width[k] = text_width(head_of(t, k));
	t->label = text_width("point");
	for (int i = 0; i < t->n; i++) {
		line_make(&t->line[i], v, &v->cell[i]);
		t->label = max_int(t->label, text_width(strbuf_text(&t->line[i].label)));
		for (int k = 0; k < N_COLUMNS; k++)
			t->width[k] = max_int(t->width[k], text_width(strbuf_text(&t->line[i].text[k])));
		marked = marked || t->line[i].text[COLUMN_MARKS].len > 0;
	}
	if (!marked)
		t->width[COLUMN_MARKS] = 0;
	table_fit(t, width);
}

static const char *colour_of(const struct verdict_cell *c)
{
	if (c->state == POINT_FAILED || c->wrong[0] || c->wrong[1])
		return ANSI_BAD;
	if (c->state != POINT_DONE || c->result.verdict == VERDICT_INCONCLUSIVE)
		return ANSI_MUTE;
	if (c->result.verdict == VERDICT_SLOWER)
		return ANSI_BAD;
	return c->result.verdict == VERDICT_FASTER ? ANSI_BOLD : "";
}

static void put_padded(struct strbuf *line, const char *text, int width, bool right)
{
	struct strbuf cut = {0};

	text_cut(&cut, text, width);
	text_pad(line, strbuf_text(&cut), width, right);
	strbuf_free(&cut);
}

static void put_line(FILE *out, const struct table *t, const char *label, const char *const text[N_COLUMNS],
		     const char *colour)
{
	struct strbuf line = {0};

	put_padded(&line, label, t->label, false);
	for (int k = 0; k < N_COLUMNS; k++) {
		if (!t->width[k])
			continue;
		strbuf_printf(&line, "%*s", GAP, "");
		put_padded(&line, text[k], t->width[k], columns[k].right);
	}
	while (line.len && line.text[line.len - 1] == ' ')
		line.text[--line.len] = '\0';
	fprintf(out, "%s%s%s\n", colour, strbuf_text(&line), *colour ? ANSI_OFF : "");
	strbuf_free(&line);
}

static void put_cell(FILE *out, const struct table *t, const struct line *l, const char *colour, int width)
{
	const char *text[N_COLUMNS], *label = strbuf_text(&l->label), *marks;

	for (int k = 0; k < N_COLUMNS; k++)
		text[k] = strbuf_text(&l->text[k]);
	marks = text[COLUMN_MARKS];
	if (text_width(marks) > t->width[COLUMN_MARKS])
		text[COLUMN_MARKS] = "";
	if (text_width(label) > t->label) {
		terminal_wrapped(out, label, width);
		label = "";
	}
	put_line(out, t, label, text, colour);
	if (marks != text[COLUMN_MARKS]) {
		fprintf(out, "%*s", t->label + GAP, "");
		terminal_wrapped(out, marks, width - t->label - GAP);
	}
}

static void put_table(FILE *out, const struct table *t, const struct verdicts *v, int width, bool colour)
{
	const char *head[N_COLUMNS];

	for (int k = 0; k < N_COLUMNS; k++)
		head[k] = head_of(t, k);
	put_line(out, t, "point", head, colour ? ANSI_BOLD : "");
	for (int i = 0; i < t->n; i++)
		put_cell(out, t, &t->line[i], colour ? colour_of(&v->cell[i]) : "", width);
}

static void table_free(struct table *t)
{
	for (int i = 0; i < t->n; i++) {
		strbuf_free(&t->line[i].label);
		for (int k = 0; k < N_COLUMNS; k++)
			strbuf_free(&t->line[i].text[k]);
	}
	free(t->line);
}

int verdicts_terminal(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d)
{
	int width = terminal_columns(o);
	struct strbuf text = {0};
	struct table t = {0};

	verdicts_intro(&text, v);
	terminal_lines(out, strbuf_text(&text), width);
	fputc('\n', out);
	table_make(&t, v, width);
	put_table(out, &t, v, width, o->colour);
	table_free(&t);
	fputc('\n', out);
	strbuf_reset(&text);
	verdicts_headline(&text, v);
	strbuf_putc(&text, '\n');
	verdicts_open(&text, v);
	verdicts_notes(&text, v);
	terminal_lines(out, strbuf_text(&text), width);
	strbuf_free(&text);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
