/* SPDX-License-Identifier: Apache-2.0 */
/* What single operations compute with: the same numbers on every engine, so that results can be compared. */
#ifndef IFM_JOB_INPUTS_H
#define IFM_JOB_INPUTS_H

#include <stdint.h>

/* A and W of one seed are two streams of numbers; so are their rows. */
enum gemm_input { GEMM_INPUT_A = 0x41, GEMM_INPUT_W = 0x57 };

/* n elements of a row, in [-1, 1). Element (row, column) depends on (seed, row, column) alone, whatever the matrix's size. */
void gemm_input_row(uint64_t seed, enum gemm_input which, int64_t row, int64_t n, float *dst);

#endif
