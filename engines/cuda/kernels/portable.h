/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernels are written in: one text that nvcc compiles as CUDA C++ and a C compiler as C11 (their twins, run by
 * tests/gpu/simt.c). on_device.h and on_host.h hold the two meanings of each primitive, this file what is the same on
 * both. A constant argument of a DEVICE function takes the place of a template's: everything is inlined.
 *
 * Both sides give:
 *   KERNEL_DEFINE_EARLY(name, type, blocks)   defines a kernel of kernels.inc; its body sees its arguments as a
 *   DEVICE, SHARED, UNROLLED(i, n)   of helpers, of static shared memory; a loop over 0 .. n - 1
 *   thread_x() ... grid_y()       where the thread is
 *   grid_wait()                   until the kernel before is done and what it stored is seen (below)
 *   block_barrier()               all threads of the block that have not returned
 *   lane_xor_f32, _u32(v, mask)   the value of another lane; all 32 lanes of the warp take part
 *   load_words_4, _2(p)           streamed, not kept in L1, of memory that no kernel under way writes; never moved
 *                                 behind grid_wait()
 *   load_words_4_past_l1(p)       from L2, whatever L1 holds
 *   read_words_4, write_words_4   as any access: 16 aligned bytes
 *   f16_bits, bf16_bits(f)        rounded to nearest even; f16_value, bf16_value(bits)
 *   pack_f16, pack_bf16(low, high)
 *   f32_bits, f32_of_bits, dot_i8(a, b, sum), exp2_fast
 *   mma_16x8x16(d, a, b, bf16)    d += a b by the tensor cores; fragments as of mma.sync.m16n8k16
 *   ldmatrix_4, ldmatrix_4_transposed
 *   copy_async_16, copies_commit, copies_wait(n)
 *   timer_ns
 */
#ifndef IFM_CUDA_KERNELS_PORTABLE_H
#define IFM_CUDA_KERNELS_PORTABLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/cuda/kernels/args.h"

enum {
#define KERNEL(name, args, threads) THREADS_OF_##name = threads,
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
};

#define ALIGNED_16 __attribute__((aligned(16)))

struct words_2 {
	uint32_t w[2];
};
struct words_4 {
	uint32_t w[4];
};

#ifdef __CUDACC__
#include "engines/cuda/kernels/on_device.h"
#else
#include "engines/cuda/kernels/on_host.h"
#endif

/*
 * A kernel may be launched while the one before it still runs: its threads take their places, and wait. So each thread of each
 * kernel calls grid_wait() once, before it reads what a kernel may have written and before it stores anything; only then the
 * next kernel may be launched (CUDA C++ Programming Guide, programmatic dependent launch). KERNEL_DEFINE does it first of all;
 * a body of KERNEL_DEFINE_EARLY does it itself, and may read before what no kernel writes. blocks: so many of them that registers
 * must leave room for on a multiprocessor, 0: any.
 */
#define KERNEL_DEFINE(name, type)                                                                            \
	DEVICE void name##_waited(const struct type a);                                                      \
	KERNEL_DEFINE_EARLY(name, type, 0)                                                                   \
	{                                                                                                    \
		grid_wait();                                                                                 \
		name##_waited(a);                                                                            \
	}                                                                                                    \
	DEVICE void name##_waited(const struct type a)

/* The types of what is stored. */
enum { T_F32, T_F16, T_BF16, T_Q8_0, T_Q4_0, T_I8 };

#define WARP	   32
#define WARPS_MAX  8 /* of a block */
#define LANE_STEPS 5 /* halvings of a warp down to one lane */

DEVICE int lane_of_thread(void)
{
	return thread_x() % WARP;
}

DEVICE int warp_of_thread(void)
{
	return thread_x() / WARP;
}

/* Of this thread among all of a grid of one dimension, and how many those are. */
DEVICE uint64_t thread_of_grid(void)
{
	return (uint64_t)block_x() * (uint64_t)block_threads() + (uint64_t)thread_x();
}

DEVICE uint64_t threads_of_grid(void)
{
	return (uint64_t)grid_x() * (uint64_t)block_threads();
}

DEVICE bool is_finite(float f)
{
	return (f32_bits(f) & 0x7fffffffu) < 0x7f800000u;
}

/* Finite stays finite: what is larger than binary16 has becomes its largest value. */
DEVICE uint16_t f16_bits_finite(float f)
{
	return f16_bits(is_finite(f) ? fminf(fmaxf(f, -65504.0f), 65504.0f) : f);
}

DEVICE void store_rounded(void *out, size_t i, float v, const int type)
{
	if (type == T_F32)
		((float *)out)[i] = v;
	else
		((uint16_t *)out)[i] = type == T_F16 ? f16_bits_finite(v) : bf16_bits(v);
}

/* The low and the high half of a word as values. */
DEVICE float half_value(uint32_t word, const int high, const int type)
{
	if (type == T_BF16)
		return f32_of_bits(high ? word & 0xffff0000u : word << 16);
	return f16_value((uint16_t)(high ? word >> 16 : word));
}

DEVICE float warp_sum(float v)
{
	UNROLLED (s, LANE_STEPS)
		v += lane_xor_f32(v, WARP / 2 >> s);
	return v;
}

DEVICE float warp_max(float v)
{
	UNROLLED (s, LANE_STEPS)
		v = fmaxf(v, lane_xor_f32(v, WARP / 2 >> s));
	return v;
}

/* The sum over a block, for all its threads; scratch is shared, one a warp. */
DEVICE float block_sum(float v, float *scratch)
{
	v = warp_sum(v);
	block_barrier(); /* what was there before has been read */
	if (lane_of_thread() == 0)
		scratch[warp_of_thread()] = v;
	block_barrier();
	v = 0;
	for (int w = 0; w < block_threads() / WARP; w++)
		v += scratch[w];
	return v;
}

DEVICE float block_max(float v, float *scratch)
{
	v = warp_max(v);
	block_barrier();
	if (lane_of_thread() == 0)
		scratch[warp_of_thread()] = v;
	block_barrier();
	v = scratch[0];
	for (int w = 1; w < block_threads() / WARP; w++)
		v = fmaxf(v, scratch[w]);
	return v;
}

/* e^x as engines/kernels/ref/math.h computes it; a multiply-add is rounded once here. */
DEVICE float exp_same(float x)
{
	if (x < -87.33654f)
		return 0;
	float c = x > 88.37626f ? 88.37626f : x, n = rintf(c * 1.44269504f);
	float r = fmaf(-n, -2.12194440e-4f, fmaf(-n, 0.693359375f, c));
	float p = 1.9875691500e-4f;
	p = fmaf(p, r, 1.3981999507e-3f);
	p = fmaf(p, r, 8.3334519073e-3f);
	p = fmaf(p, r, 4.1665795894e-2f);
	p = fmaf(p, r, 1.6666665459e-1f);
	p = fmaf(p, r, 5.0000001201e-1f);
	p = fmaf(p, r * r, r) + 1;
	if (p != p)
		return p;
	return f32_of_bits(f32_bits(p) + ((uint32_t)(int32_t)n << 23));
}

/* As in engines/tensor/quant.c: nearest, ties away from zero; NaN is 0. */
DEVICE int int8_rounded(float v)
{
	if (!(fabsf(v) <= 127.0f))
		return v > 0.0f ? 127 : v < 0.0f ? -127 : 0;
	return (int)roundf(v);
}

/* What counts in the scale of a row or block: NaN does not. */
DEVICE float magnitude(float v)
{
	float m = fabsf(v);
	return m > 0 ? m : 0;
}

/* Byte i of a word, signed, as a value: the byte in the mantissa of 2^23 + 128 + q, less that. Conversions of integers run
 * at an eighth of the speed of sums. */
DEVICE float int8_value(uint32_t word_flipped, const int i)
{
	return f32_of_bits(byte_in(word_flipped, i, 0x4b000000u)) - 8388736.0f;
}

/* The quant of element i of a block row of q4_0, less 8. */
DEVICE int q4_0_quant(const uint8_t *row, size_t i)
{
	uint8_t both = row[i / 32 * 16 + i % 16];
	return (int)(i % 32 < 16 ? both & 15 : both >> 4) - 8;
}

/* Element i of row number row, rows of k, in the forms of args.h. */
DEVICE float stored_value(const void *rows, const void *scales, size_t row, size_t i, size_t k,
			  const int type)
{
	size_t at = row * k + i;
	if (type == T_F32)
		return ((const float *)rows)[at];
	if (type == T_F16)
		return f16_value(((const uint16_t *)rows)[at]);
	if (type == T_BF16)
		return bf16_value(((const uint16_t *)rows)[at]);
	if (type == T_I8)
		return (float)((const int8_t *)rows)[at] * ((const float *)scales)[row];
	float d = f16_value(((const uint16_t *)scales)[at / 32]);
	if (type == T_Q8_0)
		return (float)((const int8_t *)rows)[at] * d;
	return (float)q4_0_quant((const uint8_t *)rows + row * (k / 2), i) * d;
}

#endif
