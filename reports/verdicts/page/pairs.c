/* SPDX-License-Identifier: Apache-2.0 */
/* The pairs of the points that matter, round by round: small multiples, each on its own scale. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/text.h"

#define PICTURES_MAX 12
/* Of a picture; evenly, those that stand out in any case. */
#define DOTS_MAX 300

static int value_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Six widths of noise from the middle are more than a cloud needs. */
struct reach reach_of(const double *r, int n, double bound)
{
	struct reach reach = {-1.3 * bound, 1.3 * bound};
	double *sorted = mem_alloc(sizeof *sorted * ((size_t)n + 1)), middle, limit, pad;
	int finite = 0;

	for (int i = 0; i < n; i++)
		if (isfinite(r[i]))
			sorted[finite++] = r[i];
	if (finite > 0) {
		qsort(sorted, (size_t)finite, sizeof *sorted, value_compare);
		middle = sorted[finite / 2];
		for (int i = 0; i < finite; i++)
			sorted[i] = fabs(sorted[i] - middle);
		qsort(sorted, (size_t)finite, sizeof *sorted, value_compare);
		limit = fmax(6 * 1.4826 * sorted[finite / 2], bound / 100);
		for (int i = 0; i < n; i++)
			if (isfinite(r[i]) && fabs(r[i] - middle) <= limit) {
				reach.lo = fmin(reach.lo, percent_of(r[i]));
				reach.hi = fmax(reach.hi, percent_of(r[i]));
			}
	}
	free(sorted);
	pad = 0.06 * (reach.hi - reach.lo);
	return (struct reach){reach.lo - pad, reach.hi + pad};
}

double reach_clip(const struct reach *reach, double percent)
{
	return fmax(reach->lo, fmin(percent, reach->hi));
}

bool reach_holds(const struct reach *reach, double percent)
{
	return percent >= reach->lo && percent <= reach->hi;
}

/* ---- data ---- */

struct cloud {
	const struct verdict_cell *c;
	struct reach reach;
	int stride; /* 1: all are drawn */
	int n_outside;
};

static struct cloud cloud_of(const struct verdict_cell *c)
{
	double *r = mem_alloc(sizeof *r * ((size_t)c->n_pairs + 1)), margin;
	struct cloud cloud = {.c = c, .stride = (c->n_pairs + DOTS_MAX - 1) / DOTS_MAX};

	for (int i = 0; i < c->n_pairs; i++)
		r[i] = c->pair[i].r;
	cloud.reach = reach_of(r, c->n_pairs, percent_of(c->result.delta_eq));
	/* The interval is part of the picture, its ends included. */
	margin = 0.1 * (percent_of(c->pairs.hi) - percent_of(c->pairs.lo));
	cloud.reach.lo = fmin(cloud.reach.lo, percent_of(c->pairs.lo) - margin);
	cloud.reach.hi = fmax(cloud.reach.hi, percent_of(c->pairs.hi) + margin);
	for (int i = 0; i < c->n_pairs; i++)
		cloud.n_outside += isfinite(r[i]) && !reach_holds(&cloud.reach, percent_of(r[i]));
	free(r);
	return cloud;
}

enum block { BLOCK_AB = 0, BLOCK_BA, BLOCK_CONTENDED, BLOCK_OUTSIDE, BLOCK_COUNT };
static const char *const block_name[] = {"AB", "BA", "contended", "outside"};

static bool is_of(const struct cloud *cloud, int i, enum block block)
{
	const struct verdict_pair *pair = &cloud->c->pair[i];
	bool outside = !reach_holds(&cloud->reach, percent_of(pair->r));

	if (!isfinite(pair->r) || (i % cloud->stride != 0 && !outside))
		return false;
	if (block == BLOCK_OUTSIDE || outside)
		return outside == (block == BLOCK_OUTSIDE);
	if (block == BLOCK_CONTENDED)
		return pair->contended[0] || pair->contended[1];
	return (pair->first != 0) == (block == BLOCK_BA);
}

static void put_block(struct strbuf *data, const struct cloud *cloud, int nth, enum block block)
{
	int n = 0;

	strbuf_printf(data, "%s# columns: round percent\n# p%d_%s\n", data->len ? "\n\n" : "", nth,
		      block_name[block]);
	for (int i = 0; i < cloud->c->n_pairs; i++) {
		const struct verdict_pair *pair = &cloud->c->pair[i];

		if (!is_of(cloud, i, block))
			continue;
		strbuf_printf(data, "%d %.6g\n", pair->round, reach_clip(&cloud->reach, percent_of(pair->r)));
		n++;
	}
	if (n == 0)
		strbuf_puts(data, "NaN NaN\n");
}

/* ---- script ---- */

/* One of several values of each picture as an array of gnuplot's. */
static void put_array(struct strbuf *text, const char *name, const double *value, int n)
{
	strbuf_printf(text, "array %s[n] = [", name);
	for (int i = 0; i < n; i++)
		strbuf_printf(text, "%s%.6g", i ? ", " : "", value[i]);
	strbuf_puts(text, "]\n");
}

enum column { SAME = 0, THETA, LOW, HIGH, FROM, TO, STEP, FIRST, LAST, STEP_X, COLUMNS };

static void column_values(double value[COLUMNS], const struct cloud *cloud)
{
	const struct verdict_cell *c = cloud->c;
	double first = c->n_pairs > 0 ? c->pair[0].round : 0;
	double last = c->n_pairs > 0 ? c->pair[c->n_pairs - 1].round : 1, pad = 0.01 * (last - first) + 0.5;

	value[SAME] = percent_of(c->result.delta_eq);
	value[THETA] = percent_of(c->pairs.theta);
	value[LOW] = percent_of(c->pairs.lo);
	value[HIGH] = percent_of(c->pairs.hi);
	value[FROM] = cloud->reach.lo;
	value[TO] = cloud->reach.hi;
	value[STEP] = gp_tic_step(cloud->reach.hi - cloud->reach.lo);
	value[FIRST] = first - pad;
	value[LAST] = last + pad;
	value[STEP_X] = fmax(1, gp_tic_step(last - first + 2 * pad));
}

static void put_texts(struct strbuf *text, const struct cloud *cloud, int n)
{
	strbuf_puts(text, "array hue[n] = [");
	for (int i = 0; i < n; i++)
		strbuf_printf(text, "%s'%s'", i ? ", " : "", verdict_looks[cloud[i].c->result.verdict].role);
	strbuf_puts(text, "]\narray estimate[n] = [");
	for (int i = 0; i < n; i++) {
		const struct pairs *p = &cloud[i].c->pairs;
		struct strbuf words = {0};

		percent_put(&words, p->theta, percent_half(p->lo, p->hi));
		strbuf_puts(&words, " ");
		percent_interval_put(&words, p->lo, p->hi);
		strbuf_puts(&words, " %");
		strbuf_puts(text, i ? ", " : "");
		text_gnuplot(text, strbuf_text(&words));
		strbuf_free(&words);
	}
	strbuf_puts(text, "]\n");
}

static void put_script(struct strbuf *text, const struct cloud *cloud, int n)
{
	static const char *const names[] = {"same_within", "theta",  "low",   "high", "from",
					    "to",	   "step_y", "first", "last", "step_x"};
	char *body = embed_text(report_files, "reports/plots/pairs.gp");
	double value[COLUMNS], column[PICTURES_MAX];

	strbuf_puts(text, "load 'style.gp'\n");
	gp_number(text, "n", n);
	for (int k = 0; k < COLUMNS; k++) {
		for (int i = 0; i < n; i++) {
			column_values(value, &cloud[i]);
			column[i] = value[k];
		}
		put_array(text, names[k], column, n);
	}
	put_texts(text, cloud, n);
	strbuf_puts(text, body ? body : "");
	free(body);
}

/* ---- words ---- */

static void picture_describe(struct picture *p, const struct trial_page *t, const struct cloud *cloud)
{
	const struct verdict_cell *c = cloud->c;
	struct strbuf text = {0};

	strbuf_printf(&text, "%s: ", verdict_name(c->result.verdict));
	trial_label(&text, t, c);
	p->title = strbuf_take(&text);
	count_put(&text, c->n_pairs, "pair");
	strbuf_printf(&text, ", noise %.2g %% a pair, smallest effect they could show %.2g %%",
		      percent_of(c->pairs.spread), percent_of(c->pairs.mde));
	if (c->n_contended > 0)
		strbuf_printf(&text, "; %d contended", c->n_contended);
	if (c->n_throttled > 0)
		strbuf_printf(&text, "; %d throttled", c->n_throttled);
	strbuf_puts(&text, ".");
	if (cloud->n_outside > 0)
		strbuf_printf(&text, " %d %s farther out and %s at the edge, with a triangle.",
			      cloud->n_outside, cloud->n_outside == 1 ? "lies" : "lie",
			      cloud->n_outside == 1 ? "stands" : "stand");
	if (cloud->stride > 1)
		strbuf_printf(&text, " One pair of %d is drawn.", cloud->stride);
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Log ratio by round, %d pairs: ", c->n_pairs);
	percent_put(&text, c->pairs.theta, percent_half(c->pairs.lo, c->pairs.hi));
	strbuf_puts(&text, " % ");
	percent_interval_put(&text, c->pairs.lo, c->pairs.hi);
	strbuf_puts(&text, ".");
	p->finding = strbuf_take(&text);
}

void trial_plot_pairs(struct plots *plots, const struct trial_page *t)
{
	struct cloud cloud[PICTURES_MAX];
	int n = t->n_ranked < PICTURES_MAX ? t->n_ranked : PICTURES_MAX;
	struct script *s;

	if (n == 0)
		return;
	s = plots_add(plots, PLOT_PAIRS, "pairs");
	s->heading = mem_strdup("pairs");
	for (int i = 0; i < n; i++) {
		char suffix[16];

		cloud[i] = cloud_of(t->ranked[i]);
		for (int block = 0; block < BLOCK_COUNT; block++)
			put_block(&s->data, &cloud[i], i + 1, (enum block)block);
		snprintf(suffix, sizeof suffix, "-%d", i + 1);
		picture_describe(script_add(s, suffix), t, &cloud[i]);
	}
	put_script(&s->text, cloud, n);
	if (n < t->n_ranked)
		plots_note(plots, PLOT_PAIRS,
			   "%d %s of less weight; what is called comes first, the largest first",
			   t->n_ranked - n, t->n_ranked - n == 1 ? "point" : "points");
}
