/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's arithmetic ceilings: loops that do nothing but multiply-add in registers. What a
 * level's matrix kernels cannot beat. They run on one thread; the caller splits the work.
 */
#ifndef IFM_KERNELS_PEAK_H
#define IFM_KERNELS_PEAK_H

#include "engines/base/cpuid.h"

/* Runs the loop body n times. */
typedef void peak_fma(long n);

struct peak_fma_info {
	const char *name; /* "fma_int8_vnni"; NULL ends the table */
	const char *type; /* "f32", "bf16", "int8" */
	enum isa isa;
	int ops; /* a body; a multiply-add counts 2, in int8 too, whatever instructions it takes */
	const char
		*how; /* "" when one instruction multiplies and adds; else what stands for it at this level */
	peak_fma *run;
};

/* The rows of peak.inc that this build has. */
extern const struct peak_fma_info peak_fmas[];

/* The highest level not above isa; NULL when there is no such type. Static. */
const struct peak_fma_info *peak_fma_find(const char *type, enum isa isa);

#define PEAK_FMA(ISA, type, isa, ops, how) peak_fma fma_##type##_##isa;
#include "engines/kernels/peak.inc"
#undef PEAK_FMA

#endif
