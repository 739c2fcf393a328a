/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of a CSV line, for the tables of a run and of a comparison. All append, with a comma before. */
#ifndef IFM_REPORTS_CSV_H
#define IFM_REPORTS_CSV_H

#include "reports/analysis/analysis.h"

struct strbuf;

void csv_text(struct strbuf *line, const char *text); /* the first cell of a line has no comma */
void csv_number(struct strbuf *line, double x);	      /* empty when it is none */
/* value, lo, hi; the last two only where they are a 95 % interval. */
void csv_estimate(struct strbuf *line, const struct estimate *e);

#endif
