/* SPDX-License-Identifier: Apache-2.0 */
/* From the verdicts of a trial (analysis/verdicts.h) to what people and programs read. One file a format; the table is in
 * registry.c. */
#ifndef IFM_REPORTS_VERDICTS_H
#define IFM_REPORTS_VERDICTS_H

#include <stdio.h>

#include "engines/base/strbuf.h"
#include "reports/analysis/verdicts.h"
#include "reports/report.h"

/* format: a name of emitter_registry, or "junit". */
MUST_CHECK int verdicts_emit(FILE *out, const struct verdicts *v, const char *format,
			     const struct report_options *options, struct diag *d);

/* A line of CSV for each cell of one of many trials of the same plan; the head once, before the first. A mde is a ratio less
 * 1, as ratios are ratios: 0.012 is 1.2 %. */
MUST_CHECK int verdicts_replicate_head(FILE *out, struct diag *d);
MUST_CHECK int verdicts_replicate_rows(FILE *out, const struct verdicts *v, int number, struct diag *d);

/* ---- for the formats (words.c): unescaped text ---- */

/* "tg32 q8_0 t2": the cell without what the arms declare, and without what is the same in all cells. */
void verdict_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c);
/* "large, but ...", why there is no interval, or why it could not be compared; "" when it is decided. */
const char *verdict_why(const struct verdict_cell *c);
/* "calibration failed", "allowed difference", "wrong outputs" or "". */
const char *verdict_caveat_name(enum verdict_caveat c);

/* The makers of the formats. */
int verdicts_csv(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);

#endif
