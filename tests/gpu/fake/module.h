/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IFM_TESTS_GPU_FAKE_MODULE_H
#define IFM_TESTS_GPU_FAKE_MODULE_H

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/simt.h"

/* Bytes a block may have unasked, and by cuFuncSetAttribute. */
#define SHARED_USUAL (48 * 1024)
#define SHARED_MOST  (227 * 1024)

struct function {
	const struct simt_kernel *kernel;
	CUmodule module;
	CUfunction handle;
	int shared_most;
};

#endif
