/* SPDX-License-Identifier: Apache-2.0 */
/* GFLOP/s by blocking, best first, with intervals; the other provider of products and the ceiling beside. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 6
#define BARS_MAX    20

static const enum point_key free_keys[] = {KEY_BLOCKING, KEY_PROVIDER, KEY_COUNT};

static int row_compare(const void *a, const void *b)
{
	double x = (*(const struct row *const *)a)->gflops_s.value;
	double y = (*(const struct row *const *)b)->gflops_s.value;

	return x > y ? -1 : x < y;
}

static bool is_foreign(const struct row *r)
{
	return strcmp(point_get(&r->point->point, KEY_PROVIDER), "own") != 0;
}

/* Another provider has no blocking of ours. */
static void row_name(struct strbuf *out, const struct row *r)
{
	strbuf_puts(out, point_get(&r->point->point, is_foreign(r) ? KEY_PROVIDER : KEY_BLOCKING));
}

static void put_block(struct strbuf *data, const char *name, const struct group *g, bool foreign)
{
	bool any = false;

	strbuf_printf(data, "%s# columns: row GFLOP/s lo hi\n# %s\n", data->len ? "\n\n" : "", name);
	for (int i = 0; i < g->n; i++) {
		const struct estimate *e = &g->row[i]->gflops_s;

		if (is_foreign(g->row[i]) != foreign)
			continue;
		strbuf_printf(data, "%d %.6g %.6g %.6g\n", i, e->value, e->interval ? e->lo : e->value,
			      e->interval ? e->hi : e->value);
		any = true;
	}
	if (!any)
		strbuf_puts(data, "0 NaN NaN NaN\n");
}

static void put_tics(struct strbuf *text, const struct group *g)
{
	struct strbuf label = {0}, interval = {0};

	strbuf_puts(text, "set ytics (");
	for (int i = 0; i < g->n; i++) {
		row_name(&label, g->row[i]);
		strbuf_puts(text, i ? ", " : "");
		text_gnuplot(text, strbuf_text(&label));
		strbuf_printf(text, " %d", i);
		strbuf_reset(&label);
	}
	strbuf_puts(text, ")\nset y2tics (");
	for (int i = 0; i < g->n; i++) {
		number_estimate_brief(&label, &interval, &g->row[i]->gflops_s);
		strbuf_printf(&label, " %s", strbuf_text(&interval));
		strbuf_puts(text, i ? ", " : "");
		text_gnuplot(text, strbuf_text(&label));
		strbuf_printf(text, " %d", i);
		strbuf_reset(&label);
		strbuf_reset(&interval);
	}
	strbuf_puts(text, ")\n");
	strbuf_free(&label);
	strbuf_free(&interval);
}

static void put_axes(struct strbuf *text, const struct group *g)
{
	double hi = 0, ceiling = NAN;

	for (int i = 0; i < g->n; i++) {
		const struct row *r = g->row[i];

		hi = fmax(hi, fmax(r->gflops_s.value, r->gflops_s.hi));
		if (r->bound == BOUND_COMPUTE && isfinite(r->ceiling))
			ceiling = r->ceiling;
	}
	hi = fmax(hi, isnan(ceiling) ? 0 : ceiling) * 1.04;
	gp_number(text, "rows", g->n);
	gp_number(text, "ceiling", ceiling);
	strbuf_printf(text, "set xrange [0:%.6g]\nset xtics %.6g\n", hi, gp_tic_step(hi));
	put_tics(text, g);
}

static void picture_describe(struct picture *p, const struct script *s, const struct group *g)
{
	struct strbuf text = {0};

	p->title = mem_strdup(s->heading);
	p->reading = mem_strdup("GFLOP/s with 95 % intervals, best first. Dashed: the multiply-add ceiling. "
				"Hollow: another library.");
	strbuf_printf(&text, "GFLOP per second of %s by blocking: best ", s->heading);
	row_name(&text, g->row[0]);
	strbuf_puts(&text, " with ");
	number_put(&text, g->row[0]->gflops_s.value, 0);
	strbuf_puts(&text, ", last ");
	row_name(&text, g->row[g->n - 1]);
	strbuf_puts(&text, " with ");
	number_put(&text, g->row[g->n - 1]->gflops_s.value, 0);
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void script_make(struct script *s, const struct view *v, struct group *g)
{
	struct strbuf heading = {0};
	char *body = embed_text(report_files, "reports/plots/blocking.gp");

	qsort(g->row, (size_t)g->n, sizeof(void *), row_compare);
	if (g->n > BARS_MAX)
		g->n = BARS_MAX;
	group_heading(&heading, v, g, free_keys);
	s->heading = strbuf_take(&heading);
	picture_describe(script_add(s, ""), s, g);
	put_block(&s->data, "own", g, false);
	put_block(&s->data, "other", g, true);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, g);
	strbuf_puts(&s->text, body ? body : "");
	free(body);
}

static bool has_two_blockings(const struct group *g)
{
	const char *two[2];

	return group_values(g, KEY_BLOCKING, two, 2) > 1 || group_values(g, KEY_PROVIDER, two, 2) > 1;
}

void plot_blocking(struct plots *p, const struct view *v)
{
	static const enum row_kind kinds[] = {ROW_MATRIX, ROW_TOKENS};
	int drawn = 0, left = 0;

	for (int k = 0; k < 2; k++) {
		int n;
		struct group *groups = groups_all(v, kinds[k], free_keys, &n);

		for (int i = 0; i < n; i++) {
			if (!has_two_blockings(&groups[i]))
				continue;
			if (drawn < SCRIPTS_MAX)
				script_make(plots_add(p, PLOT_BLOCKING, "blocking"), v, &groups[i]);
			left += drawn++ >= SCRIPTS_MAX;
		}
		free(groups);
	}
	if (left)
		plots_note(p, PLOT_BLOCKING,
			   "%d more products are in the table alone; those with the most points are drawn",
			   left);
}
