/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/plots/plots.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static bool is_free(const enum point_key *free_keys, int key)
{
	while (*free_keys != KEY_COUNT)
		if ((int)*free_keys++ == key)
			return true;
	return false;
}

static bool is_alike(const struct row *a, const struct row *b, const enum point_key *free_keys)
{
	for (int k = 0; k < KEY_COUNT; k++)
		if (!is_free(free_keys, k) &&
		    strcmp(point_get(&a->point->point, k), point_get(&b->point->point, k)) != 0)
			return false;
	return true;
}

/* FNV-1a of all keys that are not free: rows that differ in it need not be compared. */
static unsigned long hash_of(const struct row *r, const enum point_key *free_keys)
{
	unsigned long h = 14695981039346656037UL;

	for (int k = 0; k < KEY_COUNT; k++) {
		const char *value = is_free(free_keys, k) ? "" : point_get(&r->point->point, k);

		for (; *value; value++)
			h = (h ^ (unsigned char)*value) * 1099511628211UL;
		h = (h ^ '\n') * 1099511628211UL;
	}
	return h;
}

/* Larger first, then those with more threads; equal ones keep the plan's order. */
static int group_compare(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	double x_threads = row_number(x->row[0], KEY_THREADS), y_threads = row_number(y->row[0], KEY_THREADS);

	if (x_threads != y_threads)
		return x_threads > y_threads ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

int groups_of(struct group *groups, int max, const struct view *v, enum row_kind kind,
	      const enum point_key *free_keys)
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows; i++) {
		const struct row *r = &v->a->rows[i];
		unsigned long hash;
		int g = 0;

		if (r->state != POINT_DONE || row_kind(r) != kind)
			continue;
		hash = hash_of(r, free_keys);
		while (g < n && (groups[g].hash != hash || !is_alike(groups[g].row[0], r, free_keys)))
			g++;
		if (g == n && n == max)
			continue;
		if (g == n) {
			groups[n].n = 0;
			groups[n].hash = hash;
			groups[n++].place = i;
		}
		if (groups[g].n < GROUP_MAX)
			groups[g].row[groups[g].n++] = r;
	}
	qsort(groups, (size_t)n, sizeof *groups, group_compare);
	return n;
}

struct group *groups_all(const struct view *v, enum row_kind kind, const enum point_key *free_keys, int *n)
{
	struct group *groups = mem_alloc(sizeof *groups * (size_t)(v->count[kind] + 1));

	*n = groups_of(groups, v->count[kind], v, kind, free_keys);
	return groups;
}

bool group_is_of_those(const struct group *g, const struct group *const *those, int n)
{
	static const enum point_key keys[] = {KEY_WORKLOAD, KEY_MODEL, KEY_DEPTH, KEY_M, KEY_N, KEY_K};

	for (int i = 0; i < n; i++) {
		size_t k = 0;

		while (k < sizeof keys / sizeof keys[0] &&
		       strcmp(point_get(&g->row[0]->point->point, keys[k]),
			      point_get(&those[i]->row[0]->point->point, keys[k])) == 0)
			k++;
		if (k == sizeof keys / sizeof keys[0])
			return true;
	}
	return false;
}

void group_heading(struct strbuf *out, const struct view *v, const struct group *g,
		   const enum point_key *free_keys)
{
	static const struct {
		enum point_key key;
		const char *before, *after;
	} said[] = {{KEY_PRECISION, ", ", ""},
		    {KEY_KV, ", kv ", ""},
		    {KEY_SEQUENCES, ", ", " sequences"},
		    {KEY_UBATCH, ", ubatch ", ""},
		    {KEY_THREADS, ", ", " threads"},
		    {KEY_ISA, ", isa ", ""},
		    {KEY_BLOCKING, ", blocking ", ""},
		    {KEY_PROVIDER, ", gemm ", ""},
		    {KEY_DEVICE, ", ", ""},
		    {KEY_AFFINITY, ", affinity ", ""},
		    {KEY_CACHE, ", caches ", ""},
		    {KEY_DURATION, ", ", ""},
		    {KEY_OPTIONS, ", ", ""}};
	const struct point *p = &g->row[0]->point->point;
	enum row_kind kind = row_kind(g->row[0]);

	row_test(out, g->row[0]);
	if (*point_get(p, KEY_MODEL)) {
		strbuf_puts(out, ", ");
		model_short(out, point_get(p, KEY_MODEL));
	}
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
		const char *value = point_get(p, said[i].key);
		bool one = strcmp(value, "1") == 0;
		size_t plural = strlen(said[i].after);

		if (is_free(free_keys, said[i].key) || !*value)
			continue;
		if (!v->varies_in[kind][said[i].key] && said[i].key != KEY_THREADS)
			continue;
		strbuf_printf(out, "%s%s%.*s", said[i].before, value,
			      (int)(one && plural ? plural - 1 : plural), said[i].after);
	}
}

int group_values(const struct group *g, enum point_key key, const char **value, int max)
{
	int n = 0;

	for (int i = 0; i < g->n; i++) {
		const char *x = point_get(&g->row[i]->point->point, key);
		int j = 0;

		while (j < n && strcmp(value[j], x) != 0)
			j++;
		if (j == n && n < max)
			value[n++] = x;
	}
	return n;
}

int values_compare(const void *a, const void *b)
{
	double x = strtod(*(const char *const *)a, NULL), y = strtod(*(const char *const *)b, NULL);

	return x < y ? -1 : x > y;
}
