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
 */
#define COST_ALLOWED	 1.5
#define COST_ALLOWED_MAX 0.1

static const struct {
	const char *precision, *kv;
	bool gemm;
	double bound;
} residual_bounds[] = {
	/* clang-format off */
	{"f32",  NULL,  true,  1e-4},
	{"f16",  NULL,  true,  1e-3},
	{"bf16", NULL,  true,  1e-3},
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
	{"q8_0", NULL,  false, 1e-2},
	{"q4_0", NULL,  false, 1e-2},
	{"wi8ai8", NULL, false, 1e-2},
	/* clang-format on */
};

static bool is_gemm(const struct point *p)
{
	return strcmp(point_get(p, KEY_WORKLOAD), "gemm") == 0;
}

static double table_bound(const struct point *p)
{
	for (size_t i = 0; i < sizeof residual_bounds / sizeof residual_bounds[0]; i++)
		if (residual_bounds[i].gemm == is_gemm(p) &&
		    strcmp(residual_bounds[i].precision, point_get(p, KEY_PRECISION)) == 0 &&
		    (!residual_bounds[i].kv || strcmp(residual_bounds[i].kv, point_get(p, KEY_KV)) == 0))
			return residual_bounds[i].bound;
	return NAN;
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
