/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of analysis_make, one file each: rows.c (values of processes and
 * their estimates), client.c (is it the engine that was measured?), residual.c (is it right?), ceilings.c (how
 * close to the limit?).
 */
#ifndef IFM_ANALYSIS_ROWS_H
#define IFM_ANALYSIS_ROWS_H

#include "reports/analysis/analysis.h"

/* Median with its 95 % interval over x; NaN for n = 0. */
struct estimate estimate_of(const double *x, int n);
struct estimate estimate_none(void);

/* The times of a visit's steps in nanoseconds; NULL: it has none. */
const struct stored_series *series_step(const struct stored_visit *v);
/* The same steps by the host's clock, where they go by that of a device; else those. */
const struct stored_series *series_host(const struct stored_visit *v);

/* Everything of a row that stands in its own visits. row is all zero before. */
void row_measure(struct row *row, const struct stored_point *point);

/* What the worker's window adds to a step, and whether the row's steps are far above it. */
void row_client(struct row *row);

/* The residuals of its quality visits; a row above its bound becomes POINT_FAILED. */
void row_verify(struct row *row);

/* Whether the outputs of an arm of a trial are further from the reference's than they may be; *residual: how far, NaN where
 * nobody looked. */
bool point_is_wrong(const struct stored_point *point, const char *arm, double *residual);

/* The ceilings beside the row: bound, share, ceiling, ceiling_tokens_s. */
void row_limit(struct row *row, const struct analysis *a);

/* Replaces the reason; text is owned by the row afterwards. */
void row_fail(struct row *row, char *reason);

#endif
