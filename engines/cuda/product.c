/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/product.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* cuBLASLt's workspace, and its kernels, which it loads when they are first used. */
#define LT_BYTES ((size_t)128 << 20)

/* Some blocks for each SM of the largest chips; each goes on to the next part of W. */
#define WIDEN_BLOCKS 1024

/* Shapes that "tune" tries algorithms for: prompts of all lengths have hundreds, each of which would take as long as a
 * step. */
#define TUNED_MAX 64

int bucket_of(int m)
{
	int bucket = 1;
	if (m <= 0)
		return m;
	if (m > BUCKET_MAX)
		return m > INT32_MAX - 7 ? m : (m + 7) / 8 * 8;
	while (bucket < m)
		bucket *= 2;
	return bucket;
}

static bool in_blocks(enum dtype t)
{
	return t == DTYPE_Q8_0 || t == DTYPE_Q4_0;
}

size_t matrix_bytes(enum dtype t, size_t n, size_t k)
{
	if (t == DTYPE_Q8_0 || t == DTYPE_WI8AI8)
		return n * k;
	if (t == DTYPE_Q4_0)
		return n * (k / 2);
	return n * dtype_bytes(t, k);
}

size_t matrix_scale_bytes(enum dtype t, size_t n, size_t k)
{
	if (in_blocks(t))
		return n * (k / Q8_0_BLOCK) * sizeof(uint16_t);
	return t == DTYPE_WI8AI8 ? n * sizeof(float) : 0;
}

enum dtype product_input(enum dtype held)
{
	if (held == DTYPE_F16 || in_blocks(held))
		return DTYPE_F16;
	return held == DTYPE_BF16 ? DTYPE_BF16 : DTYPE_F32;
}

/* Few rows are nothing for cuBLASLt, whatever they are held in. */
static bool never_lt(const struct products_config *c)
{
	return strcmp(c->provider, "own") == 0 && strcmp(c->blocking, "auto") == 0 &&
	       c->m <= PRODUCT_OWN_ROWS;
}

size_t products_bytes(const struct products_config *c)
{
	size_t i8 = (size_t)c->m * (size_t)c->k;
	return (never_lt(c) ? 0 : LT_BYTES) + i8 + (i8 ? (size_t)c->m * sizeof(float) : 0) +
	       c->widened * sizeof(uint16_t);
}

static int buffers_open(struct products *p, const struct products_config *c, struct diag *d)
{
	size_t m = (size_t)c->m, k = (size_t)c->k;
	int rc = 0;
	if (k)
		rc = dev_alloc(p->e, m * k, "rounded activations", &p->i8, d);
	if (k && rc == 0)
		rc = dev_alloc(p->e, m * sizeof(float), "rounded activations", &p->i8_scales, d);
	if (c->widened && rc == 0)
		rc = dev_alloc(p->e, c->widened * sizeof(uint16_t), "widened weights", &p->wide, d);
	return rc;
}

static int blocking_check(const char *blocking, struct diag *d)
{
	struct lt_wish unused;
	if (strcmp(blocking, "auto") == 0 || strcmp(blocking, "tune") == 0)
		return 0;
	return lt_wish_parse(blocking, &unused, d);
}

int products_open(struct products *p, struct engine *e, const struct products_config *c, struct diag *d)
{
	*p = (struct products){.e = e, .strict = c->strict};
	cuda_lt_retry(e);
	p->all_lt = strcmp(c->provider, "cublaslt") == 0;
	if (!p->all_lt && strcmp(c->provider, "own") != 0)
		return diag_set(d, ERR_UNSUPPORTED, "provider \"%.40s\": engine cuda has own and cublaslt",
				c->provider);
	int rc = blocking_check(c->blocking, d);
	if (rc)
		return rc;
	if (p->all_lt && !cuda_lt(e))
		return diag_set(d, e->lt_why.code, "provider cublaslt: %s", e->lt_why.text);
	if (strcmp(c->blocking, "auto") != 0 && !cuda_lt(e))
		return diag_set(d, e->lt_why.code, "blocking %.60s: %s", c->blocking, e->lt_why.text);
	p->blocking = mem_strdup(c->blocking);
	rc = buffers_open(p, c, d);
	if (rc)
		products_close(p);
	return rc;
}

void products_close(struct products *p)
{
	for (int i = 0; i < p->n_ways; i++)
		if (p->way[i].lt)
			lt_plan_free(&p->way[i].plan);
	if (p->e) {
		dev_free(p->e, &p->i8);
		dev_free(p->e, &p->i8_scales);
		dev_free(p->e, &p->wide);
	}
	free(p->way);
	free(p->blocking);
	*p = (struct products){0};
}

/* ---- own kernels ---- */

#define GEMV_SIZES 4 /* kernels for 1, 2, 4 and 8 rows of X */

static enum kernel gemv_kernel(enum dtype t, int size)
{
	switch (t) {
	case DTYPE_F16:
		return KERNEL_gemv_f16_1 + (unsigned)size;
	case DTYPE_BF16:
		return KERNEL_gemv_bf16_1 + (unsigned)size;
	case DTYPE_Q8_0:
		return KERNEL_gemv_q8_0_1 + (unsigned)size;
	case DTYPE_Q4_0:
		return KERNEL_gemv_q4_0_1 + (unsigned)size;
	case DTYPE_WI8AI8:
		return KERNEL_gemv_i8_1 + (unsigned)size;
	default:
		return KERNEL_gemv_f32_1 + (unsigned)size;
	}
}

/* Rows at a time: the largest kernel that has no row too many. Eight rows, and those of a single kernel, begin at 16 bytes. */
static int gemv_run(struct products *p, const struct dev_matrix *w, CUdeviceptr x, int m, CUdeviceptr y,
		    struct diag *d)
{
	enum dtype in = w->dtype == DTYPE_WI8AI8 ? DTYPE_COUNT : product_input(w->dtype);
	size_t row = in == DTYPE_COUNT ? (size_t)w->k : dtype_bytes(in, (size_t)w->k);
	int rc = 0;
	for (int done = 0, size = GEMV_SIZES - 1; done < m && rc == 0;) {
		while ((1 << size) > m - done)
			size--;
		const struct gemv_args a = {
			.w = dev_ptr(w->w),
			.scales = dev_ptr(w->scales),
			.x = dev_ptr(x + (size_t)done * row),
			.x_scale = in == DTYPE_COUNT ? (float *)dev_ptr(p->i8_scales) + done : NULL,
			.y = (float *)dev_ptr(y) + (size_t)done * (size_t)w->n,
			.n = w->n,
			.k = w->k,
		};
		rc = LAUNCH(p->e, gemv_kernel(w->dtype, size), blocks_of((uint64_t)w->n, GEMV_ROWS_A_BLOCK),
			    1, 1, &a, d);
		done += 1 << size;
	}
	return rc;
}

static int round_rows(struct products *p, CUdeviceptr x, int m, int k, struct diag *d)
{
	const struct quantize_args a = {dev_ptr(x), dev_ptr(p->i8), dev_ptr(p->i8_scales), k};
	return LAUNCH(p->e, KERNEL_quantize_i8, (unsigned)m, 1, 1, &a, d);
}

/* ---- cuBLASLt ---- */

static enum lt_type lt_type_of(enum dtype t)
{
	if (t == DTYPE_WI8AI8)
		return LT_I8;
	if (t == DTYPE_BF16)
		return LT_BF16;
	if (t == DTYPE_F16 || in_blocks(t))
		return LT_F16;
	return t == DTYPE_TF32 ? LT_TF32 : LT_F32;
}

static int widen(struct products *p, const struct dev_matrix *w, struct diag *d)
{
	const struct dequant_args a = {dev_ptr(w->w), dev_ptr(w->scales), dev_ptr(p->wide), w->n, w->k};
	enum kernel k = w->dtype == DTYPE_Q8_0 ? KERNEL_dequant_q8_0 : KERNEL_dequant_q4_0;
	return LAUNCH(p->e, k, WIDEN_BLOCKS, 1, 1, &a, d);
}

static int rescale(struct products *p, const struct dev_matrix *w, int m, CUdeviceptr y, struct diag *d)
{
	int rc = 0;
	for (int row = 0, n; row < m && rc == 0; row += n) {
		CUdeviceptr at = y + (size_t)row * (size_t)w->n * sizeof(float);
		const struct scale_args a = {dev_ptr(at), dev_ptr(at), (float *)dev_ptr(p->i8_scales) + row,
					     dev_ptr(w->scales), w->n};
		n = m - row < GRID_Y_MAX ? m - row : GRID_Y_MAX;
		rc = LAUNCH(p->e, KERNEL_scale_i32, blocks_of((uint64_t)w->n, 256), (unsigned)n, 1, &a, d);
	}
	return rc;
}

static int way_tune(struct products *p, struct product_way *way, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y,
		    struct diag *d)
{
	way->tuned = true;
	if (strcmp(p->blocking, "tune") != 0)
		return 0;
	if (p->n_tuned++ < TUNED_MAX)
		return lt_plan_tune(&way->plan, x, w, y, d);
	way->plan.chosen = "the heuristic's first, as so many other shapes were tried";
	return 0;
}

static int lt_product(struct products *p, struct product_way *way, const struct dev_matrix *w, CUdeviceptr x,
		      CUdeviceptr y, struct diag *d)
{
	CUdeviceptr held = in_blocks(w->dtype) ? p->wide : w->w;
	int rc = in_blocks(w->dtype) ? widen(p, w, d) : 0;
	if (rc == 0 && !way->tuned)
		rc = way_tune(p, way, x, held, y, d);
	if (rc == 0)
		rc = lt_run(&way->plan, x, held, y, d);
	if (rc == 0 && w->dtype == DTYPE_WI8AI8)
		rc = rescale(p, w, way->m, y, d);
	return rc;
}

/* ---- which ---- */

static bool wants_lt(struct products *p, const struct dev_matrix *w, int m)
{
	int most = in_blocks(w->dtype) ? PRODUCT_OWN_ROWS_BLOCKS : PRODUCT_OWN_ROWS;
	if (p->no_lt || (!p->all_lt && strcmp(p->blocking, "auto") == 0 && m <= most))
		return false;
	p->no_lt = !cuda_lt(p->e);
	return !p->no_lt;
}

/* May the own kernels do what cuBLASLt lacks? */
static bool own_may(const struct products *p)
{
	return !p->strict || (!p->all_lt && strcmp(p->blocking, "auto") == 0);
}

/* cuBLASLt lacks some shapes, of int8 above all: those are left to the own kernels. */
static int lt_settle(struct products *p, struct product_way *way, struct diag *d)
{
	struct diag why = {0};
	enum lt_type type = lt_type_of(way->dtype);
	struct lt *lt = cuda_lt(p->e);
	int rc = lt_plan_open(&way->plan, lt, type, way->m, way->n, way->k, p->blocking, &why);
	if (rc == ERR_UNSUPPORTED && !p->strict && strcmp(p->blocking, "auto") != 0) {
		way->fell_back = true;
		diag_clear(&why);
		rc = lt_plan_open(&way->plan, lt, type, way->m, way->n, way->k, "auto", &why);
	}
	way->lt = rc == 0;
	way->lacking = rc == ERR_UNSUPPORTED;
	if (way->lacking && own_may(p))
		return 0;
	return rc ? diag_set(d, (enum err)rc, "%s", why.text) : 0;
}

static struct product_way *way_find(struct products *p, const struct dev_matrix *w, int m)
{
	for (int i = 0; i < p->n_ways; i++) {
		struct product_way *way = &p->way[i];
		if (way->dtype == w->dtype && way->m == m && way->n == w->n && way->k == w->k)
			return way;
	}
	return NULL;
}

static int way_make(struct products *p, const struct dev_matrix *w, int m, struct product_way **out,
		    struct diag *d)
{
	struct product_way way = {.dtype = w->dtype, .m = m, .n = w->n, .k = w->k};
	int rc = wants_lt(p, w, m) ? lt_settle(p, &way, d) : 0;
	if (rc)
		return rc;
	p->way = mem_realloc(p->way, ((size_t)p->n_ways + 1) * sizeof *p->way);
	p->way[p->n_ways] = way;
	*out = &p->way[p->n_ways++];
	return 0;
}

bool product_settled(struct products *p, const struct dev_matrix *w, int m)
{
	return way_find(p, w, m) != NULL;
}

int product_run(struct products *p, const struct dev_matrix *w, CUdeviceptr x, int m, CUdeviceptr y,
		struct diag *d)
{
	struct product_way *way = way_find(p, w, m);
	int rc = way ? 0 : way_make(p, w, m, &way, d);
	if (rc == 0 && w->dtype == DTYPE_WI8AI8) {
		rc = round_rows(p, x, bucket_of(m), w->k, d);
		x = p->i8;
	}
	if (rc)
		return rc;
	rc = way->lt ? lt_product(p, way, w, x, y, d) : 0;
	/* What its heuristic named it may still refuse when it is first run. */
	if (rc == ERR_UNSUPPORTED && !way->ran && own_may(p)) {
		diag_clear(d);
		lt_plan_free(&way->plan);
		way->plan = (struct lt_plan){0};
		way->refused = true;
		way->lt = false;
		rc = 0;
	}
	way->ran = rc == 0;
	return way->lt || rc ? rc : gemv_run(p, w, x, bucket_of(m), y, d);
}

int product_run_alone(struct products *p, const struct dev_matrix *w, CUdeviceptr x, int m, CUdeviceptr y,
		      struct diag *d)
{
	const struct product_way *way = way_find(p, w, m);
	if (!way || !way->lt || in_blocks(w->dtype))
		return diag_set(d, ERR_INTERNAL, "a product of m=%d n=%d k=%d is none of cuBLASLt's alone", m,
				w->n, w->k);
	return lt_run(&way->plan, w->dtype == DTYPE_WI8AI8 ? p->i8 : x, w->w, y, d);
}

/* ---- describe ---- */

static void way_describe(const struct product_way *way, struct strbuf *out)
{
	strbuf_printf(out, "product %s m=%d n=%d k=%d: ", dtype_name(way->dtype), way->m, way->n, way->k);
	if (!way->lt) {
		strbuf_printf(out, "own kernels, accumulated in %s%s\n",
			      way->dtype == DTYPE_WI8AI8 ? "int32" : "f32",
			      way->lacking   ? " (cuBLASLt has none)"
			      : way->refused ? " (cuBLASLt refused it)"
					     : "");
		return;
	}
	if (in_blocks(way->dtype))
		strbuf_puts(out, "widened to f16, ");
	strbuf_printf(out, "cuBLASLt %s ", lt_type_name(way->plan.type));
	lt_config_name(&way->plan.algo.config, out);
	strbuf_printf(out, ", %s%s\n", way->plan.chosen,
		      way->fell_back ? " (it has none cut as the point says)" : "");
}

/* Of a long prompt there are many shapes: the first of them tell. */
#define DESCRIBED_MAX 24

/* In a few words, which reports have in each row: what was settled, of which the row's steps need not be all. */
static void kernels_describe(const struct products *p, struct strbuf *out)
{
	int n_lt = 0, most_own = 0, least_lt = INT_MAX;
	for (int i = 0; i < p->n_ways; i++) {
		const struct product_way *way = &p->way[i];
		n_lt += way->lt;
		if (way->lt)
			least_lt = way->m < least_lt ? way->m : least_lt;
		else
			most_own = way->m > most_own ? way->m : most_own;
	}
	if (p->n_ways == 0)
		return;
	if (n_lt == 0 || n_lt == p->n_ways)
		strbuf_printf(out, "kernels: %s", n_lt ? "cuBLASLt" : "own");
	else if (most_own < least_lt)
		strbuf_printf(out, "kernels: own to m=%d, cuBLASLt from m=%d", most_own, least_lt);
	else
		strbuf_puts(out, "kernels: own and cuBLASLt");
	if (p->n_ways == 1 && n_lt == 1) {
		strbuf_putc(out, ' ');
		lt_config_name(&p->way[0].plan.algo.config, out);
	}
	strbuf_putc(out, '\n');
}

void products_describe(const struct products *p, struct strbuf *out)
{
	kernels_describe(p, out);
	const struct engine *e = p->e;
	if (!e->lt_asked)
		strbuf_puts(out, "cublaslt: not asked for, own kernels do all\n");
	else if (e->lt)
		strbuf_printf(out, "cublaslt: version %zu\n", e->lt->version);
	else
		strbuf_printf(out, "cublaslt: not %s, own kernels do all: %s\n",
			      e->lt_why.code == ERR_UNAVAILABLE ? "here" : "started", e->lt_why.text);
	for (int i = 0; i < p->n_ways && i < DESCRIBED_MAX; i++)
		way_describe(&p->way[i], out);
	if (p->n_ways > DESCRIBED_MAX)
		strbuf_printf(out, "products: %d more shapes\n", p->n_ways - DESCRIBED_MAX);
}
