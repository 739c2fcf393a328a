/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oneDNN as a provider of f32 products, by its dnnl_sgemm, which packs the weights anew in each call. Versions 2 and 3
 * have it alike, so the few prototypes stand here. Its number of threads is that of its runtime: OpenMP's is
 * set, a sequential build has one, another cannot be told and is refused.
 */
#include "config.h"

#include "engines/cpu/provider.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "engines/base/strbuf.h"

/* dnnl_version_t of both versions. */
struct version {
	int major, minor, patch;
	const char *hash;
	unsigned cpu_runtime, gpu_runtime;
};
enum { RUNTIME_SEQUENTIAL = 1, RUNTIME_OPENMP = 2 }; /* DNNL_RUNTIME_SEQ, _OMP */

static struct {
	int (*sgemm)(char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
		     int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
	const struct version *(*version)(void);
	int (*isa)(void);
	void (*set_num_threads)(int n);
} dnnl;

/*
 * GNU OpenMP's threads spin for milliseconds after their last work. In a model they then hold the CPUs that the pool's
 * threads need for all that is no product: decode on 2 of 2 CPUs took 4 times as long as on one. They spin about as
 * long as ours (SPIN_NS of engines/base/pool.c) unless whoever runs us has said how they wait.
 */
#define SPINS "3000"

static void onednn_prepare(void)
{
	if (!getenv("OMP_WAIT_POLICY"))
		setenv("GOMP_SPINCOUNT", SPINS, 0);
}

static const char *waits(void)
{
	const char *policy = getenv("OMP_WAIT_POLICY"), *spins = getenv("GOMP_SPINCOUNT");
	return spins ? spins : policy ? policy : "its default";
}

static bool onednn_bind(struct provider_library *l)
{
	if (!provider_symbol(l, "dnnl_sgemm", &dnnl.sgemm) ||
	    !provider_symbol(l, "dnnl_version", &dnnl.version) ||
	    !provider_symbol(l, "dnnl_get_effective_cpu_isa", &dnnl.isa))
		return false;
	unsigned runtime = dnnl.version()->cpu_runtime;
	if (runtime == RUNTIME_OPENMP)
		return provider_symbol(l, "omp_set_num_threads", &dnnl.set_num_threads);
	if (runtime != RUNTIME_SEQUENTIAL)
		snprintf(l->why, l->why_size, "%s has threads of runtime %u: their number cannot be set",
			 l->file, runtime);
	return runtime == RUNTIME_SEQUENTIAL;
}

static const char *onednn_threads_why_not(int n_threads)
{
	return n_threads > 1 && !dnnl.set_num_threads ? "this oneDNN was built sequential" : NULL;
}

static bool onednn_multiply(const struct provider_product *p)
{
	if (dnnl.set_num_threads)
		dnnl.set_num_threads(p->n_threads);
	return dnnl.sgemm('N', 'T', p->m, p->n, p->k, 1.0f, p->a, (int64_t)p->lda, p->w, p->k, 0.0f, p->c,
			  (int64_t)p->ldc) == 0;
}

/* Bits of dnnl_cpu_isa_t that mean the same in versions 2 and 3; others stay numbers. */
static const char *isa_text(int isa)
{
	static const struct {
		int isa;
		const char *name;
	} known[] = {
		{0x1, "sse41"},
		{0x3, "avx"},
		{0x7, "avx2"},
		{0x27, "avx512_core"},
		{0x67, "avx512_core_vnni"},
		{0xe7, "avx512_core_bf16"},
	};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].isa == isa)
			return known[i].name;
	return "of no common name";
}

static void onednn_describe(struct strbuf *out)
{
	const struct version *v = dnnl.version();
	strbuf_printf(out, "onednn: %d.%d.%d, %s threads\n", v->major, v->minor, v->patch,
		      dnnl.set_num_threads ? "OpenMP" : "no");
	if (dnnl.set_num_threads)
		strbuf_printf(out, "onednn_spins: %s\n", waits());
	strbuf_printf(out, "onednn_isa: %s (0x%x)\n", isa_text(dnnl.isa()), (unsigned)dnnl.isa());
	strbuf_puts(out, "kernels: dnnl_sgemm\n");
}

static const char *const onednn_files[] = {"libdnnl.so.3", "libdnnl.so.2", NULL};

const struct provider_ops provider_onednn = {
	.name = "onednn",
	.files = onednn_files,
	.symbol = "dnnl_sgemm",
	.prepare = onednn_prepare,
	.bind = onednn_bind,
	.threads_why_not = onednn_threads_why_not,
	.multiply = onednn_multiply,
	.describe = onednn_describe,
};
