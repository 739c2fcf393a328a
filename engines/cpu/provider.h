/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries of others as providers of f32 products: one row each in provider.c. They are loaded when they are
 * first asked for, never linked, so that a worker that multiplies by itself holds none of their threads or
 * pages; no header of theirs is needed but that of OpenBLAS. Not for how our own product works (gemm_own.c).
 */
#ifndef IFM_CPU_PROVIDER_H
#define IFM_CPU_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf;

/* C[m,n] = A[m,k] W[n,k]^T: all rows in memory order, those of W without gaps. */
struct provider_product {
	int m, n, k; /* at least 1 */
	const float *a;
	size_t lda;
	const float *w;
	float *c;
	size_t ldc;
	int n_threads; /* of the library's own */
};

/* Where symbols are looked for, and where the reason goes when one is missing. */
struct provider_library {
	const char *file; /* its soname */
	void *handle;
	char *why;
	size_t why_size;
};

struct provider_ops {
	const char *name; /* value of the key */
	/* Sonames in the order they are tried, NULL-terminated; none: left out of this build. */
	const char *const *files;
	const char *symbol; /* one that it must have: tells which file it came from */

	/* Optional. Before the library is loaded. */
	void (*prepare)(void);
	/* Required. Finds the library's functions; false when it cannot be used, with the reason. Called once. */
	bool (*bind)(struct provider_library *l);
	/* Optional. NULL when it can run on so many threads; else why not. */
	const char *(*threads_why_not)(int n_threads);
	/* Required. False when the library reported a failure. */
	bool (*multiply)(const struct provider_product *p);
	/* Required. "key: value" lines: version, chosen core type or instructions, functions called. */
	void (*describe)(struct strbuf *out);
};
extern const struct provider_ops provider_openblas, provider_onednn, provider_blis;

/* The provider of that name, NULL when there is none (also of "own"); the i-th name, NULL behind the last. */
const struct provider_ops *provider_find(const char *name);
const char *provider_name(int i);

/*
 * NULL when it is loaded and gave the right numbers in a small trial; else why not (dlerror's words, the missing
 * symbol, wrong numbers). The first call loads it and none later tries again. One thread at a time.
 */
const char *provider_why_not(const struct provider_ops *p);

/* C is all NaN where the library reported a failure: verify then sees it. */
void provider_multiply(const struct provider_ops *p, const struct provider_product *product);

/* Its lines, the file it was loaded from and its number of threads. */
void provider_describe(const struct provider_ops *p, int n_threads, struct strbuf *out);

/* For bind: the function of that name; false with the reason when the library has none. function: a pointer to one
 * of the right type. */
bool provider_symbol(const struct provider_library *l, const char *name, void *function);

#endif
