/* SPDX-License-Identifier: Apache-2.0 */
/* Where the pointers are among the arguments of a kernel: what stands between numbers may be anything. */
#include "tests/gpu/fake/arguments.h"

#include <string.h>

#include "engines/cuda/kernels/args.h"

/* In each struct the pointers are first; here is what comes after them. */
#define POINTERS_BEFORE(args, member) args##_pointers = offsetof(struct args, member) / sizeof(void *)
enum {
	POINTERS_BEFORE(gather_args, n_embd),
	POINTERS_BEFORE(norm_args, n_embd),
	POINTERS_BEFORE(rope_args, n_heads),
	POINTERS_BEFORE(attend_args, n_heads),
	POINTERS_BEFORE(merge_args, n_heads),
	POINTERS_BEFORE(prefill_args, n_heads),
	POINTERS_BEFORE(act_args, n_ff),
	POINTERS_BEFORE(bias_args, cols),
	POINTERS_BEFORE(cast_args, n),
	POINTERS_BEFORE(quantize_args, k),
	POINTERS_BEFORE(scale_args, cols),
	POINTERS_BEFORE(gemv_args, n),
	POINTERS_BEFORE(dequant_args, n),
	POINTERS_BEFORE(argmax_args, cols),
	argmax_join_args_pointers = sizeof(struct argmax_join_args) / sizeof(void *),
	POINTERS_BEFORE(stream_args, n16),
	POINTERS_BEFORE(chase_args, n),
	POINTERS_BEFORE(fma_args, a),
	POINTERS_BEFORE(hold_args, patience_ns),
};

static const struct {
	const char *kernel;
	size_t n;
} rows[] = {
#define KERNEL(name, args, threads) {#name, args##_pointers},
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
};

size_t arguments_pointers(const char *kernel)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].kernel, kernel) == 0)
			return rows[i].n;
	return 0;
}
