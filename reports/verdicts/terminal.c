/* SPDX-License-Identifier: Apache-2.0 */
/* A line a cell, in at most as many columns as there are: the label gives way. */
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
	int label, width[N_COLUMNS];
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

static void table_make(struct table *t, const struct verdicts *v, int width)
{
	int used = 0;

	t->n = v->n_cells;
	t->line = mem_alloc(((size_t)t->n + 1) * sizeof *t->line);
	for (int k = 0; k < N_COLUMNS; k++)
		t->width[k] = text_width(columns[k].head);
	t->label = text_width("point");
	for (int i = 0; i < t->n; i++) {
		line_make(&t->line[i], v, &v->cell[i]);
		t->label = max_int(t->label, text_width(strbuf_text(&t->line[i].label)));
		for (int k = 0; k < N_COLUMNS; k++)
			t->width[k] = max_int(t->width[k], text_width(strbuf_text(&t->line[i].text[k])));
	}
	for (int k = 0; k < N_COLUMNS; k++)
		used += t->width[k] + GAP;
	/* Marks are explained below: they give way first. */
	int over = max_int(t->label + used - width, 0);
	int cut = min_int(over, max_int(t->width[COLUMN_MARKS] - MARKS_MIN, 0));

	t->width[COLUMN_MARKS] -= cut;
	t->label = max_int(t->label - (over - cut), LABEL_MIN);
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
		strbuf_printf(&line, "%*s", GAP, "");
		put_padded(&line, text[k], t->width[k], columns[k].right);
	}
	while (line.len && line.text[line.len - 1] == ' ')
		line.text[--line.len] = '\0';
	fprintf(out, "%s%s%s\n", colour, strbuf_text(&line), *colour ? ANSI_OFF : "");
	strbuf_free(&line);
}

static void put_table(FILE *out, const struct table *t, const struct verdicts *v, bool colour)
{
	const char *text[N_COLUMNS];

	char level[20];

	snprintf(level, sizeof level, "%g %%", v->trial.level * 100);
	for (int k = 0; k < N_COLUMNS; k++)
		text[k] = k == COLUMN_INTERVAL ? level : columns[k].head;
	put_line(out, t, "point", text, colour ? ANSI_BOLD : "");
	for (int i = 0; i < t->n; i++) {
		for (int k = 0; k < N_COLUMNS; k++)
			text[k] = strbuf_text(&t->line[i].text[k]);
		put_line(out, t, strbuf_text(&t->line[i].label), text, colour ? colour_of(&v->cell[i]) : "");
	}
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

/* What is open, and what would decide it; what could not be compared, and why. */
static void put_open(struct strbuf *out, const struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];
		const char *why = verdict_why(c);
		struct strbuf needed = {0};

		if (!*why)
			continue;
		verdict_label(out, v, c);
		strbuf_printf(out, ": %s", why);
		verdict_needed(&needed, c);
		if (needed.len)
			strbuf_printf(out, "; it takes %s", strbuf_text(&needed));
		strbuf_putc(out, '\n');
		strbuf_free(&needed);
	}
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
	put_table(out, &t, v, o->colour);
	table_free(&t);
	fputc('\n', out);
	strbuf_reset(&text);
	verdicts_headline(&text, v);
	strbuf_putc(&text, '\n');
	put_open(&text, v);
	verdicts_notes(&text, v);
	terminal_lines(out, strbuf_text(&text), width);
	strbuf_free(&text);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
