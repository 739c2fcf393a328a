/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Products of few rows, against sums in double of the stored values: int8 bit by bit, else within (k / 32 + 16) roundings
 * of the sum of the products' magnitudes: a lane has at most k / 32 of them in a chain (k / 16 of blocks, whose scale comes
 * late), then come lanes, warps and the scale.
 */
#include "config.h"

#include "tests/gpu/twins.h"

struct shape {
	enum dtype type;
	int m, n, k;
};

/* x as the kernel takes it, and its values. */
struct input {
	void *x;
	float *scale, *values;
};

static enum dtype input_type(enum dtype type)
{
	return type == DTYPE_Q8_0 || type == DTYPE_Q4_0 ? DTYPE_F16 : type;
}

static struct input input_make(const struct shape *s)
{
	struct stored rows = stored_make(input_type(s->type), (size_t)s->m, (size_t)s->k);
	return (struct input){rows.w, rows.scales, rows.values};
}

static bool dot_right(const struct shape *s, const struct stored *w, const struct input *x, int m, int n,
		      float got)
{
	const float *a = w->values + (size_t)n * (size_t)s->k, *b = x->values + (size_t)m * (size_t)s->k;
	double sum = 0, most = 0;
	long whole = 0;
	for (int i = 0; i < s->k; i++) {
		sum += (double)a[i] * b[i];
		most += fabs((double)a[i] * b[i]);
		if (s->type == DTYPE_WI8AI8)
			whole += ((const int8_t *)w->w)[n * s->k + i] * ((const int8_t *)x->x)[m * s->k + i];
	}
	if (s->type == DTYPE_WI8AI8)
		return got == (float)whole * (((const float *)w->scales)[n] * x->scale[m]);
	return fabs(got - sum) <= (s->k / 32.0 + 16) * 0x1p-24 * most;
}

static int shape_wrong(const struct shape *s)
{
	struct stored w = stored_make(s->type, (size_t)s->n, (size_t)s->k);
	struct input x = input_make(s);
	size_t bytes = (size_t)s->m * (size_t)s->n * 4;
	float *y = output(bytes);
	int wrong = 0;
	launch(kernel_name("gemv", type_name(s->type), s->m),
	       (unsigned)(s->n + GEMV_ROWS_A_BLOCK - 1) / GEMV_ROWS_A_BLOCK, 1, 1,
	       &(struct gemv_args){w.w, w.scales, x.x, x.scale, y, s->n, s->k});
	for (int m = 0; m < s->m; m++)
		for (int n = 0; n < s->n; n++)
			wrong += !dot_right(s, &w, &x, m, n, y[m * s->n + n]);
	wrong += !guarded(y, bytes);
	stored_free(&w);
	free(x.x);
	free(x.scale);
	free(x.values);
	free(y);
	return wrong;
}

/* Long rows go around the loop of each kernel more than once, with a rest. */
static void test_gemv(enum dtype type, int m)
{
	static const int ns[] = {1, 7, 8, 9, 17}, more[] = {48, 800, 2080, 4128};
	int wrong = 0, block = dtype_block(type);
	for (int i = 0; i < N_LENGTHS; i++)
		wrong += shape_wrong(&(struct shape){type, m, ns[i % 5], length_of(i, block)});
	for (int i = 0; i < 4; i++)
		wrong += shape_wrong(&(struct shape){type, m, i == 3 ? 2 : ns[i + 1],
						     (more[i] + block - 1) / block * block});
	ok(wrong == 0, "gemv_%s_%d: %s", type_name(type), m,
	   type == DTYPE_WI8AI8 ? "same bits" : "within the roundings of its sums");
}

int main(void)
{
	printf("# seed %llu\n", (unsigned long long)seed);
	for (int t = 0; t < DTYPE_HELD_COUNT; t++)
		for (int m = 1; m <= 8; m *= 2)
			test_gemv((enum dtype)t, m);
	return tap_done();
}
