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

#define WORDS	       __m256i
#define LOAD_WORDS(at) _mm256_load_si256((const __m256i *)(const void *)(at))
#define OR_WORDS       _mm256_or_si256
#define NO_WORDS       _mm256_setzero_si256
#define WORDS_USED(x)  __asm__ volatile("" : : "x"(x))

static uint64_t fold(__m256i v)
{
	return (uint64_t)_mm256_extract_epi64(v, 0) | (uint64_t)_mm256_extract_epi64(v, 1) |
	       (uint64_t)_mm256_extract_epi64(v, 2) | (uint64_t)_mm256_extract_epi64(v, 3);
}

READ_LOOPS(avx2)
