/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/cuda/kernels/portable.h"

struct argmax_best {
	float value;
	uint32_t at; /* NOWHERE: nothing was larger than -inf */
};

#define NOWHERE 0xffffffffu

DEVICE struct argmax_best argmax_better(struct argmax_best x, struct argmax_best y)
{
	bool second = y.value > x.value || (y.value == x.value && y.at < x.at);
	return second ? y : x;
}

DEVICE struct argmax_best argmax_warp(struct argmax_best best)
{
	UNROLLED (s, LANE_STEPS) {
		struct argmax_best other;
		other.value = lane_xor_f32(best.value, WARP / 2 >> s);
		other.at = lane_xor_u32(best.at, WARP / 2 >> s);
		best = argmax_better(best, other);
	}
	return best;
}

KERNEL_DEFINE(argmax, argmax_args)
{
	SHARED struct argmax_best warps[WARPS_MAX];
	const float *x = a.x + (size_t)block_x() * (size_t)a.cols;
	struct argmax_best best = {-INFINITY, NOWHERE};
	for (int i = thread_x(); i < a.cols; i += block_threads())
		if (x[i] > best.value) {
			best.value = x[i];
			best.at = (uint32_t)i;
		}
	best = argmax_warp(best);
	if (lane_of_thread() == 0)
		warps[warp_of_thread()] = best;
	block_barrier();
	if (thread_x() != 0)
		return;
	for (int w = 1; w < block_threads() / WARP; w++)
		best = argmax_better(best, warps[w]);
	a.id[block_x()] = best.at == NOWHERE ? 0 : (int32_t)best.at;
}
