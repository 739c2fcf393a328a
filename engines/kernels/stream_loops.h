/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of stream.h in a level's vectors of doubles. The level's file defines LANES, VECTOR, LOAD, SPLAT,
 * MULTIPLY_ADD (s * c + b) and FENCE (after streaming stores), and instantiates them for each kind of store.
 *
 * A body is STREAM_BODY bytes long: enough that the way back at the end of a pass hides behind loads and stores, and no
 * longer, because prefetchers that follow each instruction by itself lose their way: on Zen 4, 2 KiB read memory at 8
 * GB/s, 1 KiB at 17, 512 bytes at 27.
 */
#ifndef IFM_KERNELS_STREAM_LOOPS_H
#define IFM_KERNELS_STREAM_LOOPS_H

#include "engines/kernels/stream.h"

#define STREAM_BODY    512
#define STREAM_TURN    (STREAM_BODY / (int)sizeof(double))
#define STREAM_VECTORS (STREAM_TURN / LANES)

/* Bodies of all passes. */
static inline long stream_turns(size_t bytes, long passes, size_t body_bytes)
{
	return (long)(bytes / body_bytes) * passes;
}

#define STREAM_LOOPS(stores, isa, STORE)                                                                     \
	void write_##stores##_##isa(double *a, const double *b, const double *c, size_t bytes, long passes)  \
	{                                                                                                    \
		const double *end = a + bytes / sizeof *a;                                                   \
		VECTOR x = SPLAT(STREAM_SCALE);                                                              \
		(void)b, (void)c;                                                                            \
		for (long n = stream_turns(bytes, passes, STREAM_TURN * sizeof *a); n > 0; n--) {            \
			_Pragma("GCC unroll 32") for (int i = 0; i < STREAM_VECTORS; i++)                    \
				STORE(a + LANES * i, x);                                                     \
			a += STREAM_TURN;                                                                    \
			a -= stream_back(a, end, bytes) / sizeof *a;                                         \
		}                                                                                            \
		FENCE();                                                                                     \
	}                                                                                                    \
	void copy_##stores##_##isa(double *a, const double *b, const double *c, size_t bytes, long passes)   \
	{                                                                                                    \
		const double *end = a + bytes / sizeof *a;                                                   \
		(void)c;                                                                                     \
		for (long n = stream_turns(bytes, passes, STREAM_TURN * sizeof *a); n > 0; n--) {            \
			_Pragma("GCC unroll 32") for (int i = 0; i < STREAM_VECTORS; i++)                    \
				STORE(a + LANES * i, LOAD(b + LANES * i));                                   \
			a += STREAM_TURN, b += STREAM_TURN;                                                  \
			size_t back = stream_back(a, end, bytes) / sizeof *a;                                \
			a -= back, b -= back;                                                                \
		}                                                                                            \
		FENCE();                                                                                     \
	}                                                                                                    \
	void triad_##stores##_##isa(double *a, const double *b, const double *c, size_t bytes, long passes)  \
	{                                                                                                    \
		const double *end = a + bytes / sizeof *a;                                                   \
		VECTOR s = SPLAT(STREAM_SCALE);                                                              \
		for (long n = stream_turns(bytes, passes, STREAM_TURN * sizeof *a); n > 0; n--) {            \
			_Pragma("GCC unroll 32") for (int i = 0; i < STREAM_VECTORS; i++) STORE(             \
				a + LANES * i, MULTIPLY_ADD(s, LOAD(c + LANES * i), LOAD(b + LANES * i)));   \
			a += STREAM_TURN, b += STREAM_TURN, c += STREAM_TURN;                                \
			size_t back = stream_back(a, end, bytes) / sizeof *a;                                \
			a -= back, b -= back, c -= back;                                                     \
		}                                                                                            \
		FENCE();                                                                                     \
	}

/*
 * read: WORDS is a level's vector of bits, LOAD_WORDS, OR_WORDS and NO_WORDS are on it, WORDS_USED(v) needs it in a
 * register, fold(v) ors its 64-bit words. Blocks that fit a first cache are only loaded, in the longest bodies, and or-ed in
 * the last pass: on Zen 4 each of both costs 5 % of that cache's bandwidth.
 */
#define STREAM_SMALL 65536

#define READ_LOOPS(isa)                                                                                      \
	static void skim_##isa(const void *block, size_t bytes, long passes)                                 \
	{                                                                                                    \
		const char *at = block, *end = at + bytes;                                                   \
		for (long n = stream_turns(bytes, passes, STREAM_STEP); n > 0; n--) {                        \
			_Pragma("GCC unroll 64") for (size_t i = 0; i < STREAM_STEP; i += sizeof(WORDS))     \
			{                                                                                    \
				WORDS x = LOAD_WORDS(at + i);                                                \
				WORDS_USED(x);                                                               \
			}                                                                                    \
			at += STREAM_STEP;                                                                   \
			at -= stream_back(at, end, bytes);                                                   \
		}                                                                                            \
	}                                                                                                    \
	uint64_t read_##isa(const void *block, size_t bytes, long passes)                                    \
	{                                                                                                    \
		const char *at = block, *end = at + bytes;                                                   \
		WORDS acc[8];                                                                                \
		if (bytes <= STREAM_SMALL && passes > 1) {                                                   \
			skim_##isa(block, bytes, passes - 1);                                                \
			passes = 1;                                                                          \
		}                                                                                            \
		_Pragma("GCC unroll 8") for (int i = 0; i < 8; i++) acc[i] = NO_WORDS();                     \
		for (long n = stream_turns(bytes, passes, STREAM_BODY); n > 0; n--) {                        \
			_Pragma("GCC unroll 32") for (size_t i = 0; i < STREAM_BODY / sizeof(WORDS); i++)    \
				acc[i % 8] = OR_WORDS(acc[i % 8], LOAD_WORDS(at + i * sizeof(WORDS)));       \
			at += STREAM_BODY;                                                                   \
			at -= stream_back(at, end, bytes);                                                   \
		}                                                                                            \
		_Pragma("GCC unroll 7") for (int i = 1; i < 8; i++) acc[0] = OR_WORDS(acc[0], acc[i]);       \
		return fold(acc[0]);                                                                         \
	}

#endif
