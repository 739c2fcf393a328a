/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/compare.h"
#include "reports/number.h"

static const enum point_key free_keys[] = {KEY_PRECISION, KEY_COUNT};

static bool is_decode(const struct row *r)
{
	return strncmp(point_get(&r->point->point, KEY_WORKLOAD), "tg", 2) == 0;
}

/* Prefill, then decode in one repetition. */
static bool is_both(const struct row *r)
{
	return strstr(point_get(&r->point->point, KEY_WORKLOAD), "+tg") != NULL;
}

/* Decode before prefill, a choice of precisions before one, one user before many, the fastest first. */
static double group_weight(const struct group *g)
{
	double most = 0;

	for (int i = 0; i < g->n; i++)
		most = fmax(most, g->row[i]->tokens_s.value);
	return 1e9 * is_decode(g->row[0]) + 1e8 * (g->n > 1) -
	       1e4 * fmin(row_number(g->row[0], KEY_SEQUENCES), 9e3) + 9e3 * most / (most + 1e3);
}

struct race row_race(const struct row *r, const struct row *other)
{
	struct compared x = {.row = r}, base = {.row = other};
	const char *unit, *other_unit;
	const struct estimate *a = row_rate(r, &unit), *b = row_rate(other, &other_unit);
	struct race race = {RACE_UNKNOWN, false};

	compared_ratio(&x, &base, true);
	if (x.kind == RATIO_PAIRED && x.ratio.interval)
		race = (struct race){RACE_PAIRED, x.ratio.lo > 1};
	else if (a->interval && b->interval)
		race = (struct race){RACE_APART, a->lo > b->hi};
	free(x.why);
	return race;
}

static void tie_add(struct finding *f, struct tie *t, const struct row *winner, const struct row *other)
{
	const char *unit;
	struct race race;

	if (other == winner)
		return;
	race = row_race(winner, other);
	f->n_races[race.by]++;
	if (race.won)
		return;
	t->n++;
	if (!t->first || row_rate(other, &unit)->value > row_rate(t->first, &unit)->value) {
		t->first = other;
		t->by = race.by;
	}
}

/* Rounds may say otherwise than medians over all of them: who beats the higher median there is ahead. */
static const struct row *ahead_of(const struct row *winner, const struct row *other)
{
	return other != winner && row_race(other, winner).won ? other : winner;
}

static void find_best(struct finding *f, const struct group *g)
{
	f->best = f->base = g->row[0];
	for (int i = 0; i < g->n; i++) {
		const struct row *r = g->row[i];

		if (r->tokens_s.value > f->best->tokens_s.value)
			f->best = r;
		if (strcmp(point_get(&f->base->point->point, KEY_PRECISION), "f32") != 0 &&
		    (strcmp(point_get(&r->point->point, KEY_PRECISION), "f32") == 0 ||
		     r->tokens_s.value < f->base->tokens_s.value))
			f->base = r;
	}
	for (int i = 0; i < g->n; i++)
		f->best = ahead_of(f->best, g->row[i]);
	for (int i = 0; i < g->n; i++)
		tie_add(f, &f->best_tie, f->best, g->row[i]);
}

/* Whether a row is one of those among which `most` or `matrix` was sought. */
static bool is_rival(const struct row *r, const struct row *winner)
{
	return winner && r->state == POINT_DONE && row_kind(r) == row_kind(winner) &&
	       is_decode(r) == is_decode(winner);
}

static void find_ties(struct finding *f, const struct analysis *a)
{
	for (int i = 0; i < a->n_rows; i++) {
		if (is_rival(&a->rows[i], f->most))
			f->most = ahead_of(f->most, &a->rows[i]);
		if (is_rival(&a->rows[i], f->matrix))
			f->matrix = ahead_of(f->matrix, &a->rows[i]);
	}
	for (int i = 0; i < a->n_rows; i++) {
		if (is_rival(&a->rows[i], f->most))
			tie_add(f, &f->most_tie, f->most, &a->rows[i]);
		if (is_rival(&a->rows[i], f->matrix))
			tie_add(f, &f->matrix_tie, f->matrix, &a->rows[i]);
	}
}

static double typical_half(const struct analysis *a)
{
	double *x = mem_alloc(sizeof *x * (size_t)(a->n_rows + 1)), median;
	const char *unit;
	int n = 0;

	for (int i = 0; i < a->n_rows; i++) {
		const struct estimate *e = row_rate(&a->rows[i], &unit);

		if (a->rows[i].state == POINT_DONE && e->interval && e->value > 0)
			x[n++] = estimate_half(e) / e->value;
	}
	median = stat_quantile(x, n, 0.5);
	free(x);
	return n ? median : NAN;
}

struct finding finding_make(const struct view *v)
{
	struct finding f = {.typical = typical_half(v->a)};
	struct group *groups = mem_alloc(sizeof *groups * GROUP_MAX / 8);
	int n = groups_of(groups, GROUP_MAX / 8, v, ROW_TOKENS, free_keys), best = 0;

	for (int i = 1; i < n; i++)
		if (group_weight(&groups[i]) > group_weight(&groups[best]))
			best = i;
	if (n > 0)
		find_best(&f, &groups[best]);
	free(groups);
	for (int i = 0; i < v->a->n_rows; i++) {
		const struct row *r = &v->a->rows[i];

		if (r->state != POINT_DONE)
			continue;
		if (row_kind(r) == ROW_TOKENS && is_decode(r) &&
		    (!f.most || r->tokens_s.value > f.most->tokens_s.value))
			f.most = r;
		if (row_kind(r) == ROW_MATRIX && (!f.matrix || r->gflops_s.value > f.matrix->gflops_s.value))
			f.matrix = r;
	}
	find_ties(&f, v->a);
	return f;
}

static const char *precision_of(const struct row *r)
{
	return point_get(&r->point->point, KEY_PRECISION);
}

/* Nothing is said to be faster than what it ties with. */
static void title_tie(struct strbuf *out, const struct finding *f)
{
	const struct tie *t = &f->best_tie;

	if (t->by == RACE_UNKNOWN) {
		strbuf_puts(out, "at ");
		number_put(out, f->best->tokens_s.value, 0);
		strbuf_printf(out, " tokens/s in %s; too few processes to say what is fastest",
			      precision_of(f->best));
	} else if (t->n == 1) {
		strbuf_printf(out, "as fast in %s as in %s, as far as can be told", precision_of(f->best),
			      precision_of(t->first));
	} else {
		strbuf_printf(out, "fastest in %s, not told apart from %d other precisions",
			      precision_of(f->best), t->n);
	}
}

static void title_tokens(struct strbuf *out, const struct finding *f)
{
	struct estimate ratio = row_speed_up(f->best, f->base);
	const struct point *p = &f->best->point->point;

	model_short(out, point_get(p, KEY_MODEL));
	strbuf_puts(out, is_decode(f->best) ? " decodes "
			 : is_both(f->best) ? " reads prompts and decodes "
					    : " reads prompts ");
	if (f->best_tie.n > 0) {
		title_tie(out, f);
	} else if (f->best != f->base && isfinite(ratio.value)) {
		number_put(out, ratio.value, 0);
		strbuf_printf(out, " times as fast in %s as in %s", point_get(p, KEY_PRECISION),
			      point_get(&f->base->point->point, KEY_PRECISION));
	} else {
		strbuf_puts(out, "at ");
		number_put(out, f->best->tokens_s.value, 0);
		strbuf_printf(out, " tokens/s in %s", point_get(p, KEY_PRECISION));
	}
}

void finding_title(struct strbuf *out, const struct view *v, const struct finding *f)
{
	if (f->best) {
		title_tokens(out, f);
	} else if (f->matrix) {
		row_label(out, v, f->matrix);
		strbuf_puts(out, " reaches ");
		number_put(out, f->matrix->gflops_s.value, 0);
		strbuf_puts(out, " GFLOP/s");
	} else if (view_state_count(v, POINT_DONE) > 0) {
		strbuf_puts(out, "The limits of this machine");
	} else {
		strbuf_printf(out, "None of %d points could be measured", v->a->n_rows);
	}
}
