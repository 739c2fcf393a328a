/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiny random models of each architecture as GGUF, with all that its files may have.
 * tests/golden/models/tiny.py makes the same ones: both or neither.
 */
#ifndef IFM_TESTS_TINY_MODELS_H
#define IFM_TESTS_TINY_MODELS_H

#include "tests/gguf_writer.h"

/* A tensor of f32: mean + scale * writer_value(). rows and cols of 0 end a list. */
struct tiny_row {
	const char *name; /* with %d where the layer stands */
	int rows, cols;
	float mean, scale;
};

static inline void tiny_rows(struct gguf_writer *w, const struct tiny_row *row, int layer)
{
	for (; row->rows; row++) {
		char name[MODEL_TENSOR_NAME_MAX];
		size_t n = (size_t)row->rows * (size_t)row->cols;
		float *x = mem_alloc(n * sizeof *x);
		if (layer < 0)
			snprintf(name, sizeof name, "%s", row->name);
		else
			snprintf(name, sizeof name, "blk.%d.%s", layer, row->name);
		for (size_t i = 0; i < n; i++)
			x[i] = row->mean + row->scale * writer_value(name, i);
		writer_tensor(w, name, 0, (uint64_t)row->rows, (uint64_t)row->cols, x, n * sizeof *x);
		free(x);
	}
}

/* Two layers of width 24, 3 heads of 8, 40 up, a vocabulary of 48, 32 positions, tied. */
static inline void tiny_gpt2_keys(struct gguf_writer *w)
{
	writer_key_text(w, "general.architecture", "gpt2");
	writer_key_u32(w, "gpt2.block_count", 2);
	writer_key_u32(w, "gpt2.embedding_length", 24);
	writer_key_u32(w, "gpt2.feed_forward_length", 40);
	writer_key_u32(w, "gpt2.attention.head_count", 3);
	writer_key_u32(w, "gpt2.context_length", 32);
	writer_key_f32(w, "gpt2.attention.layer_norm_epsilon", 0.0078125f);
}

static inline void tiny_gpt2_tensors(struct gguf_writer *w)
{
	static const struct tiny_row outside[] = {{"token_embd.weight", 48, 24, 0, 1},
						  {"position_embd.weight", 32, 24, 0, 0.5f},
						  {"output_norm.weight", 1, 24, 1, 0.25f},
						  {"output_norm.bias", 1, 24, 0, 0.5f},
						  {0}};
	static const struct tiny_row layer[] = {{"attn_norm.weight", 1, 24, 1, 0.25f},
						{"attn_norm.bias", 1, 24, 0, 0.5f},
						{"attn_qkv.weight", 72, 24, 0, 0.5f},
						{"attn_qkv.bias", 1, 72, 0, 0.5f},
						{"attn_output.weight", 24, 24, 0, 0.375f},
						{"attn_output.bias", 1, 24, 0, 0.5f},
						{"ffn_norm.weight", 1, 24, 1, 0.25f},
						{"ffn_norm.bias", 1, 24, 0, 0.5f},
						{"ffn_up.weight", 40, 24, 0, 0.5f},
						{"ffn_up.bias", 1, 40, 0, 0.5f},
						{"ffn_down.weight", 24, 40, 0, 0.375f},
						{"ffn_down.bias", 1, 24, 0, 0.5f},
						{0}};
	tiny_rows(w, outside, -1);
	for (int l = 0; l < 2; l++)
		tiny_rows(w, layer, l);
}

/* Two layers of width 24, 4 heads of 12 with 2 of keys, 8 of 12 rotated by factors, biases but of keys
 * and up in layer 1, an output matrix. */
static inline void tiny_llama_keys(struct gguf_writer *w)
{
	writer_key_text(w, "general.architecture", "llama");
	writer_key_u32(w, "llama.block_count", 2);
	writer_key_u32(w, "llama.embedding_length", 24);
	writer_key_u32(w, "llama.feed_forward_length", 40);
	writer_key_u32(w, "llama.attention.head_count", 4);
	writer_key_u32(w, "llama.attention.head_count_kv", 2);
	writer_key_u32(w, "llama.attention.key_length", 12);
	writer_key_u32(w, "llama.attention.value_length", 12);
	writer_key_u32(w, "llama.rope.dimension_count", 8);
	writer_key_f32(w, "llama.rope.freq_base", 500);
	writer_key_u32(w, "llama.context_length", 64);
	writer_key_u32(w, "llama.vocab_size", 48);
	writer_key_f32(w, "llama.attention.layer_norm_rms_epsilon", 0.0078125f);
}

static inline void tiny_llama_tensors(struct gguf_writer *w)
{
	static const struct tiny_row outside[] = {{"token_embd.weight", 48, 24, 0, 1},
						  {"output_norm.weight", 1, 24, 1, 0.25f},
						  {"output.weight", 48, 24, 0, 0.75f},
						  {"rope_freqs.weight", 1, 4, 4.5f, 3.5f},
						  {0}};
	static const struct tiny_row layer[] = {{"attn_norm.weight", 1, 24, 1, 0.25f},
						{"attn_q.weight", 48, 24, 0, 0.5f},
						{"attn_k.weight", 24, 24, 0, 0.5f},
						{"attn_v.weight", 24, 24, 0, 0.5f},
						{"attn_output.weight", 24, 48, 0, 0.375f},
						{"ffn_norm.weight", 1, 24, 1, 0.25f},
						{"ffn_gate.weight", 40, 24, 0, 0.5f},
						{"ffn_up.weight", 40, 24, 0, 0.5f},
						{"ffn_down.weight", 24, 40, 0, 0.375f},
						{"attn_q.bias", 1, 48, 0, 0.5f},
						{"attn_v.bias", 1, 24, 0, 0.5f},
						{"attn_output.bias", 1, 24, 0, 0.5f},
						{"ffn_gate.bias", 1, 40, 0, 0.5f},
						{"ffn_down.bias", 1, 24, 0, 0.5f},
						{0}};
	static const struct tiny_row first[] = {
		{"attn_k.bias", 1, 24, 0, 0.5f}, {"ffn_up.bias", 1, 40, 0, 0.5f}, {0}};
	tiny_rows(w, outside, -1);
	for (int l = 0; l < 2; l++)
		tiny_rows(w, layer, l);
	tiny_rows(w, first, 0);
}

#endif
