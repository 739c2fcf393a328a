/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Llama (Touvron et al., arXiv 2302.13971 and 2307.09288): RMSNorm before each
 * half of a layer, rotary positions, grouped-query attention, SwiGLU. Some of its
 * kind have biases, and Llama 3.1 divides the frequencies of rotation by factors.
 */
#include "config.h"

#include "engines/job/arch.h"

extern const struct arch arch_llama;
const struct arch arch_llama = {
	.name = "llama",
	.matrices =
		{
			[MATRIX_QKV] = {"attn_q.weight", "attn_k.weight", "attn_v.weight"},
			[MATRIX_ATTN_OUT] = {"attn_output.weight"},
			[MATRIX_GATE_UP] = {"ffn_gate.weight", "ffn_up.weight"},
			[MATRIX_DOWN] = {"ffn_down.weight"},
		},
	.norms = {[NORM_ATTN] = "attn_norm.weight", [NORM_FFN] = "ffn_norm.weight"},
};
