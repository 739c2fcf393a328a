/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenBLAS as a provider of f32 products. It packs the weights anew in each
 * call and brings its own threads: those of our pool sleep meanwhile (they
 * spin for some 40 us after their last work, then wait in the kernel).
 *
 * Loaded when it is first asked for, not linked: where it is linked it starts a thread a CPU before main(),
 * which spin for 100 ms and disturb whatever is measured first, whoever multiplies.
 */
#include "config.h"

#include "engines/cpu/provider.h"

#include <stdlib.h>

#include "engines/base/strbuf.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>

static struct {
	__typeof__(cblas_sgemm) *sgemm;
	__typeof__(cblas_sgemv) *sgemv;
	__typeof__(openblas_set_num_threads) *set_num_threads;
	__typeof__(openblas_get_config) *get_config;
	__typeof__(openblas_get_corename) *get_corename;
	__typeof__(openblas_get_parallel) *get_parallel;
} blas;

/* One thread to begin with; a product asks for as many as its point has. */
static void openblas_prepare(void)
{
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
}

static bool openblas_bind(struct provider_library *l)
{
	return provider_symbol(l, "cblas_sgemm", &blas.sgemm) &&
	       provider_symbol(l, "cblas_sgemv", &blas.sgemv) &&
	       provider_symbol(l, "openblas_set_num_threads", &blas.set_num_threads) &&
	       provider_symbol(l, "openblas_get_config", &blas.get_config) &&
	       provider_symbol(l, "openblas_get_corename", &blas.get_corename) &&
	       provider_symbol(l, "openblas_get_parallel", &blas.get_parallel);
}

static const char *openblas_threads_why_not(int n_threads)
{
	return n_threads > 1 && blas.get_parallel() == 0 ? "this OpenBLAS was built sequential" : NULL;
}

static bool openblas_multiply(const struct provider_product *p)
{
	blas.set_num_threads(p->n_threads);
	/* One row is a matrix-vector product; sgemm would copy all of W first. */
	if (p->m == 1)
		blas.sgemv(CblasRowMajor, CblasNoTrans, p->n, p->k, 1.0f, p->w, p->k, p->a, 1, 0.0f, p->c, 1);
	else
		blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, p->m, p->n, p->k, 1.0f, p->a,
			   (blasint)p->lda, p->w, p->k, 0.0f, p->c, (blasint)p->ldc);
	return true;
}

static void openblas_describe(struct strbuf *out)
{
	strbuf_printf(out, "openblas: %s\n", blas.get_config());
	strbuf_printf(out, "openblas_core: %s\n", blas.get_corename());
	strbuf_puts(out, "kernels: cblas_sgemm, cblas_sgemv for one row\n");
}

static const char *const openblas_files[] = {"libopenblas.so.0", NULL};

const struct provider_ops provider_openblas = {
	.name = "openblas",
	.files = openblas_files,
	.symbol = "cblas_sgemm",
	.prepare = openblas_prepare,
	.bind = openblas_bind,
	.threads_why_not = openblas_threads_why_not,
	.multiply = openblas_multiply,
	.describe = openblas_describe,
};
#else
static const char *const openblas_files[] = {NULL};

const struct provider_ops provider_openblas = {.name = "openblas", .files = openblas_files};
#endif
