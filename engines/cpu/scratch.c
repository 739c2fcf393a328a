/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/scratch.h"

#include "engines/job/carve.h"
#include "engines/engine.h"
#include "engines/kernels/attention.h"
#include "engines/model/model.h"

bool scratch_lay_out(struct scratch *t, const struct hparams *hp, const struct job_config *job,
		     int n_positions, int n_threads, size_t gemm_bytes, void *base, size_t *bytes)
{
	struct carve c = {base, 0, false};
	size_t tokens = (size_t)job->max_tokens, rows = (size_t)job->max_rows, one = sizeof(float);
	size_t embd = (size_t)hp->n_embd * one, ff = (size_t)hp->n_ff * one;
	size_t head = (size_t)hp->head_dim * one;
	t->x = carve_take(&c, tokens, embd);
	t->normed = carve_take(&c, tokens, embd);
	t->delta = carve_take(&c, tokens, embd);
	t->qkv = carve_take(&c, tokens, ((size_t)hp->n_heads + 2 * (size_t)hp->n_kv_heads) * head);
	t->attended = carve_take(&c, tokens, (size_t)hp->n_heads * head);
	t->gate_up = carve_take(&c, tokens, 2 * ff);
	t->gated = carve_take(&c, tokens, ff);
	t->rows = carve_take(&c, rows, embd);
	t->logits = carve_take(&c, rows, (size_t)hp->n_vocab * one);
	t->row_token = carve_take(&c, rows, sizeof *t->row_token);
	t->turns = carve_take(&c, (size_t)n_positions, (size_t)hp->n_rot * one);
	/* Whole cache lines a thread. */
	t->scores_stride = ((size_t)n_positions * one + MEM_ALIGN - 1) / MEM_ALIGN * MEM_ALIGN / one;
	t->scores = carve_take(&c, (size_t)n_threads * ATTENTION_QUERIES, t->scores_stride * one);
	t->gemm = carve_take(&c, gemm_bytes, 1);
	*bytes = c.used;
	return !c.overflow;
}
