/* SPDX-License-Identifier: Apache-2.0 */
/*
 * y[m][n] = x[m][k] W[n][k]^T for few m. A block has 8 rows of W; a warp has GEMV_ROWS of them and every GEMV_ROWS-th part
 * of k, so that one load of x serves several rows and a short matrix still has many blocks. Lanes take neighbouring
 * vectors of W: 16 bytes, of blocks half a one (8 bytes), so that the x beside them lies closer together and the banks of
 * L1 are met less often twice. All loads of W of a turn are under way before its sums begin. Rows whose vectors are not
 * aligned (k of f32 no multiple of 4, of f16 and bf16 of 8, of i8 of 16) go element by element.
 * Sums are in f32, in one order that depends on k and m alone.
 */
#include "engines/cuda/kernels/portable.h"

#define GEMV_WARPS    8
#define GEMV_M_MAX    8
#define GEMV_ROWS_MAX 4
#define GEMV_DEEP_MAX 4

#if GEMV_ROWS_A_BLOCK != GEMV_WARPS
#error "a warp's rows and the parts of k it shares with others are the same number only then"
#endif

/* Where a warp and a lane are. */
struct gemv_place {
	int part;  /* of k, 0 .. parts - 1 */
	int group; /* of rows */
	size_t row[GEMV_ROWS_MAX];
};

DEVICE struct gemv_place gemv_where(const struct gemv_args *a, const int rows)
{
	struct gemv_place p;
	p.part = warp_of_thread() % rows;
	p.group = warp_of_thread() / rows;
	UNROLLED (r, rows) {
		int row = block_x() * GEMV_ROWS_A_BLOCK + p.group * rows + r;
		p.row[r] = (size_t)(row < a->n ? row : a->n - 1); /* the last again: read, not stored */
	}
	return p;
}

/* Values of a vector of W, and the bytes of it. */
DEVICE int gemv_width(const int type)
{
	return type == T_F32 ? 4 : type == T_Q4_0 || type == T_I8 ? 16 : 8;
}

DEVICE bool gemv_aligned(int k, const int type)
{
	return type == T_Q8_0 || type == T_Q4_0 || k % gemv_width(type) == 0;
}

/* Vector v of a row of W. */
DEVICE struct words_4 gemv_load(const struct gemv_args *a, size_t row, size_t v, const int type)
{
	size_t vectors = (size_t)a->k / (size_t)gemv_width(type);
	if (type != T_Q8_0 && type != T_Q4_0)
		return load_words_4((const char *)a->w + 16 * (row * vectors + v));
	struct words_2 half = load_words_2((const char *)a->w + 8 * (row * vectors + v));
	struct words_4 all = {{half.w[0], half.w[1], 0, 0}};
	return all;
}

DEVICE float gemv_scale(const struct gemv_args *a, size_t row, size_t v, const int type)
{
	if (type != T_Q8_0 && type != T_Q4_0)
		return 1;
	size_t blocks = (size_t)a->k / 32, in_block = 32 / (size_t)gemv_width(type);
	return f16_value(((const uint16_t *)a->scales)[row * blocks + v / in_block]);
}

/* The x that pair p of a vector meets is pair p % pairs of a load of 16 bytes; q4_0 takes two: the low halves of 8 bytes
 * are 8 neighbours, the high ones those 16 further on. */
DEVICE struct words_4 gemv_load_x(const struct gemv_args *a, int m, size_t v, const int half, const int type)
{
	size_t at = (size_t)m * (size_t)a->k;
	if (type == T_F32)
		return read_words_4((const float *)a->x + at + 4 * v);
	if (type == T_Q4_0)
		at += v / 2 * 32 + v % 2 * 8 + (size_t)half * 16;
	else
		at += 8 * v;
	return read_words_4((const uint16_t *)a->x + at);
}

/* Value i of x of a load. */
DEVICE float gemv_x(const struct words_4 *x, const int i, const int type)
{
	if (type == T_F32)
		return f32_of_bits(x->w[i]);
	return half_value(x->w[i / 2], i % 2, type == T_BF16 ? T_BF16 : T_F16);
}

/* A half of byte i of a word, less 8: as the mantissa of 2^23 + q 16^place, from which one exact multiply-add makes it.
 * So no nibble needs a shift of its own. */
DEVICE float q4_0_value(uint32_t word, const int i, const int high)
{
	const int nibble = 2 * i + high, place = nibble % 4;
	uint32_t bits = (nibble >= 4 ? word >> 16 : word) & (0xfu << (4 * place));
	const float unit = 1.0f / (float)(1 << (4 * place));
	return fmaf(f32_of_bits(bits | 0x4b000000u), unit, -8388608.0f * unit - 8.0f);
}

/* Value i of W of a load, before its scale. */
DEVICE float gemv_w(const struct words_4 *w, const int i, const int half, const int type)
{
	if (type == T_F32)
		return f32_of_bits(w->w[i]);
	if (type == T_Q8_0)
		return int8_value(w->w[i / 4] ^ 0x80808080u, i % 4);
	if (type == T_Q4_0)
		return q4_0_value(w->w[i / 4], i % 4, half);
	return half_value(w->w[i / 2], i % 2, type);
}

/* Adds the products of one vector of each row: sums[r][m]. Scales multiply the sum of a vector where m is small, else each
 * value of W once for all m. */
DEVICE void gemv_vector(const struct gemv_args *a, float sums[GEMV_ROWS_MAX][GEMV_M_MAX],
			const struct words_4 w[GEMV_ROWS_MAX], const float scale[GEMV_ROWS_MAX], size_t v,
			const int rows, const int m_max, const int type)
{
	const bool blocks = type == T_Q8_0 || type == T_Q4_0, late = blocks && m_max <= 2;
	const int halves = type == T_Q4_0 ? 2 : 1, values = type == T_F32 ? 4 : 8;
	float part[GEMV_ROWS_MAX][GEMV_M_MAX];
	UNROLLED (r, rows)
		UNROLLED (m, m_max)
			part[r][m] = late ? 0 : sums[r][m];
	UNROLLED (half, halves) {
		struct words_4 x[GEMV_M_MAX];
		UNROLLED (m, m_max)
			x[m] = gemv_load_x(a, m, v, half, type);
		UNROLLED (i, values)
			UNROLLED (r, rows) {
				float value = gemv_w(&w[r], i, half, type);
				if (blocks && !late)
					value *= scale[r];
				UNROLLED (m, m_max)
					part[r][m] = fmaf(value, gemv_x(&x[m], i, type), part[r][m]);
			}
	}
	UNROLLED (r, rows)
		UNROLLED (m, m_max)
			sums[r][m] = late ? fmaf(scale[r], part[r][m], sums[r][m]) : part[r][m];
}

/* What a warp has under way: deep vectors of each of its rows. */
struct gemv_turn {
	struct words_4 w[GEMV_DEEP_MAX][GEMV_ROWS_MAX];
	float scale[GEMV_DEEP_MAX][GEMV_ROWS_MAX];
};

/* The first vector of a lane. */
DEVICE size_t gemv_first(const struct gemv_place *p)
{
	int first = p->part * WARP + lane_of_thread();
	return (size_t)first;
}

/* Vectors of a row, from one of a lane's to its next. */
DEVICE size_t gemv_step(const int rows)
{
	const int step = rows * WARP;
	return (size_t)step;
}

/* Loads the vectors from v on, those that there are. */
DEVICE void gemv_turn_load(const struct gemv_args *a, const struct gemv_place *p, struct gemv_turn *t,
			   size_t v, const int rows, const int deep, const int type)
{
	size_t vectors = (size_t)(a->k / gemv_width(type)), step = gemv_step(rows);
	UNROLLED (u, deep)
		UNROLLED (r, rows)
			if (v + (size_t)u * step < vectors) {
				t->w[u][r] = gemv_load(a, p->row[r], v + (size_t)u * step, type);
				t->scale[u][r] = gemv_scale(a, p->row[r], v + (size_t)u * step, type);
			}
}

DEVICE void gemv_turn_add(const struct gemv_args *a, float sums[GEMV_ROWS_MAX][GEMV_M_MAX],
			  const struct gemv_turn *t, size_t v, const int rows, const int m_max,
			  const int deep, const int type)
{
	size_t vectors = (size_t)(a->k / gemv_width(type)), step = gemv_step(rows);
	UNROLLED (u, deep)
		if (v + (size_t)u * step < vectors)
			gemv_vector(a, sums, t->w[u], t->scale[u], v + (size_t)u * step, rows, m_max, type);
}

/* The first turn of W is on its way while the kernel before makes x. */
DEVICE void gemv_vectors(const struct gemv_args *a, const struct gemv_place *p,
			 float sums[GEMV_ROWS_MAX][GEMV_M_MAX], const int rows, const int m_max,
			 const int deep, const int type)
{
	size_t vectors = (size_t)(a->k / gemv_width(type));
	size_t v = gemv_first(p);
	struct gemv_turn t;
	gemv_turn_load(a, p, &t, v, rows, deep, type);
	grid_wait();
	while (v < vectors) {
		gemv_turn_add(a, sums, &t, v, rows, m_max, deep, type);
		v += (size_t)deep * gemv_step(rows);
		gemv_turn_load(a, p, &t, v, rows, deep, type);
	}
}

DEVICE float gemv_x_at(const struct gemv_args *a, size_t at, const int type)
{
	if (type == T_F32)
		return ((const float *)a->x)[at];
	return type == T_BF16 ? bf16_value(((const uint16_t *)a->x)[at])
			      : f16_value(((const uint16_t *)a->x)[at]);
}

/* Rows without alignment. */
DEVICE void gemv_elements(const struct gemv_args *a, const struct gemv_place *p,
			  float sums[GEMV_ROWS_MAX][GEMV_M_MAX], const int rows, const int m_max,
			  const int type)
{
	size_t k = (size_t)a->k;
	for (size_t i = gemv_first(p); i < k; i += gemv_step(rows))
		UNROLLED (m, m_max) {
			float x = gemv_x_at(a, (size_t)m * k + i, type);
			UNROLLED (r, rows)
				sums[r][m] =
					fmaf(stored_value(a->w, NULL, p->row[r], i, k, type), x, sums[r][m]);
		}
}

/* The parts of a row's sum, from all warps that have it, in their order. out is of the whole block's threads. */
DEVICE float gemv_join(const float all[GEMV_WARPS][GEMV_ROWS_MAX][GEMV_M_MAX], int row, int m, const int rows)
{
	float sum = 0;
	UNROLLED (part, rows)
		sum += all[row / rows * rows + part][row % rows][m];
	return sum;
}

DEVICE void gemv(const struct gemv_args *a, const int m_max, const int rows, const int deep, const int type)
{
	SHARED float all[GEMV_WARPS][GEMV_ROWS_MAX][GEMV_M_MAX];
	float sums[GEMV_ROWS_MAX][GEMV_M_MAX];
	struct gemv_place p = gemv_where(a, rows);
	UNROLLED (r, rows)
		UNROLLED (m, m_max)
			sums[r][m] = 0;
	if (type == T_Q8_0 || type == T_Q4_0 || gemv_aligned(a->k, type)) {
		gemv_vectors(a, &p, sums, rows, m_max, deep, type);
	} else {
		grid_wait();
		gemv_elements(a, &p, sums, rows, m_max, type);
	}
	UNROLLED (r, rows)
		UNROLLED (m, m_max) {
			float sum = warp_sum(sums[r][m]);
			if (lane_of_thread() == 0)
				all[warp_of_thread()][r][m] = sum;
		}
	block_barrier();
	int row = thread_x() % GEMV_ROWS_A_BLOCK, m = thread_x() / GEMV_ROWS_A_BLOCK;
	int n = block_x() * GEMV_ROWS_A_BLOCK + row;
	if (m < m_max && n < a->n)
		a->y[(size_t)m * (size_t)a->n + (size_t)n] = gemv_join(all, row, m, rows);
}

/* Products of int8: the sums are exact in any order. */
DEVICE void gemv_i8_turn_add(const struct gemv_args *a, int sums[GEMV_ROWS_MAX][GEMV_M_MAX],
			     const struct gemv_turn *t, size_t v, const int rows, const int m_max,
			     const int deep)
{
	size_t vectors = (size_t)a->k / 16, step = gemv_step(rows);
	UNROLLED (u, deep)
		UNROLLED (m, m_max) {
			if (v + (size_t)u * step >= vectors)
				break;
			struct words_4 x = read_words_4((const char *)a->x + (size_t)m * (size_t)a->k +
							16 * (v + (size_t)u * step));
			UNROLLED (r, rows)
				UNROLLED (i, 4)
					sums[r][m] = dot_i8(t->w[u][r].w[i], x.w[i], sums[r][m]);
		}
}

DEVICE void gemv_i8_vectors(const struct gemv_args *a, const struct gemv_place *p,
			    int sums[GEMV_ROWS_MAX][GEMV_M_MAX], const int rows, const int m_max,
			    const int deep)
{
	size_t vectors = (size_t)a->k / 16, v = gemv_first(p);
	struct gemv_turn t;
	gemv_turn_load(a, p, &t, v, rows, deep, T_I8);
	grid_wait();
	while (v < vectors) {
		gemv_i8_turn_add(a, sums, &t, v, rows, m_max, deep);
		v += (size_t)deep * gemv_step(rows);
		gemv_turn_load(a, p, &t, v, rows, deep, T_I8);
	}
}

/* k is a multiple of 4, but not of 16. */
DEVICE void gemv_i8_fours(const struct gemv_args *a, const struct gemv_place *p,
			  int sums[GEMV_ROWS_MAX][GEMV_M_MAX], const int rows, const int m_max)
{
	size_t fours = (size_t)a->k / 4;
	const uint32_t *w = (const uint32_t *)a->w, *x = (const uint32_t *)a->x;
	for (size_t i = gemv_first(p); i < fours; i += gemv_step(rows))
		UNROLLED (r, rows)
			UNROLLED (m, m_max)
				sums[r][m] = dot_i8(w[p->row[r] * fours + i], x[(size_t)m * fours + i],
						    sums[r][m]);
}

DEVICE void gemv_i8_store(const struct gemv_args *a, const int all[GEMV_WARPS][GEMV_ROWS_MAX][GEMV_M_MAX],
			  const int rows, const int m_max)
{
	int row = thread_x() % GEMV_ROWS_A_BLOCK, m = thread_x() / GEMV_ROWS_A_BLOCK, sum = 0;
	int n = block_x() * GEMV_ROWS_A_BLOCK + row;
	if (m >= m_max || n >= a->n)
		return;
	UNROLLED (part, rows)
		sum += all[row / rows * rows + part][row % rows][m];
	float scale = ((const float *)a->scales)[n] * a->x_scale[m];
	a->y[(size_t)m * (size_t)a->n + (size_t)n] = (float)sum * scale;
}

DEVICE void gemv_i8(const struct gemv_args *a, const int m_max, const int rows, const int deep)
{
	SHARED int all[GEMV_WARPS][GEMV_ROWS_MAX][GEMV_M_MAX];
	int sums[GEMV_ROWS_MAX][GEMV_M_MAX];
	struct gemv_place p = gemv_where(a, rows);
	UNROLLED (r, rows)
		UNROLLED (m, m_max)
			sums[r][m] = 0;
	if (a->k % 16 == 0) {
		gemv_i8_vectors(a, &p, sums, rows, m_max, deep);
	} else {
		grid_wait();
		gemv_i8_fours(a, &p, sums, rows, m_max);
	}
	UNROLLED (r, rows)
		UNROLLED (m, m_max) {
			uint32_t sum = (uint32_t)sums[r][m];
			UNROLLED (s, LANE_STEPS)
				sum += lane_xor_u32(sum, WARP / 2 >> s);
			if (lane_of_thread() == 0)
				all[warp_of_thread()][r][m] = (int)sum;
		}
	block_barrier();
	gemv_i8_store(a, all, rows, m_max);
}

/* Rows a warp, and vectors of each under way: enough bytes in flight with registers for two blocks a multiprocessor. */
#define GEMV(name, m, rows, deep, type)                                                                      \
	KERNEL_DEFINE_EARLY(name, gemv_args, 0)                                                              \
	{                                                                                                    \
		gemv(&a, m, rows, deep, type);                                                               \
	}
#define GEMV_I8(name, m, rows, deep)                                                                         \
	KERNEL_DEFINE_EARLY(name, gemv_args, 0)                                                              \
	{                                                                                                    \
		gemv_i8(&a, m, rows, deep);                                                                  \
	}

GEMV(gemv_f32_1, 1, 2, 4, T_F32)
GEMV(gemv_f32_2, 2, 2, 4, T_F32)
GEMV(gemv_f32_4, 4, 4, 2, T_F32)
GEMV(gemv_f32_8, 8, 4, 2, T_F32)
GEMV(gemv_f16_1, 1, 2, 4, T_F16)
GEMV(gemv_f16_2, 2, 2, 4, T_F16)
GEMV(gemv_f16_4, 4, 4, 2, T_F16)
GEMV(gemv_f16_8, 8, 4, 1, T_F16)
GEMV(gemv_bf16_1, 1, 2, 4, T_BF16)
GEMV(gemv_bf16_2, 2, 2, 4, T_BF16)
GEMV(gemv_bf16_4, 4, 4, 2, T_BF16)
GEMV(gemv_bf16_8, 8, 4, 1, T_BF16)
GEMV(gemv_q8_0_1, 1, 2, 4, T_Q8_0)
GEMV(gemv_q8_0_2, 2, 4, 2, T_Q8_0)
GEMV(gemv_q8_0_4, 4, 4, 2, T_Q8_0)
GEMV(gemv_q8_0_8, 8, 4, 1, T_Q8_0)
GEMV(gemv_q4_0_1, 1, 2, 4, T_Q4_0)
GEMV(gemv_q4_0_2, 2, 4, 2, T_Q4_0)
GEMV(gemv_q4_0_4, 4, 4, 2, T_Q4_0)
GEMV(gemv_q4_0_8, 8, 2, 2, T_Q4_0)
GEMV_I8(gemv_i8_1, 1, 2, 4)
GEMV_I8(gemv_i8_2, 2, 2, 4)
GEMV_I8(gemv_i8_4, 4, 4, 2)
GEMV_I8(gemv_i8_8, 8, 4, 2)
