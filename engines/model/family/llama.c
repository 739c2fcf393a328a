/* SPDX-License-Identifier: Apache-2.0 */
/* Llama 1 to 3 and what is made like them: biases where the file has them. */
#include "config.h"

#include "engines/model/family/family.h"

/* clang-format off */
static const struct hparams_field fields[] = {
	FIELD_INT("block_count", "layers", n_layers, HPARAMS_LAYERS_MAX, false),
	FIELD_INT("embedding_length", "embd", n_embd, HPARAMS_DIM_MAX, false),
	FIELD_INT("attention.head_count", "heads", n_heads, HPARAMS_DIM_MAX, false),
	FIELD_INT("attention.head_count_kv", "kv_heads", n_kv_heads, HPARAMS_DIM_MAX, true),
	FIELD_INT("attention.key_length", "head_dim", head_dim, HEAD_DIM_MAX, true),
	FIELD_INT("feed_forward_length", "ff", n_ff, HPARAMS_DIM_MAX, false),
	FIELD_INT("vocab_size", "vocab", n_vocab, HPARAMS_DIM_MAX, true),
	FIELD_INT("context_length", "context", n_context, HPARAMS_DIM_MAX, false),
	FIELD_INT("rope.dimension_count", NULL, n_rot, HEAD_DIM_MAX, true),
	FIELD_REAL("attention.layer_norm_rms_epsilon", norm_eps, false),
	FIELD_REAL("rope.freq_base", rope_base, true),
	{0},
};

static const struct layout_row outside[] = {
	{"token_embd.weight",  LAYOUT_EMBEDDING, SIDE_VOCAB, SIDE_EMBD, false},
	{"output_norm.weight", LAYOUT_NORM,      SIDE_ONE,   SIDE_EMBD, false},
	{"output.weight",      LAYOUT_OUTPUT,    SIDE_VOCAB, SIDE_EMBD, true},
	{"rope_freqs.weight",  LAYOUT_TURNS,     SIDE_ONE,   SIDE_PAIRS, true},
	{0},
};

static const struct layout_row layer[] = {
	{"attn_norm.weight",   LAYOUT_NORM,   SIDE_ONE,  SIDE_EMBD, false},
	{"attn_q.weight",      LAYOUT_MATRIX, SIDE_Q,    SIDE_EMBD, false},
	{"attn_k.weight",      LAYOUT_MATRIX, SIDE_KV,   SIDE_EMBD, false},
	{"attn_v.weight",      LAYOUT_MATRIX, SIDE_KV,   SIDE_EMBD, false},
	{"attn_output.weight", LAYOUT_MATRIX, SIDE_EMBD, SIDE_Q,    false},
	{"ffn_norm.weight",    LAYOUT_NORM,   SIDE_ONE,  SIDE_EMBD, false},
	{"ffn_gate.weight",    LAYOUT_MATRIX, SIDE_FF,   SIDE_EMBD, false},
	{"ffn_up.weight",      LAYOUT_MATRIX, SIDE_FF,   SIDE_EMBD, false},
	{"ffn_down.weight",    LAYOUT_MATRIX, SIDE_EMBD, SIDE_FF,   false},
	{"attn_q.bias",        LAYOUT_BIAS,   SIDE_ONE,  SIDE_Q,    true},
	{"attn_k.bias",        LAYOUT_BIAS,   SIDE_ONE,  SIDE_KV,   true},
	{"attn_v.bias",        LAYOUT_BIAS,   SIDE_ONE,  SIDE_KV,   true},
	{"attn_output.bias",   LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, true},
	{"ffn_gate.bias",      LAYOUT_BIAS,   SIDE_ONE,  SIDE_FF,   true},
	{"ffn_up.bias",        LAYOUT_BIAS,   SIDE_ONE,  SIDE_FF,   true},
	{"ffn_down.bias",      LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, true},
	{0},
};
/* clang-format on */

extern const struct family family_llama;
const struct family family_llama = {
	.name = "llama", .rotary = true, .fields = fields, .outside = outside, .layer = layer};
