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

#define WORDS	   __m512i
#define LOAD_WORDS _mm512_load_si512
#define OR_WORDS   _mm512_or_si512
#define NO_WORDS   _mm512_setzero_si512
#ifndef WORDS_USED
#define WORDS_USED(x) __asm__ volatile("" : : "v"(x))
#endif

static uint64_t fold(__m512i v)
{
	int64_t lane[8], all = 0;
	_mm512_storeu_si512(lane, v);
	for (int i = 0; i < 8; i++)
		all |= lane[i];
	return (uint64_t)all;
}

READ_LOOPS(avx512)
