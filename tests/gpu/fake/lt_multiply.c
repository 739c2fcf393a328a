/* SPDX-License-Identifier: Apache-2.0 */
/* The products themselves: sums in f32 in the order of k, int8 exactly. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engines/tensor/quant.h"
#include "tests/gpu/fake/lt.h"

size_t lt_type_size(cudaDataType_t type)
{
	switch (type) {
	case CUDA_R_8I:
		return 1;
	case CUDA_R_16F:
	case CUDA_R_16BF:
		return 2;
	default:
		return 4;
	}
}

static float tf32(float x)
{
	uint32_t bits;
	memcpy(&bits, &x, sizeof bits);
	if (isfinite(x))
		bits = (bits + 0xfff + (bits >> 13 & 1)) & ~(uint32_t)0x1fff;
	memcpy(&x, &bits, sizeof x);
	return x;
}

static float element(const void *from, cudaDataType_t type, int64_t at)
{
	switch (type) {
	case CUDA_R_8I:
		return ((const int8_t *)from)[at];
	case CUDA_R_16F:
		return f16_to_f32(((const uint16_t *)from)[at]);
	case CUDA_R_16BF:
		return bf16_to_f32(((const uint16_t *)from)[at]);
	default:
		return ((const float *)from)[at];
	}
}

static void element_store(void *to, cudaDataType_t type, int64_t at, float x)
{
	if (type == CUDA_R_16F)
		((uint16_t *)to)[at] = f16_from_f32(x);
	else if (type == CUDA_R_16BF)
		((uint16_t *)to)[at] = bf16_from_f32(x);
	else
		((float *)to)[at] = x;
}

/* n rows of k, one after the other: along says that they are columns of the matrix. Owned by the caller. */
static float *unpack(const void *from, const struct lt_layout *l, uint64_t n, uint64_t k, bool along,
		     bool round)
{
	float *to = malloc(n * k * sizeof *to);
	if (!to)
		abort();
	for (uint64_t i = 0; i < n; i++)
		for (uint64_t j = 0; j < k; j++) {
			uint64_t ld = (uint64_t)l->ld, at = along ? j + i * ld : i + j * ld;
			float x = element(from, l->type, (int64_t)at);
			to[i * k + j] = round ? tf32(x) : x;
		}
	return to;
}

/* Parts of k that are summed apart are added in their order. */
static float dot(const float *a, const float *b, uint64_t k, unsigned split)
{
	uint64_t part = (k + split - 1) / split;
	float sum = 0;
	for (uint64_t from = 0; from < k; from += part) {
		float s = 0;
		for (uint64_t i = from; i < k && i < from + part; i++)
			s += a[i] * b[i];
		sum += s;
	}
	return sum;
}

static uint32_t dot_int8(const float *a, const float *b, uint64_t k)
{
	uint32_t sum = 0;
	for (uint64_t i = 0; i < k; i++)
		sum += (uint32_t)((int32_t)a[i] * (int32_t)b[i]);
	return sum;
}

/* One element of D in its place; c: the same of C, NULL where there is none. */
static void multiply_int8(const struct lt_problem *p, const void *alpha, const void *beta, uint32_t sum,
			  const void *c, void *d)
{
	uint32_t by, old_by, old = 0;
	memcpy(&by, alpha, sizeof by);
	memcpy(&old_by, beta, sizeof old_by);
	if (c)
		memcpy(&old, c, sizeof old);
	sum = by * sum + old_by * old;
	memcpy(d, &sum, lt_type_size(p->d.type));
}

static void multiply_float(const struct lt_problem *p, const void *alpha, const void *beta, float sum,
			   const void *c, void *d)
{
	float by, old_by;
	memcpy(&by, alpha, sizeof by);
	memcpy(&old_by, beta, sizeof old_by);
	sum *= by;
	element_store(d, p->d.type, 0, c ? sum + old_by * element(c, p->c.type, 0) : sum);
}

void lt_multiply(const struct lt_problem *p, unsigned split, const void *alpha, const void *a, const void *b,
		 const void *beta, const void *c, void *d)
{
	bool round = p->product.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
	size_t size = lt_type_size(p->d.type);
	float *rows = unpack(a, &p->a, p->m, p->k, p->product.a == CUBLAS_OP_T, round);
	float *cols = unpack(b, &p->b, p->n, p->k, p->product.b == CUBLAS_OP_N, round);
	for (uint64_t j = 0; j < p->n; j++)
		for (uint64_t i = 0; i < p->m; i++) {
			const float *x = rows + i * p->k, *y = cols + j * p->k;
			const char *old = c ? (const char *)c + (i + j * (uint64_t)p->c.ld) * size : NULL;
			char *to = (char *)d + (i + j * (uint64_t)p->d.ld) * size;
			if (p->product.compute == CUBLAS_COMPUTE_32I)
				multiply_int8(p, alpha, beta, dot_int8(x, y, p->k), old, to);
			else
				multiply_float(p, alpha, beta, dot(x, y, p->k, split), old, to);
		}
	free(rows);
	free(cols);
}
