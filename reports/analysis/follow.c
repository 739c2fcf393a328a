/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes with a device. A GPU has an engine of its own, other instruction sets and one thread: were they to tell cells apart,
 * no point of a CPU had one to be compared with. A key follows where all that was measured on a device has one value of it, so that
 * a cell never has to choose.
 */
#include "config.h"

#include "reports/analysis/compare.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/rows.h"

/* A point on each device, which stands for what else was measured there. */
struct devices {
	int n;
	const struct point **point;
};

static const struct point *device_of(const struct devices *d, const struct point *p, enum point_key by)
{
	for (int i = 0; i < d->n; i++)
		if (strcmp(point_get(d->point[i], by), point_get(p, by)) == 0)
			return d->point[i];
	return NULL;
}

static bool is_equal(const struct point *a, const struct point *b, enum point_key key)
{
	return strcmp(point_get(a, key), point_get(b, key)) == 0;
}

/* Is the key one value for each value of `by`, over all that was measured? */
static bool follows(const struct comparison *c, enum point_key key, enum point_key by)
{
	struct devices d = {0};
	bool is = true;

	for (int run = 0; run < c->n_runs && is; run++)
		for (int i = 0; i < c->runs[run].a->n_rows && is; i++) {
			const struct row *row = &c->runs[run].a->rows[i];
			const struct point *p = &row->point->point, *known = device_of(&d, p, by);

			if (row->n_values == 0)
				continue;
			is = !known || is_equal(known, p, key);
			if (known)
				continue;
			d.point = mem_realloc(d.point, sizeof(void *) * (size_t)(d.n + 1));
			d.point[d.n++] = p;
		}
	free(d.point);
	return is;
}

static bool is_on_several(const struct comparison *c)
{
	const char *first = NULL;

	for (int run = 0; run < c->n_runs; run++)
		for (int i = 0; i < c->runs[run].a->n_rows; i++) {
			const char *device = point_get(&c->runs[run].a->rows[i].point->point, KEY_DEVICE);

			if (first && strcmp(first, device) != 0)
				return true;
			first = device;
		}
	return false;
}

void comparison_follow(struct comparison *c)
{
	static const enum point_key keys[] = {KEY_ENGINE,   KEY_THREADS,  KEY_ISA,
					      KEY_AFFINITY, KEY_PROVIDER, KEY_OPTIONS};
	bool by_engine = c->kind == COMPARE_KEY && c->key == KEY_ENGINE;
	bool by_device = c->kind == COMPARE_KEY && c->key == KEY_DEVICE;

	if (!is_on_several(c) || !(by_device || (by_engine && follows(c, KEY_DEVICE, KEY_ENGINE))))
		return;
	c->follows[KEY_DEVICE] = by_engine;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i] != c->key)
			c->follows[keys[i]] = follows(c, keys[i], KEY_DEVICE);
}
