/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/hparams.h"

#include <limits.h>
#include <math.h>

bool hparams_set_real(struct hparams *hp, const struct hparams_field *f, double x)
{
	float narrow = (float)x;
	if (!isfinite(narrow) || !(narrow > 0))
		return false;
	*hparams_real(hp, f) = narrow;
	return true;
}

/* Engines count the elements of a matrix, fused ones too, in int. */
static int matrices_check(const struct hparams *hp, const char *file, struct diag *d)
{
	const int64_t q = (int64_t)hp->n_heads * hp->head_dim, kv = (int64_t)hp->n_kv_heads * hp->head_dim;
	const struct {
		const char *what;
		int64_t rows, cols;
	} list[] = {
		{"attn_q, attn_k and attn_v", q + 2 * kv, hp->n_embd},
		{"attn_output", hp->n_embd, q},
		{"ffn_gate and ffn_up", 2 * (int64_t)hp->n_ff, hp->n_embd},
		{"token_embd", hp->n_vocab, hp->n_embd},
	};
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		if (list[i].rows * list[i].cols > INT_MAX)
			return diag_set_at(d, ERR_UNSUPPORTED, file, 0,
					   "%s are %lld x %lld elements, this engine takes at most %d",
					   list[i].what, (long long)list[i].rows, (long long)list[i].cols,
					   INT_MAX);
	return 0;
}

int hparams_check(const struct hparams *hp, const char *file, struct diag *d)
{
	if (hp->n_heads % hp->n_kv_heads != 0)
		return diag_set_at(d, ERR_FORMAT, file, 0,
				   "attention.head_count_kv is %d, expected a divisor of the %d heads",
				   hp->n_kv_heads, hp->n_heads);
	if (hp->head_dim % 2 != 0)
		return diag_set_at(d, ERR_UNSUPPORTED, file, 0,
				   "heads of %d elements, this engine takes even numbers", hp->head_dim);
	if (hp->n_rot % 2 != 0 || hp->n_rot > hp->head_dim)
		return diag_set_at(d, ERR_FORMAT, file, 0,
				   "rope.dimension_count is %d, expected an even number up to %d", hp->n_rot,
				   hp->head_dim);
	return matrices_check(hp, file, d);
}
