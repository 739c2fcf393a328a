/* SPDX-License-Identifier: Apache-2.0 */
/* engines/tensor: binary16 and bf16 both ways over all their values, q8_0, q4_0, wi8ai8, rows. */
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

static float float_of(uint32_t bits)
{
	float f;
	memcpy(&f, &bits, sizeof f);
	return f;
}

static uint32_t bits_of(float f)
{
	uint32_t bits;
	memcpy(&bits, &f, sizeof bits);
	return bits;
}

/* A bf16 is the upper half of a float: both neighbours of a float are known, and the nearer one is right. */
static void test_bf16(void)
{
	struct rng r = {SEED, 1};
	int n_wrong = 0;
	for (uint32_t b = 0; b < 65536; b++) {
		float f = bf16_to_f32((uint16_t)b);
		n_wrong += bits_of(f) != b << 16;
		n_wrong += bf16_from_f32(f) != (isnan(f) ? b | 0x40 : b);
	}
	is_int(n_wrong, 0, "all 65536 values are read and written back, NaN quiet");
	for (int i = 0; i < 20000; i++) {
		uint32_t bits = (uint32_t)(rng_next(&r) % 0x7f7f0000u), down = bits & 0xffff0000u;
		double x = (double)float_of(bits), below = x - (double)float_of(down);
		double above = (double)float_of(down + 0x10000) - x;
		bool up = below > above || (below == above && (down >> 16 & 1));
		n_wrong += bf16_from_f32(float_of(bits)) != (down >> 16) + up;
		n_wrong += bf16_from_f32(-float_of(bits)) != ((down >> 16) + up) + 0x8000;
	}
	is_int(n_wrong, 0, "the nearer neighbour (seed 20240229)");
	is_int(bf16_from_f32(1.00390625f), 0x3f80, "a tie goes to the even one below");
	is_int(bf16_from_f32(1.01171875f), 0x3f82, "or above");
	is_int(bf16_from_f32(FLT_MAX), 0x7f80, "the greatest float is beyond");
	is_int(bf16_from_f32(-INFINITY), 0xff80, "infinity");
	is_int(bf16_from_f32(float_of(0x7f800001)), 0x7fc0, "NaN does not become infinity");
}

static bool q4_0_is(const float *x, uint16_t scale, const char *codes)
{
	struct q4_0_block b;
	char got[Q4_0_BLOCK + 1] = "";
	memset(&b, 0x55, sizeof b);
	q4_0_quantise_block(x, &b);
	for (int i = 0; i < Q4_0_BLOCK; i++)
		got[i] = "0123456789abcdef"[i < 16 ? b.q[i] & 15 : b.q[i - 16] >> 4];
	if (b.scale == scale && strcmp(got, codes) == 0)
		return true;
	printf("# scale %04x, expected %04x; codes %s, expected %s\n", b.scale, scale, got, codes);
	return false;
}

static void test_q4_0_known(void)
{
	float x[Q4_0_BLOCK] = {0};
	ok(q4_0_is(x, 0x8000, "88888888888888888888888888888888") ||
		   q4_0_is(x, 0, "88888888888888888888888888888888"),
	   "zeros: eights");
	for (int i = 0; i < Q4_0_BLOCK; i++)
		x[i] = (float)(i % 16 - 8);
	ok(q4_0_is(x, 0x3c00, "0123456789abcdef0123456789abcdef"), "-8 to 7: scale 1, in order");
	for (int i = 0; i < Q4_0_BLOCK; i++)
		x[i] = -x[i];
	ok(q4_0_is(x, 0xbc00, "0123456789abcdef0123456789abcdef"), "the extreme is positive: scale -1");
	memset(x, 0, sizeof x);
	x[3] = 8.0f, x[20] = -8.0f, x[4] = 0.5f, x[5] = -0.5f, x[6] = 0.49f;
	ok(q4_0_is(x, 0xbc00,
		   "88808988"
		   "88888888"
		   "8888f888"
		   "88888888"),
	   "the first extreme counts, -8 steps is what the other side lacks, halves go up");
	x[7] = NAN;
	ok(q4_0_is(x, 0xbc00,
		   "88808988"
		   "88888888"
		   "8888f888"
		   "88888888"),
	   "NaN is 0");
}

/* The definition, written anew: d = m / -8, q = min(15, trunc(x / d + 8.5)). */
static void test_q4_0_random(void)
{
	struct rng r = {SEED, 2};
	int n_wrong = 0, n_far = 0;
	for (int n = 0; n < 2000; n++) {
		float x[Q4_0_BLOCK], y[Q4_0_BLOCK], size = ldexpf(1.0f, (int)rng_below(&r, 20) - 8), m = 0;
		struct q4_0_block b;
		for (int i = 0; i < Q4_0_BLOCK; i++) {
			x[i] = size * rng_symmetric(rng_next(&r));
			m = fabsf(x[i]) > fabsf(m) ? x[i] : m;
		}
		dtype_from_f32(DTYPE_Q4_0, x, &b, Q4_0_BLOCK);
		dtype_to_f32(DTYPE_Q4_0, &b, y, Q4_0_BLOCK);
		float d = m / -8.0f, id = 1.0f / d;
		n_wrong += b.scale != f16_from_f32(d);
		for (int i = 0; i < Q4_0_BLOCK; i++) {
			int code = i < 16 ? b.q[i] & 15 : b.q[i - 16] >> 4;
			int want = (int)(x[i] * id + 8.5f);
			n_wrong += code != (want > 15 ? 15 : want);
			n_wrong += y[i] != (float)(code - 8) * f16_to_f32(b.scale);
			/* A whole step where 8 is missing, and what rounding the scale moved. */
			n_far += fabs((double)y[i] - (double)x[i]) > fabs((double)d) * (1 + 8 * 0x1p-11);
		}
	}
	is_int(n_wrong, 0, "q4_0 is what its definition says (seed 20240229)");
	is_int(n_far, 0, "and near what it was made of");
}

static void test_wi8ai8(void)
{
	enum { N = 52 };
	struct rng r = {SEED, 3};
	int n_wrong = 0;
	for (int n = 0; n < 500; n++) {
		float x[N], y[N], most = 0, held;
		unsigned char row[N + 4];
		for (int i = 0; i < N; i++) {
			x[i] = ldexpf(rng_symmetric(rng_next(&r)), n % 20 - 10);
			most = fmaxf(most, fabsf(x[i]));
		}
		dtype_from_f32(DTYPE_WI8AI8, x, row, N);
		dtype_to_f32(DTYPE_WI8AI8, row, y, N);
		float d = most / 127.0f, id = 1.0f / d;
		memcpy(&held, row, sizeof held);
		n_wrong += held != d;
		for (int i = 0; i < N; i++) {
			int8_t q = (int8_t)row[4 + i];
			n_wrong += q != (int)roundf(x[i] * id) || y[i] != (float)q * d;
		}
	}
	is_int(n_wrong, 0, "wi8ai8 is what its definition says (seed 20240229)");
}

/* What the numbers -48 to 47 lose at most. */
static double loss(enum dtype t)
{
	switch (t) {
	case DTYPE_Q8_0:
		return 48.0 / 254 * 1.07;
	case DTYPE_Q4_0:
		return 48.0 / 8;
	case DTYPE_WI8AI8:
		return 48.0 / 254 * (1 + 1e-6);
	default:
		return 0;
	}
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
		is_near(worst, 0, loss((enum dtype)t), dtype_name((enum dtype)t));
		is_int(mem[bytes], 0xa5, "not a byte more than it said");
		ok(dtype_parse(dtype_name((enum dtype)t), &back) && back == (enum dtype)t, "named");
	}
	is_int(dtype_bytes(DTYPE_F32, 96), 384, "bytes of f32");
	is_int(dtype_bytes(DTYPE_F16, 96), 192, "of f16");
	is_int(dtype_bytes(DTYPE_Q8_0, 96), 102, "of q8_0");
	is_int(dtype_bytes(DTYPE_BF16, 96), 192, "of bf16");
	is_int(dtype_bytes(DTYPE_Q4_0, 96), 54, "of q4_0");
	is_int(dtype_bytes(DTYPE_WI8AI8, 96), 100, "of wi8ai8");
	is_int(dtype_bytes(DTYPE_TF32, 96), 384, "of tf32, which is held as f32");
	is_int(dtype_for_row(DTYPE_TF32, 65), DTYPE_TF32, "in any row");
	ok(!dtype_in_files(DTYPE_TF32) && !dtype_in_caches(DTYPE_TF32), "but neither in files nor in caches");
	is_int(dtype_bytes(DTYPE_Q8_0, 0), 0, "of nothing");
	is_int(dtype_block(DTYPE_Q8_0), 32, "a block");
	is_int(dtype_block(DTYPE_F16), 1, "a block of one");
	is_int(dtype_for_row(DTYPE_Q8_0, 64), DTYPE_Q8_0, "a row of whole blocks");
	is_int(dtype_for_row(DTYPE_Q8_0, 65), DTYPE_F16, "another one stays f16");
	is_int(dtype_for_row(DTYPE_Q8_0, 31), DTYPE_F16, "a short one, too");
	is_int(dtype_for_row(DTYPE_F32, 65), DTYPE_F32, "f32 takes any row");
	is_int(dtype_for_row(DTYPE_WI8AI8, 66), DTYPE_F16, "wi8ai8 whole fours");
	is_int(dtype_for_row(DTYPE_WI8AI8, WI8AI8_ROW_MAX), DTYPE_WI8AI8, "and as long a row as sums allow");
	is_int(dtype_for_row(DTYPE_WI8AI8, WI8AI8_ROW_MAX + 4), DTYPE_F16, "no longer one");
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
	test_bf16();
	test_q4_0_known();
	test_q4_0_random();
	test_wi8ai8();
	test_rows();
	return tap_done();
}
