/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the workloads over a model share: the job of a point, seeded tokens, and
 * a session that goes through a repetition step by step. Not a workload itself.
 *
 * A repetition: each sequence holds `depth` tokens already (not timed, computed once); then its
 * prompt is prefilled in steps of `chunk` tokens of each sequence; then all sequences decode, greedily.
 */
#ifndef IFM_WORKLOADS_SESSION_H
#define IFM_WORKLOADS_SESSION_H

#include "workloads/workload.h"

/* What a point asks of a session. */
struct session_shape {
	struct job_config job;
	int n_prompt; /* tokens of a prompt: N of ppN; 0: none */
	int n_gen;    /* decode steps: M of ppN+tgM, N of tgN; 0: none */
	int depth;    /* tokens a sequence holds before */
	int chunk;    /* tokens of a sequence in a step of its prompt */
	int fill;     /* the same for the tokens before */
};

/* The part of it that is compared with the reference: from the shapes alone. */
struct session_part {
	int n_seqs, n_prompt, n_gen, depth;
};

/* A run of pp or tg. */
struct workload_run {
	const struct engine_ops *ops;
	struct session *session;
	struct session_shape shape;
	struct session_part part;
	uint64_t seed;
	int n_vocab;
	bool filled;	    /* all sequences hold their depth */
	int at;		    /* position of the next step */
	struct batch batch; /* n tokens of the next step; its arrays are the four below */
	int32_t *token, *pos, *seq;
	uint8_t *want;
	int64_t device_ns; /* of the last step */
};

/* The number of tokens after a workload's letters: "128" of "pp128". *end: behind it. */
MUST_CHECK int session_length(const char *workload, const char *argument, int *length, const char **end,
			      struct diag *d);

/* The job of point p with its lengths. ERR_USAGE with numbers beyond the model's context. */
MUST_CHECK int session_shape_of(const struct model *m, const struct point *p, int n_prompt, int n_gen,
				struct session_shape *out, struct diag *d);

/* workload_ops.check of a shape. */
MUST_CHECK int session_check_shape(const struct engine_ops *ops, struct engine *e, const struct model *m,
				   const struct session_shape *s, struct workload_work *work,
				   struct memory_plan *plan, struct diag *d);

/* Loads the session and allocates a batch of job.max_tokens. */
MUST_CHECK int session_run_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
				 const struct session_shape *shape, uint64_t seed, struct workload_run **out,
				 struct diag *d);

/* The rest of workload_ops. */
int session_run_reset(struct workload_run *r, struct diag *d);
int session_run_step(struct workload_run *r, struct diag *d);
int64_t session_run_device_ns(const struct workload_run *r);
int session_run_verify(struct workload_run *r, float **out, int64_t *rows, int64_t *cols, struct diag *d);
void session_run_describe(const struct workload_run *r, struct strbuf *out);
void session_run_free(struct workload_run *r);

/* The token of a sequence at a position: depends on these and the seed alone. */
int32_t session_token(uint64_t seed, int n_vocab, int seq, int pos);

#endif
