/* SPDX-License-Identifier: Apache-2.0 */
/* Blocking by threads: the rate in each cell, the best of each number of threads framed, what ties with it dashed. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 4
#define COLUMNS_MAX 6
#define LINES_MAX   10
/* Shades, from what is farthest below the best of its column to the best. */
#define SHADES 6

static const enum point_key free_keys[] = {KEY_BLOCKING, KEY_THREADS, KEY_COUNT};

struct cell {
	const struct row *row; /* NULL: not measured */
	bool best, tied;
	double part; /* of the best of its column */
};
struct heat {
	int n_columns, n_lines, n_best, n_tied;
	const char *column[COLUMNS_MAX], *line[LINES_MAX];
	struct cell cell[LINES_MAX][COLUMNS_MAX];
	double least; /* part */
};

static int index_of(const char *const *list, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return i;
	return -1;
}

static double rate(const struct cell *c)
{
	return c->row ? c->row->gflops_s.value : NAN;
}

/* Ratios are paired by round, as everywhere; one whose interval holds 1, or that has none, is no difference. */
static bool is_tied(const struct row *r, const struct row *best)
{
	struct estimate e = row_speed_up(r, best);

	return e.n > 0 && (!e.interval || (e.lo <= 1 && e.hi >= 1));
}

static void column_judge(struct heat *h, int x)
{
	struct cell *best = NULL;

	for (int y = 0; y < h->n_lines; y++)
		if (!best || !(rate(&h->cell[y][x]) <= rate(best)))
			best = rate(&h->cell[y][x]) > 0 ? &h->cell[y][x] : best;
	if (!best)
		return;
	best->best = true;
	h->n_best++;
	for (int y = 0; y < h->n_lines; y++) {
		struct cell *c = &h->cell[y][x];

		if (!(rate(c) > 0))
			continue;
		c->part = rate(c) / rate(best);
		h->least = fmin(h->least, c->part);
		c->tied = c != best && is_tied(c->row, best->row);
		h->n_tied += c->tied;
	}
}

/* Returns how many blockings the group has. */
static int heat_make(struct heat *h, const struct group *g)
{
	const char *all[GROUP_MAX];
	int n_all = group_values(g, KEY_BLOCKING, all, GROUP_MAX);

	*h = (struct heat){.least = 1};
	h->n_columns = group_values(g, KEY_THREADS, h->column, COLUMNS_MAX);
	qsort(h->column, (size_t)h->n_columns, sizeof h->column[0], values_compare);
	h->n_lines = group_values(g, KEY_BLOCKING, h->line, LINES_MAX);
	for (int i = 0; i < g->n; i++) {
		int x = index_of(h->column, h->n_columns, point_get(&g->row[i]->point->point, KEY_THREADS));
		int y = index_of(h->line, h->n_lines, point_get(&g->row[i]->point->point, KEY_BLOCKING));

		if (x >= 0 && y >= 0)
			h->cell[y][x].row = g->row[i];
	}
	for (int x = 0; x < h->n_columns; x++)
		column_judge(h, x);
	return n_all;
}

static int shade_of(const struct heat *h, const struct cell *c)
{
	double range = fmax(1 - h->least, 0.02); /* Less is not worth a colour. */
	int shade = (int)((1 - (1 - c->part) / range) * SHADES);

	return shade < 0 ? 0 : shade >= SHADES ? SHADES - 1 : shade;
}

static void put_text(struct strbuf *data, const struct cell *c)
{
	struct strbuf value = {0}, interval = {0};

	/* Always the half width: brackets have no room in a cell. */
	const struct estimate *e = &c->row->gflops_s;

	number_put(&value, e->value, e->interval ? estimate_half(e) : 0);
	strbuf_puts(&interval, e->interval ? "\xc2\xb1" : "n<6");
	if (e->interval)
		number_put_half(&interval, estimate_half(e));
	strbuf_printf(data, " \"%s\" \"%s\"\n", strbuf_text(&value), strbuf_text(&interval));
	strbuf_free(&value);
	strbuf_free(&interval);
}

static void put_cells(struct strbuf *data, const struct heat *h, const char *name, int shade,
		      bool (*wanted)(const struct cell *))
{
	bool any = false;

	strbuf_printf(data, "%s# columns: x y GFLOP/s half text\n# %s\n", data->len ? "\n\n" : "", name);
	for (int y = 0; y < h->n_lines; y++)
		for (int x = 0; x < h->n_columns; x++) {
			const struct cell *c = &h->cell[y][x];

			if (!(rate(c) > 0) || (wanted ? !wanted(c) : shade_of(h, c) != shade))
				continue;
			strbuf_printf(data, "%d %d %.6g %.6g", x, y, rate(c),
				      c->row->gflops_s.interval ? estimate_half(&c->row->gflops_s) : NAN);
			put_text(data, c);
			any = true;
		}
	if (!any)
		strbuf_puts(data, "NaN NaN NaN NaN \"\" \"\"\n");
}

static bool is_any(const struct cell *c)
{
	return c->row != NULL;
}

static bool is_best(const struct cell *c)
{
	return c->best;
}

static bool is_a_tie(const struct cell *c)
{
	return c->tied;
}

static void put_data(struct strbuf *data, const struct heat *h)
{
	put_cells(data, h, "cells", 0, is_any);
	put_cells(data, h, "best", 0, is_best);
	put_cells(data, h, "tied", 0, is_a_tie);
	for (int i = 0; i < SHADES; i++) {
		char name[16] = "shade0";

		name[5] = (char)('0' + i);
		put_cells(data, h, name, i, NULL);
	}
}

static void put_axes(struct strbuf *text, const struct heat *h)
{
	gp_number(text, "columns", h->n_columns);
	gp_number(text, "lines", h->n_lines);
	strbuf_puts(text, "set xtics (");
	for (int i = 0; i < h->n_columns; i++) {
		strbuf_puts(text, i ? ", " : "");
		text_gnuplot(text, h->column[i]);
		strbuf_printf(text, " %d", i);
	}
	strbuf_puts(text, ")\nset ytics (");
	for (int i = 0; i < h->n_lines; i++) {
		struct strbuf cut = {0};

		text_cut(&cut, h->line[i], 14);
		strbuf_puts(text, i ? ", " : "");
		text_gnuplot(text, strbuf_text(&cut));
		strbuf_printf(text, " %d", i);
		strbuf_free(&cut);
	}
	strbuf_puts(text, ")\n");
}

static void picture_describe(struct picture *p, const struct script *s, const struct heat *h)
{
	struct strbuf text = {0};

	p->title = mem_strdup(s->heading);
	p->reading = mem_printf(
		"GFLOP/s with half the 95 %% interval. Framed: the best of each number of threads; "
		"dashed: what cannot be told from it (the interval of the ratio, paired by round, "
		"holds 1, or there is none). Darker is nearer to the best of its column; the palest "
		"is %.0f %% of it.",
		100 * h->least);
	strbuf_printf(&text, "GFLOP per second of %s by blocking and threads. ", s->heading);
	for (int x = 0; x < h->n_columns; x++)
		for (int y = 0; y < h->n_lines; y++)
			if (h->cell[y][x].best) {
				strbuf_printf(&text, "%s %s: %s with ", h->column[x],
					      strcmp(h->column[x], "1") == 0 ? "thread" : "threads",
					      h->line[y]);
				number_put(&text, rate(&h->cell[y][x]), 0);
				strbuf_puts(&text, x + 1 < h->n_columns ? "; " : ".");
			}
	p->finding = strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, const struct group *g)
{
	struct script *s = plots_add(p, PLOT_HEAT, "heat");
	struct heat *h = mem_alloc(sizeof *h);
	struct strbuf heading = {0};
	char *body = embed_text(report_files, "reports/plots/heat.gp");
	int n_all = heat_make(h, g);

	group_heading(&heading, v, g, free_keys);
	s->heading = strbuf_take(&heading);
	picture_describe(script_add(s, ""), s, h);
	put_data(&s->data, h);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, h);
	strbuf_puts(&s->text, body ? body : "");
	if (n_all > h->n_lines)
		plots_note(p, PLOT_HEAT, "the first %d of %d blockings are drawn; the table has all",
			   h->n_lines, n_all);
	free(h);
	free(body);
}

void plot_heat(struct plots *p, const struct view *v)
{
	static const enum row_kind kinds[] = {ROW_MATRIX, ROW_TOKENS};
	int drawn = 0, left = 0;

	for (int k = 0; k < 2; k++) {
		int n;
		struct group *groups = groups_all(v, kinds[k], free_keys, &n);

		for (int i = 0; i < n; i++) {
			const char *two[2];

			if (group_values(&groups[i], KEY_BLOCKING, two, 2) < 2 ||
			    group_values(&groups[i], KEY_THREADS, two, 2) < 2)
				continue;
			if (drawn < SCRIPTS_MAX)
				script_make(p, v, &groups[i]);
			left += drawn++ >= SCRIPTS_MAX;
		}
		free(groups);
	}
	if (left)
		plots_note(p, PLOT_HEAT,
			   "%d more products are in the table alone; those with the most points are drawn",
			   left);
}
