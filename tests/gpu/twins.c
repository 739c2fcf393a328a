/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels as C, and their table. */
#include "config.h"

#include "engines/cuda/kernels/kernels.cu"
#include "tests/gpu/simt.h"

const struct simt_kernel simt_kernels[] = {
#define KERNEL(name, args, threads) {#name, twin_##name, sizeof(struct args), threads},
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
};
const int simt_n_kernels = sizeof simt_kernels / sizeof *simt_kernels;
