/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primitives of portable.h in C, for the twins: each runs as one thread of a block among others, blocks one after the
 * other, so that static memory is shared memory. What runs them (tests/gpu/simt.c) gives the functions declared here.
 */
#ifndef IFM_CUDA_KERNELS_ON_HOST_H
#define IFM_CUDA_KERNELS_ON_HOST_H

#include <string.h>

#include "engines/tensor/quant.h"

#define DEVICE	       static inline
#define SHARED	       static
#define UNROLLED(i, n) for (int i = 0; i < (n); i++)
#define KERNEL_DEFINE_EARLY(name, type, blocks)                                                              \
	static void body_##name(const struct type a);                                                        \
	void twin_##name(const void *args);                                                                  \
	void twin_##name(const void *args)                                                                   \
	{                                                                                                    \
		body_##name(*(const struct type *)args);                                                     \
	}                                                                                                    \
	static void body_##name(const struct type a)

struct simt_place {
	int thread, block[3], grid[3], threads; /* of a block */
};

/* Of the thread that runs now. */
extern struct simt_place simt_now;

void simt_barrier(void);
void simt_grid_wait(void);

/* What all lanes of the warp bring, SIMT_SLOT bytes each; valid until the lane's next exchange. */
#define SIMT_SLOT 64
const char *simt_exchange(const void *mine, size_t size);

/* Ends the program: a kernel did what hardware would not take. */
_Noreturn void simt_fail(const char *what);

DEVICE int thread_x(void)
{
	return simt_now.thread;
}

DEVICE int block_x(void)
{
	return simt_now.block[0];
}

DEVICE int block_y(void)
{
	return simt_now.block[1];
}

DEVICE int block_z(void)
{
	return simt_now.block[2];
}

DEVICE int grid_x(void)
{
	return simt_now.grid[0];
}

DEVICE int grid_y(void)
{
	return simt_now.grid[1];
}

DEVICE int block_threads(void)
{
	return simt_now.threads;
}

DEVICE void block_barrier(void)
{
	simt_barrier();
}

DEVICE void grid_wait(void)
{
	simt_grid_wait();
}

DEVICE uint32_t lane_xor_u32(uint32_t v, int mask)
{
	uint32_t other;
	const char *all = simt_exchange(&v, sizeof v);
	memcpy(&other, all + ((simt_now.thread % 32) ^ mask) * SIMT_SLOT, sizeof other);
	return other;
}

DEVICE uint32_t f32_bits(float f)
{
	uint32_t u;
	memcpy(&u, &f, sizeof u);
	return u;
}

DEVICE float f32_of_bits(uint32_t u)
{
	float f;
	memcpy(&f, &u, sizeof f);
	return f;
}

DEVICE float lane_xor_f32(float v, int mask)
{
	return f32_of_bits(lane_xor_u32(f32_bits(v), mask));
}

DEVICE float f16_value(uint16_t h)
{
	return f16_to_f32(h);
}

DEVICE uint16_t f16_bits(float f)
{
	return f16_from_f32(f);
}

DEVICE float bf16_value(uint16_t b)
{
	return bf16_to_f32(b);
}

DEVICE uint16_t bf16_bits(float f)
{
	return bf16_from_f32(f);
}

DEVICE uint32_t pack_f16(float low, float high)
{
	return f16_from_f32(low) | (uint32_t)f16_from_f32(high) << 16;
}

DEVICE uint32_t pack_bf16(float low, float high)
{
	return bf16_from_f32(low) | (uint32_t)bf16_from_f32(high) << 16;
}

DEVICE uint32_t byte_in(uint32_t word, const int i, uint32_t high)
{
	return (high & 0xffffff00u) | (word >> (8 * i) & 0xffu);
}

DEVICE int dot_i8(uint32_t x, uint32_t y, int sum)
{
	for (int i = 0; i < 4; i++)
		sum += (int8_t)(uint8_t)(x >> (8 * i)) * (int8_t)(uint8_t)(y >> (8 * i));
	return sum;
}

DEVICE float exp2_fast(float x)
{
	return exp2f(x);
}

DEVICE void need_aligned(const void *p, size_t size)
{
	if ((uintptr_t)p % size)
		simt_fail("a wide load or store at an odd address");
}

DEVICE struct words_4 read_words_4(const void *p)
{
	struct words_4 v;
	need_aligned(p, sizeof v);
	memcpy(&v, p, sizeof v);
	return v;
}

DEVICE struct words_4 load_words_4(const void *p)
{
	return read_words_4(p);
}

DEVICE struct words_4 load_words_4_past_l1(const void *p)
{
	return read_words_4(p);
}

DEVICE struct words_2 load_words_2(const void *p)
{
	struct words_2 v;
	need_aligned(p, sizeof v);
	memcpy(&v, p, sizeof v);
	return v;
}

DEVICE void write_words_4(void *p, struct words_4 v)
{
	need_aligned(p, sizeof v);
	memcpy(p, &v, sizeof v);
}

/* What a lane brings to a product: a holds rows g and g + 8, b column g, of columns (rows) 2 t, 2 t + 1, 2 t + 8, 2 t + 9,
 * with g = lane / 4 and t = lane % 4. */
struct mma_part {
	float a[2][4], b[4];
};

DEVICE float mma_value(uint32_t word, int high, bool bf16)
{
	uint16_t bits = (uint16_t)(high ? word >> 16 : word);
	return bf16 ? bf16_to_f32(bits) : f16_to_f32(bits);
}

DEVICE void mma_16x8x16(float d[4], const uint32_t a[4], uint32_t b0, uint32_t b1, const bool bf16)
{
	struct mma_part mine;
	for (int i = 0; i < 4; i++) {
		mine.a[0][i] = mma_value(a[i / 2 * 2], i % 2, bf16);
		mine.a[1][i] = mma_value(a[i / 2 * 2 + 1], i % 2, bf16);
		mine.b[i] = mma_value(i / 2 ? b1 : b0, i % 2, bf16);
	}
	const char *all = simt_exchange(&mine, sizeof mine);
	int lane = simt_now.thread % 32;
	for (int i = 0; i < 4; i++) {
		double sum = d[i];
		for (int t = 0; t < 4; t++) {
			const struct mma_part *row = (const void *)(all + (lane / 4 * 4 + t) * SIMT_SLOT);
			const struct mma_part *col =
				(const void *)(all + ((lane % 4 * 2 + i % 2) * 4 + t) * SIMT_SLOT);
			for (int e = 0; e < 4; e++)
				sum += (double)row->a[i / 2][e] * col->b[e];
		}
		d[i] = (float)sum;
	}
}

DEVICE const uint16_t *matrix_row(const char *all, int matrix, int row)
{
	const uint16_t *p;
	memcpy(&p, all + (8 * matrix + row) * SIMT_SLOT, sizeof p);
	need_aligned(p, 16);
	return p;
}

DEVICE struct words_4 ldmatrix_4(const void *row)
{
	struct words_4 v;
	const char *all = simt_exchange(&row, sizeof row);
	int lane = simt_now.thread % 32;
	for (int i = 0; i < 4; i++)
		memcpy(&v.w[i], matrix_row(all, i, lane / 4) + 2 * (lane % 4), 4);
	return v;
}

DEVICE struct words_4 ldmatrix_4_transposed(const void *row)
{
	struct words_4 v;
	const char *all = simt_exchange(&row, sizeof row);
	int lane = simt_now.thread % 32;
	for (int i = 0; i < 4; i++)
		v.w[i] = matrix_row(all, i, 2 * (lane % 4))[lane / 4] |
			 (uint32_t)matrix_row(all, i, 2 * (lane % 4) + 1)[lane / 4] << 16;
	return v;
}

DEVICE void copy_async_16(void *to, const void *from, bool there)
{
	need_aligned(to, 16);
	need_aligned(from, 16);
	if (there)
		memcpy(to, from, 16);
	else
		memset(to, 0, 16);
}

DEVICE void copies_commit(void)
{
}

DEVICE void copies_wait(const int n)
{
	(void)n;
}

/* A clock of the twins' own: it only ever goes on. */
DEVICE uint64_t timer_ns(void)
{
	static uint64_t ticks;
	return ++ticks;
}

#endif
