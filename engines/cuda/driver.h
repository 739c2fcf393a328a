/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcuda, opened when it is first asked for and never linked: a program that needs it to start does not start
 * elsewhere. Once open it stays.
 */
#ifndef IFM_CUDA_DRIVER_H
#define IFM_CUDA_DRIVER_H

#include <cuda.h>

#include "engines/base/err.h"

/* The table has the header's own types: a prototype that changed is an error of the compiler. */
struct cuda_driver {
#define ENTRY(f) __typeof__(&f) f;
#include "engines/cuda/driver.inc"
#undef ENTRY
};

/* The library that is opened instead, for tests and unusual installations. */
#define CUDA_DRIVER_VARIABLE "INFEROMETER_LIBCUDA"

/* NULL when there is none here or it does not start, and why (static, one line) in *why. */
const struct cuda_driver *cuda_driver(const char **why);

/* 0 when result is CUDA_SUCCESS. Else ERR_OOM or ERR_DEVICE with what was done ("copying weights") and CUDA's words. */
MUST_CHECK int cuda_check(const struct cuda_driver *cu, CUresult result, const char *what, struct diag *d);

#endif
