/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/roofline.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

/* Points are comparable where they ran on the same. */
static const enum point_key same_keys[] = {KEY_ENGINE, KEY_DEVICE, KEY_ISA, KEY_THREADS, KEY_AFFINITY};
#define N_SAME (sizeof same_keys / sizeof same_keys[0])

static bool is_point(const struct row *r, const char *device)
{
	return r->state == POINT_DONE && !row_is_probe(r) &&
	       strcmp(point_get(&r->point->point, KEY_DEVICE), device) == 0;
}

static bool has_work(const struct row *r)
{
	return r->n_values > 0 && r->values[0].flops > 0 && r->values[0].bytes > 0 && r->gflops_s.value > 0;
}

double row_intensity(const struct row *r)
{
	return r->values[0].flops / r->values[0].bytes;
}

static bool is_same(const struct row *a, const struct row *b)
{
	for (size_t k = 0; k < N_SAME; k++)
		if (strcmp(point_get(&a->point->point, same_keys[k]),
			   point_get(&b->point->point, same_keys[k])) != 0)
			return false;
	return true;
}

static double ceiling_rate(const struct row *c, const char *workload)
{
	if (strcmp(point_get(&c->point->point, KEY_WORKLOAD), workload) != 0 || c->n_values == 0)
		return 0;
	return strcmp(workload, "fma") == 0 ? c->gflops_s.value : c->gbytes_s.value;
}

static bool has_ceilings(const struct analysis *a, const struct row *place)
{
	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		const struct row *c = analysis_row(a, i);

		if ((ceiling_rate(c, "read") > 0 || ceiling_rate(c, "fma") > 0) && is_same(c, place))
			return true;
	}
	return false;
}

/* How many points stand there, from number i on. */
static int points_beside(const struct analysis *a, int i)
{
	const struct row *place = &a->rows[i];
	const char *device = point_get(&place->point->point, KEY_DEVICE);
	int n = 0;

	for (; i < a->n_rows; i++)
		n += is_point(&a->rows[i], device) && has_work(&a->rows[i]) && is_same(place, &a->rows[i]);
	return n;
}

/* Of places with as many points, the one with more threads. */
static void place_choose(struct roof *r, const struct analysis *a, const char *device)
{
	const struct row *last = NULL;
	int most = 0;

	for (int i = 0; i < a->n_rows; i++) {
		const struct row *row = &a->rows[i];
		int n;

		if (!is_point(row, device) || !has_work(row))
			continue;
		r->known = true;
		/* In plan order those of one place mostly follow each other. */
		if ((r->place && is_same(r->place, row)) || (last && is_same(last, row)))
			continue;
		last = row;
		n = points_beside(a, i);
		if ((n > most ||
		     (n == most && row_number(row, KEY_THREADS) > row_number(r->place, KEY_THREADS))) &&
		    has_ceilings(a, row)) {
			most = n;
			r->place = row;
		}
	}
}

static int point_compare(const void *a, const void *b)
{
	double x = (*(const struct row *const *)a)->gflops_s.value;
	double y = (*(const struct row *const *)b)->gflops_s.value;

	return x > y ? -1 : x < y;
}

static void points_find(struct roof *r, const struct analysis *a, const char *device)
{
	r->point = mem_alloc(sizeof(void *) * (size_t)(a->n_rows + 1));
	for (int i = 0; i < a->n_rows; i++) {
		if (!is_point(&a->rows[i], device))
			continue;
		if (!has_work(&a->rows[i]))
			r->n_unknown++;
		else if (!is_same(&a->rows[i], r->place))
			r->n_other++;
		else
			r->point[r->n++] = &a->rows[i];
	}
	qsort(r->point, (size_t)r->n, sizeof(void *), point_compare);
}

static int line_compare(const void *a, const void *b)
{
	const struct roof_line *p = a, *q = b;

	return p->rate < q->rate ? -1 : p->rate > q->rate;
}

static int lines_find(struct roof_line **out, const struct analysis *a, const struct row *place,
		      const char *workload)
{
	int n = 0;

	*out = mem_alloc(sizeof **out * (size_t)(a->n_rows + a->n_ceilings + 1));
	for (int i = 0; i < a->n_rows + a->n_ceilings; i++) {
		const struct row *c = analysis_row(a, i);
		double rate = ceiling_rate(c, workload);

		if (rate > 0 && is_same(c, place))
			(*out)[n++] = (struct roof_line){rate, c};
	}
	qsort(*out, (size_t)n, sizeof **out, line_compare);
	return n;
}

struct roof roof_make(const struct analysis *a, const char *device)
{
	struct roof r = {0};

	place_choose(&r, a, device);
	if (!r.place)
		return r;
	points_find(&r, a, device);
	r.n_memory = lines_find(&r.memory, a, r.place, "read");
	r.n_peaks = lines_find(&r.peak, a, r.place, "fma");
	return r;
}

void roof_free(struct roof *r)
{
	free(r->point);
	free(r->memory);
	free(r->peak);
	*r = (struct roof){0};
}
