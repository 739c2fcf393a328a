/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's ceilings: loops that do nothing but multiply-add in registers,
 * and loops that do nothing but read memory. What a level's matrix kernels
 * cannot beat. They run on one thread; the caller splits the work.
 */
#ifndef IFM_KERNELS_PEAK_H
#define IFM_KERNELS_PEAK_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"

/* Runs the loop body n times. */
typedef void peak_fma(long n);

/* Reads all of `bytes` (a multiple of PEAK_READ_STEP) at p, 64-byte-aligned; returns a
 * combination of what it read, so that nothing can be left out. */
typedef uint64_t peak_read(const void *p, size_t bytes);
#define PEAK_READ_STEP 1024

struct peak_fma_info {
	const char *name; /* "fma_int8_vnni"; NULL ends the table */
	const char *type; /* "f32", "bf16", "int8" */
	enum isa isa;
	int ops; /* a body; a multiply-add counts 2, in int8 too, whatever instructions it takes */
	peak_fma *run;
};

struct peak_read_info {
	const char *name; /* "read_avx2"; NULL ends the table */
	enum isa isa;
	peak_read *run;
};

/* The rows of peak.inc that this build has. */
extern const struct peak_fma_info peak_fmas[];
extern const struct peak_read_info peak_reads[];

/* The highest level not above isa; NULL when there is no such type. Static. */
const struct peak_fma_info *peak_fma_find(const char *type, enum isa isa);
const struct peak_read_info *peak_read_find(enum isa isa);

#define PEAK_FMA(ISA, type, isa, ops) peak_fma fma_##type##_##isa;
#define PEAK_READ(ISA, isa)	      peak_read read_##isa;
#include "engines/kernels/peak.inc"
#undef PEAK_FMA
#undef PEAK_READ

#endif
