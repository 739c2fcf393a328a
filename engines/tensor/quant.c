/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/tensor/quant.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static float bits_to_f32(uint32_t u)
{
	float f;
	memcpy(&f, &u, sizeof f);
	return f;
}

static uint32_t f32_to_bits(float f)
{
	uint32_t u;
	memcpy(&u, &f, sizeof u);
	return u;
}

float f16_to_f32(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000u) << 16;
	uint32_t exp = (h >> 10) & 0x1f;
	uint32_t man = h & 0x3ffu;
	if (exp == 0x1f)
		return bits_to_f32(sign | 0x7f800000u | man << 13);
	if (exp == 0) /* zero or subnormal: man x 2^-24, exact in f32 */
		return bits_to_f32(f32_to_bits((float)man * 0x1p-24f) | sign);
	return bits_to_f32(sign | (exp + 112) << 23 | man << 13);
}

/* man, shifted right by n with rounding to nearest, ties to even. */
static uint32_t shift_round(uint32_t man, uint32_t n)
{
	uint32_t half = 1u << (n - 1);
	uint32_t rest = man & ((1u << n) - 1);
	uint32_t q = man >> n;
	return q + (rest > half || (rest == half && (q & 1)));
}

uint16_t f16_from_f32(float f)
{
	uint32_t u = f32_to_bits(f);
	uint16_t sign = (uint16_t)(u >> 16 & 0x8000u);
	uint32_t abs = u & 0x7fffffffu;
	if (abs > 0x7f800000u) /* NaN: quiet, keeps the upper payload */
		return (uint16_t)(sign | 0x7e00u | (abs >> 13 & 0x3ffu));
	if (abs >= 0x477ff000u) /* rounds to 2^16 or more */
		return (uint16_t)(sign | 0x7c00u);
	if (abs < 0x33000000u) /* below half of the smallest subnormal */
		return sign;
	uint32_t exp = abs >> 23;
	uint32_t man = (abs & 0x7fffffu) | 0x800000u;
	if (exp < 113) /* subnormal: a multiple of 2^-24 */
		return (uint16_t)(sign | shift_round(man, 126 - exp));
	/* A carry out of the mantissa moves the exponent up by itself. */
	return (uint16_t)(sign | (((exp - 113) << 10) + shift_round(man, 13)));
}

float bf16_to_f32(uint16_t b)
{
	return bits_to_f32((uint32_t)b << 16);
}

uint16_t bf16_from_f32(float f)
{
	uint32_t u = f32_to_bits(f);
	if ((u & 0x7fffffffu) > 0x7f800000u)
		return (uint16_t)(u >> 16 | 0x40u);
	return (uint16_t)((u + 0x7fffu + (u >> 16 & 1u)) >> 16);
}

/* Nearest integer, ties away from zero, in the range of q; NaN (from a broken file) is 0. */
static int8_t int8_round(float v)
{
	if (!(fabsf(v) <= 127.0f))
		return v > 0.0f ? 127 : v < 0.0f ? -127 : 0;
	return (int8_t)roundf(v);
}

float wi8ai8_scale(const float *x, size_t n)
{
	float max = 0.0f;
	for (size_t i = 0; i < n; i++)
		if (fabsf(x[i]) > max)
			max = fabsf(x[i]);
	return max / 127.0f;
}

void wi8ai8_quantise(const float *x, size_t n, float d, int8_t *q)
{
	float inverse = d > 0.0f ? 1.0f / d : 0.0f;
	for (size_t i = 0; i < n; i++)
		q[i] = int8_round(x[i] * inverse);
}

float q8_0_quantise(const float *x, int8_t q[Q8_0_BLOCK])
{
	float d = wi8ai8_scale(x, Q8_0_BLOCK);
	wi8ai8_quantise(x, Q8_0_BLOCK, d, q);
	return d;
}

void q8_0_quantise_block(const float *x, struct q8_0_block *b)
{
	b->scale = f16_from_f32(q8_0_quantise(x, b->q));
}

/* v is x / d + 8.5, cut off; NaN is the code of 0. */
static uint8_t q4_0_code(float v)
{
	if (!(v >= 0.0f && v < 16.0f))
		return v >= 16.0f ? 15 : v < 0.0f ? 0 : 8;
	return (uint8_t)v;
}

void q4_0_quantise_block(const float *x, struct q4_0_block *b)
{
	float most = 0.0f, extreme = 0.0f;
	for (int i = 0; i < Q4_0_BLOCK; i++)
		if (fabsf(x[i]) > most) {
			most = fabsf(x[i]);
			extreme = x[i];
		}
	float d = extreme / -8.0f;
	float inverse = d != 0.0f ? 1.0f / d : 0.0f;
	b->scale = f16_from_f32(d);
	for (int i = 0; i < Q4_0_BLOCK / 2; i++) {
		uint8_t low = q4_0_code(x[i] * inverse + 8.5f);
		uint8_t high = q4_0_code(x[i + Q4_0_BLOCK / 2] * inverse + 8.5f);
		b->q[i] = (uint8_t)(low | high << 4);
	}
}

static void q8_0_to_f32(const struct q8_0_block *b, float *dst, size_t n)
{
	for (size_t i = 0; i < n / Q8_0_BLOCK; i++) {
		float d = f16_to_f32(b[i].scale);
		for (int j = 0; j < Q8_0_BLOCK; j++)
			dst[i * Q8_0_BLOCK + (size_t)j] = (float)b[i].q[j] * d;
	}
}

static void q4_0_to_f32(const struct q4_0_block *b, float *dst, size_t n)
{
	for (size_t i = 0; i < n / Q4_0_BLOCK; i++, dst += Q4_0_BLOCK) {
		float d = f16_to_f32(b[i].scale);
		for (int j = 0; j < Q4_0_BLOCK / 2; j++) {
			dst[j] = (float)((b[i].q[j] & 15) - 8) * d;
			dst[j + Q4_0_BLOCK / 2] = (float)((b[i].q[j] >> 4) - 8) * d;
		}
	}
}

static void wi8ai8_to_f32(const char *row, float *dst, size_t n)
{
	float d;
	memcpy(&d, row, sizeof d);
	for (size_t i = 0; i < n; i++)
		dst[i] = (float)((const int8_t *)row)[sizeof d + i] * d;
}

void dtype_to_f32(enum dtype t, const void *src, float *dst, size_t n)
{
	assert(n % (size_t)dtype_block(t) == 0);
	uint16_t half;
	switch (t) {
	case DTYPE_F32:
	case DTYPE_TF32:
		memcpy(dst, src, n * sizeof *dst);
		return;
	case DTYPE_F16:
		for (size_t i = 0; i < n; i++) {
			memcpy(&half, (const char *)src + i * sizeof half, sizeof half);
			dst[i] = f16_to_f32(half);
		}
		return;
	case DTYPE_BF16:
		for (size_t i = 0; i < n; i++) {
			memcpy(&half, (const char *)src + i * sizeof half, sizeof half);
			dst[i] = bf16_to_f32(half);
		}
		return;
	case DTYPE_Q8_0:
		q8_0_to_f32(src, dst, n);
		return;
	case DTYPE_Q4_0:
		q4_0_to_f32(src, dst, n);
		return;
	case DTYPE_WI8AI8:
		wi8ai8_to_f32(src, dst, n);
		return;
	case DTYPE_COUNT:
		break;
	}
	assert(!"no such type");
}

static void wi8ai8_from_f32(const float *src, char *row, size_t n)
{
	float d = wi8ai8_scale(src, n);
	memcpy(row, &d, sizeof d);
	wi8ai8_quantise(src, n, d, (int8_t *)row + sizeof d);
}

void dtype_from_f32(enum dtype t, const float *src, void *dst, size_t n)
{
	assert(n % (size_t)dtype_block(t) == 0);
	switch (t) {
	case DTYPE_F32:
	case DTYPE_TF32:
		memcpy(dst, src, n * sizeof *src);
		return;
	case DTYPE_F16:
		for (size_t i = 0; i < n; i++)
			((uint16_t *)dst)[i] = f16_from_f32(src[i]);
		return;
	case DTYPE_BF16:
		for (size_t i = 0; i < n; i++)
			((uint16_t *)dst)[i] = bf16_from_f32(src[i]);
		return;
	case DTYPE_Q8_0:
		for (size_t i = 0; i < n / Q8_0_BLOCK; i++)
			q8_0_quantise_block(src + i * Q8_0_BLOCK, (struct q8_0_block *)dst + i);
		return;
	case DTYPE_Q4_0:
		for (size_t i = 0; i < n / Q4_0_BLOCK; i++)
			q4_0_quantise_block(src + i * Q4_0_BLOCK, (struct q4_0_block *)dst + i);
		return;
	case DTYPE_WI8AI8:
		wi8ai8_from_f32(src, dst, n);
		return;
	case DTYPE_COUNT:
		break;
	}
	assert(!"no such type");
}
