/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/kernel_set.h"

void kernel_set_choose(struct kernel_set *set, enum isa isa)
{
#define VECTOR_KERNEL(op, level, fn)                                                                         \
	if (level <= isa)                                                                                    \
		set->op = fn;
#include "engines/kernels/vector.inc"
#undef VECTOR_KERNEL
#define ATTENTION_KERNEL(type, level, fn)                                                                    \
	if (level <= isa)                                                                                    \
		set->attention[DTYPE_##type] = fn, set->attention_name[DTYPE_##type] = #fn;
#include "engines/kernels/attention.inc"
#undef ATTENTION_KERNEL
}
