/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the twins share: drawn numbers, stored weights, outputs with a guard, launches by name. */
#ifndef IFM_TESTS_GPU_TWINS_H
#define IFM_TESTS_GPU_TWINS_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/cuda/kernels/args.h"
#include "engines/tensor/quant.h"
#include "tests/gpu/simt.h"
#include "tests/tap.h"

#define GUARD  64
#define POISON 0xa5

static const uint64_t seed = 23;
static uint64_t drawn;

/* Lengths around the sizes of warps and blocks, odd ones among them; of types with blocks rounded up. */
static const int lengths[] = {1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 777};
#define N_LENGTHS ((int)(sizeof lengths / sizeof *lengths))

__attribute__((unused)) static int length_of(int i, int block)
{
	return (lengths[i] + block - 1) / block * block;
}

/* Exactly n, so that sanitizers see what reads further. */
static inline float *draw(size_t n, float span)
{
	float *x = mem_alloc(n * sizeof *x);
	for (size_t i = 0; i < n; i++)
		x[i] = span * rng_symmetric(rng_at(seed, drawn++));
	return x;
}

static inline void *copy_of(const void *p, size_t n)
{
	return memcpy(mem_alloc(n), p, n);
}

/* An output of n bytes: poison, and a guard of it behind. */
static inline void *output(size_t n)
{
	return memset(mem_alloc(n + GUARD), POISON, n + GUARD);
}

/* As it should have become: the poison of both and the guard, too. */
static inline bool output_same(const void *got, const void *want, size_t n)
{
	return memcmp(got, want, n + GUARD) == 0;
}

static inline bool guarded(const void *got, size_t n)
{
	for (size_t i = 0; i < GUARD; i++)
		if (((const unsigned char *)got)[n + i] != POISON)
			return false;
	return true;
}

static inline void launch(const char *name, unsigned x, unsigned y, unsigned z, const void *args)
{
	const struct simt_kernel *k = simt_find(name);
	if (!k)
		bail("no such kernel");
	simt_run(k, (const unsigned[]){x, y, z}, (const unsigned[]){(unsigned)k->max_threads, 1, 1}, 0, args);
}

/* "op_type" or "op_type_m" */
static inline const char *kernel_name(const char *op, const char *type, int m)
{
	static char name[64];
	snprintf(name, sizeof name, m ? "%s_%s_%d" : "%s_%s", op, type, m);
	return name;
}

/* As on the device: finite values stay finite in f16. */
static inline float rounded(float v, enum dtype type)
{
	if (type == DTYPE_BF16)
		return bf16_to_f32(bf16_from_f32(v));
	if (type == DTYPE_F16)
		return f16_to_f32(f16_from_f32(isfinite(v) ? fminf(fmaxf(v, -65504), 65504) : v));
	return v;
}

/* Of an output, as values. */
static inline float value_at(const void *p, size_t i, enum dtype type)
{
	if (type == DTYPE_F32)
		return ((const float *)p)[i];
	return type == DTYPE_F16 ? f16_to_f32(((const uint16_t *)p)[i])
				 : bf16_to_f32(((const uint16_t *)p)[i]);
}

static inline size_t width_of(enum dtype type)
{
	return type == DTYPE_F32 ? 4 : 2;
}

/* Relative error of one rounding to nearest. */
static inline double rounding_of(enum dtype type)
{
	return type == DTYPE_F32 ? 0 : type == DTYPE_F16 ? 0x1p-11 : 0x1p-8;
}

/* A matrix in the form of args.h, and its values. */
struct stored {
	void *w, *scales;
	float *values;
};

static inline void stored_blocks(struct stored *s, enum dtype type, size_t n, const float *x)
{
	uint16_t *scale = s->scales;
	for (size_t b = 0; b < n / 32; b++) {
		if (type == DTYPE_Q8_0) {
			struct q8_0_block q;
			q8_0_quantise_block(x + 32 * b, &q);
			scale[b] = q.scale;
			memcpy((char *)s->w + 32 * b, q.q, 32);
			dtype_to_f32(type, &q, s->values + 32 * b, 32);
		} else {
			struct q4_0_block q;
			q4_0_quantise_block(x + 32 * b, &q);
			scale[b] = q.scale;
			memcpy((char *)s->w + 16 * b, q.q, 16);
			dtype_to_f32(type, &q, s->values + 32 * b, 32);
		}
	}
}

static inline void stored_int8(struct stored *s, size_t n, size_t k, const float *x)
{
	for (size_t i = 0; i < n; i++) {
		float d = ((float *)s->scales)[i] = wi8ai8_scale(x + i * k, k);
		int8_t *q = (int8_t *)s->w + i * k;
		wi8ai8_quantise(x + i * k, k, d, q);
		for (size_t j = 0; j < k; j++)
			s->values[i * k + j] = (float)q[j] * d;
	}
}

static inline struct stored stored_make(enum dtype type, size_t n, size_t k)
{
	struct stored s = {0};
	float *x = draw(n * k, 2);
	s.values = mem_alloc(n * k * sizeof *s.values);
	if (type == DTYPE_Q8_0 || type == DTYPE_Q4_0) {
		s.w = mem_alloc(type == DTYPE_Q8_0 ? n * k : n * k / 2);
		s.scales = mem_alloc(n * k / 32 * sizeof(uint16_t));
		stored_blocks(&s, type, n * k, x);
	} else if (type == DTYPE_WI8AI8) {
		s.w = mem_alloc(n * k);
		s.scales = mem_alloc(n * sizeof(float));
		stored_int8(&s, n, k, x);
	} else {
		s.w = mem_alloc(dtype_bytes(type, n * k));
		dtype_from_f32(type, x, s.w, n * k);
		dtype_to_f32(type, s.w, s.values, n * k);
	}
	free(x);
	return s;
}

static inline void stored_free(struct stored *s)
{
	free(s->w);
	free(s->scales);
	free(s->values);
}

/* In names of kernels. */
static inline const char *type_name(enum dtype type)
{
	return type == DTYPE_WI8AI8 ? "i8" : dtype_name(type);
}

#endif
