/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/rows.h"

bool row_is_probe(const struct row *row)
{
	static const char *const probes[] = {"read",	"write", "copy",     "triad",
					     "latency", "fma",	 "forkjoin", "timer"};
	const char *workload = point_get(&row->point->point, KEY_WORKLOAD);

	for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
		if (strcmp(workload, probes[i]) == 0)
			return true;
	return false;
}

/* A probe is a ceiling: it stands under none. */
static void row_is_ceiling(struct row *row)
{
	row->share = estimate_none();
	row->ceiling = row->ceiling_tokens_s = NAN;
	row->residual_same = row->residual_f32 = row->residual_bound = NAN;
}

struct analysis *analysis_make(struct stored_run *run)
{
	struct analysis *a = mem_alloc(sizeof *a);
	size_t n = (size_t)run->n_points + 1;

	a->run = run;
	a->rows = mem_alloc(sizeof *a->rows * n);
	a->ceilings = mem_alloc(sizeof *a->ceilings * n);
	for (int i = 0; i < run->n_points; i++) {
		const struct stored_point *p = &run->points[i];

		struct row *row =
			p->role == ROLE_CEILING ? &a->ceilings[a->n_ceilings++] : &a->rows[a->n_rows++];

		row_measure(row, p);
		row_client(row);
	}
	for (int i = 0; i < a->n_ceilings; i++)
		row_is_ceiling(&a->ceilings[i]);
	for (int i = 0; i < a->n_rows; i++) {
		if (row_is_probe(&a->rows[i])) {
			row_is_ceiling(&a->rows[i]);
			continue;
		}
		row_verify(&a->rows[i]);
		row_limit(&a->rows[i], a);
	}
	return a;
}

const struct row *analysis_row(const struct analysis *a, int i)
{
	return i < a->n_rows ? &a->rows[i] : &a->ceilings[i - a->n_rows];
}

static void rows_free(struct row *rows, int n)
{
	for (int i = 0; i < n; i++) {
		free(rows[i].reason);
		free(rows[i].values);
	}
	free(rows);
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	rows_free(a->rows, a->n_rows);
	rows_free(a->ceilings, a->n_ceilings);
	free(a);
}
