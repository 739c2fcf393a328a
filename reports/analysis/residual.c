/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/rows.h"

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"

/*
 * How far outputs may lie from the ref worker's at the same precision, as a part of the largest
 * magnitude. Both sides round the same inputs; what is left is the order of sums (float32) and what it does to
 * values rounded on the way: cache cells in f16, activations in 8-bit blocks. gemm has no
 * cache and one sum deep; a model stacks many. NULL as kv: whatever it is.
 *
 * In a deep model a rounding that falls the other way grows from layer to layer, until two correct computations
 * are as far from each other as each is from the exact result, that is sqrt(2) times what the precision costs (the
 * residual of the reference itself against f32, when it was measured): that much is allowed a model, too. But not
 * without end: a tenth of the largest logit is where greedy tokens change, and where a precision costs as much as
 * the logits themselves, anything would pass.
 *
 * tf32 is compared with f32, so one side alone rounds: of both factors up to 2^-10 are cut, 2^-9 of a product. In a model that is
 * what bf16 or q8_0 may do.
 *
 * Other devices than a CPU may keep activations in f16 where ref has f32 (precision f16), or 8-bit blocks (q8_0, q4_0): then it is the
 * reference that rounded more. The error of a block of 32 is uniform within a step of max/127, by its standard deviation 0.23 %
 * of max, that is 0.4 to 0.5 % of that of the values (max is 1.7 of those of uniform ones, 2.1 of normal ones), and as
 * much of a sum's: twice that is allowed a product. Models have that room already by what the precision costs; those in f16 round as
 * in tf32.
 */
#define COST_ALLOWED	 1.5
#define COST_ALLOWED_MAX 0.1

struct known_bound {
	const char *precision, *kv;
	bool gemm;
	double bound;
};
static const struct known_bound residual_bounds[] = {
	/* clang-format off */
	{"f32",  NULL,  true,  1e-4},
	{"f16",  NULL,  true,  1e-3},
	{"bf16", NULL,  true,  1e-3},
	{"tf32", NULL,  true,  2e-3},
	{"q8_0", NULL,  true,  1e-3},
	{"q4_0", NULL,  true,  1e-3},
	{"wi8ai8", NULL, true, 1e-3},
	{"f32",  "f32", false, 1e-4},
	{"f32",  "f16", false, 1e-3},
	{"f32",  "bf16", false, 8e-3}, /* three bits less than f16 */
	{"f32",  "q8_0", false, 1e-2}, /* as activations in 8-bit blocks */
	{"f16",  "bf16", false, 8e-3},
	{"f16",  "q8_0", false, 1e-2},
	{"f16",  NULL,  false, 2e-3},
	{"bf16", NULL,  false, 1e-2},
	{"tf32", NULL,  false, 1e-2},
	{"q8_0", NULL,  false, 1e-2},
	{"q4_0", NULL,  false, 1e-2},
	{"wi8ai8", NULL, false, 1e-2},
	/* clang-format on */
};

/* On other devices than a CPU, before the others. */
static const struct known_bound elsewhere_bounds[] = {
	{"f16", NULL, false, 1e-2},
	{"q8_0", NULL, true, 1e-2},
	{"q4_0", NULL, true, 1e-2},
};

static bool is_gemm(const struct point *p)
{
	return strcmp(point_get(p, KEY_WORKLOAD), "gemm") == 0;
}

static const struct known_bound *bound_find(const struct known_bound *list, size_t n, const struct point *p)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].gemm == is_gemm(p) &&
		    strcmp(list[i].precision, point_get(p, KEY_PRECISION)) == 0 &&
		    (!list[i].kv || strcmp(list[i].kv, point_get(p, KEY_KV)) == 0))
			return &list[i];
	return NULL;
}

#define FIND(list, p) bound_find(list, sizeof(list) / sizeof(list)[0], p)

static double table_bound(const struct point *p)
{
	bool on_cpu = point_is_on_cpu(p);
	const struct known_bound *known = on_cpu ? NULL : FIND(elsewhere_bounds, p);

	known = known ? known : FIND(residual_bounds, p);
	return known ? known->bound : NAN;
}

/* The last usable reading of a quality visit of that arm (NULL: any), true when there is one. */
static bool residual_read(const struct stored_point *point, const char *arm, const char *counter, double *out)
{
	bool found = false;

	for (int i = 0; i < point->n_visits; i++) {
		const struct stored_visit *v = &point->visits[i];

		if (v->kind != VISIT_QUALITY || (arm && strcmp(v->arm, arm) != 0))
			continue;
		for (int j = 0; j < v->n_readings; j++) {
			if (!v->readings[j].usable || strcmp(v->readings[j].counter, counter) != 0)
				continue;
			*out = v->readings[j].value;
			found = true;
		}
	}
	return found;
}

static double residual_bound(const struct stored_point *point, const char *arm)
{
	double bound = table_bound(&point->point), cost = NAN;

	if (!is_gemm(&point->point) && residual_read(point, arm, "residual_reference", &cost) &&
	    isfinite(cost))
		bound = fmax(bound, fmin(COST_ALLOWED * cost, COST_ALLOWED_MAX));
	return bound;
}

bool point_is_wrong(const struct stored_point *point, const char *arm, double *residual)
{
	double bound = residual_bound(point, arm);

	*residual = NAN;
	if (!residual_read(point, arm, "residual_same", residual) || isnan(bound))
		return false;
	return !isfinite(*residual) || *residual > bound;
}

void row_verify(struct row *row)
{
	const char *precision = point_get(&row->point->point, KEY_PRECISION);
	double same = NAN;

	row->residual_same = row->residual_f32 = NAN;
	row->residual_bound = residual_bound(row->point, NULL);
	row->verified = residual_read(row->point, NULL, "residual_same", &same);
	row->residual_same = same;
	residual_read(row->point, NULL, "residual_f32", &row->residual_f32);
	if (!row->verified || isnan(row->residual_bound) || row->n_values == 0)
		return;
	/* An unfinished row shows its numbers as well; one that failed has its reason already. */
	if (row->state != POINT_DONE && row->state != POINT_PLANNED)
		return;
	if (!isfinite(same))
		row_fail(row, mem_printf("wrong: outputs are not finite, or the reference's are not"));
	else if (same > row->residual_bound)
		row_fail(row, mem_printf("wrong: residual %.2g above the bound %.2g of %s", same,
					 row->residual_bound, precision));
}
