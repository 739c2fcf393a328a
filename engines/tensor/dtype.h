/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Element types of weights and caches as they stand in files and memory, and
 * the names of precisions built on them. Not the packed forms: those belong to
 * the kernels.
 */
#ifndef IFM_TENSOR_DTYPE_H
#define IFM_TENSOR_DTYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dtype {
	DTYPE_F32 = 0,
	DTYPE_F16,  /* IEEE 754 binary16 */
	DTYPE_Q8_0, /* blocks of 32: binary16 scale, then 32 int8 (GGUF type 8) */
	DTYPE_COUNT
};

#define Q8_0_BLOCK 32

/* One block as it stands in a GGUF file: 34 bytes, no padding. */
struct q8_0_block {
	uint16_t scale; /* binary16 */
	int8_t q[Q8_0_BLOCK];
};

/* "f32", "f16", "q8_0". Static. */
const char *dtype_name(enum dtype t);
bool dtype_parse(const char *name, enum dtype *out);

/* Elements in one block: 1 or 32. A row must be a multiple of it. */
int dtype_block(enum dtype t);

/* Bytes of n elements; n must be a multiple of the block. */
size_t dtype_bytes(enum dtype t, size_t n);

/* What a matrix with rows of n elements is held in at this precision: the
 * precision itself, or F16 where n is no multiple of its block. */
enum dtype dtype_for_row(enum dtype precision, size_t n);

#endif
