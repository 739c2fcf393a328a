/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <string.h>

#define PEAK_READ(ISA, isa)
#define PEAK_FMA(ISA, type, isa, ops) {"fma_" #type "_" #isa, #type, ISA_##ISA, ops, fma_##type##_##isa},
const struct peak_fma_info peak_fmas[] = {
#include "engines/kernels/peak.inc"
	{0},
};
#undef PEAK_READ
#undef PEAK_FMA

#define PEAK_READ(ISA, isa) {"read_" #isa, ISA_##ISA, read_##isa},
#define PEAK_FMA(ISA, type, isa, ops)
const struct peak_read_info peak_reads[] = {
#include "engines/kernels/peak.inc"
	{0},
};
#undef PEAK_READ
#undef PEAK_FMA

const struct peak_fma_info *peak_fma_find(const char *type, enum isa isa)
{
	const struct peak_fma_info *best = NULL;
	for (const struct peak_fma_info *r = peak_fmas; r->name; r++)
		if (r->isa <= isa && strcmp(r->type, type) == 0 && (!best || r->isa > best->isa))
			best = r;
	return best;
}

const struct peak_read_info *peak_read_find(enum isa isa)
{
	const struct peak_read_info *best = NULL;
	for (const struct peak_read_info *r = peak_reads; r->name; r++)
		if (r->isa <= isa && (!best || r->isa > best->isa))
			best = r;
	return best;
}
