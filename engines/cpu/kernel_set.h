/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vector and attention kernels an engine runs, chosen once at open: the
 * best version of each op at or below the wanted level. Those of the matrix
 * products are chosen by gemm.h.
 */
#ifndef IFM_CPU_KERNEL_SET_H
#define IFM_CPU_KERNEL_SET_H

#include "engines/base/cpuid.h"
#include "engines/kernels/attention.h"
#include "engines/kernels/vector.h"
#include "engines/tensor/dtype.h"

struct kernel_set {
	rmsnorm_fn *rmsnorm;
	layer_norm_fn *layer_norm;
	rope_fn *rope;
	silu_mul_fn *silu_mul;
	gelu_fn *gelu;
	add_fn *add;
	softmax_fn *softmax;
	argmax_fn *argmax;
	narrow_fn *narrow_f16, *narrow_bf16, *narrow_q8_0;
	/* By the type of the cells; NULL where dtype_in_caches says no. */
	attention_fn *attention[DTYPE_COUNT];
	const char *attention_name[DTYPE_COUNT];
};

/* isa must be usable here (isa_why_not). */
void kernel_set_choose(struct kernel_set *set, enum isa isa);

#endif
