/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of engine "cpu" share: the open engine. Its ISA and thread
 * pool serve sessions and single operations (op.h) alike.
 */
#ifndef IFM_CPU_CPU_H
#define IFM_CPU_CPU_H

#include "engines/base/cpuid.h"
#include "engines/cpu/kernel_set.h"

struct pool;

struct engine {
	enum isa isa;
	struct pool *pool;
	struct kernel_set kernels; /* vector and attention kernels of this ISA */
};

#endif
