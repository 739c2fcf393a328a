/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the two arms within pairs (facts: statistics, section 3): balanced and random. Of n pairs ceil(n / 2)
 * run A first, at shuffled positions, so that neither a drift nor a periodic disturbance falls on one arm.
 */
#ifndef IFM_STAT_ORDER_H
#define IFM_STAT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Pairs from, from + 1, ... of a longer order, which is balanced before them and behind: A first are as many of them as make
 * it ceil((from + n) / 2) of all. b_first[j]: pair from + j runs B, then A. By seed alone (Fisher and Yates, as Durstenfeld
 * wrote it, CACM 7, 1964).
 */
void order_pairs(bool *b_first, int from, int n, uint64_t seed);

#endif
