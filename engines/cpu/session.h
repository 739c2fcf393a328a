/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded model with its cache and buffers: what the files of engine "cpu" share about it. */
#ifndef IFM_CPU_SESSION_H
#define IFM_CPU_SESSION_H

#include <stddef.h>

#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/job/kv.h"
#include "engines/cpu/scratch.h"
#include "engines/cpu/weights.h"
#include "engines/engine.h"
#include "engines/model/model.h"

struct gemm_context;

struct session {
	struct engine *engine;
	const struct arch *arch;
	struct hparams hp; /* a copy: the model may be closed */
	struct job_config job;
	struct gemm_context *gemm;
	struct weights weights;
	struct kv_cache kv;
	struct scratch scratch;
	void *scratch_memory;
	size_t scratch_bytes;
	const struct batch *batch; /* of the current step */
	int n_rows;		   /* wanted in the last step */
	struct strbuf exceptions;  /* lines of describe that are known at load */
	struct strbuf origin;	   /* likewise: where the weights came from */
};

/* engine_ops: check, load, unload, describe */
/* What session_check keeps for the next one. */
void session_forget(struct engine *e);
int session_check(struct engine *e, const struct model *m, const struct job_config *job,
		  struct memory_plan *plan, struct diag *d);
int session_load(struct engine *e, const struct model *m, const struct job_config *job, struct session **out,
		 struct diag *d);
void session_unload(struct session *s);
void session_describe(const struct session *s, struct strbuf *out);

/* One step over s->batch: from tokens to s->scratch.logits (forward.c). */
void session_forward(struct session *s);

/* engine_ops: submit, wait, fetch, argmax, seq_edit (step.c) */
int session_submit(struct session *s, const struct batch *b, struct diag *d);
int session_wait(struct session *s, struct step_info *info, struct diag *d);
int session_fetch(struct session *s, int row, float *logits, struct diag *d);
int session_argmax(struct session *s, int row, int32_t *id, struct diag *d);
int session_seq_edit(struct session *s, const struct seq_edit *edit, struct diag *d);

#endif
