/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BLIS as a provider of f32 products, by its typed interface: strides of rows and columns say that W is
 * transposed. It packs the weights anew in each call and starts its threads in it.
 */
#include "config.h"

#include "engines/cpu/provider.h"

#include <stdint.h>
#include <stdio.h>

#include "engines/base/strbuf.h"

enum { NO_TRANSPOSE = 0 }; /* BLIS_NO_TRANSPOSE */

/* dim_t and inc_t have as many bits as bli_info_get_int_type_size says; by default those of a pointer. */
typedef void sgemm_fn(int transa, int transb, intptr_t m, intptr_t n, intptr_t k, const float *alpha,
		      const float *a, intptr_t rsa, intptr_t csa, const float *b, intptr_t rsb, intptr_t csb,
		      const float *beta, float *c, intptr_t rsc, intptr_t csc);

static struct {
	sgemm_fn *sgemm;
	void (*set_num_threads)(intptr_t n);
	intptr_t (*int_bits)(void);
	const char *(*version)(void);
	int (*arch)(void);
	const char *(*arch_name)(int arch);
	intptr_t (*has_threads)(void);
} blis;

static bool blis_bind(struct provider_library *l)
{
	if (!provider_symbol(l, "bli_sgemm", &blis.sgemm) ||
	    !provider_symbol(l, "bli_thread_set_num_threads", &blis.set_num_threads) ||
	    !provider_symbol(l, "bli_info_get_int_type_size", &blis.int_bits) ||
	    !provider_symbol(l, "bli_info_get_version_str", &blis.version) ||
	    !provider_symbol(l, "bli_arch_query_id", &blis.arch) ||
	    !provider_symbol(l, "bli_arch_string", &blis.arch_name) ||
	    !provider_symbol(l, "bli_info_get_enable_threading", &blis.has_threads))
		return false;
	if (blis.int_bits() == (intptr_t)(8 * sizeof(intptr_t)))
		return true;
	snprintf(l->why, l->why_size, "%s counts in %d bits, expected %zu", l->file, (int)blis.int_bits(),
		 8 * sizeof(intptr_t));
	return false;
}

static const char *blis_threads_why_not(int n_threads)
{
	return n_threads > 1 && !blis.has_threads() ? "this BLIS was built without threads" : NULL;
}

static bool blis_multiply(const struct provider_product *p)
{
	const float one = 1.0f, zero = 0.0f;
	blis.set_num_threads(p->n_threads);
	blis.sgemm(NO_TRANSPOSE, NO_TRANSPOSE, p->m, p->n, p->k, &one, p->a, (intptr_t)p->lda, 1, p->w, 1,
		   p->k, &zero, p->c, (intptr_t)p->ldc, 1);
	return true;
}

static void blis_describe(struct strbuf *out)
{
	strbuf_printf(out, "blis: %s\n", blis.version());
	strbuf_printf(out, "blis_core: %s\n", blis.arch_name(blis.arch()));
	strbuf_puts(out, "kernels: bli_sgemm\n");
}

static const char *const blis_files[] = {"libblis.so.4", NULL};

const struct provider_ops provider_blis = {
	.name = "blis",
	.files = blis_files,
	.symbol = "bli_sgemm",
	.bind = blis_bind,
	.threads_why_not = blis_threads_why_not,
	.multiply = blis_multiply,
	.describe = blis_describe,
};
