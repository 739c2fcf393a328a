/* SPDX-License-Identifier: Apache-2.0 */
/* A step: the blocks of an architecture in their order (engines/job/arch.h). */
#include "config.h"

#include "engines/cpu/block.h"
#include "engines/cpu/session.h"

static void activation(struct session *s)
{
	if (s->arch->act_kind == ACT_KIND_GELU)
		block_gelu(s);
	else
		block_silu_mul(s);
}

void session_forward(struct session *s)
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
		activation(s);
		block_product(s, &layer->matrix[MATRIX_DOWN], t->gated, n, t->delta);
		if (layer + 1 < end)
			block_add_norm(s, &layer[1].norm[NORM_ATTN]);
	}
	block_add_norm_rows(s, &w->output_norm);
	block_product(s, &w->output, t->rows, s->n_rows, t->logits);
}
