/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GPT-2 (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019):
 * LayerNorm before each half of a layer, learned positions, biases everywhere, GELU.
 */
#include "config.h"

#include "engines/job/arch.h"

extern const struct arch arch_gpt2;
const struct arch arch_gpt2 = {
	.name = "gpt2",
	.norm_kind = NORM_KIND_LAYER,
	.act_kind = ACT_KIND_GELU,
	.matrices =
		{
			[MATRIX_QKV] = {"attn_qkv.weight"},
			[MATRIX_ATTN_OUT] = {"attn_output.weight"},
			[MATRIX_GATE_UP] = {"ffn_up.weight"},
			[MATRIX_DOWN] = {"ffn_down.weight"},
		},
	.norms = {[NORM_ATTN] = "attn_norm.weight", [NORM_FFN] = "ffn_norm.weight"},
};
