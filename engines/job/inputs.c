/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/inputs.h"

#include "engines/base/rng.h"

void gemm_input_row(uint64_t seed, enum gemm_input which, int64_t row, int64_t n, float *dst)
{
	uint64_t row_seed = rng_at(rng_at(seed, which), (uint64_t)row);
	for (int64_t i = 0; i < n; i++)
		dst[i] = rng_symmetric(rng_at(row_seed, (uint64_t)i));
}
