/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loops of stream.h in a level's vectors of doubles. The level's file defines LANES, VECTOR, LOAD, SPLAT,
 * MULTIPLY_ADD (s * c + b) and FENCE (after streaming stores), and instantiates them for each kind of store.
 */
#ifndef IFM_KERNELS_STREAM_LOOPS_H
#define IFM_KERNELS_STREAM_LOOPS_H

#include "engines/kernels/stream.h"

/* Vectors of a body: enough that the way back at the end of a pass hides behind the stores. */
#define STREAM_VECTORS 16
#define STREAM_TURN    (STREAM_VECTORS * LANES)

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
			_Pragma("GCC unroll 16") for (int i = 0; i < STREAM_VECTORS; i++)                    \
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
			_Pragma("GCC unroll 16") for (int i = 0; i < STREAM_VECTORS; i++)                    \
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
			_Pragma("GCC unroll 16") for (int i = 0; i < STREAM_VECTORS; i++) STORE(             \
				a + LANES * i, MULTIPLY_ADD(s, LOAD(c + LANES * i), LOAD(b + LANES * i)));   \
			a += STREAM_TURN, b += STREAM_TURN, c += STREAM_TURN;                                \
			size_t back = stream_back(a, end, bytes) / sizeof *a;                                \
			a -= back, b -= back, c -= back;                                                     \
		}                                                                                            \
		FENCE();                                                                                     \
	}

#endif
