/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/gemm.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/gemm_private.h"

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

const char *gemm_provider_why_not(const char *provider)
{
	const struct provider_ops *p = provider_find(provider);
	if (strcmp(provider, "own") == 0)
		return NULL;
	return p ? provider_why_not(p) : "no such provider";
}

const char *gemm_provider_name(int i)
{
	return i == 0 ? "own" : provider_name(i - 1);
}

/* Kernels and blocks of one dtype; what the point says counts for the precision alone. */
static int own_choose(struct gemm_context *g, enum dtype t, enum isa isa, const struct blocking *asked,
		      struct diag *d)
{
	struct blocking *b = &g->blocks[t];
	struct gemm_kernel_set *set = &g->kernels[t];
	int rc = gemm_kernel_set_choose(set, t, isa, 0, 0, d);
	if (!rc)
		rc = blocking_default(t, set->isa, b, &g->source[t], d);
	if (rc)
		return rc;
	if (t == g->precision && asked->mr) {
		b->mr = asked->mr;
		b->nr = asked->nr;
		g->source[t] = "the point";
	}
	if (t == g->precision && asked->mc) {
		b->mc = asked->mc;
		b->kc = asked->kc;
		b->nc = asked->nc;
		g->source[t] = "the point";
	}
	rc = gemm_kernel_set_choose(set, t, isa, b->mr, b->nr, d);
	/* A block holds whole tiles; of q8_0 and q4_0 whole scales, of bf16 whole pairs. */
	int k_step = t == DTYPE_BF16 ? 2 : dtype_block(t);
	b->mc = (int)round_up((size_t)b->mc, (size_t)b->mr);
	b->kc = (int)round_up((size_t)b->kc, (size_t)k_step);
	b->nc = (int)round_up((size_t)b->nc, (size_t)b->nr);
	return rc;
}

static int foreign_check(const struct gemm_context *g, enum isa isa, const struct blocking *asked,
			 struct diag *d)
{
	const struct provider_ops *p = g->foreign;
	const char *why = p->threads_why_not ? p->threads_why_not(g->n_threads) : NULL;
	/* Its speed would stand beside the ceiling of a level that it does not keep to. */
	if (isa != isa_best())
		return diag_set(d, ERR_UNSUPPORTED,
				"%s chooses its own instructions: isa %s cannot be asked of it", p->name,
				isa_name(isa));
	if (g->precision != DTYPE_F32)
		return diag_set(d, ERR_UNSUPPORTED, "%s multiplies f32 only, not %s", p->name,
				dtype_name(g->precision));
	if (asked->mr || asked->mc)
		return diag_set(d, ERR_UNSUPPORTED, "%s has its own blocking: only auto is possible",
				p->name);
	if (why)
		return diag_set(d, ERR_UNSUPPORTED, "%s on %d threads: %s", p->name, g->n_threads, why);
	return 0;
}

const char *gemm_precision_why_not(enum dtype precision)
{
	return precision == DTYPE_TF32 ? "only a GPU's products round to it: here f32 is computed" : NULL;
}

static int precision_check(enum dtype precision, struct diag *d)
{
	const char *why = gemm_precision_why_not(precision);
	return why ? diag_set(d, ERR_UNAVAILABLE, "precision %s: %s", dtype_name(precision), why) : 0;
}

int gemm_context_open(struct gemm_context **out, const struct gemm_config *config, enum dtype precision,
		      struct diag *d)
{
	struct blocking asked;
	const char *why = gemm_provider_why_not(config->provider);
	const struct provider_ops *foreign = provider_find(config->provider);
	if (why && foreign)
		return diag_set(d, ERR_UNAVAILABLE, "provider %s: %s", config->provider, why);
	if (why)
		return diag_set(d, ERR_USAGE,
				"provider \"%.40s\": %s (expected own, openblas, onednn or blis)",
				config->provider, why);
	int rc = precision_check(precision, d);
	if (rc == 0)
		rc = blocking_parse(config->blocking, &asked, d);
	if (rc)
		return rc;
	struct gemm_context *g = mem_alloc(sizeof *g);
	g->foreign = foreign;
	g->n_threads = config->n_threads;
	g->precision = precision;
	if (foreign)
		rc = foreign_check(g, config->isa, &asked, d);
	for (int t = 0; t < DTYPE_HELD_COUNT && !rc; t++)
		rc = own_choose(g, (enum dtype)t, config->isa, &asked, d);
	if (rc) {
		free(g);
		return rc;
	}
	*out = g;
	return 0;
}

void gemm_context_close(struct gemm_context *g)
{
	free(g);
}

size_t gemm_weight_bytes(const struct gemm_context *g, enum dtype dtype, int n, int k)
{
	size_t nr = g->foreign ? 1 : (size_t)g->kernels[dtype].nr;
	return round_up((size_t)n, nr) / nr * gemm_panel_w_bytes(dtype, (int)nr, k);
}

size_t gemm_scratch_bytes(const struct gemm_context *g, enum dtype dtype, int m, int n, int k)
{
	(void)n;
	return g->foreign ? 0 : round_up(gemm_panel_a_bytes(dtype, m, k), MEM_ALIGN);
}

int gemm_weight_attach(struct gemm_weight **out, const struct gemm_context *g, enum dtype dtype, int n, int k,
		       void *memory, struct diag *d)
{
	if (n < 0 || k < 1 || k % dtype_block(dtype))
		return diag_set(d, ERR_UNSUPPORTED,
				"a %d x %d matrix cannot be held in %s: rows must be a multiple of %d", n, k,
				dtype_name(dtype), dtype_block(dtype));
	if (g->foreign && dtype != DTYPE_F32)
		return diag_set(d, ERR_UNSUPPORTED, "%s multiplies f32 only, not %s", g->foreign->name,
				dtype_name(dtype));
	struct gemm_weight *w = mem_alloc(sizeof *w);
	*w = (struct gemm_weight){.g = g, .dtype = dtype, .n = n, .k = k, .data = memory};
	w->size = gemm_weight_bytes(g, dtype, n, k);
	*out = w;
	return 0;
}

int gemm_weight_fill(struct gemm_weight *w, const struct gemm_source *source, struct pool *pool,
		     struct diag *d)
{
	return gemm_own_pack(w, source, pool, d);
}

static int own_memory_map(struct gemm_weight *w, struct diag *d)
{
	size_t available = mem_available();
	w->owns_memory = true;
	if (w->size <= available)
		w->data = mem_map(w->size);
	if (w->data)
		return 0;
	return diag_set(d, ERR_OOM, "a %d x %d matrix in %s needs %zu bytes, %zu are available", w->n, w->k,
			dtype_name(w->dtype), w->size, available);
}

int gemm_weight_pack(struct gemm_weight **out, struct gemm_context *g, enum dtype dtype, int n, int k,
		     gemm_row_reader *read, const void *source, struct pool *pool, struct diag *d)
{
	struct gemm_weight *w;
	int rc = gemm_weight_attach(&w, g, dtype, n, k, NULL, d);
	if (rc)
		return rc;
	rc = own_memory_map(w, d);
	if (!rc)
		rc = gemm_weight_fill(w, &(struct gemm_source){read, NULL, source}, pool, d);
	if (rc) {
		gemm_weight_free(w);
		return rc;
	}
	*out = w;
	return 0;
}

void gemm_weight_free(struct gemm_weight *w)
{
	if (!w)
		return;
	if (w->owns_memory)
		mem_unmap(w->data, w->size);
	free(w);
}

void gemm_weight_row(const struct gemm_weight *w, int row, float *dst)
{
	gemm_own_row(w, row, dst);
}

void gemm_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc,
	      void *scratch, struct pool *pool)
{
	const struct gemm_context *g = w->g;
	const struct provider_product p = {m, w->n, w->k,	 a, lda, (const float *)(void *)w->data,
					   c, ldc,  g->n_threads};
	if (g->foreign && m && w->n)
		provider_multiply(g->foreign, &p);
	else if (!g->foreign)
		gemm_own_run(w, a, m, lda, c, ldc, scratch, pool);
}

static const char *const accumulators[DTYPE_COUNT] = {
	[DTYPE_F32] = "f32",
	[DTYPE_F16] = "f32",
	[DTYPE_BF16] = "f32; activations bf16",
	[DTYPE_Q8_0] = "f32, int32 within a block of 32; activations q8_0",
	[DTYPE_Q4_0] = "f32, int32 within a block of 32; activations q8_0",
	[DTYPE_WI8AI8] = "int32 over a row, whatever KC is; activations int8, one scale a token",
};

void gemm_describe(const struct gemm_context *g, struct strbuf *out)
{
	const struct gemm_kernel_set *s = &g->kernels[g->precision];
	const struct blocking *b = &g->blocks[g->precision];
	strbuf_printf(out, "provider: %s\n", g->foreign ? g->foreign->name : "own");
	if (g->foreign) {
		provider_describe(g->foreign, g->n_threads, out);
		return;
	}
	strbuf_printf(out, "kernels: %s, %s\n", s->for_rows[s->mr]->name, s->pack->name);
	strbuf_printf(out, "tile: %dx%d\n", b->mr, b->nr);
	strbuf_printf(out, "blocks: %dx%dx%d (MCxKCxNC, from %s)\n", b->mc, b->kc, b->nc,
		      g->source[g->precision]);
	strbuf_printf(out, "accumulator: %s\n", accumulators[g->precision]);
}

void gemm_layout(const struct gemm_context *g, struct strbuf *out)
{
	strbuf_printf(out, "layout: %d\nprovider: %s\n", GEMM_LAYOUT, g->foreign ? g->foreign->name : "own");
	for (int t = 0; t < DTYPE_HELD_COUNT; t++)
		strbuf_printf(out, "panels of %s: %d, %s\n", dtype_name((enum dtype)t),
			      g->foreign ? 1 : g->kernels[t].nr, isa_name(g->kernels[t].isa));
}
