/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of harness/stat share: selection in place. Not for users of the room: these reorder their input. */
#ifndef IFM_STAT_SELECT_H
#define IFM_STAT_SELECT_H

/* 1 / (the 3rd quartile of the standard normal distribution): makes MAD estimate a standard deviation. */
#define MAD_SCALE 1.4826

/* Puts the k-th smallest (from 0) of n where it would stand in order, nothing larger before and nothing smaller behind
 * it. */
void stat_select(double *x, int n, int k);
/* The median, n > 0; of an even number (a + b) / 2, so that negated values give the negated median to the last bit. */
double stat_select_median(double *x, int n);

#endif
