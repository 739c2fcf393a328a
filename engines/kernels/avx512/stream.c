/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/stream.h"

#include <immintrin.h>

#include "engines/kernels/stream_loops.h"

#if !defined __AVX512F__ || !defined __AVX512BW__
#error "this file needs -mavx512f -mavx512bw"
#endif

#define LANES	     8
#define VECTOR	     __m512d
#define LOAD	     _mm512_load_pd
#define SPLAT	     _mm512_set1_pd
#define MULTIPLY_ADD _mm512_fmadd_pd
#define FENCE	     _mm_sfence

STREAM_LOOPS(plain, avx512, _mm512_store_pd)
STREAM_LOOPS(nt, avx512, _mm512_stream_pd)

uint64_t read_avx512(const void *block, size_t bytes, long passes)
{
	const char *at = block, *end = at + bytes;
	__m512i acc[8];
	int64_t lane[8], all = 0;
#pragma GCC unroll 8
	for (int i = 0; i < 8; i++)
		acc[i] = _mm512_setzero_si512();
	for (long n = stream_turns(bytes, passes, 16 * sizeof *acc); n > 0; n--) {
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			acc[i % 8] = _mm512_or_si512(acc[i % 8], _mm512_load_si512(at + 64 * i));
		at += 16 * sizeof *acc;
		at -= stream_back(at, end, bytes);
	}
#pragma GCC unroll 7
	for (int i = 1; i < 8; i++)
		acc[0] = _mm512_or_si512(acc[0], acc[i]);
	_mm512_storeu_si512(lane, acc[0]);
	for (int i = 0; i < 8; i++)
		all |= lane[i];
	return (uint64_t)all;
}
