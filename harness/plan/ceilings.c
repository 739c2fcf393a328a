/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine could do at most, beside each point. */
#include "config.h"

#include "harness/plan/private.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Working sets worth a ceiling, as powers of two: from a core's first cache to far outside the last one. */
enum { READ_LOG_MIN = 15, READ_LOG_MAX = 30 };

/* As reports/analysis finds it: the nearest power of two on a logarithmic scale. With cold caches all comes from far
 * outside of them. */
static int64_t read_size(const struct plan_point *p)
{
	bool cold = strcmp(point_get(&p->point, KEY_CACHE), "cold") == 0;
	long log = cold ? READ_LOG_MAX : lround(log2((double)p->check.working_set));
	log = log < READ_LOG_MIN ? READ_LOG_MIN : log > READ_LOG_MAX ? READ_LOG_MAX : log;
	return (int64_t)1 << log;
}

/* The index of the ceiling `workload` with key = value on what point i runs on; -1: the worker has none. */
static int ceiling_put(struct plan *p, struct plan_index *x, const struct wire_hello *hello, int i,
		       const char *workload, enum point_key key, const char *value)
{
	static const enum point_key shared[] = {KEY_ENGINE, KEY_DEVICE, KEY_ISA, KEY_THREADS, KEY_AFFINITY};
	const struct wire_workload *w = wire_hello_workload(hello, workload);
	const struct point *beside = &p->points[i].point;
	struct point ceiling = {0};
	bool added;
	if (!w || !w->key[key])
		return -1;
	point_set(&ceiling, KEY_WORKLOAD, workload);
	point_set(&ceiling, key, value);
	for (size_t k = 0; k < sizeof shared / sizeof shared[0]; k++)
		if (w->key[shared[k]])
			point_set(&ceiling, shared[k], beside->value[shared[k]]);
	int at = plan_put(p, x, &ceiling, NULL, &added);
	if (added)
		p->points[at].role = ROLE_CEILING;
	point_free(&ceiling);
	return at;
}

static bool has_ceilings(const struct plan_point *point, const struct wire_hello *hello)
{
	const struct wire_workload *w = wire_hello_workload(hello, point_get(&point->point, KEY_WORKLOAD));
	return point->state == POINT_PLANNED && point->role == ROLE_MEASURE && w && !w->ceiling;
}

void plan_add_ceilings(struct plan *p, const struct wire_hello *hello)
{
	struct plan_index index = {0};
	int n_points = p->n_points;
	for (int i = 0; i < n_points; i++) {
		const struct plan_point *point = &p->points[i];
		char size[24];
		int read = -1, fma;
		if (!has_ceilings(point, hello))
			continue;
		const char *type = point_fma_type(&point->point);
		if (point->checked && point->check.working_set > 0) {
			snprintf(size, sizeof size, "%lld", (long long)read_size(point));
			read = ceiling_put(p, &index, hello, i, "read", KEY_SIZE, size);
		}
		fma = ceiling_put(p, &index, hello, i, "fma", KEY_TYPE, type);
		p->points[i].ceiling_read = read;
		p->points[i].ceiling_fma = fma;
	}
	plan_index_free(&index);
}
