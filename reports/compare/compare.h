/* SPDX-License-Identifier: Apache-2.0 */
/* From a comparison (analysis/compare.h) to what people and programs read, in the formats of reports/report.h. */
#ifndef IFM_REPORTS_COMPARE_H
#define IFM_REPORTS_COMPARE_H

#include <stdio.h>

#include "engines/base/strbuf.h"
#include "reports/analysis/compare.h"
#include "reports/report.h"

/* format: a name of emitter_registry. */
MUST_CHECK int comparison_emit(FILE *out, const struct comparison *c, const char *format,
			       const struct report_options *options, struct diag *d);

/* DIR/compare.html with its picture inside, and the .dat, .gp and .svg of it under DIR/plots. */
MUST_CHECK int comparison_write_html(const char *directory, const struct comparison *c, struct diag *d);

/* Why it is refused: what differs and was not declared, with both sides and the likely effect; plain lines. */
void comparison_refusal(struct strbuf *out, const struct comparison *c);

/* ---- for the formats: unescaped text ---- */

/* Lines that stand above the tables: baseline, how ratios were made, the runs, what was allowed to differ. */
void comparison_intro(struct strbuf *out, const struct comparison *c);
/* "unverified: allowed to differ: build.flags"; "" when nothing was. Stands at every table. */
void comparison_caveat(struct strbuf *out, const struct comparison *c);
/* What tells cells apart beside their test: keys that vary, the model first. Returns how many. */
int comparison_keys(const struct comparison *c, enum point_key *keys);
/* What a cell measures, without the key it is compared by. */
void cell_test(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell);
/* Its value of such a key. */
void cell_key(struct strbuf *out, const struct compare_cell *cell, enum point_key key);
/* "tg16 f32 t4", all of them. */
void cell_label(struct strbuf *out, const struct comparison *c, const struct compare_cell *cell);
/* The unit of its rates; "" when it has none. */
const char *cell_unit(const struct comparison *c, const struct compare_cell *cell);
/* "baseline", "paired", "not interleaved" or "". */
const char *ratio_name(enum ratio_kind kind);
/* Marks of its row that say how it was measured; not of those without figures. */
void compared_marks(struct strbuf *out, const struct compared *x);

/* Texts that several cells share, numbered: [1], [2], ... */
struct notes {
	int n;
	char **text;
};
/* From 1. Copies the text. */
int notes_put(struct notes *notes, const char *text);
void notes_free(struct notes *notes);

#define PLOT_RATIOS_NAME "ratios"
struct plots;
/* The ratios with their intervals, drawn into directory; plots_free() it. */
MUST_CHECK int comparison_plots(struct plots **out, const struct comparison *c, const char *directory,
				struct diag *d);

/* The makers of the formats. */
int compare_terminal(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);
int compare_md(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);
int compare_csv(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);
int compare_json(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);
int compare_html(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);

#endif
