/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels over vectors of f32: norm, rotation, activation, softmax and the
 * like, and narrowing to the types of a cache. One function-pointer type each; the versions stand in
 * vector.inc. Pointers need no alignment, lengths may be 0 unless said. Not for products
 * of matrices (gemm) or attention (attention.h).
 */
#ifndef IFM_KERNELS_VECTOR_H
#define IFM_KERNELS_VECTOR_H

#include <stdint.h>

#include "engines/base/cpuid.h"

/* y = x / sqrt(mean(x^2) + eps) * w; n > 0. y may be x. */
typedef void rmsnorm_fn(float *y, const float *x, const float *w, int n, float eps);

/* y = (x - mean) / sqrt(variance + eps) * w + b, the variance that of the n elements; n > 0. y may be x. */
typedef void layer_norm_fn(float *y, const float *x, const float *w, const float *b, int n, float eps);

/*
 * Rotates, in place, the pairs (2i, 2i+1) of the first n_rot elements of each
 * head: the order of GGUF llama files. turn holds cos, sin of each pair: n_rot floats.
 */
typedef void rope_fn(float *x, const float *turn, int n_heads, int head_dim, int n_rot);

/* y = silu(gate) * up, silu(x) = x / (1 + exp(-x)). y may be gate or up. */
typedef void silu_mul_fn(float *y, const float *gate, const float *up, int n);

/* y = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))): GELU in the form that GPT-2 has. y may be x. */
typedef void gelu_fn(float *y, const float *x, int n);

/* y += x */
typedef void add_fn(float *y, const float *x, int n);

/* x = exp(x - max) / sum of those, in place. */
typedef void softmax_fn(float *x, int n);

/* The index of the largest element, the lowest on ties; NaN is never the largest; 0 when n is 0. */
typedef int argmax_fn(const float *x, int n);

/* dst = src in a narrower type, with the very bits of dtype_from_f32 (quant.h); of q8_0 n is whole blocks. */
typedef void narrow_fn(void *dst, const float *src, int n);
typedef narrow_fn narrow_f16_fn, narrow_bf16_fn, narrow_q8_0_fn;

#define VECTOR_KERNEL(op, isa, fn) op##_fn fn;
#include "engines/kernels/vector.inc"
#undef VECTOR_KERNEL

#endif
