/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/peak.h"

#include <string.h>

#define PEAK_FMA(ISA, type, isa, ops, how)                                                                   \
	{"fma_" #type "_" #isa, #type, ISA_##ISA, ops, how, fma_##type##_##isa},
const struct peak_fma_info peak_fmas[] = {
#include "engines/kernels/peak.inc"
	{0},
};
#undef PEAK_FMA

const struct peak_fma_info *peak_fma_find(const char *type, enum isa isa)
{
	const struct peak_fma_info *best = NULL;
	for (const struct peak_fma_info *r = peak_fmas; r->name; r++)
		if (r->isa <= isa && strcmp(r->type, type) == 0 && (!best || r->isa > best->isa))
			best = r;
	return best;
}
