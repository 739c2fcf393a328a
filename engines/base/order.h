/* SPDX-License-Identifier: Apache-2.0 */
/* Ascending order of plain numbers, for qsort. */
#ifndef IFM_BASE_ORDER_H
#define IFM_BASE_ORDER_H

#include <stdint.h>

static inline int order_int64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* NaN is nobody's neighbour: none may be among them. */
static inline int order_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

#endif
