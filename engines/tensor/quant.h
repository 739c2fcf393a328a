/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalar conversions that are the definition of each format. Rounding is to
 * nearest, ties to even. Vector code must give the same bits.
 */
#ifndef IFM_TENSOR_QUANT_H
#define IFM_TENSOR_QUANT_H

#include "engines/tensor/dtype.h"

float f16_to_f32(uint16_t h);	/* exact, subnormals, infinities and NaN included */
uint16_t f16_from_f32(float f); /* overflow gives infinity, NaN stays NaN */

float bf16_to_f32(uint16_t b);	 /* exact */
uint16_t bf16_from_f32(float f); /* NaN stays NaN, made quiet */

/*
 * One block of q8_0 as llama.cpp's quantize_row_q8_0 makes it: d = max|x| / 127,
 * stored as binary16; q = round(x / d) with the unrounded d. x has 32 elements.
 */
void q8_0_quantise_block(const float *x, struct q8_0_block *b);

/* The same without rounding d, which is returned: activations keep it in f32. */
float q8_0_quantise(const float *x, int8_t q[Q8_0_BLOCK]);

/*
 * One block of q4_0 as llama.cpp's quantize_row_q4_0_ref makes it: d = m / -8 with m the element of largest
 * magnitude (the first of them), stored as binary16; q = min(15, floor(x / d + 8.5)) with the unrounded d.
 */
void q4_0_quantise_block(const float *x, struct q4_0_block *b);

/* A row of wi8ai8: its scale d = max|x| / 127, and q = round(x / d) of n of its elements. */
float wi8ai8_scale(const float *x, size_t n);
void wi8ai8_quantise(const float *x, size_t n, float d, int8_t *q);

/* n elements (a multiple of dtype_block(t)) of a row, from and to f32. A row of wi8ai8 is its scale (f32), then
 * n int8. */
void dtype_to_f32(enum dtype t, const void *src, float *dst, size_t n);
void dtype_from_f32(enum dtype t, const float *src, void *dst, size_t n);

#endif
