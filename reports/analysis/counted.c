/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/counted.h"

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/rows.h"

void counted_measure(struct counted *c, const struct stored_visit *v)
{
	double ns = 0;
	int64_t rep = -1;

	*c = (struct counted){.visit = v};
	for (int i = 0; i < v->n_series; i++) {
		const struct stored_series *s = &v->series[i];

		if (strcmp(s->name, "step") != 0 || strcmp(s->unit, "ns") != 0)
			continue;
		for (int k = 0; k < s->n; k++) {
			if (s->marks[k] & MARK_WARMUP)
				continue;
			c->reps += s->reps[k] != rep;
			rep = s->reps[k];
			ns += (double)s->values[k];
		}
	}
	c->rep_s = c->reps > 0 ? ns * 1e-9 / c->reps : NAN;
}

const struct stored_reading *counted_reading(const struct counted *c, const char *source, const char *name)
{
	for (int i = 0; i < c->visit->n_readings; i++) {
		const struct stored_reading *r = &c->visit->readings[i];

		if (r->thread == -1 && strcmp(r->source, source) == 0 && strcmp(r->counter, name) == 0)
			return r;
	}
	return NULL;
}

static bool is_among(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

bool reading_is_sum(const struct stored_reading *r)
{
	static const char *const counters[] = {"clock_resolution",
					       "max_resident",
					       "read_cost",
					       "start_cost",
					       "energy_step",
					       "ecc_corrected",
					       "ecc_uncorrected",
					       "throttled_looks",
					       "longest_gap",
					       "trace_file",
					       "unfinished_records",
					       "unknown_records",
					       NULL};
	static const char *const units[] = {"mW", "MHz", "C", "bits", "ppm", "1/s", NULL};

	return !is_among(r->counter, counters) && !is_among(r->unit, units);
}

double counted_value(const struct counted *c, const struct stored_reading *r)
{
	if (!r || !r->usable)
		return NAN;
	if (!reading_is_sum(r))
		return r->value;
	return c->reps > 0 ? r->value / c->reps : NAN;
}

struct row_counter *row_counter_add(struct row_counters *c, const char *name, const char *source)
{
	c->item = mem_realloc(c->item, sizeof *c->item * ((size_t)c->n + 1));
	struct row_counter *new = &c->item[c->n++];

	*new = (struct row_counter){.name = mem_strdup(name), .source = mem_strdup(source)};
	new->value = estimate_none();
	return new;
}
