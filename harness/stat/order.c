/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/order.h"

#include "harness/stat/draw.h"

void order_pairs(bool *b_first, int from, int n, uint64_t seed)
{
	struct draw d = {.seed = seed};
	const int a_first = (from + n + 1) / 2 - (from + 1) / 2;

	for (int j = 0; j < n; j++)
		b_first[j] = j >= a_first;
	for (int i = n - 1; i > 0; i--) {
		int j = (int)draw_below(&d, (uint64_t)i + 1);
		bool held = b_first[i];
		b_first[i] = b_first[j];
		b_first[j] = held;
	}
}
