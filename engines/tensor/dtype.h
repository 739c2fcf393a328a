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
	DTYPE_BF16, /* the upper half of an f32 */
	DTYPE_Q8_0, /* blocks of 32: binary16 scale, then 32 int8 (GGUF type 8) */
	DTYPE_Q4_0, /* blocks of 32: binary16 scale, then 32 nibbles (GGUF type 2) */
	DTYPE_WI8AI8, /* int8 with one f32 scale a row (channel); no file has it. As a precision: activations int8,
	                 one scale a row (token) */
	DTYPE_TF32, /* a precision alone: held as f32, products round both factors to 10 mantissa bits */
	DTYPE_COUNT
};

/* The types that differ in how elements are held are those before it. */
#define DTYPE_HELD_COUNT DTYPE_TF32

#define Q8_0_BLOCK 32
#define Q4_0_BLOCK 32
/* Rows are a multiple of it: four products are one step of an integer dot product. */
#define WI8AI8_BLOCK 4
/* Longer rows could overflow the sums: 127 * 128 * 2^17 is just below 2^31. */
#define WI8AI8_ROW_MAX (1 << 17)

/* One block as it stands in a GGUF file: 34 bytes, no padding. */
struct q8_0_block {
	uint16_t scale; /* binary16 */
	int8_t q[Q8_0_BLOCK];
};

/* The same for type 2: 18 bytes. q[j] holds element j in its low half and element j + 16 in its high one,
 * each plus 8. */
struct q4_0_block {
	uint16_t scale; /* binary16 */
	uint8_t q[Q4_0_BLOCK / 2];
};

/* "f32", "f16", "bf16", "q8_0", "q4_0", "wi8ai8", "tf32". Static. */
const char *dtype_name(enum dtype t);
bool dtype_parse(const char *name, enum dtype *out);

/* A type that GGUF files have, too: all but wi8ai8 and tf32. */
bool dtype_in_files(enum dtype t);
/* All of them as words of a message: "f32, f16, ... or q4_0". Static. */
const char *dtype_file_names(void);

/* A type that a cache of keys and values may have, and all of them as words of a message. */
bool dtype_in_caches(enum dtype t);
const char *dtype_cache_names(void);

/* Elements in one block: 1, 4 or 32. A row must be a multiple of it. */
int dtype_block(enum dtype t);

/* Bytes of a row of n elements, a multiple of the block; but for wi8ai8, also of several rows. */
size_t dtype_bytes(enum dtype t, size_t n);

/* What a matrix with rows of n elements is held in at this precision: the
 * precision itself, or F16 where n is no multiple of its block (of wi8ai8 also where n is
 * more than WI8AI8_ROW_MAX). */
enum dtype dtype_for_row(enum dtype precision, size_t n);

#endif
