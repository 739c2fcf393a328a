/* SPDX-License-Identifier: Apache-2.0 */
/* One line a cell and value; numbers in full, an empty field is "none". */
#include "config.h"

#include <math.h>

#include "reports/compare/compare.h"
#include "reports/text.h"
#include "reports/view.h"

static void put_text(struct strbuf *line, const char *text)
{
	if (line->len)
		strbuf_putc(line, ',');
	text_csv(line, text);
}

static void put_number(struct strbuf *line, double x)
{
	strbuf_putc(line, ',');
	if (isfinite(x))
		strbuf_printf(line, "%.9g", x);
}

static void put_estimate(struct strbuf *line, const struct estimate *e)
{
	put_number(line, e->value);
	put_number(line, e->interval ? e->lo : NAN);
	put_number(line, e->interval ? e->hi : NAN);
	put_number(line, e->n);
}

static void put_head(struct strbuf *line)
{
	strbuf_puts(line, "by,value,baseline,run,id");
	for (int k = 0; k < KEY_COUNT; k++)
		put_text(line, point_key_name((enum point_key)k));
	strbuf_puts(line,
		    ",state,unit,rate,rate_lo,rate_hi,rate_n,ratio,ratio_lo,ratio_hi,ratio_n,kind,marks,"
		    "note,comparison\n");
}

/* The point's keys; where no run has it, those of the cell with the value put in. */
static void put_keys(struct strbuf *line, const struct comparison *c, const struct compare_cell *cell, int v)
{
	const struct row *row = cell->compared[v].row;

	for (int k = 0; k < KEY_COUNT; k++) {
		if (!row && c->kind == COMPARE_KEY && k == (int)c->key)
			put_text(line, c->value[v]);
		else
			put_text(line, point_get(&(row ? row : cell->first)->point->point, k));
	}
}

static void put_compared(struct strbuf *line, const struct comparison *c, const struct compare_cell *cell,
			 int v, const char *caveat)
{
	const struct compared *x = &cell->compared[v];
	struct strbuf marks = {0};

	put_text(line, c->by);
	put_text(line, c->value[v]);
	put_text(line, c->value[c->baseline]);
	put_text(line, x->run >= 0 ? c->runs[x->run].name : cell->run >= 0 ? c->runs[cell->run].name : "");
	put_text(line, x->row ? x->row->point->id : "");
	put_keys(line, c, cell, v);
	put_text(line, x->row ? row_state(x->row) : "absent");
	put_text(line, x->unit);
	put_estimate(line, &x->rate);
	put_estimate(line, &x->ratio);
	put_text(line, ratio_name(x->kind));
	compared_marks(&marks, x);
	put_text(line, strbuf_text(&marks));
	put_text(line, x->why);
	put_text(line, caveat);
	strbuf_putc(line, '\n');
	strbuf_free(&marks);
}

int compare_csv(FILE *out, const struct comparison *c, const struct report_options *o __attribute__((unused)),
		struct diag *d)
{
	struct strbuf line = {0}, caveat = {0};

	comparison_caveat(&caveat, c);
	put_head(&line);
	fputs(strbuf_text(&line), out);
	for (int i = 0; i < c->n_cells; i++)
		for (int v = 0; v < c->n_values; v++) {
			strbuf_reset(&line);
			put_compared(&line, c, &c->cell[i], v, strbuf_text(&caveat));
			fputs(strbuf_text(&line), out);
		}
	strbuf_free(&line);
	strbuf_free(&caveat);
	return ferror(out) ? diag_set(d, ERR_IO, "cannot write the report") : 0;
}
