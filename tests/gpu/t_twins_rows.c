/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels that go along rows, on all tails: the same bits as engines/tensor/quant.c and engines/kernels/ref where the
 * arithmetic is the same; norms within 2e-6 of the row's largest (f32 sums against double ones), exponentials within 6e-7
 * of the value (1.5e-7 of exp, some roundings), and one rounding of the type of the output. Nothing else is touched.
 */
#include "config.h"

#include "engines/kernels/vector.h"
#include "tests/gpu/twins.h"

static const enum dtype outs[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16};

static int gather_wrong(enum dtype type, int k, bool learned)
{
	enum { n = 5, vocab = 7, positions = 4 };
	static const int32_t token[n] = {6, 0, 3, 3, 1}, pos[n] = {0, 3, -1, 2, 1};
	struct stored s = stored_make(type, vocab, (size_t)k);
	float *table = draw(positions * (size_t)k, 1);
	size_t bytes = n * (size_t)k * sizeof(float);
	float *got = output(bytes), *want = output(bytes);
	for (int i = 0; i < n; i++)
		for (int j = 0; j < k; j++) {
			float v = s.values[token[i] * k + j];
			want[i * k + j] = pos[i] < 0 ? 0 : learned ? v + table[pos[i] * k + j] : v;
		}
	launch(kernel_name("gather", type_name(type), 0), n, 1, 1,
	       &(struct gather_args){s.w, s.scales, learned ? table : NULL, token, pos, got, k});
	int wrong = !output_same(got, want, bytes);
	stored_free(&s);
	free(table);
	free(got);
	free(want);
	return wrong;
}

static void test_gather(void)
{
	for (int t = 0; t < DTYPE_HELD_COUNT; t++) {
		enum dtype type = (enum dtype)t;
		int wrong = 0;
		for (int i = 0; i < N_LENGTHS; i++)
			wrong += gather_wrong(type, length_of(i, dtype_block(type)), i % 2);
		ok(wrong == 0, "gather_%s: same bits", type_name(type));
	}
}

struct norm_case {
	int k;
	enum dtype type;
	bool layer, delta, delta_bias, bias, rows;
};

/* Error of row i of out beside the double one, in units of what is allowed. */
static double norm_error(const struct norm_case *c, const struct norm_args *a, const float *x, int i)
{
	double mean = 0, squares = 0, worst = 0, most = 0;
	for (int j = 0; j < c->k; j++)
		mean += c->layer ? (double)x[j] / c->k : 0;
	for (int j = 0; j < c->k; j++)
		squares += (x[j] - mean) * (x[j] - mean);
	double scale = 1 / sqrt(squares / c->k + (double)a->eps);
	for (int j = 0; j < c->k; j++) {
		double y = (x[j] - mean) * scale * a->weight[j] + (c->bias ? a->bias[j] : 0);
		double got = value_at(a->out, (size_t)i * (size_t)c->k + (size_t)j, c->type);
		most = fmax(most, fabs(y));
		worst = fmax(worst, fabs(got - y) - rounding_of(c->type) * fabs(y));
	}
	return worst / (most * 2e-6 + FLT_MIN + 0x1p-25);
}

static int norm_wrong(const struct norm_case *c)
{
	enum { n = 3, n_x = 4 };
	static const int32_t some[n] = {3, -1, 1};
	size_t k = (size_t)c->k, bytes = n * k * width_of(c->type), x_bytes = n_x * k * sizeof(float);
	float *x = output(x_bytes), *delta = draw(n_x * k, 2), *db = draw(k, 1), *w = draw(k, 2),
	      *b = draw(k, 1);
	float *drawn_x = draw(n_x * k, 3);
	memcpy(x, drawn_x, x_bytes);
	float *want = copy_of(x, x_bytes + GUARD);
	struct norm_args a = {x,
			      c->delta ? delta : NULL,
			      c->delta_bias ? db : NULL,
			      w,
			      c->bias ? b : NULL,
			      c->rows ? some : NULL,
			      output(bytes),
			      c->k,
			      c->layer,
			      1e-5f};
	int wrong = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0, row = c->rows ? some[i] : i; row >= 0 && c->delta && j < c->k; j++) {
			int at = row * c->k + j;
			want[at] += c->delta_bias ? delta[at] + db[j] : delta[at];
		}
	launch(kernel_name("norm", type_name(c->type), 0), n, 1, 1, &a);
	for (int i = 0; i < n; i++) {
		int row = c->rows ? some[i] : i;
		for (int j = 0; row < 0 && j < c->k; j++)
			wrong += value_at(a.out, (size_t)i * (size_t)c->k + (size_t)j, c->type) != 0;
		if (row >= 0)
			wrong += !(norm_error(c, &a, want + row * c->k, i) <= 1);
	}
	wrong += !output_same(x, want, x_bytes) + !guarded(a.out, bytes);
	free(x);
	free(delta);
	free(db);
	free(w);
	free(b);
	free(drawn_x);
	free(want);
	free(a.out);
	return wrong;
}

static void test_norm(void)
{
	for (int t = 0; t < 3; t++) {
		int wrong = 0;
		for (int i = 0; i < 3 * N_LENGTHS; i++) {
			const struct norm_case c = {
				.k = i == 5 ? 2500 : length_of(i % N_LENGTHS, 1),
				.type = outs[t],
				.layer = i & 1,
				.delta = i & 2,
				.delta_bias = i & 4,
				.bias = (i & 1) && (i & 8),
				.rows = i % 3 == 1,
			};
			wrong += norm_wrong(&c);
		}
		ok(wrong == 0, "norm_%s: within 2e-6 of double and a rounding", type_name(outs[t]));
	}
}

struct rope_case {
	int heads, kv_heads, dim, n_rot;
	enum dtype type;
	bool bias;
};

static void rope_expect(const struct rope_case *c, float *row, const float *bias, const float *turn)
{
	int n = (c->heads + 2 * c->kv_heads) * c->dim;
	for (int j = 0; bias && j < n; j++)
		row[j] += bias[j];
	for (int h = 0; h < c->heads + c->kv_heads; h++)
		for (int j = 0; j < c->n_rot; j += 2) {
			float *p = row + h * c->dim + j, x = p[0], y = p[1];
			p[0] = fmaf(x, turn[j], -(y * turn[j + 1]));
			p[1] = fmaf(y, turn[j], x * turn[j + 1]);
		}
}

static int rope_wrong(const struct rope_case *c)
{
	enum { n = 4, n_positions = 6, n_seq = 3, n_cells = 9 };
	static const int32_t pos[n] = {5, 0, -1, 2}, seq[n] = {0, 2, 1, 1}, cell[n] = {8, 0, 3, 4};
	size_t wide = (size_t)(c->heads + 2 * c->kv_heads) * (size_t)c->dim,
	       kv = (size_t)c->kv_heads * (size_t)c->dim;
	size_t row_bytes = dtype_bytes(c->type, kv), cache = n_cells * row_bytes,
	       table = n_seq * n_positions * 4;
	float *x = draw(n * wide, 3), *bias = draw(wide, 1),
	      *turns = draw(n_positions * (size_t)c->n_rot + 1, 1);
	float *got = output(n * wide * 4), *want = output(n * wide * 4);
	memcpy(got, x, n * wide * 4);
	memcpy(want, x, n * wide * 4);
	char *keys = output(cache), *values = output(cache), *want_keys = output(cache),
	     *want_values = output(cache);
	int32_t *cells = output(table), *want_cells = output(table);
	for (int i = 0; i < n; i++) {
		float *row = want + (size_t)i * wide;
		if (pos[i] < 0)
			continue;
		rope_expect(c, row, c->bias ? bias : NULL, turns + pos[i] * c->n_rot);
		row += (size_t)(c->heads * c->dim);
		dtype_from_f32(c->type, row, want_keys + (size_t)cell[i] * row_bytes, kv);
		dtype_from_f32(c->type, row + kv, want_values + (size_t)cell[i] * row_bytes, kv);
		want_cells[seq[i] * n_positions + pos[i]] = cell[i];
	}
	/* Parts of a row are the same work, and one too many has none. */
	int parts = c->type == DTYPE_Q8_0 ? 1 : 1 + c->n_rot % 3 + (int)(wide / ROPE_PART);
	launch(kernel_name("rope", type_name(c->type), 0), n, parts, 1,
	       &(struct rope_args){got, c->bias ? bias : NULL, c->n_rot ? turns : NULL, pos, seq, cell, cells,
				   keys, values, c->heads, c->kv_heads, c->dim, c->n_rot, n_positions});
	int wrong = !output_same(got, want, n * wide * 4) + !output_same(keys, want_keys, cache) +
		    !output_same(values, want_values, cache) + !output_same(cells, want_cells, table);
	free(x);
	free(bias);
	free(turns);
	free(got);
	free(want);
	free(keys);
	free(values);
	free(want_keys);
	free(want_values);
	free(cells);
	free(want_cells);
	return wrong;
}

static void test_rope(void)
{
	static const enum dtype types[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16, DTYPE_Q8_0};
	static const int dims[] = {2, 14, 32, 64, 80, 96, 128, 1024};
	for (int t = 0; t < 4; t++) {
		int wrong = 0;
		for (int d = 0; d < 8; d++)
			for (int i = 0; i < 3 && dims[d] % dtype_block(types[t]) == 0; i++) {
				const struct rope_case c = {
					1 + (d + i) % 3, 1 + i % 2,
					dims[d],	 i == 0 ? 0 : i == 1 ? dims[d] : dims[d] / 4 * 2,
					types[t],	 (d + i) % 2};
				wrong += rope_wrong(&c);
			}
		ok(wrong == 0, "rope_%s: same bits, cells noted", type_name(types[t]));
	}
}

static int act_wrong(int k, bool gelu, bool biased, double *worst)
{
	enum { n = 3 };
	size_t wide = (size_t)k * (gelu ? 1 : 2), out_n = n * (size_t)k;
	float *in = draw(n * wide, k % 2 ? 4 : 110), *bias = draw(wide, 1), *sum = copy_of(in, n * wide * 4);
	float *want = draw(out_n, 1), *got[3];
	int wrong = 0;
	for (size_t i = 0; biased && i < n * wide; i++)
		sum[i] += bias[i % wide];
	for (int i = 0; i < n; i++)
		if (gelu)
			gelu_f32_ref(want + i * k, sum + (size_t)i * wide, k);
		else
			silu_mul_f32_ref(want + i * k, sum + (size_t)i * wide, sum + (size_t)i * wide + k, k);
	for (int t = 0; t < 3; t++) {
		got[t] = output(out_n * width_of(outs[t]));
		launch(kernel_name(gelu ? "gelu" : "silu_mul", type_name(outs[t]), 0),
		       (unsigned)(k + 255) / 256, n, 1,
		       &(struct act_args){in, biased ? bias : NULL, got[t], k});
		wrong += !guarded(got[t], out_n * width_of(outs[t]));
		for (size_t i = 0; i < out_n; i++)
			wrong += value_at(got[t], i, outs[t]) != rounded(got[0][i], outs[t]);
	}
	for (size_t i = 0; i < out_n; i++)
		*worst = fmax(*worst, fabs((double)got[0][i] - want[i]) / (fabs((double)want[i]) + FLT_MIN));
	for (int t = 0; t < 3; t++)
		free(got[t]);
	free(in);
	free(bias);
	free(sum);
	free(want);
	return wrong;
}

static void test_act(void)
{
	for (int gelu = 0; gelu < 2; gelu++) {
		int wrong = 0;
		double worst = 0;
		for (int i = 0; i < N_LENGTHS; i++)
			wrong += act_wrong(lengths[i], gelu, i % 2, &worst);
		ok(worst < 6e-7, "%s: within 6e-7 of each value (%.1e)", gelu ? "gelu" : "silu_mul", worst);
		ok(wrong == 0, "%s: f16 and bf16 are f32 rounded", gelu ? "gelu" : "silu_mul");
	}
}

static void test_bias(void)
{
	int wrong = 0;
	for (int i = 0; i < N_LENGTHS; i++) {
		enum { n = 3 };
		size_t k = (size_t)lengths[i], bytes = n * k * 4;
		float *x = draw(n * k, 1), *bias = draw(k, 1), *got = output(bytes), *want = output(bytes);
		memcpy(got, x, bytes);
		for (size_t j = 0; j < n * k; j++)
			want[j] = x[j] + bias[j % k];
		launch("bias_add_f32", (unsigned)(k + 255) / 256, n, 1,
		       &(struct bias_args){got, bias, (int)k});
		wrong += !output_same(got, want, bytes);
		free(x);
		free(bias);
		free(got);
		free(want);
	}
	is_int(wrong, 0, "bias_add_f32: same bits");
}

/* What a cast could get wrong: NaN, infinities, ties, what overflows or would by rounding, subnormals. */
static const uint32_t odd_bits[] = {
	0x7f800001, 0xffbfffff, 0x7f800000, 0xff800000, 0x7f7fffff, 0xff7f8000, 0x3f808000, 0x3f818000,
	0x3f80ffff, 0x80000000, 0x00000001, 0x807fffff, 0x00018000, 0x477ff000, 0x477fefff, 0x33000000,
};

static void test_cast(void)
{
	for (int t = 1; t < 3; t++) {
		int wrong = 0;
		for (int i = 0; i < N_LENGTHS; i++) {
			size_t n = (size_t)lengths[i], bytes = n * 2;
			float *x = draw(n, i % 3 == 0 ? 1e5f : i % 3 == 1 ? 2 : 5e-5f);
			uint16_t *got = output(bytes), *want = output(bytes);
			for (size_t j = 0; j < n && i % 2; j += 3)
				memcpy(x + j, odd_bits + j % 16, sizeof *x);
			for (size_t j = 0; j < n; j++)
				want[j] = outs[t] == DTYPE_BF16 ? bf16_from_f32(x[j])
								: f16_from_f32(rounded(x[j], DTYPE_F16));
			launch(kernel_name("cast", type_name(outs[t]), 0), 1 + (unsigned)i % 3, 1, 1,
			       &(struct cast_args){x, got, n});
			wrong += !output_same(got, want, bytes);
			free(x);
			free(got);
			free(want);
		}
		ok(wrong == 0, "cast_%s: same bits, finite stays finite, NaN stays", type_name(outs[t]));
	}
}

static void test_quantize(void)
{
	enum { n = 4 };
	int wrong = 0;
	for (int i = 0; i < N_LENGTHS; i++) {
		size_t k = (size_t)lengths[i];
		float *x = draw(n * k, 3), *d = output(n * 4), *want_d = output(n * 4);
		int8_t *q = output(n * k), *want = output(n * k);
		x[0] = NAN;
		x[k + k / 2] = -INFINITY;
		for (size_t j = 2 * k; j < 3 * k; j++)
			x[j] = 0;
		for (size_t r = 0; r < n; r++) {
			want_d[r] = wi8ai8_scale(x + r * k, k);
			wi8ai8_quantise(x + r * k, k, want_d[r], want + r * k);
		}
		launch("quantize_i8", n, 1, 1, &(struct quantize_args){x, q, d, (int)k});
		wrong += !output_same(q, want, n * k) + !output_same(d, want_d, n * 4);
		free(x);
		free(d);
		free(want_d);
		free(q);
		free(want);
	}
	is_int(wrong, 0, "quantize_i8: same bits; NaN, infinity and zeros, too");
}

static void test_scale(void)
{
	enum { n = 3 };
	int wrong = 0;
	for (int i = 0; i < N_LENGTHS; i++) {
		size_t k = (size_t)lengths[i], bytes = n * k * 4;
		float *rows = draw(n, 1), *cols = draw(k, 1), *want = output(bytes), *got = output(bytes);
		int32_t *in = mem_alloc(bytes);
		for (size_t j = 0; j < n * k; j++) {
			in[j] = (int32_t)(uint32_t)rng_at(seed, drawn++);
			want[j] = (float)in[j] * (cols[j % k] * rows[j / k]);
		}
		memcpy(got, in, bytes);
		launch("scale_i32", (unsigned)(k + 255) / 256, n, 1,
		       &(struct scale_args){(const void *)got, got, rows, cols, (int)k});
		wrong += !output_same(got, want, bytes);
		free(rows);
		free(cols);
		free(want);
		free(got);
		free(in);
	}
	is_int(wrong, 0, "scale_i32: same bits, in place");
}

static void test_dequant(void)
{
	for (int type = DTYPE_Q8_0; type <= DTYPE_Q4_0; type++) {
		int wrong = 0;
		for (int i = 0; i < N_LENGTHS; i++) {
			size_t k = (size_t)length_of(i, 32), n = 1 + (size_t)i % 3;
			struct stored s = stored_make((enum dtype)type, n, k);
			uint16_t *got = output(n * k * 2), *want = output(n * k * 2);
			for (size_t j = 0; j < n * k; j++)
				want[j] = f16_from_f32(s.values[j]);
			launch(kernel_name("dequant", type_name((enum dtype)type), 0), 1 + (unsigned)i % 3, 1,
			       1, &(struct dequant_args){s.w, s.scales, got, (int)n, (int)k});
			wrong += !output_same(got, want, n * k * 2);
			stored_free(&s);
			free(got);
			free(want);
		}
		ok(wrong == 0, "dequant_%s: same bits", type_name((enum dtype)type));
	}
}

static void test_argmax(void)
{
	enum { n = 4 };
	int wrong = 0;
	for (int i = 0; i < N_LENGTHS; i++) {
		size_t k = (size_t)lengths[i];
		float *x = draw(n * k, 3);
		int32_t *got = output(n * 4), *want = output(n * 4);
		struct argmax_best *best = output(n * ARGMAX_PARTS * sizeof *best);
		x[k + k - 1] = x[k + k / 2] = x[k + k / 3] = 4;
		x[2 * k] = NAN;
		for (size_t j = 3 * k; j < 4 * k; j++)
			x[j] = j % 2 ? NAN : -INFINITY;
		for (size_t r = 0; r < n; r++)
			want[r] = argmax_f32_ref(x + r * k, (int)k);
		launch("argmax", n, ARGMAX_PARTS, 1, &(struct argmax_args){x, best, (int)k});
		launch("argmax_join", n, 1, 1, &(struct argmax_join_args){best, got});
		wrong += !output_same(got, want, n * 4);
		free(x);
		free(best);
		free(got);
		free(want);
	}
	is_int(wrong, 0, "argmax: as ref, ties, NaN and nothing at all, too");
}

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
	test_gather();
	test_norm();
	test_rope();
	test_act();
	test_bias();
	test_cast();
	test_quantize();
	test_scale();
	test_dequant();
	test_argmax();
	return tap_done();
}
