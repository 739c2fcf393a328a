/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people read them: as many digits as the interval allows. All append to out. */
#ifndef IFM_REPORTS_NUMBER_H
#define IFM_REPORTS_NUMBER_H

#include "engines/base/strbuf.h"
#include "reports/analysis/analysis.h"

/* x with as many decimals as give `half` two digits (half 0 or NaN: three digits of x). NaN: "-" as an en dash. */
void number_put(struct strbuf *out, double x, double half);

/* Three digits in little room: 943, 12.8k. */
void number_short(struct strbuf *out, double x);

/* The half width as two digits. */
void number_put_half(struct strbuf *out, double half);

/* "24.40" and "±0.18", "[lo, hi]" where the interval is lopsided (the longer side at least three times
 * the shorter), or "n too small". Each may be "". */
void number_estimate(struct strbuf *value, struct strbuf *interval, const struct estimate *e);

/* One half width would mislead: a side is three times the other, or it would reach below zero. */
bool number_is_uneven(const struct estimate *e);

/* The same for a narrow table: "±" and the longer side unless that reaches below zero; "n<6" for too few. */
void number_estimate_brief(struct strbuf *value, struct strbuf *interval, const struct estimate *e);

/* 3.1·10⁻⁷; zero is 0. */
void number_power(struct strbuf *out, double x);

/* 1.5 GiB, 64 MiB, 17 KiB. */
void number_bytes(struct strbuf *out, double bytes);

double estimate_half(const struct estimate *e);

#endif
