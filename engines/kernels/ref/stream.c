/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/kernels/stream.h"

/* Makes the compiler forget what it knows of a value, at no cost: else a loop becomes a call of memcpy, and
 * passes over the same block become one. */
#ifdef __aarch64__
#define OPAQUE(x) __asm__ volatile("" : "+w"(x))
#else
#define OPAQUE(x) __asm__ volatile("" : "+x"(x))
#endif
#define TURN 32 /* elements of a loop's body */

_Static_assert(STREAM_STEP % (TURN * sizeof(double)) == 0, "a block is whole turns");

static long turns(size_t bytes, long passes)
{
	return (long)(bytes / (TURN * sizeof(double))) * passes;
}

uint64_t read_ref(const void *block, size_t bytes, long passes)
{
	const uint64_t *at = block, *end = at + bytes / sizeof *at;
	uint64_t acc[8] = {0};
	for (long n = turns(bytes, passes); n > 0; n--) {
#pragma GCC unroll 32
		for (int i = 0; i < TURN; i++)
			acc[i % 8] |= at[i];
		at += TURN;
		at -= stream_back(at, end, bytes) / sizeof *at;
	}
	return acc[0] | acc[1] | acc[2] | acc[3] | acc[4] | acc[5] | acc[6] | acc[7];
}

void write_plain_ref(double *a, const double *b, const double *c, size_t bytes, long passes)
{
	const double *end = a + bytes / sizeof *a;
	(void)b, (void)c;
	for (long n = turns(bytes, passes); n > 0; n--) {
		double x = STREAM_SCALE;
		OPAQUE(x);
#pragma GCC unroll 32
		for (int i = 0; i < TURN; i++)
			a[i] = x;
		a += TURN;
		a -= stream_back(a, end, bytes) / sizeof *a;
	}
}

void copy_plain_ref(double *a, const double *b, const double *c, size_t bytes, long passes)
{
	const double *end = a + bytes / sizeof *a;
	(void)c;
	for (long n = turns(bytes, passes); n > 0; n--) {
#pragma GCC unroll 32
		for (int i = 0; i < TURN; i++) {
			double x = b[i];
			OPAQUE(x);
			a[i] = x;
		}
		a += TURN, b += TURN;
		size_t back = stream_back(a, end, bytes) / sizeof *a;
		a -= back, b -= back;
	}
}

/* A product and a sum: without an instruction for both, fma() is a call. */
void triad_plain_ref(double *a, const double *b, const double *c, size_t bytes, long passes)
{
	const double *end = a + bytes / sizeof *a;
	double s = STREAM_SCALE;
	OPAQUE(s);
	for (long n = turns(bytes, passes); n > 0; n--) {
#pragma GCC unroll 32
		for (int i = 0; i < TURN; i++) {
			double x = b[i] + s * c[i];
			OPAQUE(x);
			a[i] = x;
		}
		a += TURN, b += TURN, c += TURN;
		size_t back = stream_back(a, end, bytes) / sizeof *a;
		a -= back, b -= back, c -= back;
	}
}

/* The same on every level: one load that waits for another needs no vectors. */
const void *stream_chase(const void *p, long n)
{
	for (; n > 0; n -= CHASE_STEP)
#pragma GCC unroll 16
		for (int i = 0; i < CHASE_STEP; i++)
			p = *(const void *const *)p;
	return p;
}
