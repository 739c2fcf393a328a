/* SPDX-License-Identifier: Apache-2.0 */
/* GPT-2: learned positions, as many as the context is long; queries, keys and values in one matrix. */
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
	FIELD_REAL("attention.layer_norm_epsilon", norm_eps, false),
	{0},
};

static const struct layout_row outside[] = {
	{"token_embd.weight",    LAYOUT_EMBEDDING, SIDE_VOCAB,   SIDE_EMBD, false},
	{"position_embd.weight", LAYOUT_POSITIONS, SIDE_CONTEXT, SIDE_EMBD, false},
	{"output_norm.weight",   LAYOUT_NORM,      SIDE_ONE,     SIDE_EMBD, false},
	{"output_norm.bias",     LAYOUT_BIAS,      SIDE_ONE,     SIDE_EMBD, false},
	{"output.weight",        LAYOUT_OUTPUT,    SIDE_VOCAB,   SIDE_EMBD, true},
	{0},
};

static const struct layout_row layer[] = {
	{"attn_norm.weight",   LAYOUT_NORM,   SIDE_ONE,  SIDE_EMBD, false},
	{"attn_norm.bias",     LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, false},
	{"attn_qkv.weight",    LAYOUT_MATRIX, SIDE_QKV,  SIDE_EMBD, false},
	{"attn_qkv.bias",      LAYOUT_BIAS,   SIDE_ONE,  SIDE_QKV,  false},
	{"attn_output.weight", LAYOUT_MATRIX, SIDE_EMBD, SIDE_Q,    false},
	{"attn_output.bias",   LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, false},
	{"ffn_norm.weight",    LAYOUT_NORM,   SIDE_ONE,  SIDE_EMBD, false},
	{"ffn_norm.bias",      LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, false},
	{"ffn_up.weight",      LAYOUT_MATRIX, SIDE_FF,   SIDE_EMBD, false},
	{"ffn_up.bias",        LAYOUT_BIAS,   SIDE_ONE,  SIDE_FF,   false},
	{"ffn_down.weight",    LAYOUT_MATRIX, SIDE_EMBD, SIDE_FF,   false},
	{"ffn_down.bias",      LAYOUT_BIAS,   SIDE_ONE,  SIDE_EMBD, false},
	{0},
};
/* clang-format on */

extern const struct family family_gpt2;
const struct family family_gpt2 = {.name = "gpt2", .fields = fields, .outside = outside, .layer = layer};
