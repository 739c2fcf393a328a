/* SPDX-License-Identifier: Apache-2.0 */
/* The counters of all rows as tables, a format each. Text from outside is escaped for it. */
#ifndef IFM_REPORTS_COUNTERS_H
#define IFM_REPORTS_COUNTERS_H

#include <jansson.h>
#include <stdio.h>

#include "reports/analysis/counters.h"
#include "reports/report.h"
#include "reports/view.h"

/* Metrics and what somebody asked for, a line a point and source; each reason once. Nothing when there is none. */
void counters_terminal(FILE *out, const struct view *v, const struct report_options *options);
/* Every counter of every point. */
void counters_md(struct strbuf *out, const struct view *v);
/* The body of a table with the columns point, counter, value, unit, n, source, how. */
void counters_html(struct strbuf *out, const struct view *v);
bool counters_any(const struct view *v);

/* An array of the row's counters (new reference). */
json_t *counters_json(const struct row *r);

/* Columns behind those that every line has: one for each counter of any row, then the reasons. */
struct counter_columns {
	int n;
	char **name;  /* "papi:base/ipc" */
	bool quality; /* some have one: it is a column behind the reasons */
};
struct counter_columns counter_columns_make(const struct analysis *a);
void counter_columns_free(struct counter_columns *c);
/* With a comma before each; nothing when there are no columns. */
void counter_columns_head(struct strbuf *line, const struct counter_columns *c);
void counter_columns_row(struct strbuf *line, const struct counter_columns *c, const struct row *r);

#endif
