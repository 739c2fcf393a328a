/* SPDX-License-Identifier: Apache-2.0 */
/* Speed against residual: what a precision costs, on a log axis, with intervals. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"

#define SCRIPTS_MAX 2
#define POINTS_MAX  16
/* A residual of exactly 0 has no logarithm: it stands at the left end, below every rounding error. */
#define ZERO_AT 1e-9
/* The plot's inner size in pixels (svg(440, 340) and the margins of quality.gp), and a line of text. */
#define INNER_X 365.0
#define INNER_Y 253.0
#define LINE_Y	15.0
#define LABEL_X 90.0
#define GAP_X	6.0

static const enum point_key free_keys[] = {KEY_PRECISION, KEY_KV, KEY_COUNT};

struct dot {
	const struct row *row;
	double x, y, label_x, label_y; /* label in pixels, from the lower left */
	bool left;		       /* it ends there instead of beginning */
	bool best;		       /* nothing is both faster and closer */
};

static int dot_compare(const void *a, const void *b)
{
	const struct dot *p = a, *q = b;

	return p->x < q->x ? -1 : p->x > q->x;
}

static int dots_of(struct dot *dot, const struct group *g)
{
	int n = 0;

	for (int i = 0; i < g->n && n < POINTS_MAX; i++) {
		const struct row *r = g->row[i];

		if (!isfinite(r->residual_f32) || !isfinite(r->tokens_s.value))
			continue;
		dot[n++] =
			(struct dot){.row = r, .x = fmax(r->residual_f32, ZERO_AT), .y = r->tokens_s.value};
	}
	qsort(dot, (size_t)n, sizeof *dot, dot_compare);
	for (int i = 0; i < n; i++) {
		dot[i].best = true;
		for (int j = 0; j < n; j++)
			if (dot[j].x <= dot[i].x && dot[j].y > dot[i].y)
				dot[i].best = false;
	}
	return n;
}

struct range {
	double x_lo, x_hi, y_hi;
};

static struct range range_of(const struct dot *dot, int n)
{
	struct range r = {.x_lo = dot[0].x, .x_hi = dot[n - 1].x};

	for (int i = 0; i < n; i++)
		r.y_hi = fmax(r.y_hi, fmax(dot[i].y, dot[i].row->tokens_s.hi));
	r.x_lo = pow(10, floor(log10(r.x_lo) - 0.3));
	r.x_hi = pow(10, ceil(log10(r.x_hi) + 0.3));
	r.y_hi *= 1.15;
	return r;
}

/* Labels stand right of their dot, left of it near the right end; those that would meet move up. */
static void labels_place(struct dot *dot, int n, const struct range *r)
{
	for (int i = 0; i < n; i++) {
		double px = INNER_X * log10(dot[i].x / r->x_lo) / log10(r->x_hi / r->x_lo);
		double py = INNER_Y * dot[i].y / r->y_hi;

		dot[i].left = px > INNER_X - LABEL_X;
		dot[i].label_x = dot[i].left ? px - GAP_X : px + GAP_X;
		dot[i].label_y = py + LINE_Y * 0.7;
		for (int j = 0; j < i; j++)
			if (fabs(dot[i].label_x - dot[j].label_x) < LABEL_X &&
			    fabs(dot[i].label_y - dot[j].label_y) < LINE_Y) {
				dot[i].label_y = dot[j].label_y + LINE_Y;
				j = -1; /* look again at all of them */
			}
	}
}

static void dot_label(struct strbuf *out, const struct dot *dot, bool kv)
{
	strbuf_puts(out, point_get(&dot->row->point->point, KEY_PRECISION));
	if (kv)
		strbuf_printf(out, ", kv %s", point_get(&dot->row->point->point, KEY_KV));
}

static void put_block(struct strbuf *data, const char *name, const struct dot *dot, int n, bool best)
{
	bool any = false;

	strbuf_printf(data, "%s# columns: residual tokens/s lo hi\n# %s\n", data->len ? "\n\n" : "", name);
	for (int i = 0; i < n; i++) {
		const struct estimate *e = &dot[i].row->tokens_s;

		if (dot[i].best != best)
			continue;
		strbuf_printf(data, "%.6g %.6g %.6g %.6g\n", dot[i].x, dot[i].y,
			      e->interval ? e->lo : e->value, e->interval ? e->hi : e->value);
		any = true;
	}
	if (!any)
		strbuf_printf(data, "%.6g NaN NaN NaN\n", dot[0].x);
}

static void put_axes(struct strbuf *text, const struct range *r, bool zero)
{
	int from = (int)lround(log10(r->x_lo)), to = (int)lround(log10(r->x_hi));
	int stride = to - from > 7 ? 2 : 1;

	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset yrange [0:%.6g]\nset xtics (", r->x_lo, r->x_hi,
		      r->y_hi);
	strbuf_puts(text, zero ? "'0' 1e-9" : "");
	for (int e = from, first = !zero; e <= to; e += stride) {
		struct strbuf label = {0};

		if (zero && e <= -9)
			continue;
		number_power(&label, pow(10, e)); /* "1.0·10⁻⁷" */
		strbuf_printf(text, "%s'%s' 1e%d", first ? "" : ", ", strstr(strbuf_text(&label), "10\xe2"),
			      e);
		strbuf_free(&label);
		first = false;
	}
	strbuf_puts(text, ")\n");
}

static void put_labels(struct strbuf *text, const struct dot *dot, int n, bool kv)
{
	for (int i = 0; i < n; i++) {
		struct strbuf label = {0};

		dot_label(&label, &dot[i], kv);
		strbuf_printf(text, "set label %d ", i + 1);
		text_gnuplot(text, strbuf_text(&label));
		strbuf_printf(text, " at graph %.4f,%.4f %s tc rgb %s\n", dot[i].label_x / INNER_X,
			      dot[i].label_y / INNER_Y, dot[i].left ? "right" : "left",
			      dot[i].best ? "ink" : "mute");
		strbuf_free(&label);
	}
}

static void picture_describe(struct picture *p, const struct script *s, const struct dot *dot, int n)
{
	struct strbuf text = {0};

	p->title = mem_strdup("Speed against residual");
	strbuf_printf(&text,
		      "%s. Filled: nothing else is both faster and closer to f32. Hollow: something is. "
		      "Bars are 95 %% intervals over processes, often smaller than the dot.",
		      s->heading);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Tokens per second against the residual to the f32 reference, %s: ", s->heading);
	for (int i = 0; i < n; i++) {
		strbuf_puts(&text, i ? "; " : "");
		dot_label(&text, &dot[i], true);
		strbuf_putc(&text, ' ');
		number_put(&text, dot[i].y, 0);
		strbuf_puts(&text, " at ");
		number_power(&text, dot[i].row->residual_f32);
	}
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void script_make(struct script *s, const struct view *v, const struct group *g, struct dot *dot, int n)
{
	struct strbuf heading = {0};
	struct range range = range_of(dot, n);
	char *body = embed_text(report_files, "reports/plots/quality.gp");
	const char *kvs[2];
	bool kv = group_values(g, KEY_KV, kvs, 2) > 1;

	group_heading(&heading, v, g, free_keys);
	s->heading = strbuf_take(&heading);
	picture_describe(script_add(s, ""), s, dot, n);
	put_block(&s->data, "best", dot, n, true);
	put_block(&s->data, "beaten", dot, n, false);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, &range, dot[0].x <= ZERO_AT);
	labels_place(dot, n, &range);
	put_labels(&s->text, dot, n, kv);
	strbuf_puts(&s->text, body ? body : "");
	free(body);
}

static double threads(const struct group *g)
{
	return strtod(point_get(&g->row[0]->point->point, KEY_THREADS), NULL);
}

void plot_quality(struct plots *p, const struct view *v)
{
	struct group *groups = mem_alloc(sizeof *groups * GROUP_MAX / 8);
	int n = groups_of(groups, GROUP_MAX / 8, v, ROW_TOKENS, free_keys), drawn = 0;
	double most = 0;

	for (int i = 0; i < n; i++)
		most = fmax(most, threads(&groups[i]));
	for (int i = 0; i < n && drawn < SCRIPTS_MAX; i++) {
		struct dot dot[POINTS_MAX];
		int n_dots = dots_of(dot, &groups[i]);

		/* The whole machine is the question; fewer threads are in the table. */
		if (n_dots < 2 || threads(&groups[i]) < most)
			continue;
		script_make(plots_add(p, PLOT_QUALITY, "quality"), v, &groups[i], dot, n_dots);
		drawn++;
	}
	free(groups);
}
