/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Llama (Touvron et al., arXiv 2302.13971 and 2307.09288): RMSNorm before each
 * half of a layer, rotary positions, grouped-query attention, SwiGLU. Some of its
 * kind have biases, and Llama 3.1 divides the frequencies of rotation by factors.
 */
#include "config.h"

#include "engines/cpu/arch/arch.h"

#include "engines/cpu/block.h"
#include "engines/cpu/session.h"

static void llama_forward(struct session *s)
{
	struct scratch *t = &s->scratch;
	const struct weights *w = &s->weights;
	const struct layer *layer = w->layers, *end = w->layers + w->n_layers;
	int n = s->batch->n;
	block_embed_norm(s, &layer->norm[NORM_ATTN]);
	for (int i = 0; layer < end; layer++, i++) {
		block_product(s, &layer->matrix[MATRIX_QKV], t->normed, n, t->qkv);
		block_attend(s, i);
		block_product(s, &layer->matrix[MATRIX_ATTN_OUT], t->attended, n, t->delta);
		block_add_norm(s, &layer->norm[NORM_FFN]);
		block_product(s, &layer->matrix[MATRIX_GATE_UP], t->normed, n, t->gate_up);
		block_silu_mul(s);
		block_product(s, &layer->matrix[MATRIX_DOWN], t->gated, n, t->delta);
		if (layer + 1 < end)
			block_add_norm(s, &layer[1].norm[NORM_ATTN]);
	}
	block_add_norm_rows(s, &w->output_norm);
	block_product(s, &w->output, t->rows, s->n_rows, t->logits);
}

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
	.forward = llama_forward,
};
