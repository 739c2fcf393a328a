/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/arch.h"

#include <stddef.h>
#include <string.h>

extern const struct arch arch_llama, arch_gpt2;

static const struct arch *const archs[] = {&arch_llama, &arch_gpt2, NULL};

const struct arch *arch_find(const char *name)
{
	for (const struct arch *const *a = archs; *a; a++)
		if (strcmp((*a)->name, name) == 0)
			return *a;
	return NULL;
}
