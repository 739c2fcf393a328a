/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/layout.h"

#include <stdio.h>

enum side { ONE, EMBD, Q, KV, FF, VOCAB, SIDES };

struct row {
	const char *name;
	enum layout_kind kind;
	enum side rows, cols;
};

static const struct row outside[] = {
	{"token_embd.weight", LAYOUT_EMBEDDING, VOCAB, EMBD},
	{"output_norm.weight", LAYOUT_NORM, ONE, EMBD},
	{"output.weight", LAYOUT_OUTPUT, VOCAB, EMBD}, /* the last: left out when tied */
};

static const struct row layer[] = {
	{"attn_norm.weight", LAYOUT_NORM, ONE, EMBD},	{"attn_q.weight", LAYOUT_MATRIX, Q, EMBD},
	{"attn_k.weight", LAYOUT_MATRIX, KV, EMBD},	{"attn_v.weight", LAYOUT_MATRIX, KV, EMBD},
	{"attn_output.weight", LAYOUT_MATRIX, EMBD, Q}, {"ffn_norm.weight", LAYOUT_NORM, ONE, EMBD},
	{"ffn_gate.weight", LAYOUT_MATRIX, FF, EMBD},	{"ffn_up.weight", LAYOUT_MATRIX, FF, EMBD},
	{"ffn_down.weight", LAYOUT_MATRIX, EMBD, FF},
};
enum { N_OUTSIDE = sizeof outside / sizeof outside[0], N_LAYER = sizeof layer / sizeof layer[0] };

int layout_count(const struct hparams *hp, bool tied)
{
	return N_OUTSIDE - (tied ? 1 : 0) + hp->n_layers * N_LAYER;
}

void layout_at(struct layout_tensor *out, const struct hparams *hp, bool tied, int i)
{
	const int64_t sides[SIDES] = {
		[ONE] = 1,
		[EMBD] = hp->n_embd,
		[Q] = (int64_t)hp->n_heads * hp->head_dim,
		[KV] = (int64_t)hp->n_kv_heads * hp->head_dim,
		[FF] = hp->n_ff,
		[VOCAB] = hp->n_vocab,
	};
	int n_outside = N_OUTSIDE - (tied ? 1 : 0);
	const struct row *r = i < n_outside ? &outside[i] : &layer[(i - n_outside) % N_LAYER];
	*out = (struct layout_tensor){.kind = r->kind, .rows = sides[r->rows], .cols = sides[r->cols]};
	if (i < n_outside)
		snprintf(out->name, sizeof out->name, "%s", r->name);
	else
		snprintf(out->name, sizeof out->name, "blk.%d.%s", (i - n_outside) / N_LAYER, r->name);
}
