/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/counters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/wire/group.h"
#include "reports/analysis/counted.h"
#include "reports/analysis/rows.h"

#define ANCHOR "instructions"

struct collection {
	const struct row *row;
	int n;
	struct counted *visit;
	struct row_counters out;
};

/* ---- visits ---- */

static void visits_collect(struct collection *c)
{
	const struct stored_point *p = c->row->point;

	c->visit = mem_alloc(sizeof *c->visit * ((size_t)p->n_visits + 1));
	for (int i = 0; i < p->n_visits; i++)
		if (p->visits[i].kind == VISIT_COUNTER && !p->visits[i].failed)
			counted_measure(&c->visit[c->n++], &p->visits[i]);
}

/* ---- counters ---- */

static const struct row_counter *item_find(const struct row_counters *c, const char *source, const char *name)
{
	for (int i = 0; i < c->n; i++)
		if (!c->item[i].derived && strcmp(c->item[i].source, source) == 0 &&
		    strcmp(c->item[i].name, name) == 0)
			return &c->item[i];
	return NULL;
}

/* Its value in every visit that read it. */
static void counter_add(struct collection *c, const struct stored_reading *r)
{
	double *x = mem_alloc(sizeof *x * ((size_t)c->n + 1));
	const char *why = r->why;
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		const struct stored_reading *other = counted_reading(&c->visit[i], r->source, r->counter);
		double v = counted_value(&c->visit[i], other);

		if (isfinite(v))
			x[n++] = v;
		if (isfinite(v) != r->usable && other)
			why = other->why;
	}
	struct row_counter *new = row_counter_add(&c->out, r->counter, r->source);
	bool per_rep = reading_is_sum(r) && r->unit[0];

	new->unit = mem_printf("%s%s", r->unit, per_rep ? "/rep" : "");
	new->value = estimate_of(x, n);
	new->why = mem_strdup(n || why[0] ? why : "not read");
	new->quality = n ? energy_quality_of(r->counter, why) : NULL;
	free(x);
}

static void counters_add(struct collection *c, const char *source)
{
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->visit[i].visit->n_readings; k++) {
			const struct stored_reading *r = &c->visit[i].visit->readings[k];

			if (r->thread == -1 && strcmp(r->source, source) == 0 &&
			    !item_find(&c->out, source, r->counter))
				counter_add(c, r);
		}
}

/* ---- metrics ---- */

/* What a formula is evaluated over: one visit, or all of a source (visit NULL). */
struct scope {
	const struct collection *c;
	const struct group *group;
	const char *source;
	const struct counted *visit;
	const char *missing; /* the first name without a value */
	char missing_name[GROUP_NAME];
};

/* The median over the visits that read it. */
static double value_over_all(const struct collection *c, const char *source, const char *name)
{
	double *x = mem_alloc(sizeof *x * ((size_t)c->n + 1)), median;
	int n = 0;

	for (int i = 0; i < c->n; i++) {
		double v = counted_value(&c->visit[i], counted_reading(&c->visit[i], source, name));

		if (isfinite(v))
			x[n++] = v;
	}
	median = n ? stat_quantile(x, n, 0.5) : NAN;
	free(x);
	return median;
}

/* Any of the source's visits will do for the work of a repetition: it is the same in all. */
static const struct counted *visit_of_source(const struct scope *s)
{
	for (int i = 0; i < s->c->n && !s->visit; i++)
		for (int k = 0; k < s->c->visit[i].visit->n_readings; k++)
			if (strcmp(s->c->visit[i].visit->readings[k].source, s->source) == 0)
				return &s->c->visit[i];
	return s->visit;
}

static bool work_value(const struct scope *s, const char *name, double *value)
{
	const struct counted *c = visit_of_source(s);

	if (strcmp(name, "time") == 0)
		*value = c ? c->rep_s : NAN;
	else if (strcmp(name, "tokens") == 0)
		*value = c && c->visit->tokens > 0 ? c->visit->tokens : NAN;
	else if (strcmp(name, "flops") == 0)
		*value = c && c->visit->flops > 0 ? c->visit->flops : NAN;
	else if (strcmp(name, "bytes") == 0)
		*value = c && c->visit->bytes > 0 ? c->visit->bytes : NAN;
	else
		return false;
	return true;
}

static bool scope_value(void *arg, const char *name, double *value)
{
	struct scope *s = arg;

	if (!group_name_known(s->group, name))
		return false;
	if (!work_value(s, name, value))
		*value = s->visit ? counted_value(s->visit, counted_reading(s->visit, s->source, name))
				  : value_over_all(s->c, s->source, name);
	if (!isfinite(*value) && !s->missing) {
		snprintf(s->missing_name, sizeof s->missing_name, "%s", name);
		s->missing = s->missing_name;
	}
	return true;
}

/* How far apart the anchors of a source's visits are, as a part of the largest; 0 with fewer than two. */
static double anchors_spread(const struct collection *c, const char *source)
{
	double least = INFINITY, most = 0;

	for (int i = 0; i < c->n; i++) {
		double v = counted_value(&c->visit[i], counted_reading(&c->visit[i], source, ANCHOR));

		if (!isfinite(v))
			continue;
		least = fmin(least, v);
		most = fmax(most, v);
	}
	return most > 0 ? (most - least) / most : 0;
}

/* Why there is no value: what it lacks, or numbers that give none. */
static char *metric_reason(const struct scope *s)
{
	const struct row_counter *lacks = s->missing ? item_find(&s->c->out, s->source, s->missing) : NULL;

	if (lacks && lacks->why[0])
		return mem_printf("without %s: %s", s->missing, lacks->why);
	return s->missing ? mem_printf("without %s", s->missing) : mem_strdup("a division by zero");
}

/* Over several passes, where no one has all it needs. */
static void metric_over_all(struct row_counter *m, struct scope *s, const char *formula)
{
	double spread = anchors_spread(s->c, s->source), value = NAN;

	*s = (struct scope){.c = s->c, .group = s->group, .source = s->source};
	if (formula_eval(formula, scope_value, s, &value, NULL) || !isfinite(value)) {
		m->why = metric_reason(s);
	} else if (spread > COUNTERS_ANCHOR_TOLERANCE) {
		m->why = mem_printf("inconsistent: its passes differ by %.1f %% in their instructions",
				    100 * spread);
	} else {
		m->value = estimate_of(&value, 1);
		m->why = mem_printf("%s; over several passes, instructions within %.1f %%", formula,
				    100 * spread);
	}
}

static void metric_add(struct collection *c, const struct group *g, const char *source,
		       const struct group_metric *metric)
{
	double *x = mem_alloc(sizeof *x * ((size_t)c->n + 1));
	struct scope s = {.c = c, .group = g, .source = source};
	struct row_counter *m = row_counter_add(&c->out, metric->name, source);
	int n = 0;

	m->derived = true;
	m->unit = mem_strdup(metric->unit);
	for (int i = 0; i < c->n; i++) {
		s = (struct scope){.c = c, .group = g, .source = source, .visit = &c->visit[i]};
		if (formula_eval(metric->formula, scope_value, &s, &x[n], NULL) == 0 && isfinite(x[n]))
			n++;
	}
	if (n) {
		m->value = estimate_of(x, n);
		m->why = mem_strdup(metric->formula);
	} else {
		metric_over_all(m, &s, metric->formula);
	}
	free(x);
}

/* Was anything of the source counted at all? Else its reason stands once, not with each metric. */
static bool any_usable(const struct collection *c, const char *source)
{
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->visit[i].visit->n_readings; k++)
			if (c->visit[i].visit->readings[k].usable &&
			    strcmp(c->visit[i].visit->readings[k].source, source) == 0)
				return true;
	return false;
}

static void metrics_add(struct collection *c, const char *source)
{
	const char *name = strchr(source, ':');
	struct group *g;

	/* A group that is not known here was another program's: its counters stand without metrics. */
	if (!name || !any_usable(c, source) || group_load(&g, name + 1, NULL))
		return;
	for (int i = 0; i < g->n_metrics; i++)
		metric_add(c, g, source, &g->metric[i]);
	free(g);
}

/* ---- all of it ---- */

static bool source_is_new(const struct collection *c, const char *source)
{
	for (int i = 0; i < c->out.n; i++)
		if (strcmp(c->out.item[i].source, source) == 0)
			return false;
	return true;
}

/* Metrics are what people look for: they stand before what they are made of. */
static void metrics_first(struct row_counters *c, int begin, int n_counters)
{
	size_t size = sizeof *c->item;
	int n_metrics = c->n - begin - n_counters;

	if (n_metrics == 0 || n_counters == 0)
		return;
	struct row_counter *copy = mem_alloc(size * ((size_t)n_counters + 1));

	memcpy(copy, c->item + begin, size * (size_t)n_counters);
	memmove(c->item + begin, c->item + begin + n_counters, size * (size_t)n_metrics);
	memcpy(c->item + begin + n_metrics, copy, size * (size_t)n_counters);
	free(copy);
}

struct row_counters row_counters_make(const struct row *row)
{
	struct collection c = {.row = row};

	visits_collect(&c);
	for (int i = 0; i < c.n; i++)
		for (int k = 0; k < c.visit[i].visit->n_readings; k++) {
			const char *source = c.visit[i].visit->readings[k].source;
			int begin = c.out.n;

			if (!source_is_new(&c, source))
				continue;
			counters_add(&c, source);
			int n_counters = c.out.n - begin;

			metrics_add(&c, source);
			energy_metrics_add(&c.out, source, c.visit, c.n);
			metrics_first(&c.out, begin, n_counters);
		}
	free(c.visit);
	return c.out;
}

void row_counters_free(struct row_counters *c)
{
	for (int i = 0; i < c->n; i++) {
		free(c->item[i].name);
		free(c->item[i].unit);
		free(c->item[i].source);
		free(c->item[i].why);
	}
	free(c->item);
	*c = (struct row_counters){0};
}

bool row_counter_is_usual(const struct row_counter *c)
{
	return strcmp(c->source, "clock") == 0 || strcmp(c->source, "rusage") == 0;
}
