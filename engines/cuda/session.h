/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded model on the device: what the files of engine "cuda" share about it. */
#ifndef IFM_CUDA_SESSION_H
#define IFM_CUDA_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/strbuf.h"
#include "engines/cuda/cuda.h"
#include "engines/cuda/product.h"
#include "engines/cuda/weights.h"
#include "engines/engine.h"
#include "engines/job/kv.h"
#include "engines/model/model.h"

/*
 * Steps of up to BUCKET_MAX tokens are filled up to a power of two, a "bucket", with tokens at position -1, and run as one
 * CUDA graph a bucket; all that changes between them is in memory that the kernels read. Longer ones are filled up to a
 * multiple of eight.
 */

/* Graphs that are kept: buckets of tokens times buckets of rows that are in use at once. */
#define GRAPHS_MAX 8

/* Attention of few tokens is split over the positions so that all SMs have work; a merge puts the parts together. */
#define SPLITS_MAX 32

/* What a step needs in device memory, sizes by most tokens and rows. */
struct dev_buffers {
	CUdeviceptr x;	     /* the residual stream, f32 [n_embd] */
	CUdeviceptr in;	     /* input of the next product, [max(n_embd, heads, n_ff)] */
	CUdeviceptr delta;   /* f32 [n_embd] */
	CUdeviceptr qkv;     /* f32 */
	CUdeviceptr gate_up; /* f32 */
	CUdeviceptr partial; /* of attention */
	CUdeviceptr logits;  /* f32 [rows][n_vocab] */
	CUdeviceptr best;    /* struct argmax_best [rows][ARGMAX_PARTS] */
	CUdeviceptr turns;
	CUdeviceptr cells;	  /* [sequence][position] */
	CUdeviceptr keys, values; /* [layer][cell][row] */
	CUdeviceptr step;	  /* mirrors step_host */
};
#define DEV_BUFFERS (sizeof(struct dev_buffers) / sizeof(CUdeviceptr))

/* The shape of a step, and where its numbers are on the device. */
struct step_shape {
	int n, rows;		   /* real ones */
	int n_bucket, rows_bucket; /* those that are computed */
	int n_tiles;		   /* of prefill; 0: attention goes token by token */
	int n_splits;
	size_t bytes; /* of the numbers */
	const int32_t *token, *pos, *seq, *cell, *row_token;
	const struct prefill_tile *tiles;
};

struct step_graph {
	int n_bucket, rows_bucket; /* 0, 0: free */
	int seen;		   /* steps of the shape so far: the first settles how products are done */
	uint64_t used;
	CUgraphExec exec; /* NULL: not captured yet */
};

struct session {
	struct engine *engine;
	const struct arch *arch;
	struct hparams hp; /* a copy: the model may be closed */
	struct job_config job;
	struct products products;
	struct dev_weights weights;
	struct kv_cache kv; /* who holds which cell; what cells hold is on the device */
	struct dev_buffers dev;
	int32_t *step_host; /* pinned, as is what follows in it: */
	int32_t *ids;	    /* of the largest logits of each row; a step stores them there */
	int32_t *row_token; /* max_rows */
	int n_rows;	    /* of the last step */
	struct step_graph graph[GRAPHS_MAX];
	uint64_t n_steps;
	bool crowded;		     /* there are more shapes than graphs are kept */
	int settled_n, settled_rows; /* the shape that was settled last */
	struct diag no_graphs_why;
	bool no_graphs;		  /* one could not be captured: steps are launched kernel by kernel */
	struct strbuf exceptions; /* lines of describe that are known at load */
};

/* Bytes of a cell's keys in one layer. */
size_t cell_bytes(const struct session *s);

/* ---- session.c: engine_ops check, load, unload, describe ---- */
int cuda_check_job(struct engine *e, const struct model *m, const struct job_config *job,
		   struct memory_plan *plan, struct diag *d);
int cuda_load(struct engine *e, const struct model *m, const struct job_config *job, struct session **out,
	      struct diag *d);
void cuda_unload(struct session *s);
void cuda_session_describe(const struct session *s, struct strbuf *out);

/* ---- step.c: engine_ops submit, wait, fetch, argmax, seq_edit ---- */
int cuda_submit(struct session *s, const struct batch *b, struct diag *d);
int cuda_wait(struct session *s, struct step_info *info, struct diag *d);
int cuda_fetch(struct session *s, int row, float *logits, struct diag *d);
int cuda_argmax(struct session *s, int row, int32_t *id, struct diag *d);
int cuda_seq_edit(struct session *s, const struct seq_edit *edit, struct diag *d);

/* Runs a step of so many tokens and rows that are all filled in: nothing is read or stored for them, but kernels are loaded,
 * products settled, and from the second time on it is a graph. */
MUST_CHECK int cuda_step_rehearse(struct session *s, int n, int rows, struct diag *d);

/* int32 that step_host has room for. */
size_t step_room(const struct job_config *job);
/* Settles the products of so many tokens and rows that have not been. What it takes is none of the device's time of a step,
 * but the host's clock sees it: of shapes that load does not know, as of a prompt's tail, it is a part of the first step. */
MUST_CHECK int cuda_step_settle(struct session *s, int n, int rows, struct diag *d);
/* Splits of attention for that many tokens. */
int splits_of(const struct engine *e, const struct hparams *hp, int n_bucket, int n_positions);

/* ---- forward.c ---- */

/* Starts all kernels of a step in the stream, the copy of its numbers first. */
MUST_CHECK int cuda_forward(struct session *s, const struct step_shape *t, struct diag *d);

/* ---- graph.c ---- */

/* Has a step of the shape run before, and is known still? Of longer ones nothing is known. */
bool graph_seen(const struct session *s, const struct step_shape *t);

/* Starts the step, as a graph where its bucket has one. */
MUST_CHECK int cuda_step_start(struct session *s, const struct step_shape *t, struct diag *d);
/* Behind the first step of a shape: makes its graph, or notes why there can be none. */
void cuda_step_keep(struct session *s, const struct step_shape *t);
void graphs_free(struct session *s);

#endif
