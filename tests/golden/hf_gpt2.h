/* SPDX-License-Identifier: Apache-2.0 */
/* A GPT-2 of the folder that transformers writes, put down as GGUF in memory: for files that a test trusts. */
#ifndef IFM_TESTS_GOLDEN_HF_GPT2_H
#define IFM_TESTS_GOLDEN_HF_GPT2_H

#include <jansson.h>

#include "tests/gguf_writer.h"

static inline uint32_t hf_int(const json_t *config, const char *key)
{
	return (uint32_t)json_integer_value(json_object_get(config, key));
}

static inline void hf_keys(struct gguf_writer *w, const json_t *config)
{
	writer_key_text(w, "general.architecture", "gpt2");
	writer_key_u32(w, "gpt2.block_count", hf_int(config, "n_layer"));
	writer_key_u32(w, "gpt2.embedding_length", hf_int(config, "n_embd"));
	writer_key_u32(w, "gpt2.feed_forward_length", 4 * hf_int(config, "n_embd"));
	writer_key_u32(w, "gpt2.attention.head_count", hf_int(config, "n_head"));
	writer_key_u32(w, "gpt2.context_length", hf_int(config, "n_positions"));
	writer_key_f32(w, "gpt2.attention.layer_norm_epsilon",
		       (float)json_number_value(json_object_get(config, "layer_norm_epsilon")));
}

/* The GGUF name of transformer.h.N.WHAT or transformer.WHAT; false: GGUF has none such. */
static inline bool hf_name(const char *name, char out[MODEL_TENSOR_NAME_MAX])
{
	static const struct {
		const char *hf, *gguf;
	} names[] = {
		{"wte", "token_embd"},		{"wpe", "position_embd"}, {"ln_f", "output_norm"},
		{"ln_1", "attn_norm"},		{"ln_2", "ffn_norm"},	  {"attn.c_attn", "attn_qkv"},
		{"attn.c_proj", "attn_output"}, {"mlp.c_fc", "ffn_up"},	  {"mlp.c_proj", "ffn_down"},
	};
	int layer = -1, at = 0;
	if (sscanf(name, "transformer.h.%d.%n", &layer, &at) != 1 || at == 0)
		at = (int)strlen("transformer.");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i].hf);
		if (strncmp(name + at, names[i].hf, n) != 0 || name[(size_t)at + n] != '.')
			continue;
		if (layer < 0)
			snprintf(out, MODEL_TENSOR_NAME_MAX, "%s%s", names[i].gguf, name + at + n);
		else
			snprintf(out, MODEL_TENSOR_NAME_MAX, "blk.%d.%s%s", layer, names[i].gguf,
				 name + at + n);
		return true;
	}
	return false;
}

/* Conv1D stands the other way round: its rows are inputs. */
static inline void hf_tensor(struct gguf_writer *w, const char *hf, const char *name, const json_t *shape,
			     const char *data)
{
	size_t rows = (size_t)json_integer_value(json_array_get(shape, 0)), cols = 1;
	bool matrix = json_array_size(shape) == 2, turned = matrix && strstr(hf, ".c_");
	if (matrix)
		cols = (size_t)json_integer_value(json_array_get(shape, 1));
	size_t n = rows * cols;
	float *x = mem_alloc(n * sizeof *x), *y = mem_alloc(n * sizeof *y);
	memcpy(x, data, n * sizeof *x);
	for (size_t r = 0; r < rows; r++)
		for (size_t c = 0; c < cols; c++)
			y[turned ? c * rows + r : r * cols + c] = x[r * cols + c];
	if (matrix)
		writer_tensor(w, name, 0, turned ? cols : rows, turned ? rows : cols, y, n * sizeof *y);
	else
		writer_tensor(w, name, 0, 1, rows, y, n * sizeof *y);
	free(x);
	free(y);
}

/* safetensors: the length of a JSON text, the text, the data. */
static inline void hf_tensors(struct gguf_writer *w, const char *bytes)
{
	uint64_t n;
	const char *name;
	json_t *t;
	memcpy(&n, bytes, sizeof n);
	json_t *header = json_loadb(bytes + sizeof n, (size_t)n, 0, NULL);
	json_object_foreach(header, name, t)
	{
		char gguf[MODEL_TENSOR_NAME_MAX];
		json_int_t from = json_integer_value(json_array_get(json_object_get(t, "data_offsets"), 0));
		if (strncmp(name, "transformer.", 12) == 0 && hf_name(name, gguf))
			hf_tensor(w, name, gguf, json_object_get(t, "shape"),
				  bytes + sizeof n + n + (size_t)from);
	}
	json_decref(header);
}

#endif
