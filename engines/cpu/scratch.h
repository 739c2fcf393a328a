/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffers of a step, cut from one block when a session is loaded: nothing
 * is allocated between submit and wait. Not thread-safe; one step at a time.
 */
#ifndef IFM_CPU_SCRATCH_H
#define IFM_CPU_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hparams;
struct job_config;

/* Matrices are [max_tokens][...], row-major, without padding. */
struct scratch {
	float *x;	    /* the residual stream, [n_embd] */
	float *normed;	    /* [n_embd] */
	float *delta;	    /* what a half layer adds to x, [n_embd] */
	float *qkv;	    /* [(n_heads + 2 n_kv_heads) head_dim] */
	float *attended;    /* [n_heads head_dim] */
	float *gate_up;	    /* [2 n_ff], or [n_ff] where there is no gate */
	float *gated;	    /* [n_ff] */
	float *rows;	    /* input of the output matrix, [max_rows][n_embd] */
	float *logits;	    /* [max_rows][n_vocab] */
	int32_t *row_token; /* index in the batch of each wanted row */
	float *turns;	    /* cos, sin of each position and pair: [positions][n_rot] */
	float *scores;	    /* attention: ATTENTION_QUERIES rows of scores_stride floats a thread */
	size_t scores_stride;
	void *gemm; /* of gemm_run */
};

/* Cuts the buffers from base on (NULL: counts only). n_positions: tokens a sequence may hold.
 * False when the size cannot be counted. */
bool scratch_lay_out(struct scratch *t, const struct hparams *hp, const struct job_config *job,
		     int n_positions, int n_threads, size_t gemm_bytes, void *base, size_t *bytes);

#endif
