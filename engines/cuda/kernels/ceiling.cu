/* SPDX-License-Identifier: Apache-2.0 */
/* What the device gives at most: bytes read, copied and written, latency, multiply-adds; and its clocks. */
#include "engines/cuda/kernels/portable.h"

/* Loads under way in a thread. */
#define STREAM_DEEP 4

DEVICE uint32_t stream_sum(struct words_4 v)
{
	return v.w[0] + v.w[1] + v.w[2] + v.w[3];
}

DEVICE const char *stream_word(const struct stream_args *a, uint64_t i)
{
	return (const char *)a->from + 16 * i;
}

/* The sum of this thread's words. */
DEVICE uint32_t stream_read_pass(const struct stream_args *a)
{
	uint64_t i = thread_of_grid(), step = threads_of_grid();
	uint32_t all = 0;
	for (; i + (STREAM_DEEP - 1) * step < a->n16; i += STREAM_DEEP * step) {
		struct words_4 v[STREAM_DEEP];
		UNROLLED (u, STREAM_DEEP)
			v[u] = load_words_4_past_l1(stream_word(a, i + (uint64_t)u * step));
		UNROLLED (u, STREAM_DEEP)
			all += stream_sum(v[u]);
	}
	for (; i < a->n16; i += step)
		all += stream_sum(load_words_4_past_l1(stream_word(a, i)));
	return all;
}

KERNEL_DEFINE(stream_read, stream_args)
{
	SHARED uint32_t warps[WARPS_MAX];
	uint32_t all = 0;
	for (uint32_t pass = 0; pass < a.passes; pass++)
		all += stream_read_pass(&a);
	UNROLLED (s, LANE_STEPS)
		all += lane_xor_u32(all, WARP / 2 >> s);
	if (lane_of_thread() == 0)
		warps[warp_of_thread()] = all;
	block_barrier();
	if (thread_x() != 0)
		return;
	for (int w = 1; w < block_threads() / WARP; w++)
		all += warps[w];
	a.sink[block_x()] = all;
}

DEVICE void stream_copy_pass(const struct stream_args *a)
{
	uint64_t i = thread_of_grid(), step = threads_of_grid();
	char *to = (char *)a->to;
	for (; i + (STREAM_DEEP - 1) * step < a->n16; i += STREAM_DEEP * step) {
		struct words_4 v[STREAM_DEEP];
		UNROLLED (u, STREAM_DEEP)
			v[u] = load_words_4_past_l1(stream_word(a, i + (uint64_t)u * step));
		UNROLLED (u, STREAM_DEEP)
			write_words_4(to + 16 * (i + (uint64_t)u * step), v[u]);
	}
	for (; i < a->n16; i += step)
		write_words_4(to + 16 * i, load_words_4_past_l1(stream_word(a, i)));
}

KERNEL_DEFINE(stream_copy, stream_args)
{
	for (uint32_t pass = 0; pass < a.passes; pass++)
		stream_copy_pass(&a);
}

/* Each pass stores something else, so that none can be left out. */
KERNEL_DEFINE(stream_write, stream_args)
{
	for (uint32_t pass = 0; pass < a.passes; pass++)
		for (uint64_t i = thread_of_grid(); i < a.n16; i += threads_of_grid()) {
			uint32_t w = (uint32_t)i + pass;
			struct words_4 v = {{w, w, w, w}};
			write_words_4((char *)a.to + 16 * i, v);
		}
}

KERNEL_DEFINE(chase, chase_args)
{
	uint32_t at = *a.end;
	for (uint64_t i = 0; i < a.n; i++)
		at = a.next[at];
	*a.end = at;
}

KERNEL_DEFINE(fma_f32, fma_args)
{
	float chain[FMA_CHAINS], sum = 0;
	UNROLLED (c, FMA_CHAINS)
		chain[c] = (float)(thread_x() + c);
	for (int i = 0; i < a.n; i++)
		UNROLLED (c, FMA_CHAINS)
			chain[c] = fmaf(chain[c], a.a, a.b);
	UNROLLED (c, FMA_CHAINS)
		sum += chain[c];
	a.sink[thread_of_grid()] = sum;
}
