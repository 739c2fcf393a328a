/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenBLAS as a provider of f32 products. It packs the weights anew in each
 * call and brings its own threads: those of our pool sleep meanwhile (they
 * spin for some 40 us after their last work, then wait in the kernel).
 */
#include "config.h"

#include "engines/cpu/gemm_private.h"

#include "engines/base/strbuf.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#include <dlfcn.h>

const char *gemm_openblas_why_not(void)
{
	return NULL;
}

void gemm_openblas_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc)
{
	if (m == 0 || w->n == 0)
		return;
	openblas_set_num_threads(w->g->n_threads);
	/* One row is a matrix-vector product; sgemm would copy all of W first. */
	if (m == 1)
		cblas_sgemv(CblasRowMajor, CblasNoTrans, w->n, w->k, 1.0f, (const float *)(void *)w->data,
			    w->k, a, 1, 0.0f, c, 1);
	else
		cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, w->n, w->k, 1.0f, a, (blasint)lda,
			    (const float *)(void *)w->data, w->k, 0.0f, c, (blasint)ldc);
}

void gemm_openblas_describe(struct strbuf *out)
{
	Dl_info info;
	int found = dladdr((void *)(uintptr_t)cblas_sgemm, &info);
	strbuf_printf(out, "openblas: %s\n", openblas_get_config());
	strbuf_printf(out, "openblas_core: %s\n", openblas_get_corename());
	strbuf_printf(out, "openblas_library: %s\n", found && info.dli_fname ? info.dli_fname : "unknown");
	strbuf_puts(out, "kernels: cblas_sgemm, cblas_sgemv for one row\n");
}
#else
const char *gemm_openblas_why_not(void)
{
	return "left out of this build";
}

void gemm_openblas_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc)
{
	/* No context with this provider can be opened. */
	(void)w, (void)a, (void)m, (void)lda, (void)c, (void)ldc;
}

void gemm_openblas_describe(struct strbuf *out)
{
	strbuf_puts(out, "openblas: left out of this build\n");
}
#endif
