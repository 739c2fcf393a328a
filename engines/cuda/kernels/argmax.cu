/* SPDX-License-Identifier: Apache-2.0 */
#include "engines/cuda/kernels/portable.h"

#if ARGMAX_PARTS != 32
#error "a lane of the warp that joins them has a part"
#endif

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

/* Of a thread's elements: every block_threads()-th of a part. */
DEVICE struct argmax_best argmax_thread(const float *x, int begin, int end)
{
	struct argmax_best best = {-INFINITY, ARGMAX_NOWHERE};
	for (int i = begin + thread_x(); i < end; i += block_threads())
		if (x[i] > best.value) {
			best.value = x[i];
			best.at = (uint32_t)i;
		}
	return best;
}

KERNEL_DEFINE(argmax, argmax_args)
{
	SHARED struct argmax_best warps[WARPS_MAX];
	int row = block_x(), part = block_y();
	int chunk = (a.cols - 1) / ARGMAX_PARTS + 1, begin = part * chunk, left = a.cols - begin;
	struct argmax_best best = argmax_thread(a.x + (size_t)row * (size_t)a.cols, begin,
						begin + (left < chunk ? left : chunk));
	best = argmax_warp(best);
	if (lane_of_thread() == 0)
		warps[warp_of_thread()] = best;
	block_barrier();
	if (thread_x() != 0)
		return;
	for (int w = 1; w < block_threads() / WARP; w++)
		best = argmax_better(best, warps[w]);
	a.best[row * ARGMAX_PARTS + part] = best;
}

KERNEL_DEFINE(argmax_join, argmax_join_args)
{
	struct argmax_best best = argmax_warp(a.best[block_x() * ARGMAX_PARTS + lane_of_thread()]);
	if (lane_of_thread() == 0)
		a.id[block_x()] = best.at == ARGMAX_NOWHERE ? 0 : (int32_t)best.at;
}
