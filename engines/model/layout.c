/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/layout.h"

#include <assert.h>
#include <stdio.h>

#include "engines/model/family/family.h"

static int rows_count(const struct layout_row *r)
{
	int n = 0;
	while (r[n].name)
		n++;
	return n;
}

static int64_t side_length(const struct hparams *hp, enum layout_side side)
{
	const int64_t q = (int64_t)hp->n_heads * hp->head_dim, kv = (int64_t)hp->n_kv_heads * hp->head_dim;
	const int64_t sides[SIDE_COUNT] = {
		[SIDE_ONE] = 1,
		[SIDE_EMBD] = hp->n_embd,
		[SIDE_Q] = q,
		[SIDE_KV] = kv,
		[SIDE_QKV] = q + 2 * kv,
		[SIDE_FF] = hp->n_ff,
		[SIDE_VOCAB] = hp->n_vocab,
		[SIDE_CONTEXT] = hp->n_context,
		[SIDE_PAIRS] = hp->n_rot / 2,
	};
	return sides[side];
}

int layout_count(const struct family *f, const struct hparams *hp)
{
	return rows_count(f->outside) + hp->n_layers * rows_count(f->layer);
}

void layout_at(struct layout_tensor *out, const struct family *f, const struct hparams *hp, int i)
{
	int n_outside = rows_count(f->outside), n_layer = rows_count(f->layer);
	assert(n_layer > 0);
	const struct layout_row *r = i < n_outside ? &f->outside[i] : &f->layer[(i - n_outside) % n_layer];
	*out = (struct layout_tensor){.kind = r->kind,
				      .optional = r->optional,
				      .rows = side_length(hp, r->rows),
				      .cols = side_length(hp, r->cols)};
	if (i < n_outside)
		snprintf(out->name, sizeof out->name, "%s", r->name);
	else
		snprintf(out->name, sizeof out->name, "blk.%d.%s", (i - n_outside) / n_layer, r->name);
}
