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

/* ---- for the formats (words.c, notes.c): unescaped text ---- */

/* "tg32 q8_0 t2": the cell without what the arms declare, and without what is the same in all cells. */
void verdict_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c);
/* "large, but ...", why there is no interval, or why it could not be compared; "" when it is decided. */
const char *verdict_why(const struct verdict_cell *c);
/* "calibration failed", "allowed difference", "wrong outputs" or "". */
const char *verdict_caveat_name(enum verdict_caveat c);

/* "\xe2\x96\xb2", the glyph that goes with the word; static. */
const char *verdict_glyph(enum verdict v);
/* Whether the verdict stands: a caveat leaves it computed, and not to be relied on. */
bool verdict_stands(const struct verdict_cell *c);
/* "SLOWER", "unverified SLOWER", or the state of what was not compared. */
void verdict_word(struct strbuf *out, const struct verdict_cell *c);
/* A log ratio as percent of time, "+5.8 %", with as many decimals as half, a half width, allows. NaN: an en dash. */
void verdict_percent(struct strbuf *out, double log_ratio, double half);
/* "[+5.3, +6.2]" of two log ratios. */
void verdict_bounds(struct strbuf *out, double lo, double hi);
/* The same of a cell's interval; "" without one. */
void verdict_interval(struct strbuf *out, const struct verdict_cell *c);
/* "+5.8 % [+5.3, +6.2]", of a cell with pairs. */
void verdict_effect(struct strbuf *out, const struct verdict_cell *c);
double verdict_half(const struct verdict_cell *c); /* of its interval; NaN */
/* "contended 2, drifting 3, lost 1", how it was measured. */
void verdict_marks(struct strbuf *out, const struct verdict_cell *c);
/* What would decide a cell that is INCONCLUSIVE: "33 pairs in all, about 12 s more"; "" for others. */
void verdict_needed(struct strbuf *out, const struct verdict_cell *c);

/* "b is slower on 1 of 12 points and faster on 3; cannot tell on 2". */
void verdicts_headline(struct strbuf *out, const struct verdicts *v);
/* Lines above the table: what was compared, where, how. Lines of these three are plain text (text_plain). */
void verdicts_intro(struct strbuf *out, const struct verdicts *v);
/* A line for each cell that is open or was not compared: why, and what would decide it. */
void verdicts_open(struct strbuf *out, const struct verdicts *v);
/* Lines below it: what to know of the verdicts, A/A, what differs, and the exit status with its reason. */
void verdicts_notes(struct strbuf *out, const struct verdicts *v);
/* "slower", "calibration failed", ...: what the exit status means. */
const char *verdicts_exit_reason(const struct verdicts *v);

/* The makers of the formats. */
int verdicts_terminal(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);
int verdicts_md(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);
int verdicts_json(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);
int verdicts_junit(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);
int verdicts_csv(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);

#endif
