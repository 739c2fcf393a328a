/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/arch/arch.h"

#include <stddef.h>
#include <string.h>

extern const struct arch arch_llama;

static const struct arch *const archs[] = {&arch_llama};

const struct arch *arch_find(const char *name)
{
	for (size_t i = 0; i < sizeof archs / sizeof *archs; i++)
		if (strcmp(archs[i]->name, name) == 0)
			return archs[i];
	return NULL;
}
