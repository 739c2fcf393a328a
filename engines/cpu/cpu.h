/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of engine "cpu" share: the open engine. Its ISA and thread
 * pool serve sessions and single operations (op.h) alike.
 */
#ifndef IFM_CPU_CPU_H
#define IFM_CPU_CPU_H

#include "engines/base/cpuid.h"
#include "engines/cpu/flush.h"
#include "engines/cpu/kernel_set.h"
#include "engines/cpu/options.h"
#include "engines/cpu/placement.h"
#include "engines/cpu/plan.h"
#include "engines/tensor/dtype.h"

struct gemm_context;
struct pool;

/* Products of the job that was planned last: one plan after the other mostly has the same. */
struct planned_gemm {
	struct gemm_context *g; /* NULL: none */
	char *provider, *blocking;
	enum dtype precision;
	struct plan_sums sums;
};

struct engine {
	enum isa isa;
	struct pool *pool;
	struct cpu_options options;
	struct placement placement;
	struct flush flush;
	struct kernel_set kernels; /* vector and attention kernels of this ISA */
	struct planned_gemm planned;
};

#endif
