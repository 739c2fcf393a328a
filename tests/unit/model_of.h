/* SPDX-License-Identifier: Apache-2.0 */
/* Models of GGUF files that a test writes in memory. */
#ifndef IFM_TESTS_MODEL_OF_H
#define IFM_TESTS_MODEL_OF_H

#include "engines/model/model.h"
#include "engines/model/source.h"
#include "tests/gguf_writer.h"
#include "tests/tap.h"

static const struct model_options plain = {0};

/* The model of what was written, NULL and the error in d otherwise. bytes must be kept. */
static inline struct model *model_of(struct gguf_writer *w, void **bytes, struct diag *d)
{
	size_t n;
	struct gguf *g = NULL;
	struct model *m = NULL;
	*bytes = writer_finish(w, &n);
	diag_clear(d);
	if (gguf_open_memory(&g, *bytes, n, "some/tiny.gguf", d) != 0)
		return NULL;
	if (model_from_gguf(&m, g, &plain, d) != 0)
		gguf_close(g);
	return m;
}

static inline void expect(struct gguf_writer *w, int code, const char *text)
{
	void *bytes;
	struct diag d;
	char all[800];
	struct model *m = model_of(w, &bytes, &d);
	ok(!m && d.code == code, "refused (%s): %s", err_name(code), text);
	has_text(diag_format(&d, all, sizeof all), text, "and says so");
	has_text(all, "some/tiny.gguf: ", "naming the file");
	model_close(m);
	free(bytes);
}

static inline bool same_bits(const void *a, const void *b, size_t n)
{
	return memcmp(a, b, n) == 0;
}

static inline bool rows_are(const struct model *m, const char *name, enum dtype type)
{
	const struct tensor *t = model_tensor(m, name);
	if (!t || t->dtype != type)
		return false;
	size_t n = (size_t)(t->rows * t->cols), wrong = 0;
	float *x = mem_alloc(n * sizeof *x), *want = mem_alloc(n * sizeof *want);
	void *held = mem_alloc(dtype_bytes(type, n));
	for (size_t i = 0; i < n; i++)
		want[i] = writer_value(name, i);
	dtype_from_f32(type, want, held, n);
	dtype_to_f32(type, held, want, n);
	tensor_read_rows(t, 0, t->rows, x);
	wrong += !same_bits(x, want, n * sizeof *x);
	for (int64_t r = t->rows - 1; r >= 0; r--) {
		tensor_read_rows(t, r, 1, x);
		wrong += !same_bits(x, want + r * t->cols, (size_t)t->cols * sizeof *x);
	}
	free(held);
	free(want);
	free(x);
	return wrong == 0;
}

#endif
