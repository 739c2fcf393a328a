/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/provider.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/library.h"
#include "engines/base/strbuf.h"

static struct loaded {
	const struct provider_ops *ops;
	bool tried;
	void *handle;
	char why_not[160]; /* "" once it is usable */
} providers[] = {{.ops = &provider_openblas}, {.ops = &provider_onednn}, {.ops = &provider_blis}};
enum { N_PROVIDERS = sizeof providers / sizeof providers[0] };

const struct provider_ops *provider_find(const char *name)
{
	for (int i = 0; i < N_PROVIDERS; i++)
		if (strcmp(providers[i].ops->name, name) == 0)
			return providers[i].ops;
	return NULL;
}

const char *provider_name(int i)
{
	return i >= 0 && i < N_PROVIDERS ? providers[i].ops->name : NULL;
}

static struct loaded *loaded_of(const struct provider_ops *p)
{
	int i = 0;
	while (i < N_PROVIDERS - 1 && providers[i].ops != p)
		i++;
	return &providers[i];
}

/* Functions come as object pointers: POSIX says that the bits are those of a function pointer. */
bool provider_symbol(const struct provider_library *l, const char *name, void *function)
{
	void *symbol = dlsym(l->handle, name);
	memcpy(function, &symbol, sizeof symbol);
	if (!symbol)
		snprintf(l->why, l->why_size, "%s has no %s", l->file, name);
	return symbol != NULL;
}

/* Small whole numbers: every order of sums gives the same bits. */
static bool trial_is_right(const struct provider_ops *p)
{
	enum { M = 3, N = 5, K = 4 };
	float a[M * K], w[N * K], c[M * N];
	for (int i = 0; i < M * K; i++)
		a[i] = (float)(i % 7 - 3);
	for (int i = 0; i < N * K; i++)
		w[i] = (float)(i % 5 - 2);
	memset(c, 0xff, sizeof c);
	bool right = p->multiply(&(struct provider_product){M, N, K, a, K, w, c, N, 1});
	for (int i = 0; i < M * N; i++) {
		float sum = 0;
		for (int k = 0; k < K; k++)
			sum += a[i / N * K + k] * w[i % N * K + k];
		right = right && c[i] == sum;
	}
	return right;
}

/* The first of its files that can be loaded; the reason is that of the last one tried. */
static void library_load(struct loaded *l)
{
	struct provider_library library = {.why = l->why_not, .why_size = sizeof l->why_not};
	const char *const *file = l->ops->files;
	snprintf(l->why_not, sizeof l->why_not, "left out of this build");
	if (l->ops->prepare)
		l->ops->prepare();
	for (; *file && !library.handle; file++) {
		library.file = *file;
		library.handle = library_open(*file, l->why_not, sizeof l->why_not);
	}
	if (!library.handle || !l->ops->bind(&library))
		return;
	if (!trial_is_right(l->ops)) {
		snprintf(l->why_not, sizeof l->why_not, "%s gave wrong numbers in a trial", library.file);
		return;
	}
	l->handle = library.handle;
	l->why_not[0] = '\0';
}

const char *provider_why_not(const struct provider_ops *p)
{
	struct loaded *l = loaded_of(p);
	if (!l->tried)
		library_load(l);
	l->tried = true;
	return l->why_not[0] ? l->why_not : NULL;
}

void provider_multiply(const struct provider_ops *p, const struct provider_product *product)
{
	if (p->multiply(product))
		return;
	for (int i = 0; i < product->m; i++)
		for (int k = 0; k < product->n; k++)
			product->c[(size_t)i * product->ldc + (size_t)k] = NAN;
}

void provider_describe(const struct provider_ops *p, int n_threads, struct strbuf *out)
{
	const struct loaded *l = loaded_of(p);
	Dl_info info;
	const void *symbol = l->handle ? dlsym(l->handle, p->symbol) : NULL;
	p->describe(out);
	bool found = symbol && dladdr(symbol, &info) && info.dli_fname;
	strbuf_printf(out, "%s_library: %s\n", p->name, found ? info.dli_fname : "unknown");
	strbuf_printf(out, "%s_threads: %d\n", p->name, n_threads);
}
