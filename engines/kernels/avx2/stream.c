/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/stream.h"

#include <immintrin.h>

#include "engines/kernels/stream_loops.h"

#if !defined __AVX2__ || !defined __FMA__
#error "this file needs -mavx2 -mfma"
#endif

#define LANES	     4
#define VECTOR	     __m256d
#define LOAD	     _mm256_load_pd
#define SPLAT	     _mm256_set1_pd
#define MULTIPLY_ADD _mm256_fmadd_pd
#define FENCE	     _mm_sfence

STREAM_LOOPS(plain, avx2, _mm256_store_pd)
STREAM_LOOPS(nt, avx2, _mm256_stream_pd)

uint64_t read_avx2(const void *block, size_t bytes, long passes)
{
	const char *at = block, *end = at + bytes;
	__m256i acc[8];
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		acc[i] = _mm256_setzero_si256();
	for (long n = stream_turns(bytes, passes, 16 * sizeof *acc); n > 0; n--) {
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			acc[i % 8] = _mm256_or_si256(acc[i % 8],
						     _mm256_load_si256((const __m256i *)(at + 32 * i)));
		at += 16 * sizeof *acc;
		at -= stream_back(at, end, bytes);
	}
#pragma GCC unroll 7
	for (int i = 1; i < 8; i++)
		acc[0] = _mm256_or_si256(acc[0], acc[i]);
	return (uint64_t)_mm256_extract_epi64(acc[0], 0) | (uint64_t)_mm256_extract_epi64(acc[0], 1) |
	       (uint64_t)_mm256_extract_epi64(acc[0], 2) | (uint64_t)_mm256_extract_epi64(acc[0], 3);
}
