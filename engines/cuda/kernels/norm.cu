/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The residual's sum and the norm after it. Each thread meets the same elements in every pass, so what it stores it may
 * read again without a barrier. Sums are of f32, a thread's part in order, then lanes and warps as a tree. Stores may
 * alias loads for all the compiler knows, so loads are gathered before: one wait for memory serves NORM_DEEP of them.
 */
#include "engines/cuda/kernels/portable.h"

#define NORM_DEEP 8

/* NORM_DEEP elements of a row of n from the i-th on, a block's threads apart; zeros beyond it. */
DEVICE void norm_load(float v[NORM_DEEP], const float *row, int i, int n)
{
	UNROLLED (u, NORM_DEEP) {
		int j = i + u * block_threads();
		v[u] = row && j < n ? row[j] : 0;
	}
}

/* x += delta + bias for NORM_DEEP elements from the i-th on, which v becomes; returns this thread's sum (of their squares) so far. */
DEVICE float norm_add(const struct norm_args *a, float *x, const float *delta, int i, float v[NORM_DEEP],
		      float sum, const bool squares)
{
	float d[NORM_DEEP], b[NORM_DEEP];
	norm_load(v, x, i, a->n_embd);
	if (delta) {
		norm_load(d, delta, i, a->n_embd);
		norm_load(b, a->delta_bias, i, a->n_embd);
	}
	UNROLLED (u, NORM_DEEP) {
		if (delta && i + u * block_threads() < a->n_embd) {
			v[u] += a->delta_bias ? d[u] + b[u] : d[u];
			x[i + u * block_threads()] = v[u];
		}
		sum = squares ? fmaf(v[u], v[u], sum) : sum + v[u];
	}
	return sum;
}

DEVICE float norm_squares(const struct norm_args *a, const float *x, float mean)
{
	float sum = 0;
	for (int i = thread_x(); i < a->n_embd; i += block_threads())
		sum = fmaf(x[i] - mean, x[i] - mean, sum);
	return sum;
}

DEVICE void norm_fill(const struct norm_args *a, size_t at, const int type)
{
	for (int i = thread_x(); i < a->n_embd; i += block_threads())
		store_rounded(a->out, at + (size_t)i, 0, type);
}

/* NORM_DEEP elements of the result, from those of x and the weight. */
DEVICE void norm_store(const struct norm_args *a, const float v[NORM_DEEP], const float w[NORM_DEEP],
		       size_t at, int i, float mean, float scale, const int type)
{
	float b[NORM_DEEP];
	norm_load(b, a->bias, i, a->n_embd);
	UNROLLED (u, NORM_DEEP) {
		int j = i + u * block_threads();
		float y = (v[u] - mean) * scale * w[u];
		if (j < a->n_embd)
			store_rounded(a->out, at + (size_t)j, a->bias ? y + b[u] : y, type);
	}
}

/* The first elements of a row, most often all of them, stay in registers; their weights are read while the kernel before runs. */
DEVICE void norm(const struct norm_args *a, const int type)
{
	SHARED float scratch[WARPS_MAX];
	const int first = thread_x(), step = NORM_DEEP * block_threads();
	float weight[NORM_DEEP], kept[NORM_DEEP], v[NORM_DEEP], w[NORM_DEEP], mean = 0;
	norm_load(weight, a->weight, first, a->n_embd);
	grid_wait();
	int row = a->rows ? a->rows[block_x()] : block_x();
	size_t at = (size_t)block_x() * (size_t)a->n_embd, from = (size_t)row * (size_t)a->n_embd;
	if (row < 0) {
		norm_fill(a, at, type);
		return;
	}
	float *x = a->x + from, n = (float)a->n_embd;
	const float *delta = a->delta ? a->delta + from : NULL;
	float sum = norm_add(a, x, delta, first, kept, 0, !a->layer_norm);
	for (int i = first + step; i < a->n_embd; i += step)
		sum = norm_add(a, x, delta, i, v, sum, !a->layer_norm);
	sum = block_sum(sum, scratch);
	if (a->layer_norm) {
		mean = sum / n;
		sum = block_sum(norm_squares(a, x, mean), scratch);
	}
	float scale = 1 / sqrtf(sum / n + a->eps);
	norm_store(a, kept, weight, at, first, mean, scale, type);
	for (int i = first + step; i < a->n_embd; i += step) {
		norm_load(v, x, i, a->n_embd);
		norm_load(w, a->weight, i, a->n_embd);
		norm_store(a, v, w, at, i, mean, scale, type);
	}
}

#define NORM(name, type)                                                                                     \
	KERNEL_DEFINE_EARLY(name, norm_args, 4)                                                              \
	{                                                                                                    \
		norm(&a, type);                                                                              \
	}

NORM(norm_f32, T_F32)
NORM(norm_f16, T_F16)
NORM(norm_bf16, T_BF16)
