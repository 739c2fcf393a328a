/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the workloads over a model share: the job of a point, seeded tokens, and
 * a session with the arrays of one batch. Not a workload itself.
 */
#ifndef IFM_WORKLOADS_SESSION_H
#define IFM_WORKLOADS_SESSION_H

#include "workloads/workload.h"

#define SESSION_VERIFY_SEQS 2 /* sequences whose outputs are compared */

/* A run of pp or tg. */
struct workload_run {
	const struct engine_ops *ops;
	struct session *session;
	uint64_t seed;
	int n_vocab;
	int n_seqs;
	int length;   /* tokens of a sequence in a repetition: N of ppN, tgN */
	int n_verify; /* pp: tokens of a sequence that verify takes */
	int at;	      /* tg: position of the next step */
	int max_tokens;
	struct batch batch; /* n tokens of the next step; its arrays are the four below */
	int32_t *token, *pos, *seq;
	uint8_t *want;
};

/* What a point asks of a session. */
struct session_shape {
	struct job_config job;
	int length;
};

/* Parses "128" of "pp128". */
MUST_CHECK int session_length(const char *workload, const char *argument, int *length, struct diag *d);

/*
 * The job of point p: `length` tokens (at least `least` cells) of each sequence. max_tokens and
 * max_rows are left to the workload. ERR_USAGE with numbers beyond the model's context.
 */
MUST_CHECK int session_shape_of(const struct model *m, const struct point *p, const char *workload, int least,
				struct session_shape *out, struct diag *d);

/* Loads the session and allocates a batch of job.max_tokens. */
MUST_CHECK int session_run_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
				 const struct session_shape *shape, uint64_t seed, struct workload_run **out,
				 struct diag *d);
void session_run_free(struct workload_run *r);
void session_run_describe(const struct workload_run *r, struct strbuf *out);

/* The token of a sequence at a position: depends on these and the seed alone. */
int32_t session_token(uint64_t seed, int n_vocab, int seq, int pos);

/* Forgets all sequences. */
MUST_CHECK int session_drop(struct workload_run *r, struct diag *d);

/* Makes the batch: seeded tokens [pos, pos + n) of sequences 0 .. n_seqs-1. The logits of each
 * sequence's last token are wanted. */
void session_fill(struct workload_run *r, int n_seqs, int pos, int n);

/* Submits the batch and waits. */
MUST_CHECK int session_step(struct workload_run *r, struct diag *d);

/* The n_rows rows of the last step, appended to *out. */
MUST_CHECK int session_rows(struct workload_run *r, int n_rows, float **out, int64_t *rows, int64_t *cols,
			    struct diag *d);

#endif
