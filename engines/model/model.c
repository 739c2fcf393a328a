/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/model.h"

#include <assert.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/source.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "engines/tensor/quant.h"

#define SYNTHETIC_PREFIX "synthetic:"

/* The folder of this program; "." when the kernel does not say. */
static void own_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	else
		snprintf(out, size, ".");
}

/* The shipped model: with the user's data, beside this program in a build, where it was installed, and where that
 * was moved as a whole. What is returned may not be there. */
static char *default_path(void)
{
	static const char part[] = "models/default.gguf";
	const char *data = getenv("INFEROMETER_DATA");
	char self[PATH_MAX];
	own_folder(self, sizeof self);
	char *places[] = {
		data && *data ? mem_printf("%s/%s", data, part) : NULL,
		mem_printf("%s/workloads/%s", self, part),
		mem_printf("%s/../../share/" PACKAGE "/workloads/%s", self, part),
		mem_printf("%s/workloads/%s", PKGDATADIR, part),
	};
	enum { N = sizeof places / sizeof places[0] };
	char *found = NULL;
	for (int i = 0; i < N; i++) {
		if (!found && places[i] && (i == N - 1 || access(places[i], R_OK) == 0))
			found = places[i];
		else
			free(places[i]);
	}
	return found;
}

static int file_open(struct model **out, const char *path, const struct model_options *options,
		     struct diag *d)
{
	struct gguf *g = NULL;
	int rc = gguf_open(&g, path, d);
	if (!rc)
		rc = model_from_gguf(out, g, options, d);
	if (rc)
		gguf_close(g);
	return rc;
}

static atomic_uint_fast64_t n_opened;

int model_open(struct model **out, const char *path, const struct model_options *options, struct diag *d)
{
	const size_t n = strlen(SYNTHETIC_PREFIX);
	struct model *m = NULL;
	int rc;
	if (strncmp(path, SYNTHETIC_PREFIX, n) == 0) {
		rc = model_from_shape(&m, path + n, options, d);
	} else if (strcmp(path, "default") == 0) {
		char *shipped = default_path();
		rc = file_open(&m, shipped, options, d);
		free(shipped);
	} else {
		rc = file_open(&m, path, options, d);
	}
	if (rc)
		return rc;
	m->path = mem_strdup(path);
	m->serial = atomic_fetch_add(&n_opened, 1) + 1;
	model_index(m);
	*out = m;
	return 0;
}

void model_close(struct model *m)
{
	if (!m)
		return;
	tokenizer_free(m->tokenizer);
	if (m->source)
		gguf_close(m->source->file);
	free(m->source);
	free(m->tensors);
	free(m->slots);
	free(m->arch);
	free(m->name);
	free(m->path);
	free(m);
}

void model_hash(char hex[33], const void *data, size_t n)
{
	XXH128_canonical_t c;
	XXH128_canonicalFromHash(&c, XXH3_128bits(data, n));
	for (size_t i = 0; i < sizeof c.digest; i++)
		snprintf(hex + 2 * i, 3, "%02x", c.digest[i]);
}

void tensor_read_rows(const struct tensor *t, int64_t row, int64_t n, float *dst)
{
	assert(row >= 0 && n >= 0 && row <= t->rows - n);
	size_t cols = (size_t)t->cols;
	if (t->data) {
		const char *from = (const char *)t->data + (size_t)row * dtype_bytes(t->dtype, cols);
		dtype_to_f32(t->dtype, from, dst, (size_t)n * cols);
		return;
	}
	for (int64_t i = 0; i < n; i++)
		synthetic_row(t, row + i, dst + (size_t)i * cols);
}

void model_release_rows(const struct model *m, const struct tensor *t, int64_t row, int64_t n)
{
	if (n <= 0 || !t->data || !m->source || !m->source->file || !gguf_is_mapped(m->source->file))
		return;
	size_t bytes = dtype_bytes(t->dtype, (size_t)t->cols), page = (size_t)sysconf(_SC_PAGESIZE);
	const char *begin = (const char *)t->data + (size_t)row * bytes, *end = begin + (size_t)n * bytes;
	/* Outwards: what neighbours need of the first and the last page is read again. */
	begin -= (uintptr_t)begin % page;
	end += -(uintptr_t)end % page;
	(void)madvise((void *)begin, (size_t)(end - begin), MADV_DONTNEED);
}

bool model_identity(const struct model *m, struct strbuf *out)
{
	char hash[33];
	if (m->source && m->source->file)
		return gguf_identity(m->source->file, out);
	if (!m->path || strncmp(m->path, SYNTHETIC_PREFIX, strlen(SYNTHETIC_PREFIX)) != 0)
		return false;
	synthetic_hash(m, hash);
	strbuf_printf(out, "recipe: %s\n", hash);
	return true;
}
