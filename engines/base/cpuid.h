/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instruction-set levels: which of the kernel libraries this processor and
 * this build can use. A lower level can be forced, which makes one machine
 * stand for several. Each level includes the ones below it.
 */
#ifndef IFM_BASE_CPUID_H
#define IFM_BASE_CPUID_H

#include <stdbool.h>

enum isa {
	ISA_REF = 0, /* plain C, the definition */
	ISA_AVX2,    /* AVX2, FMA, F16C */
	ISA_AVX512,  /* AVX-512 F, BW, DQ, VL */
	ISA_VNNI,    /* AVX-512 and AVX512_VNNI */
	ISA_BF16,    /* that and AVX512_BF16 */
	ISA_NEON,    /* arm64's base: no x86 level is ever usable beside it */
	ISA_COUNT
};

/* "ref", "avx2", "avx512", "vnni", "bf16", "neon". Static. */
const char *isa_name(enum isa isa);

/* False when there is no such name ("auto" is isa_best()). */
bool isa_parse(const char *name, enum isa *isa);

/* NULL when usable; else why not ("not on this CPU", "left out of this build"). Static. */
const char *isa_why_not(enum isa isa);

/* The highest usable level. */
enum isa isa_best(void);

/* The processor's brand string, on arm64 "arm64 IMPLEMENTER PART" ("arm64 0x41 0xd0c"); "unknown" where
 * there is none. Static. */
const char *cpuid_brand(void);

#endif
