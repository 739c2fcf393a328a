/* SPDX-License-Identifier: Apache-2.0 */
/* What files of an architecture may have beside what they must, and the architectures beside llama. */
#include "config.h"

#include <math.h>

#include "tests/tiny_models.h"
#include "tests/unit/model_of.h"

/* The tiny llama with so many factors of rotation, the last of them x. */
static void factors_write(struct gguf_writer *w, int n, float x)
{
	float factors[16] = {1, 1, 1, 2, 4, 8, 8, 8};
	factors[n - 1] = x;
	writer_llama_keys(w);
	writer_llama_tensors(w, 0, true);
	writer_tensor(w, "rope_freqs.weight", 0, 1, (uint64_t)n, factors, (size_t)n * sizeof *factors);
}

static void test_optional(void)
{
	struct gguf_writer w = {0};
	struct diag d;
	void *bytes;
	writer_key_text(&w, "llama.rope.scaling.type", "llama3");
	writer_key_f32(&w, "llama.rope.scaling.factor", 8);
	writer_key_f32(&w, "llama.rope.scaling.low_freq_factor", 1);
	writer_key_u32(&w, "llama.rope.scaling.original_context_length", 64);
	factors_write(&w, 8, 8);
	writer_random(&w, "blk.1.attn_q.bias", 0, 1, 64);
	writer_random(&w, "blk.0.ffn_down.bias", 0, 1, 64);
	struct model *m = model_of(&w, &bytes, &d);
	ok(m && m->n_tensors == 23 && m->tied && m->hp.rope_scale == 1,
	   "factors, what says how they were made, and two biases %s", d.text);
	ok(m && rows_are(m, "blk.1.attn_q.bias", DTYPE_F32) && !model_tensor(m, "blk.0.attn_q.bias"),
	   "a bias in one layer alone");
	model_close(m);
	free(bytes);
	factors_write(&w, 8, 0);
	expect(&w, ERR_FORMAT, "tensor rope_freqs.weight: factor 7 is 0, expected 1e-06 to 1e+06");
	factors_write(&w, 8, NAN);
	expect(&w, ERR_FORMAT, "tensor rope_freqs.weight: factor 7 is nan");
	factors_write(&w, 16, 1);
	expect(&w, ERR_FORMAT, "tensor rope_freqs.weight is 16 x 1 x 1 x 1, expected 8 x 1");
	writer_key_f32(&w, "llama.rope.scaling.low_freq_factor", 1);
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, true);
	expect(&w, ERR_UNSUPPORTED,
	       "low_freq_factor: scaling of positions by \"llama3\": only with its factors");
	writer_llama_keys(&w);
	writer_llama_tensors(&w, 0, true);
	writer_random(&w, "blk.0.ffn_up.bias", 0, 1, 64);
	expect(&w, ERR_FORMAT, "tensor blk.0.ffn_up.bias is 64 x 1 x 1 x 1, expected 96 x 1");
}

static void expect_gpt2(const char *key, uint32_t value, const char *without, int code, const char *text)
{
	struct gguf_writer w = {0};
	if (key)
		writer_key_u32(&w, key, value);
	w.without = without;
	tiny_gpt2_keys(&w);
	tiny_gpt2_tensors(&w);
	expect(&w, code, text);
}

static void test_gpt2(void)
{
	struct gguf_writer w = {0};
	struct diag d;
	void *bytes;
	tiny_gpt2_keys(&w);
	tiny_gpt2_tensors(&w);
	struct model *m = model_of(&w, &bytes, &d);
	ok(m && strcmp(m->arch, "gpt2") == 0 && m->tied && m->n_tensors == 28, "a gpt2 %s", d.text);
	ok(m && m->hp.head_dim == 8 && m->hp.n_kv_heads == 3 && m->hp.n_vocab == 48 &&
		   m->hp.n_context == 32 && m->hp.n_rot == 0 && m->hp.norm_eps == 0.0078125f,
	   "its hyperparameters");
	model_close(m);
	free(bytes);
	tiny_gpt2_keys(&w);
	tiny_gpt2_tensors(&w);
	writer_random(&w, "output.weight", 0, 48, 24);
	m = model_of(&w, &bytes, &d);
	ok(m && !m->tied && m->n_tensors == 29, "with an output matrix of its own");
	model_close(m);
	free(bytes);
	expect_gpt2("gpt2.context_length", 33, "gpt2.context_length", ERR_FORMAT,
		    "tensor position_embd.weight is 24 x 32 x 1 x 1, expected 24 x 33");
	expect_gpt2("gpt2.rope.freq_base", 10000, NULL, ERR_UNSUPPORTED, "gpt2.rope.freq_base: not known");
	expect_gpt2("gpt2.rope.scaling.factor", 1, NULL, ERR_UNSUPPORTED,
		    "gpt2.rope.scaling.factor: not known");
	expect_gpt2("gpt2.attention.sliding_window", 4, NULL, ERR_UNSUPPORTED, "sliding-window attention");
	expect_gpt2("gpt2.attention.head_count", 5, "gpt2.attention.head_count", ERR_FORMAT,
		    "5 heads do not divide a width of 24, expected key gpt2.attention.key_length");
	expect_gpt2(NULL, 0, "gpt2.attention.layer_norm_epsilon", ERR_FORMAT,
		    "key gpt2.attention.layer_norm_epsilon is missing");
	expect_gpt2(NULL, 0, "blk.1.ffn_up.bias", ERR_FORMAT,
		    "tensor blk.1.ffn_up.bias is missing, expected 40 x 1 elements");
	expect_gpt2(NULL, 0, "position_embd.weight", ERR_FORMAT, "tensor position_embd.weight is missing");
}

int main(void)
{
	test_optional();
	test_gpt2();
	return tap_done();
}
