/* SPDX-License-Identifier: Apache-2.0 */
/* engines/tensor: binary16 both ways over all its values, q8_0, rows. */
#include "config.h"

#include "tests/tap.h"

#include <float.h>
#include <stdint.h>

#include "engines/base/rng.h"
#include "engines/tensor/dtype.h"
#include "engines/tensor/quant.h"

enum { SEED = 20240229, H_INF = 0x7c00, H_SIGN = 0x8000, MAX_ALIGN = 64 };

/* What IEEE 754 says a binary16 is, in double. */
static double half_value(unsigned h)
{
	int exp = (int)(h >> 10 & 0x1f), man = (int)(h & 0x3ff);
	double sign = h & H_SIGN ? -1.0 : 1.0;
	if (exp == 0x1f)
		return man ? (double)NAN : sign * INFINITY;
	return exp ? sign * ldexp(1024 + man, exp - 25) : sign * ldexp(man, -24);
}

static void test_f16_all(void)
{
	int n_wrong = 0, n_back = 0;
	for (unsigned h = 0; h < 65536; h++) {
		float f = f16_to_f32((uint16_t)h);
		double want = half_value(h);
		bool nan = isnan(want);
		n_wrong += nan ? !isnan(f) : (double)f != want || !signbit(f) != !signbit(want);
		/* NaN comes back quiet, with its sign and payload. */
		n_back += f16_from_f32(f) != (nan ? h | 0x200 : h);
	}
	is_int(n_wrong, 0, "all 65536 values are read");
	is_int(n_back, 0, "and written back");
}

/* Between two neighbours only the midpoint and its neighbours can go wrong. */
static void test_f16_round(void)
{
	int n_wrong = 0;
	for (unsigned h = 0; h < H_INF; h++) {
		/* Above the greatest value stands what would come next: 2^16. */
		double above = h + 1 == H_INF ? 65536.0 : half_value(h + 1);
		float middle = (float)((half_value(h) + above) / 2);
		unsigned even = h & 1 ? h + 1 : h;
		for (unsigned sign = 0; sign <= H_SIGN; sign += H_SIGN) {
			float s = sign ? -1.0f : 1.0f;
			n_wrong += f16_from_f32(s * nextafterf(middle, 0.0f)) != (h | sign);
			n_wrong += f16_from_f32(s * middle) != (even | sign);
			n_wrong += f16_from_f32(s * nextafterf(middle, INFINITY)) != ((h + 1) | sign);
		}
	}
	is_int(n_wrong, 0, "every midpoint goes to the even one, its neighbours to theirs");
	is_int(f16_from_f32(INFINITY), H_INF, "infinity");
	is_int(f16_from_f32(-INFINITY), H_INF | H_SIGN, "and the other one");
	is_int(f16_from_f32(FLT_MAX), H_INF, "the greatest float is beyond");
	is_int(f16_from_f32(65519.996f), 0x7bff, "just below 65520");
	is_int(f16_from_f32(65520.0f), H_INF, "65520");
	is_int(f16_from_f32(FLT_TRUE_MIN), 0, "the least float");
	is_int(f16_from_f32(-FLT_TRUE_MIN), H_SIGN, "keeps its sign");
	is_int(f16_from_f32(NAN) & 0x7e00, 0x7e00, "NaN is a quiet one");
}

/* A second opinion: the rule by search, over floats of all sizes. */
static void test_f16_random(void)
{
	struct rng r = {SEED, 0};
	int n_wrong = 0;
	for (int i = 0; i < 20000; i++) {
		float x = ldexpf(rng_symmetric(rng_next(&r)), (int)rng_below(&r, 44) - 27);
		double error = fabs(half_value(f16_from_f32(x)) - (double)x);
		unsigned h = f16_from_f32(x) & 0x7fffu;
		double ax = fabs((double)x);
		if (h == H_INF)
			n_wrong += ax < 65520;
		else
			n_wrong += (h > 0 && fabs(half_value(h - 1) - ax) < error) ||
				   (h + 1 < H_INF && fabs(half_value(h + 1) - ax) < error);
	}
	is_int(n_wrong, 0, "no other value is nearer (seed 20240229)");
}

static bool block_is(const float *x, uint16_t scale, const int8_t *q)
{
	struct q8_0_block b;
	memset(&b, 0x55, sizeof b);
	q8_0_quantise_block(x, &b);
	if (b.scale == scale && memcmp(b.q, q, Q8_0_BLOCK) == 0)
		return true;
	printf("# scale %04x, expected %04x\n", b.scale, scale);
	for (int i = 0; i < Q8_0_BLOCK; i++)
		if (b.q[i] != q[i])
			printf("# q[%d] = %d, expected %d\n", i, b.q[i], q[i]);
	return false;
}

static void test_q8_0_known(void)
{
	float x[Q8_0_BLOCK] = {0};
	int8_t q[Q8_0_BLOCK] = {0};
	ok(block_is(x, 0, q), "zeros: scale 0");
	for (int i = 0; i < Q8_0_BLOCK; i++) {
		q[i] = (int8_t)(i * 8 - 127);
		x[i] = (float)q[i];
	}
	ok(block_is(x, 0x3c00, q), "whole numbers up to 127: scale 1");
	/* 63.5 / 127 is 0.5 exactly: halves of q, ties go away from zero. */
	memset(q, 0, sizeof q);
	memset(x, 0, sizeof x);
	x[0] = 63.5f, q[0] = 127;
	x[1] = 0.25f, q[1] = 1;
	x[2] = -0.25f, q[2] = -1;
	x[3] = 0.2499f, q[3] = 0;
	x[4] = -0.75f, q[4] = -2;
	x[31] = -63.5f, q[31] = -127;
	ok(block_is(x, 0x3800, q), "ties away from zero");
	/* 1/127 = 0x1.020408p-7 in binary32; binary16 rounds it to 0x1.02p-7; q uses the exact one. */
	memset(q, 0, sizeof q);
	memset(x, 0, sizeof x);
	x[7] = -1.0f, q[7] = -127;
	x[8] = 0.5f, q[8] = 64; /* 63.5 */
	x[9] = 0.49f, q[9] = 62;
	ok(block_is(x, 0x2008, q), "the scale is rounded, the quotient is not of it");
	/* The largest finite float: a scale beyond binary16 is infinity, as in llama.cpp. */
	x[7] = FLT_MAX;
	memset(q, 0, sizeof q);
	q[7] = 127;
	ok(block_is(x, H_INF, q), "a scale that is too large");
	/* 1 / d is infinity there: what is not zero goes to the end of the range. */
	memset(x, 0, sizeof x);
	memset(q, 0, sizeof q);
	x[0] = 0x1p-130f, q[0] = 127;
	x[1] = -0x1p-130f, q[1] = -127;
	ok(block_is(x, 0, q), "a scale that is too small");
	x[2] = NAN;
	ok(block_is(x, 0, q), "NaN is 0");
}

/* The definition, written anew: d = max|x| / 127, id = 1 / d, q = roundf(x id). */
static void test_q8_0_random(void)
{
	struct rng r = {SEED, 0};
	int n_wrong = 0, n_far = 0;
	for (int n = 0; n < 2000; n++) {
		float x[Q8_0_BLOCK], y[Q8_0_BLOCK], size = ldexpf(1.0f, (int)rng_below(&r, 24) - 12),
						    most = 0;
		struct q8_0_block b;
		for (int i = 0; i < Q8_0_BLOCK; i++) {
			x[i] = size * rng_symmetric(rng_next(&r));
			most = fmaxf(most, fabsf(x[i]));
		}
		dtype_from_f32(DTYPE_Q8_0, x, &b, Q8_0_BLOCK);
		float d = most / 127.0f, id = 1.0f / d;
		n_wrong += b.scale != f16_from_f32(d);
		dtype_to_f32(DTYPE_Q8_0, &b, y, Q8_0_BLOCK);
		for (int i = 0; i < Q8_0_BLOCK; i++) {
			n_wrong += b.q[i] != (int)roundf(x[i] * id);
			n_wrong += y[i] != (float)b.q[i] * f16_to_f32(b.scale);
			/* Half a step, and what rounding the scale moved: 2^-11 of up to 127 steps;
			 * scales below 2^-14 have fewer bits. */
			double slack = 0.5 * (double)d + 127 * fmax((double)d * 0x1p-11, 0x1p-25);
			n_far += fabs((double)y[i] - (double)x[i]) > slack * (1 + 1e-6);
		}
	}
	is_int(n_wrong, 0, "q8_0 is what its definition says (seed 20240229)");
	is_int(n_far, 0, "and near what it was made of");
}

static void test_rows(void)
{
	float x[96], y[96];
	_Alignas(MAX_ALIGN) unsigned char mem[96 * 4 + 1];
	for (int i = 0; i < 96; i++)
		x[i] = (float)(i - 48);
	for (int t = 0; t < DTYPE_COUNT; t++) {
		enum dtype back = DTYPE_COUNT;
		size_t bytes = dtype_bytes((enum dtype)t, 96);
		mem[bytes] = 0xa5;
		dtype_from_f32((enum dtype)t, x, mem, 96);
		dtype_to_f32((enum dtype)t, mem, y, 96);
		double worst = 0;
		for (int i = 0; i < 96; i++)
			worst = fmax(worst, fabs((double)x[i] - (double)y[i]));
		is_near(worst, 0, t == DTYPE_Q8_0 ? 48.0 / 254 * 1.07 : 0, dtype_name((enum dtype)t));
		is_int(mem[bytes], 0xa5, "not a byte more than it said");
		ok(dtype_parse(dtype_name((enum dtype)t), &back) && back == (enum dtype)t, "named");
	}
	is_int(dtype_bytes(DTYPE_F32, 96), 384, "bytes of f32");
	is_int(dtype_bytes(DTYPE_F16, 96), 192, "of f16");
	is_int(dtype_bytes(DTYPE_Q8_0, 96), 102, "of q8_0");
	is_int(dtype_bytes(DTYPE_Q8_0, 0), 0, "of nothing");
	is_int(dtype_block(DTYPE_Q8_0), 32, "a block");
	is_int(dtype_block(DTYPE_F16), 1, "a block of one");
	is_int(dtype_for_row(DTYPE_Q8_0, 64), DTYPE_Q8_0, "a row of whole blocks");
	is_int(dtype_for_row(DTYPE_Q8_0, 65), DTYPE_F16, "another one stays f16");
	is_int(dtype_for_row(DTYPE_Q8_0, 31), DTYPE_F16, "a short one, too");
	is_int(dtype_for_row(DTYPE_F32, 65), DTYPE_F32, "f32 takes any row");
	enum dtype t = DTYPE_F16;
	ok(!dtype_parse("Q8_0", &t) && !dtype_parse("", &t) && t == DTYPE_F16, "no such type");
	is_text(dtype_name(DTYPE_COUNT), "unknown", "no such name");
	/* In files and in memory a row of halves may stand at an odd address. */
	dtype_from_f32(DTYPE_F16, x, mem, 8);
	memmove(mem + 1, mem, 16);
	dtype_to_f32(DTYPE_F16, mem + 1, y, 8);
	ok(memcmp(x, y, 8 * sizeof *x) == 0, "halves are read from any address");
}

int main(void)
{
	test_f16_all();
	test_f16_round();
	test_f16_random();
	test_q8_0_known();
	test_q8_0_random();
	test_rows();
	return tap_done();
}
