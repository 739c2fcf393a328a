/* SPDX-License-Identifier: Apache-2.0 */
/* A table for a pull request or a wiki. Nothing from outside is markup. */
#include "config.h"

#include <string.h>

#include "reports/compare/compare.h"
#include "reports/number.h"
#include "reports/text.h"
#include "reports/view.h"

static void put_md(struct strbuf *out, const char *before, const char *text, const char *after)
{
	strbuf_puts(out, before);
	text_md(out, text);
	strbuf_puts(out, after);
}

static void put_intro(struct strbuf *out, const struct comparison *c)
{
	struct strbuf intro = {0}, line = {0};

	put_md(out, "# Comparison by ", c->by, "\n\n");
	comparison_intro(&intro, c);
	for (const char *at = strbuf_text(&intro); *at; at += strcspn(at, "\n"), at += *at == '\n') {
		strbuf_reset(&line);
		strbuf_add(&line, at, strcspn(at, "\n"));
		put_md(out, "- ", strbuf_text(&line), "\n");
	}
	strbuf_free(&intro);
	strbuf_free(&line);
}

static void put_head(struct strbuf *out, const struct comparison *c, const enum point_key *keys, int n)
{
	struct strbuf caveat = {0};

	comparison_caveat(&caveat, c);
	strbuf_putc(out, '\n');
	if (caveat.len)
		put_md(out, "**", strbuf_text(&caveat), "**\n\n");
	strbuf_puts(out, "| test |");
	for (int k = 0; k < n; k++)
		strbuf_printf(out, " %s |", point_key_name(keys[k]));
	strbuf_puts(out, c->apart ? " run | unit |" : " unit |");
	for (int v = 0; v < c->n_values; v++) {
		put_md(out, " ", *c->value[v] ? c->value[v] : "(none)",
		       v == c->baseline ? " (baseline) |" : " |");
		strbuf_puts(out, v == c->baseline ? "" : " ratio, 95 % |");
	}
	strbuf_puts(out, "\n|---|");
	for (int i = 0; i < n + 1 + c->apart; i++)
		strbuf_puts(out, "---|");
	for (int i = 0; i < 2 * c->n_values - 1; i++)
		strbuf_puts(out, "---:|");
	strbuf_putc(out, '\n');
	strbuf_free(&caveat);
}

static void put_estimate(struct strbuf *out, const struct estimate *e, const char *after)
{
	struct strbuf text = {0}, interval = {0};

	number_estimate(&text, &interval, e);
	strbuf_puts(&text, text.len && interval.len ? " " : "");
	strbuf_puts(&text, strbuf_text(&interval));
	put_md(out, " ", strbuf_text(&text), after);
	strbuf_free(&text);
	strbuf_free(&interval);
}

static void put_compared(struct strbuf *out, const struct compared *x, bool baseline)
{
	struct strbuf marks = {0};

	if (x->rate.n == 0)
		put_md(out, " ", x->why, " |");
	else {
		put_estimate(out, &x->rate, "");
		compared_marks(&marks, x);
		if (marks.len)
			put_md(out, " (", strbuf_text(&marks), ")");
		strbuf_puts(out, " |");
	}
	if (!baseline && x->ratio.n > 0)
		put_estimate(out, &x->ratio, x->kind == RATIO_UNPAIRED ? " (not interleaved) |" : " |");
	else if (!baseline)
		put_md(out, " ", x->rate.n ? x->why : "", " |");
	strbuf_free(&marks);
}

static void put_cell(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell,
		     const enum point_key *keys, int n)
{
	struct strbuf text = {0};

	cell_test(&text, c, cell);
	put_md(out, "| ", strbuf_text(&text), " |");
	for (int k = 0; k < n; k++) {
		strbuf_reset(&text);
		cell_key(&text, cell, keys[k]);
		put_md(out, " ", strbuf_text(&text), " |");
	}
	if (c->apart)
		put_md(out, " ", c->runs[cell->run].name, " |");
	put_md(out, " ", cell_unit(c, cell), " |");
	for (int v = 0; v < c->n_values; v++)
		put_compared(out, &cell->compared[v], v == c->baseline);
	strbuf_putc(out, '\n');
	strbuf_free(&text);
}

static void put_marks(struct strbuf *out, const struct comparison *c)
{
	for (const struct mark_word *m = mark_words; m->word; m++) {
		struct strbuf marks = {0};

		for (int i = 0; i < c->n_cells; i++)
			for (int v = 0; v < c->n_values; v++)
				compared_marks(&marks, &c->cell[i].compared[v]);
		if (strstr(strbuf_text(&marks), m->word))
			strbuf_printf(out, "\n*%s*: %s.\n", m->word, m->meaning);
		strbuf_free(&marks);
	}
}

int compare_md(FILE *out, const struct comparison *c, const struct report_options *o __attribute__((unused)),
	       struct diag *d)
{
	enum point_key keys[KEY_COUNT];
	int n = comparison_keys(c, keys);
	struct strbuf s = {0};

	put_intro(&s, c);
	put_head(&s, c, keys, n);
	for (int i = 0; i < c->n_cells; i++)
		put_cell(&s, c, &c->cell[i], keys, n);
	put_marks(&s, c);
	fputs(strbuf_text(&s), out);
	strbuf_free(&s);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
