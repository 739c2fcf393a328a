/* SPDX-License-Identifier: Apache-2.0 */
/* One line a cell and value; numbers in full, an empty field is "none". */
#include "config.h"

#include "reports/compare/compare.h"
#include "reports/csv.h"
#include "reports/view.h"

/* And how many processes it rests on. */
static void put_estimate(struct strbuf *line, const struct estimate *e)
{
	csv_estimate(line, e);
	csv_number(line, e->n);
}

static void put_head(struct strbuf *line)
{
	strbuf_puts(line, "by,value,baseline,run,id");
	for (int k = 0; k < KEY_COUNT; k++)
		csv_text(line, point_key_name((enum point_key)k));
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
			csv_text(line, c->value[v]);
		else
			csv_text(line, point_get(&(row ? row : cell->first)->point->point, k));
	}
}

static void put_compared(struct strbuf *line, const struct comparison *c, const struct compare_cell *cell,
			 int v, const char *caveat)
{
	const struct compared *x = &cell->compared[v];
	struct strbuf marks = {0};

	csv_text(line, c->by);
	csv_text(line, c->value[v]);
	csv_text(line, c->value[c->baseline]);
	csv_text(line, x->run >= 0 ? c->runs[x->run].name : cell->run >= 0 ? c->runs[cell->run].name : "");
	csv_text(line, x->row ? x->row->point->id : "");
	put_keys(line, c, cell, v);
	csv_text(line, x->row ? row_state(x->row) : "absent");
	csv_text(line, x->unit);
	put_estimate(line, &x->rate);
	put_estimate(line, &x->ratio);
	csv_text(line, ratio_name(x->kind));
	compared_marks(&marks, x);
	csv_text(line, strbuf_text(&marks));
	csv_text(line, x->why);
	csv_text(line, caveat);
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
