/* SPDX-License-Identifier: Apache-2.0 */
/* Which of several choices nothing else beats in both what it costs and what it gives. Pure. */
#ifndef IFM_ANALYSIS_PARETO_H
#define IFM_ANALYSIS_PARETO_H

#include <stdbool.h>

/*
 * best[i]: no other choice costs at most as much and gives at least as much, with one of them strictly better. Equal
 * choices are both best; NaN in either number is never best and beats nothing. By medians: intervals are for the reader.
 */
void pareto_mark(const double *cost, const double *gain, int n, bool *best);

#endif
