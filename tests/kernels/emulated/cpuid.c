/* SPDX-License-Identifier: Apache-2.0 */
/* The levels where the ones above avx2 are emulated (avx512.h): usable wherever avx2 is and the build has
 * them. Linked before libbase.a, whose cpuid.o then is not asked for. */
#include "config.h"

#include "engines/base/cpuid.h"

#include <string.h>

static bool host_parse(const char *name, enum isa *isa);
static const char *host_why_not(enum isa isa);
static enum isa host_best(void);

#define isa_parse   host_parse
#define isa_why_not host_why_not
#define isa_best    host_best
#include "engines/base/cpuid.c"
#undef isa_parse
#undef isa_why_not
#undef isa_best

bool isa_parse(const char *name, enum isa *isa)
{
	if (strcmp(name, "auto") != 0)
		return host_parse(name, isa);
	*isa = isa_best();
	return true;
}

const char *isa_why_not(enum isa isa)
{
	bool emulated = isa < ISA_COUNT && isa > ISA_AVX2 && built[isa];
	return host_why_not(emulated ? ISA_AVX2 : isa);
}

enum isa isa_best(void)
{
	int best = ISA_COUNT - 1;
	while (best > 0 && isa_why_not((enum isa)best))
		best--;
	return (enum isa)best;
}
