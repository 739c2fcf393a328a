/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The null distribution of Wilcoxon's signed-rank statistic T+ of n pairs: each subset of the ranks 1 ... n is equally
 * likely (Wilcoxon, Biometrics Bulletin 1, 1945). Exact up to SIGNED_RANK_EXACT pairs, normal with continuity correction
 * beyond.
 */
#ifndef IFM_STAT_SIGNED_RANK_H
#define IFM_STAT_SIGNED_RANK_H

#include <stdbool.h>

#define SIGNED_RANK_EXACT 110

/* All zero is empty. */
struct signed_rank {
	int n;
	double *below; /* P(T+ <= k), k = 0 ... n (n + 1) / 2; NULL beyond SIGNED_RANK_EXACT */
};

/* Replaces what was there, unless it is of n already; n >= 1. False without memory: it is empty then. */
bool signed_rank_make(struct signed_rank *s, int n);
void signed_rank_free(struct signed_rank *s);

/* P(T+ <= k); 0 for k < 0. */
double signed_rank_below(const struct signed_rank *s, int k);
/* The largest k with P(T+ <= k) <= tail; -1: there is none, n is too small. */
int signed_rank_critical(const struct signed_rank *s, double tail);
/* Two-sided p of T+ = t; halves, which ties leave, are rounded to the larger p. */
double signed_rank_p(const struct signed_rank *s, double t);
/* The fewest pairs with an interval of that level: 6 for 0.95. */
int signed_rank_min_n(double level);

#endif
