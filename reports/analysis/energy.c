/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Energy metrics. A reading of energy is named energy_SENSOR, is in mJ, and its why begins with its quality: "poor: ...".
 * energy_SENSOR_net is the same less what idleness takes.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/counted.h"
#include "reports/analysis/rows.h"

#define PREFIX "energy_"
#define MJ_J   1e-3

static bool is_energy(const struct stored_reading *r)
{
	return r->thread == -1 && strncmp(r->counter, PREFIX, strlen(PREFIX)) == 0 &&
	       strcmp(r->unit, "mJ") == 0;
}

const char *energy_quality_of(const char *counter, const char *why)
{
	static const char *const names[] = {"good", "fair", "poor"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i]);

		if (strncmp(counter, PREFIX, strlen(PREFIX)) == 0 && strncmp(why, names[i], n) == 0 &&
		    why[n] == ':')
			return names[i];
	}
	return NULL;
}

/* joules: of a repetition. */
typedef double metric_fn(const struct counted *c, double joules);

static double per_token(const struct counted *c, double joules)
{
	return joules / c->visit->tokens;
}

static double tokens_of(const struct counted *c, double joules)
{
	return joules > 0 ? c->visit->tokens / joules : NAN;
}

static double delay_of(const struct counted *c, double joules)
{
	return joules * c->rep_s;
}

static const struct {
	const char *name; /* before the sensor */
	const char *unit, *formula;
	metric_fn *value;
} metrics[] = {
	{"joules_per_token_", "J/token", "energy / tokens", per_token},
	{"tokens_per_joule_", "token/J", "tokens / energy", tokens_of},
	{"energy_delay_", "J*s/rep", "energy * time", delay_of},
};

/* Over the visits that read it. */
static void metric_add(struct row_counters *out, const struct stored_reading *r, size_t metric,
		       const struct counted *visit, int n)
{
	double *x = mem_alloc(sizeof *x * ((size_t)n + 1));
	char *name = mem_printf("%s%s", metrics[metric].name, r->counter + strlen(PREFIX));
	struct row_counter *m = row_counter_add(out, name, r->source);
	const char *how = NULL;
	int n_values = 0;

	for (int i = 0; i < n; i++) {
		const struct stored_reading *one = counted_reading(&visit[i], r->source, r->counter);
		double v = metrics[metric].value(&visit[i], counted_value(&visit[i], one) * MJ_J);

		if (!isfinite(v) || !(visit[i].visit->tokens > 0))
			continue;
		x[n_values++] = v;
		how = how ? how : one->why;
	}
	m->derived = true;
	m->unit = mem_strdup(metrics[metric].unit);
	m->value = estimate_of(x, n_values);
	m->quality = how ? energy_quality_of(r->counter, how) : NULL;
	m->why = n_values ? mem_printf("%s; %s", metrics[metric].formula, how)
			  : mem_printf("without %s: %s", r->counter, r->why);
	free(name);
	free(x);
}

static bool counts_tokens(const struct counted *c)
{
	return c->visit->tokens > 0 && c->reps > 0;
}

static bool was_read_before(const struct counted *visit, int i, const struct stored_reading *r)
{
	for (int k = 0; k < i; k++)
		if (counts_tokens(&visit[k]) && counted_reading(&visit[k], r->source, r->counter))
			return true;
	return false;
}

void energy_metrics_add(struct row_counters *out, const char *source, const struct counted *visit, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < visit[i].visit->n_readings && counts_tokens(&visit[i]); k++) {
			const struct stored_reading *r = &visit[i].visit->readings[k];

			if (strcmp(r->source, source) != 0 || !is_energy(r) || was_read_before(visit, i, r))
				continue;
			for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++)
				metric_add(out, r, m, visit, n);
		}
}
