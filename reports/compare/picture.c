/* SPDX-License-Identifier: Apache-2.0 */
/* The ratios as a forest plot: one line each, sorted, the baseline a dashed line at 1. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/compare/compare.h"
#include "reports/number.h"
#include "reports/plots/plots.h"

/* More lines are no picture: then the largest and the smallest, as many of each. */
#define LINES_MAX 60
/* Pixels of a line, and of what is above and below all of them (ratios.gp). */
#define LINE_Y	17
#define FRAME_Y 72
/* Columns of a label; the rest of a name stands in the table. */
#define LABEL_WIDTH 44

struct line {
	const struct compare_cell *cell;
	const struct compared *x;
	const char *value;
};

static int line_compare(const void *a, const void *b)
{
	double x = ((const struct line *)a)->x->ratio.value, y = ((const struct line *)b)->x->ratio.value;

	return (x > y) - (x < y);
}

/* All ratios from the smallest; free() it. */
static struct line *lines_make(const struct comparison *c, int *n)
{
	struct line *lines = mem_alloc(sizeof *lines * ((size_t)c->n_cells * (size_t)c->n_values + 1));

	*n = 0;
	for (int i = 0; i < c->n_cells; i++)
		for (int v = 0; v < c->n_values; v++) {
			const struct compared *x = &c->cell[i].compared[v];

			if (x->ratio.n > 0 && x->ratio.value > 0)
				lines[(*n)++] = (struct line){&c->cell[i], x, c->value[v]};
		}
	qsort(lines, (size_t)*n, sizeof *lines, line_compare);
	return lines;
}

/* Leaves the ends. */
static int lines_thin(struct line *lines, int n)
{
	if (n <= LINES_MAX)
		return n;
	memmove(lines + LINES_MAX / 2, lines + n - LINES_MAX / 2, sizeof *lines * (LINES_MAX / 2));
	return LINES_MAX;
}

static void put_data(struct strbuf *data, const struct line *lines, int n, enum ratio_kind kind)
{
	strbuf_printf(data, "%s# columns: line ratio lo hi\n# %s\n", data->len ? "\n\n" : "",
		      kind == RATIO_PAIRED ? "paired" : "unpaired");
	for (int i = 0; i < n; i++) {
		const struct estimate *e = &lines[i].x->ratio;

		if (lines[i].x->kind == kind)
			strbuf_printf(data, "%d %.6g %.6g %.6g\n", i + 1, e->value,
				      e->interval ? e->lo : e->value, e->interval ? e->hi : e->value);
	}
	/* gnuplot wants a point in each block. */
	strbuf_puts(data, "NaN NaN NaN NaN\n");
}

static void put_label(struct strbuf *out, const struct comparison *c, const struct line *line)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s: ", line->value);
	cell_label(&text, c, line->cell);
	gp_label(out, strbuf_text(&text), LABEL_WIDTH);
	strbuf_free(&text);
}

static void put_axes(struct strbuf *text, const struct comparison *c, const struct line *lines, int n)
{
	double lo = 1, hi = 1;

	for (int i = 0; i < n; i++) {
		const struct estimate *e = &lines[i].x->ratio;

		lo = fmin(lo, e->interval && e->lo > 0 ? e->lo : e->value);
		hi = fmax(hi, e->interval ? e->hi : e->value);
	}
	gp_number(text, "rows", n);
	gp_number(text, "height", FRAME_Y + LINE_Y * n);
	if (hi / lo > 2)
		gp_log_range(text, "x", lo, hi, 1.05);
	else
		strbuf_printf(text, "set xrange [%.6g:%.6g]\n", lo / 1.02, hi * 1.02);
	strbuf_puts(text, "set ytics (");
	for (int i = 0; i < n; i++) {
		strbuf_puts(text, i ? ", " : "");
		put_label(text, c, &lines[i]);
		strbuf_printf(text, " %d", i + 1);
	}
	strbuf_puts(text, ")\n");
}

static void picture_describe(struct picture *p, const struct comparison *c, const struct line *lines, int n,
			     int all)
{
	struct strbuf text = {0}, caveat = {0};

	comparison_caveat(&caveat, c);
	p->title = mem_printf("Ratios by %s, baseline %s", c->by, c->value[c->baseline]);
	p->reading =
		mem_printf("%d of %d ratios%s with 95 %% intervals; filled: paired by round, hollow: not "
			   "interleaved.%s%s",
			   n, all, n < all ? ", the smallest and the largest," : "", caveat.len ? " " : "",
			   strbuf_text(&caveat));
	strbuf_puts(&text, "Ratios from ");
	number_put(&text, lines[0].x->ratio.value, 0);
	strbuf_puts(&text, " to ");
	number_put(&text, lines[n - 1].x->ratio.value, 0);
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
	strbuf_free(&caveat);
}

int comparison_plots(struct plots **out, const struct comparison *c, const char *directory, struct diag *d)
{
	struct plots *plots = mem_alloc(sizeof *plots);
	int all, n, rc;
	struct line *lines = lines_make(c, &all);

	n = lines_thin(lines, all);
	if (n > 0) {
		struct script *s = plots_add(plots, PLOT_RATIOS, PLOT_RATIOS_NAME);
		char *body = embed_text(report_files, "reports/plots/ratios.gp");

		s->heading = mem_printf("by %s", c->by);
		put_data(&s->data, lines, n, RATIO_PAIRED);
		put_data(&s->data, lines, n, RATIO_UNPAIRED);
		picture_describe(script_add(s, ""), c, lines, n, all);
		strbuf_puts(&s->text, "load 'style.gp'\n");
		put_axes(&s->text, c, lines, n);
		strbuf_puts(&s->text, body ? body : "");
		free(body);
	}
	free(lines);
	rc = plots_draw(plots, directory, d);
	if (rc)
		plots_free(plots);
	else
		*out = plots;
	return rc;
}
