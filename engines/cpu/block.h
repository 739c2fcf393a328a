/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blocks that architectures are made of. Each works on all tokens of the
 * session's batch, from one buffer of its scratch to another. Whether a block
 * runs on all threads or, being tiny, on the calling one follows from sizes alone.
 */
#ifndef IFM_CPU_BLOCK_H
#define IFM_CPU_BLOCK_H

struct matrix;
struct norm;
struct session;

/* The norm is the one that the architecture says (norm_kind). */

/* x = embedding of the tokens, and of their positions where those are learned; normed = norm(x) */
void block_embed_norm(struct session *s, const struct norm *norm);

/* x += delta; normed = norm(x) */
void block_add_norm(struct session *s, const struct norm *norm);

/* x += delta; rows = norm(x of the wanted tokens) */
void block_add_norm_rows(struct session *s, const struct norm *norm);

/* c = a w^T, plus the bias of w where it has one, for m rows of a */
void block_product(struct session *s, const struct matrix *w, const float *a, int m, float *c);

/* Rotates queries and keys of qkv where positions are rotary, stores keys and values in the tokens' cells; attended =
 * causal attention of each token over its sequence. */
void block_attend(struct session *s, int layer);

/* gated = silu(gate) * up */
void block_silu_mul(struct session *s);

/* gated = gelu(gate_up), where that is rows of n_ff */
void block_gelu(struct session *s);

#endif
