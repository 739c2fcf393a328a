/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes GGUF files in memory, good ones and bad ones, and among them tiny
 * random llamas. Nothing is checked: a test says what it wants to stand there.
 */
#ifndef IFM_TESTS_GGUF_WRITER_H
#define IFM_TESTS_GGUF_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/base/strbuf.h"
#include "engines/model/file/gguf.h"
#include "engines/model/model.h"
#include "engines/tensor/quant.h"

struct gguf_writer {
	struct strbuf pairs, infos, data;
	uint64_t n_pairs, n_tensors;
	uint32_t version;    /* 0: 3 */
	uint32_t alignment;  /* 0: 32, and no key */
	const char *without; /* this key or tensor is left out */
};

enum { WRITER_HEADER = 24 }; /* bytes before the first key */

static inline void writer_u32(struct strbuf *s, uint32_t x)
{
	strbuf_add(s, (const char *)&x, sizeof x);
}

static inline void writer_u64(struct strbuf *s, uint64_t x)
{
	strbuf_add(s, (const char *)&x, sizeof x);
}

static inline void writer_string(struct strbuf *s, const char *text)
{
	writer_u64(s, strlen(text));
	strbuf_puts(s, text);
}

static inline bool writer_wants(const struct gguf_writer *w, const char *name)
{
	return !w->without || strcmp(w->without, name) != 0;
}

/* A pair of n bytes of value. */
static inline void writer_pair(struct gguf_writer *w, const char *key, uint32_t type, const void *value,
			       size_t n)
{
	if (!writer_wants(w, key))
		return;
	writer_string(&w->pairs, key);
	writer_u32(&w->pairs, type);
	strbuf_add(&w->pairs, value, n);
	w->n_pairs++;
}

static inline void writer_key_u32(struct gguf_writer *w, const char *key, uint32_t x)
{
	writer_pair(w, key, GGUF_UINT32, &x, sizeof x);
}

static inline void writer_key_f32(struct gguf_writer *w, const char *key, float x)
{
	writer_pair(w, key, GGUF_FLOAT32, &x, sizeof x);
}

static inline void writer_key_bool(struct gguf_writer *w, const char *key, uint8_t x)
{
	writer_pair(w, key, GGUF_BOOL, &x, sizeof x);
}

static inline void writer_key_text(struct gguf_writer *w, const char *key, const char *text)
{
	struct strbuf s = {0};
	writer_string(&s, text);
	writer_pair(w, key, GGUF_STRING, strbuf_text(&s), s.len);
	strbuf_free(&s);
}

/* An array that says it has n elements, of n_bytes in all. */
static inline void writer_key_array(struct gguf_writer *w, const char *key, uint32_t item, uint64_t n,
				    const void *items, size_t n_bytes)
{
	struct strbuf s = {0};
	writer_u32(&s, item);
	writer_u64(&s, n);
	strbuf_add(&s, items, n_bytes);
	writer_pair(w, key, GGUF_ARRAY, strbuf_text(&s), s.len);
	strbuf_free(&s);
}

/* A description alone, at the offset given. */
static inline void writer_info(struct gguf_writer *w, const char *name, uint32_t n_dims, const uint64_t *dims,
			       uint32_t type, uint64_t offset)
{
	writer_string(&w->infos, name);
	writer_u32(&w->infos, n_dims);
	for (uint32_t i = 0; i < n_dims; i++)
		writer_u64(&w->infos, dims[i]);
	writer_u32(&w->infos, type);
	writer_u64(&w->infos, offset);
	w->n_tensors++;
}

static inline void writer_pad(struct strbuf *s, size_t before, size_t alignment)
{
	while ((before + s->len) % alignment)
		strbuf_putc(s, '\0');
}

/* A tensor of rows x cols with its data. */
static inline void writer_tensor(struct gguf_writer *w, const char *name, uint32_t type, uint64_t rows,
				 uint64_t cols, const void *data, size_t n_bytes)
{
	if (!writer_wants(w, name))
		return;
	const uint64_t dims[] = {cols, rows};
	writer_pad(&w->data, 0, w->alignment ? w->alignment : 32);
	writer_info(w, name, rows == 1 ? 1 : 2, dims, type, w->data.len);
	strbuf_add(&w->data, data, n_bytes);
}

/* The file, of *n bytes; free() it. The writer is empty afterwards. */
static inline void *writer_finish(struct gguf_writer *w, size_t *n)
{
	struct strbuf s = {0};
	if (w->alignment)
		writer_key_u32(w, "general.alignment", w->alignment);
	strbuf_puts(&s, "GGUF");
	writer_u32(&s, w->version ? w->version : 3);
	writer_u64(&s, w->n_tensors);
	writer_u64(&s, w->n_pairs);
	strbuf_add(&s, strbuf_text(&w->pairs), w->pairs.len);
	strbuf_add(&s, strbuf_text(&w->infos), w->infos.len);
	writer_pad(&s, 0, w->alignment ? w->alignment : 32);
	strbuf_add(&s, strbuf_text(&w->data), w->data.len);
	/* Of exactly that size, so that reading over its end is seen. */
	*n = s.len;
	void *exact = mem_alloc(s.len);
	memcpy(exact, s.text, s.len);
	strbuf_free(&s);
	strbuf_free(&w->pairs);
	strbuf_free(&w->infos);
	strbuf_free(&w->data);
	*w = (struct gguf_writer){0};
	return exact;
}

/* ---- a tiny llama ---- */

static const struct hparams writer_shape = {.n_layers = 2,
					    .n_embd = 64,
					    .n_heads = 4,
					    .n_kv_heads = 2,
					    .head_dim = 16,
					    .n_ff = 96,
					    .n_vocab = 40,
					    .n_context = 128,
					    .n_rot = 16,
					    .norm_eps = 1e-5f,
					    .rope_base = 10000,
					    .rope_scale = 1};

/* Value i of the tensor called name. */
static inline float writer_value(const char *name, uint64_t i)
{
	uint64_t seed = 7;
	for (; *name; name++)
		seed = seed * 131 + (unsigned char)*name;
	return rng_symmetric(rng_at(seed, i));
}

/* A tensor of random values. type: 0, 1 or 8 (f32, f16, q8_0). */
static inline void writer_random(struct gguf_writer *w, const char *name, uint32_t type, int rows, int cols)
{
	enum dtype t = type == 8 ? DTYPE_Q8_0 : type == 1 ? DTYPE_F16 : DTYPE_F32;
	size_t n = (size_t)rows * (size_t)cols, n_bytes = dtype_bytes(t, n);
	float *x = mem_alloc(n * sizeof *x);
	void *data = mem_alloc(n_bytes);
	for (size_t i = 0; i < n; i++)
		x[i] = writer_value(name, i);
	dtype_from_f32(t, x, data, n);
	writer_tensor(w, name, type, (uint64_t)rows, (uint64_t)cols, data, n_bytes);
	free(data);
	free(x);
}

static inline void writer_llama_keys(struct gguf_writer *w)
{
	const struct hparams *hp = &writer_shape;
	writer_key_text(w, "general.architecture", "llama");
	writer_key_text(w, "general.name", "tiny");
	writer_key_u32(w, "llama.block_count", (uint32_t)hp->n_layers);
	writer_key_u32(w, "llama.embedding_length", (uint32_t)hp->n_embd);
	writer_key_u32(w, "llama.feed_forward_length", (uint32_t)hp->n_ff);
	writer_key_u32(w, "llama.attention.head_count", (uint32_t)hp->n_heads);
	writer_key_u32(w, "llama.attention.head_count_kv", (uint32_t)hp->n_kv_heads);
	writer_key_u32(w, "llama.context_length", (uint32_t)hp->n_context);
	writer_key_u32(w, "llama.vocab_size", (uint32_t)hp->n_vocab);
	writer_key_f32(w, "llama.attention.layer_norm_rms_epsilon", hp->norm_eps);
}

/* Its tensors; those of matrices, the embedding and the output of the type given. */
static inline void writer_llama_tensors(struct gguf_writer *w, uint32_t type, bool tied)
{
	const struct hparams *hp = &writer_shape;
	int e = hp->n_embd, q = hp->n_heads * hp->head_dim, kv = hp->n_kv_heads * hp->head_dim;
	const struct {
		const char *suffix;
		int rows, cols;
	} list[] = {
		{"attn_norm", 1, e},	 {"attn_q", q, e},	    {"attn_k", kv, e},
		{"attn_v", kv, e},	 {"attn_output", e, q},	    {"ffn_norm", 1, e},
		{"ffn_up", hp->n_ff, e}, {"ffn_gate", hp->n_ff, e}, {"ffn_down", e, hp->n_ff},
	};
	writer_random(w, "token_embd.weight", type, hp->n_vocab, e);
	for (int l = 0; l < hp->n_layers; l++) {
		for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
			char name[MODEL_TENSOR_NAME_MAX];
			snprintf(name, sizeof name, "blk.%d.%s.weight", l, list[i].suffix);
			writer_random(w, name, list[i].rows == 1 ? 0 : type, list[i].rows, list[i].cols);
		}
	}
	writer_random(w, "output_norm.weight", 0, 1, e);
	if (!tied)
		writer_random(w, "output.weight", type, hp->n_vocab, e);
}

#endif
