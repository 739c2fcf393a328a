/* SPDX-License-Identifier: Apache-2.0 */
/* Packing of A for vdpbf16ps: pairs of k, rounded to bf16. */
#include "config.h"

#include "engines/kernels/gemm.h"

#include "engines/kernels/vector.h"

/* Floats of a row rounded at a time. */
#define CHUNK 256

/* An odd k has a 0 beside its last one. */
void gemm_pack_bf16_bf16(int mr, int k, const float *a, size_t lda, void *panel)
{
	uint16_t *to = panel, row[CHUNK];
	for (int i = 0; i < mr; i++)
		for (int p = 0; p < k; p += CHUNK) {
			int n = k - p < CHUNK ? k - p : CHUNK;
			narrow_bf16_avx512(row, a + i * lda + p, n);
			for (int x = 0; x < n; x++)
				to[((size_t)(p + x) / 2 * (size_t)mr + (size_t)i) * 2 + (x & 1)] = row[x];
		}
	for (int i = 0; i < mr && k & 1; i++)
		to[((size_t)k / 2 * (size_t)mr + (size_t)i) * 2 + 1] = 0;
}
