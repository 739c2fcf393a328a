/* SPDX-License-Identifier: Apache-2.0 */
/* Speed against what a precision costs: the residual, and the bytes of the weights; the Pareto set filled. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/pareto.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 2
#define POINTS_MAX  16
/* Where a residual of exactly 0 stands when there is no other: it has no logarithm. */
#define ZERO_AT 1e-9
/* The plot's inner size in pixels (svg(440, 340) and the margins of quality.gp), and half a dot. */
#define INNER_X PLOT_X(0.13, 0.96)
#define DOT	5.0

static const enum point_key residual_keys[] = {KEY_PRECISION, KEY_KV, KEY_COUNT};
/* Weights are as large whatever the cache holds. */
static const enum point_key weight_keys[] = {KEY_PRECISION, KEY_COUNT};

static double row_residual(const struct row *r)
{
	return r->residual_f32;
}

/* In 10^6 bytes; NaN where no worker told. */
static double row_weights(const struct row *r)
{
	for (int i = 0; i < r->point->n_visits; i++)
		if (r->point->visits[i].weight_bytes > 0)
			return (double)r->point->visits[i].weight_bytes * 1e-6;
	return NAN;
}

static void put_residual(struct strbuf *out, double x)
{
	number_power(out, x);
}

static void put_weights(struct strbuf *out, double x)
{
	number_put(out, x, 0);
	strbuf_puts(out, " MB");
}

struct cost {
	enum plot_kind kind;
	const enum point_key *free_keys;
	double (*of)(const struct row *r);
	void (*put)(struct strbuf *out, double x);
	const char *name, *axis, *title, *reading, *finding;
};
static const struct cost costs[] = {
	{PLOT_QUALITY, residual_keys, row_residual, put_residual, "quality",
	 "residual to the f32 reference (log)", "Speed against residual",
	 "nothing else is both faster and closer to f32", "the residual to the f32 reference"},
	{PLOT_BYTES, weight_keys, row_weights, put_weights, "bytes", "weights (MB, log)",
	 "Speed against bytes", "nothing else is both faster and smaller", "the bytes of the weights"},
};

struct dot {
	const struct row *row;
	double cost, x, y; /* x: where it stands; cost may be 0 */
	bool best;
};
struct dots {
	int n;
	bool zero;
	double x_lo, x_hi, y_hi;
	struct dot dot[POINTS_MAX];
};

static int dot_compare(const void *a, const void *b)
{
	const struct dot *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

static void dots_mark(struct dots *d)
{
	double cost[POINTS_MAX], gain[POINTS_MAX];
	bool best[POINTS_MAX];

	for (int i = 0; i < d->n; i++) {
		cost[i] = d->dot[i].cost;
		gain[i] = d->dot[i].y;
	}
	pareto_mark(cost, gain, d->n, best);
	for (int i = 0; i < d->n; i++)
		d->dot[i].best = best[i];
}

/* A cost of 0 stands a decade left of the least other one. */
static void zeros_place(struct dots *d)
{
	double least = INFINITY;

	for (int i = 0; i < d->n; i++)
		if (d->dot[i].cost > 0)
			least = fmin(least, d->dot[i].cost);
	for (int i = 0; i < d->n; i++) {
		d->zero |= d->dot[i].cost == 0;
		if (d->dot[i].cost == 0)
			d->dot[i].x = isfinite(least) ? pow(10, floor(log10(least)) - 1) : ZERO_AT;
	}
}

/* Returns how many of the group have both numbers; the first POINTS_MAX of them are kept. */
static int dots_of(struct dots *d, const struct group *g, const struct cost *c)
{
	int n = 0;

	*d = (struct dots){0};
	for (int i = 0; i < g->n; i++) {
		double cost = c->of(g->row[i]), y = g->row[i]->tokens_s.value;

		if (!isfinite(cost) || cost < 0 || !isfinite(y))
			continue;
		if (n++ < POINTS_MAX)
			d->dot[d->n++] = (struct dot){.row = g->row[i], .cost = cost, .x = cost, .y = y};
	}
	zeros_place(d);
	qsort(d->dot, (size_t)d->n, sizeof *d->dot, dot_compare);
	dots_mark(d);
	return n;
}

static void range_of(struct dots *d, const struct cost *c)
{
	double margin = c->kind == PLOT_QUALITY ? 0.3 : 0.1;

	d->x_lo = log10(d->dot[0].x) - margin;
	d->x_hi = log10(d->dot[d->n - 1].x) + margin;
	if (c->kind == PLOT_QUALITY) {
		d->x_lo = floor(d->x_lo);
		d->x_hi = ceil(d->x_hi);
	}
	d->x_lo = pow(10, d->x_lo);
	d->x_hi = pow(10, d->x_hi);
	for (int i = 0; i < d->n; i++)
		d->y_hi = fmax(d->y_hi, fmax(d->dot[i].y, d->dot[i].row->tokens_s.hi));
	d->y_hi *= 1.15;
}

static void dot_label(struct strbuf *out, const struct dot *dot, bool kv)
{
	strbuf_puts(out, point_get(&dot->row->point->point, KEY_PRECISION));
	if (kv)
		strbuf_printf(out, ", kv %s", point_get(&dot->row->point->point, KEY_KV));
}

static void put_block(struct strbuf *data, const char *name, const struct dots *d, bool best)
{
	bool any = false;

	strbuf_printf(data, "%s# columns: cost tokens/s lo hi\n# %s\n", data->len ? "\n\n" : "", name);
	for (int i = 0; i < d->n; i++) {
		const struct estimate *e = &d->dot[i].row->tokens_s;

		if (d->dot[i].best != best)
			continue;
		strbuf_printf(data, "%.6g %.6g %.6g %.6g\n", d->dot[i].x, d->dot[i].y,
			      e->interval ? e->lo : e->value, e->interval ? e->hi : e->value);
		any = true;
	}
	if (!any)
		strbuf_printf(data, "%.6g NaN NaN NaN\n", d->dot[0].x);
}

static void put_axes(struct strbuf *text, const struct dots *d, const struct cost *c)
{
	if (c->kind == PLOT_BYTES)
		gp_log_range(text, "x", d->dot[0].x, d->dot[d->n - 1].x, 1.3);
	else
		gp_power_tics(text, "x", d->zero ? d->dot[0].x : d->x_lo, d->x_hi, 6, d->zero);
	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset yrange [0:%.6g]\nset ytics %.6g\n", d->x_lo, d->x_hi,
		      d->y_hi, gp_tic_step(d->y_hi));
	gp_text(text, "axis", c->axis);
}

/* The steps of the Pareto set and the bars of all. */
static void labels_block_lines(struct labels *l, const struct dots *d, const double *px, const double *py)
{
	int last = -1;

	for (int i = 0; i < d->n; i++) {
		const struct estimate *e = &d->dot[i].row->tokens_s;

		if (e->interval)
			labels_block(l, px[i] - 2, PLOT_Y * e->lo / d->y_hi, px[i] + 2,
				     PLOT_Y * e->hi / d->y_hi);
		if (!d->dot[i].best)
			continue;
		if (last >= 0) {
			labels_block(l, px[last], py[last] - 1, px[i], py[last] + 1);
			labels_block(l, px[i] - 1, py[last], px[i] + 1, py[i]);
		}
		last = i;
	}
}

/* Those nothing beats are named first. Returns how many found no room. */
static int put_labels(struct strbuf *text, const struct dots *d, bool kv)
{
	struct labels *l = mem_alloc(sizeof *l);
	double px[POINTS_MAX], py[POINTS_MAX];
	int lost = 0;

	*l = (struct labels){.width = INNER_X, .height = PLOT_Y};
	for (int i = 0; i < d->n; i++) {
		px[i] = INNER_X * log10(d->dot[i].x / d->x_lo) / log10(d->x_hi / d->x_lo);
		py[i] = PLOT_Y * d->dot[i].y / d->y_hi;
		labels_block(l, px[i] - DOT, py[i] - DOT, px[i] + DOT, py[i] + DOT);
	}
	labels_block_lines(l, d, px, py);
	for (int beaten = 0; beaten < 2; beaten++)
		for (int i = 0; i < d->n; i++) {
			struct strbuf label = {0};

			if (d->dot[i].best == beaten)
				continue;
			dot_label(&label, &d->dot[i], kv);
			lost += !labels_put(l, text, px[i], py[i], strbuf_text(&label),
					    beaten ? "mute" : "ink");
			strbuf_free(&label);
		}
	free(l);
	return lost;
}

static void picture_describe(struct picture *p, const struct script *s, const struct dots *d,
			     const struct cost *c)
{
	struct strbuf text = {0};
	const char *before = "";

	p->title = mem_strdup(c->title);
	strbuf_printf(&text,
		      "%s. Filled: %s (the Pareto set, by medians). Hollow: something is. Bars are 95 %% "
		      "intervals over "
		      "processes, often smaller than the dot.",
		      s->heading, c->reading);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Tokens per second against %s, %s: ", c->finding, s->heading);
	for (int i = 0; i < d->n; i++) {
		strbuf_puts(&text, i ? "; " : "");
		dot_label(&text, &d->dot[i], true);
		strbuf_putc(&text, ' ');
		number_put(&text, d->dot[i].y, 0);
		strbuf_puts(&text, " at ");
		c->put(&text, d->dot[i].cost);
	}
	strbuf_puts(&text, ". Nothing beats ");
	for (int i = 0; i < d->n; i++)
		if (d->dot[i].best) {
			strbuf_puts(&text, before);
			dot_label(&text, &d->dot[i], true);
			before = "; ";
		}
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, const struct group *g, struct dots *d,
			const struct cost *c)
{
	struct script *s = plots_add(p, c->kind, c->name);
	struct strbuf heading = {0};
	char *body = embed_text(report_files, "reports/plots/quality.gp");
	const char *kvs[2];
	int lost;

	range_of(d, c);
	group_heading(&heading, v, g, c->free_keys);
	s->heading = strbuf_take(&heading);
	picture_describe(script_add(s, ""), s, d, c);
	put_block(&s->data, "best", d, true);
	put_block(&s->data, "beaten", d, false);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, d, c);
	lost = put_labels(&s->text, d, group_values(g, KEY_KV, kvs, 2) > 1);
	strbuf_puts(&s->text, body ? body : "");
	free(body);
	if (lost)
		plots_note(p, c->kind, "%d dots have no room for their name; the table has them all", lost);
}

static bool has_two_costs(const struct dots *d)
{
	return d->n >= 2 && d->dot[0].x < d->dot[d->n - 1].x;
}

static void cost_plot(struct plots *p, const struct view *v, const struct cost *c)
{
	int n;
	struct group *groups = groups_all(v, ROW_TOKENS, c->free_keys, &n);
	const struct group *before[SCRIPTS_MAX];
	int drawn = 0, left = 0;

	for (int i = 0; i < n; i++) {
		struct dots d;
		int found = dots_of(&d, &groups[i], c);

		if (!has_two_costs(&d))
			continue;
		/* The largest of each test: more sequences or fewer threads are in the table. */
		if (drawn == SCRIPTS_MAX || group_is_of_those(&groups[i], before, drawn)) {
			left++;
			continue;
		}
		script_make(p, v, &groups[i], &d, c);
		before[drawn] = &groups[i];
		if (found > d.n)
			plots_note(p, c->kind, "the first %d of %d points are drawn", d.n, found);
		drawn++;
	}
	if (left)
		plots_note(p, c->kind,
			   "%d more groups of precisions are in the table alone; the largest of each test "
			   "are drawn",
			   left);
	free(groups);
}

void plot_quality(struct plots *p, const struct view *v)
{
	for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++)
		cost_plot(p, v, &costs[i]);
}
