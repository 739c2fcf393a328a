/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/plots/plots.h"

#include <stdlib.h>
#include <string.h>

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

static double threads(const struct group *g)
{
	return strtod(point_get(&g->row[0]->point->point, KEY_THREADS), NULL);
}

/* Larger first, then those with more threads; equal ones keep the plan's order. */
static bool is_before(const struct group *a, const struct group *b)
{
	return a->n != b->n ? a->n > b->n : threads(a) > threads(b);
}

/* Insertion sort is stable, and the list is short. */
static void groups_sort(struct group *g, int n)
{
	struct group *copy = malloc(sizeof *copy);

	if (!copy)
		return;
	for (int i = 1; i < n; i++)
		for (int j = i; j > 0 && is_before(&g[j], &g[j - 1]); j--) {
			*copy = g[j];
			g[j] = g[j - 1];
			g[j - 1] = *copy;
		}
	free(copy);
}

int groups_of(struct group *groups, int max, const struct view *v, enum row_kind kind,
	      const enum point_key *free_keys)
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows; i++) {
		const struct row *r = &v->a->rows[i];
		int g = 0;

		if (r->state != POINT_DONE || row_kind(r) != kind)
			continue;
		while (g < n && !is_alike(groups[g].row[0], r, free_keys))
			g++;
		if (g == n && n == max)
			continue;
		if (g == n)
			groups[n++].n = 0;
		if (groups[g].n < GROUP_MAX)
			groups[g].row[groups[g].n++] = r;
	}
	groups_sort(groups, n);
	return n;
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
