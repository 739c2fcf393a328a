/* SPDX-License-Identifier: Apache-2.0 */
/* Two kernels, until there is an emulator. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engines/cuda/kernels/args.h"
#include "engines/tensor/quant.h"
#include "tests/gpu/simt.h"

const struct simt_kernel simt_kernels[] = {
	{"bias_add_f32", NULL, sizeof(struct bias_args), 256},
	{"cast_bf16", NULL, sizeof(struct cast_args), 256},
};
const int simt_n_kernels = 2;

const struct simt_kernel *simt_find(const char *name)
{
	for (int i = 0; i < simt_n_kernels; i++)
		if (strcmp(name, simt_kernels[i].name) == 0)
			return &simt_kernels[i];
	return NULL;
}

static void cast(const struct cast_args *a)
{
	for (uint64_t i = 0; i < a->n; i++)
		((uint16_t *)a->out)[i] = bf16_from_f32(a->in[i]);
}

void simt_run(const struct simt_kernel *k, const unsigned grid[3], const unsigned block[3], size_t shared,
	      const void *args)
{
	const struct bias_args *a = args;
	(void)shared;
	if (k != simt_kernels) {
		cast(args);
		return;
	}
	for (unsigned y = 0; y < grid[1]; y++)
		for (unsigned x = 0; x < grid[0] * block[0]; x++)
			if ((int32_t)x < a->cols)
				a->c[y * (unsigned)a->cols + x] += a->bias[x];
}
