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

#include "engines/cpu/gemm_private.h"

#include "engines/base/strbuf.h"

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libopenblas.so.0"

static struct {
	void *handle;
	char why_not[120]; /* of the one attempt to load; "" when it was loaded or not tried */
	__typeof__(cblas_sgemm) *sgemm;
	__typeof__(cblas_sgemv) *sgemv;
	__typeof__(openblas_set_num_threads) *set_num_threads;
	__typeof__(openblas_get_config) *get_config;
	__typeof__(openblas_get_corename) *get_corename;
} blas;

/* Functions come as object pointers: POSIX says that the bits are those of a function pointer. */
static bool symbol_find(const char *name, void *function)
{
	void *symbol = dlsym(blas.handle, name);
	memcpy(function, &symbol, sizeof symbol);
	if (!symbol)
		snprintf(blas.why_not, sizeof blas.why_not, LIBRARY " has no %s", name);
	return symbol != NULL;
}

static bool library_load(void)
{
	/* One thread to begin with; a product asks for as many as its point has. */
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	blas.handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!blas.handle) {
		snprintf(blas.why_not, sizeof blas.why_not, "%s", dlerror());
		return false;
	}
	return symbol_find("cblas_sgemm", &blas.sgemm) && symbol_find("cblas_sgemv", &blas.sgemv) &&
	       symbol_find("openblas_set_num_threads", &blas.set_num_threads) &&
	       symbol_find("openblas_get_config", &blas.get_config) &&
	       symbol_find("openblas_get_corename", &blas.get_corename);
}

const char *gemm_openblas_why_not(void)
{
	static bool tried;
	if (!tried)
		library_load();
	tried = true;
	return blas.why_not[0] ? blas.why_not : NULL;
}

void gemm_openblas_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc)
{
	if (m == 0 || w->n == 0)
		return;
	blas.set_num_threads(w->g->n_threads);
	/* One row is a matrix-vector product; sgemm would copy all of W first. */
	if (m == 1)
		blas.sgemv(CblasRowMajor, CblasNoTrans, w->n, w->k, 1.0f, (const float *)(void *)w->data,
			   w->k, a, 1, 0.0f, c, 1);
	else
		blas.sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, w->n, w->k, 1.0f, a, (blasint)lda,
			   (const float *)(void *)w->data, w->k, 0.0f, c, (blasint)ldc);
}

void gemm_openblas_describe(struct strbuf *out)
{
	Dl_info info;
	void *symbol;
	memcpy(&symbol, &blas.sgemm, sizeof symbol);
	int found = dladdr(symbol, &info);
	strbuf_printf(out, "openblas: %s\n", blas.get_config());
	strbuf_printf(out, "openblas_core: %s\n", blas.get_corename());
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
