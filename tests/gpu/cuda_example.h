/* SPDX-License-Identifier: Apache-2.0 */
/* Engine "cuda" on the driver and the cuBLASLt of tests/gpu/fake. */
#ifndef IFM_TEST_GPU_CUDA_EXAMPLE_H
#define IFM_TEST_GPU_CUDA_EXAMPLE_H

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/engine_example.h"

/* The library that is both; its first complaint ends the test. */
static inline void cuda_example_open(void)
{
	const char *fake = getenv("FAKE_CUDA");
	if (!fake || access(fake, R_OK) != 0)
		bail("FAKE_CUDA names no library: make check does");
	setenv("INFEROMETER_LIBCUDA", fake, 1);
	setenv("INFEROMETER_LIBCUBLASLT", fake, 1);
	setenv("INFEROMETER_CACHE", "off", 1);
	example_open();
	ops = engine_find("cuda");
	device = "cuda:0";
}

#endif
