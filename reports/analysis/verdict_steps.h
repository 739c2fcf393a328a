/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of verdicts_make, one file each: verdict_cells.c (pairs of a cell and what they say), verdict_families.c
 * (which cells survive the number of tests; families), verdicts.c (what all of it means). Within reports/analysis.
 */
#ifndef IFM_ANALYSIS_VERDICT_STEPS_H
#define IFM_ANALYSIS_VERDICT_STEPS_H

#include "reports/analysis/verdicts.h"

/* Fills v->cell and v->n_cells, all but what follows from other cells: result, survives, confirmed, caveat. ERR_FORMAT: a
 * point is named that the run has not. */
MUST_CHECK int verdict_cells_make(struct verdicts *v, struct diag *d);
void verdict_cells_free(struct verdicts *v);
/* There is an interval to judge. */
bool verdict_cell_has_interval(const struct verdict_cell *c);

/* Fills v->family and v->n_families, and survives of each cell. */
void verdict_families_make(struct verdicts *v);

#endif
