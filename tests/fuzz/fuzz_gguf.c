/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a GGUF file: all that gguf.h hands out is read, then the model checks it. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "engines/base/err.h"
#include "engines/base/mem.h"
#include "engines/model/convert/convert.h"
#include "engines/model/file/gguf.h"
#include "engines/model/source.h"
#include "tests/tiny_models.h"
#include "tests/unit/temp_folder.h"

/* Each byte handed out lies inside the input, and is read. */
static unsigned touched;
static void touch(const void *p, uint64_t n, const uint8_t *data, size_t size)
{
	const uint8_t *at = p;
	FUZZ_CHECK(n == 0 || (at >= data && n <= size && (size_t)(at - data) <= size - n));
	for (uint64_t i = 0; i < n; i++)
		touched += at[i];
}

static void value_walk(const struct gguf_value *v, const uint8_t *data, size_t size)
{
	const void *at = v->data;
	touch(v->key.text, v->key.n, data, size);
	FUZZ_CHECK(v->type < GGUF_TYPE_COUNT && v->item < GGUF_TYPE_COUNT && v->offset <= size);
	for (uint64_t i = 0; i < v->n; i++) {
		if (v->item == GGUF_STRING) {
			struct gguf_string s = gguf_next_string(&at);
			touch(s.text, s.n, data, size);
		} else {
			touched += gguf_array_real(v, i) > 0;
		}
	}
}

static void tensor_walk(const struct gguf *g, const struct gguf_tensor *t, const uint8_t *data, size_t size)
{
	char name[65];
	FUZZ_CHECK(t->name.n > 0 && t->name.n < sizeof name && t->info_offset < size);
	FUZZ_CHECK(t->n_dims >= 1 && t->n_dims <= GGUF_DIMS_MAX && (t->bytes > 0) == (t->data != NULL));
	for (int i = 0; i < GGUF_DIMS_MAX; i++)
		FUZZ_CHECK(t->dims[i] >= 1);
	touch(t->name.text, t->name.n, data, size);
	touch(t->data, t->bytes, data, size);
	memcpy(name, t->name.text, t->name.n);
	name[t->name.n] = '\0';
	FUZZ_CHECK(strlen(name) != t->name.n || gguf_find_tensor(g, name) == t);
}

static void getters_walk(const struct gguf *g)
{
	static const char *const keys[] = {"general.name",	    "general.alignment",
					   "llama.block_count",	    "llama.rope.freq_base",
					   "tokenizer.ggml.tokens", "no such key"};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		int64_t n;
		double x;
		bool b;
		struct gguf_string s;
		const struct gguf_value *v;
		if (gguf_get_int(g, keys[i], 0, 100, &n, NULL) == 0)
			FUZZ_CHECK(n >= 0 && n <= 100);
		if (gguf_get_real(g, keys[i], &x, NULL) == 0)
			FUZZ_CHECK(isfinite(x));
		if (gguf_get_bool(g, keys[i], &b, NULL) == 0)
			touched += b;
		if (gguf_get_string(g, keys[i], &s, NULL) == 0)
			touched += s.n > 0 ? (unsigned char)s.text[s.n - 1] : 0;
		if (gguf_get_array(g, keys[i], GGUF_STRING, &v, NULL) == 0)
			FUZZ_CHECK(v->item == GGUF_STRING);
	}
}

static void error_check(int rc, const struct diag *d)
{
	FUZZ_CHECK(rc < 0 && d->code == (enum err)rc && d->text[0] && strcmp(d->file, "input") == 0);
	FUZZ_CHECK(rc == ERR_FORMAT || rc == ERR_UNSUPPORTED);
}

static void model_walk(struct model *m)
{
	for (int i = 0; i < m->n_tensors; i++) {
		const struct tensor *t = &m->tensors[i];
		float *row = mem_alloc((size_t)t->cols * sizeof *row);
		tensor_read_rows(t, 0, 1, row);
		tensor_read_rows(t, t->rows - 1, 1, row);
		FUZZ_CHECK(model_tensor(m, t->name) == t);
		free(row);
	}
	FUZZ_CHECK(m->n_tensors >= 11 && m->n_params > 0 && strlen(m->hash) == 32);
}

/* What opens is converted, or says why not; what is written opens, too. */
static void convert_walk(const struct gguf *g, size_t n)
{
	static const char *folder;
	static char path[300];
	if (!folder) {
		folder = temp_folder();
		snprintf(path, sizeof path, "%s/out.gguf", folder);
	}
	/* The type changes with the input. */
	const struct convert_config c = {
		.precision = (enum dtype)(n % DTYPE_COUNT), .path = path, .replace = true, .n_threads = 1};
	struct convert_result r;
	struct diag d = {0};
	struct gguf *back = NULL;
	int rc = convert_gguf(g, &c, &r, &d);
	if (rc) {
		FUZZ_CHECK(rc == ERR_UNSUPPORTED && d.code == (enum err)rc && d.text[0]);
		return;
	}
	FUZZ_CHECK(gguf_open(&back, path, NULL) == 0 && gguf_n_tensors(back) == gguf_n_tensors(g));
	gguf_close(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct model_options options = {.with_hash = true};
	struct gguf *g = NULL;
	struct model *m = NULL;
	struct diag d = {0};
	const struct gguf_value *v;
	int rc = gguf_open_memory(&g, data, n, "input", &d);
	if (rc) {
		error_check(rc, &d);
		FUZZ_CHECK(strncmp(d.text, "byte ", 5) == 0 || strncmp(d.text, "key ", 4) == 0);
		return 0;
	}
	for (int i = 0; (v = gguf_value_at(g, i)); i++)
		value_walk(v, data, n);
	for (int i = 0; i < gguf_n_tensors(g); i++)
		tensor_walk(g, gguf_tensor_at(g, i), data, n);
	getters_walk(g);
	convert_walk(g, n);
	rc = model_from_gguf(&m, g, &options, &d);
	if (rc) {
		error_check(rc, &d);
		gguf_close(g);
		return 0;
	}
	model_walk(m);
	model_close(m);
	return 0;
}

/* Arrays of every kind beside a tiny model. */
static void write_more(struct gguf_writer *w)
{
	const int32_t types[] = {1, 2, 3};
	struct strbuf tokens = {0};
	writer_string(&tokens, "<s>");
	writer_string(&tokens, "\xe2\x96\x81"
			       "a");
	writer_string(&tokens, "");
	writer_key_array(w, "tokenizer.ggml.tokens", GGUF_STRING, 3, tokens.text, tokens.len);
	writer_key_array(w, "tokenizer.ggml.token_type", GGUF_INT32, 3, types, sizeof types);
	writer_key_bool(w, "tokenizer.ggml.add_bos_token", 1);
	writer_key_text(w, "llama.rope.scaling.type", "linear");
	writer_key_f32(w, "llama.rope.scaling.factor", 2);
	writer_key_f32(w, "llama.rope.freq_base", 10000);
	writer_key_u32(w, "llama.attention.key_length", 16);
	strbuf_free(&tokens);
}

/* Three types of plain llamas, then what else files may have. */
static void seed_write(struct gguf_writer *w, int i)
{
	static const uint32_t types[] = {0, 1, 8};
	if (i < 3) {
		writer_llama_keys(w);
		write_more(w);
		writer_llama_tensors(w, types[i], i == 2);
	} else if (i == 3) {
		tiny_llama_keys(w);
		writer_key_text(w, "llama.rope.scaling.type", "llama3");
		tiny_llama_tensors(w);
	} else {
		tiny_gpt2_keys(w);
		tiny_gpt2_tensors(w);
	}
}

const void *fuzz_seed(int i, size_t *n)
{
	static void *seeds[5];
	static size_t sizes[5];
	if (i >= 5)
		return NULL;
	if (!seeds[i]) {
		struct gguf_writer w = {.alignment = i == 1 ? 64 : 0, .version = i == 2 ? 2 : 3};
		seed_write(&w, i);
		seeds[i] = writer_finish(&w, &sizes[i]);
	}
	*n = sizes[i];
	return seeds[i];
}
