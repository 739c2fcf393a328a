/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine "null": takes every step and computes nothing, so that what a run of it
 * measures is the harness. Its logits are all zero and its work is none.
 */
#include "config.h"

#include "engines/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"

extern const struct engine_ops null_engine;

struct engine {
	char unused; /* nothing to hold: no thread is started */
};

struct session {
	int n_vocab;
	int n_seqs;
	int max_tokens, max_rows;
	int n_rows; /* of the last step */
};

struct op_job {
	enum op_kind kind;
	int m, n;
};

static void capability_add(struct capability *list, int *n, const char *name)
{
	list[(*n)++] = (struct capability){.name = name, .usable = true};
}

/* The names of engine cpu, so that the same spec runs on both. */
static int null_probe(struct device_caps *caps, int max)
{
	static const char *const providers[] = {"own", "openblas", "onednn", "blis"};
	if (max < 1)
		return 1;
	*caps = (struct device_caps){.usable = true};
	snprintf(caps->name, sizeof caps->name, "cpu");
	snprintf(caps->description, sizeof caps->description, "computes nothing");
	caps->n_cpus = pool_usable_cpus();
	caps->memory_bytes = mem_available();
	for (int i = 0; i < ISA_COUNT; i++)
		capability_add(caps->isas, &caps->n_isas, isa_name(i));
	for (int i = 0; i < DTYPE_HELD_COUNT; i++)
		capability_add(caps->precisions, &caps->n_precisions, dtype_name(i));
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (dtype_in_caches(i))
			capability_add(caps->kvs, &caps->n_kvs, dtype_name(i));
	for (size_t i = 0; i < sizeof providers / sizeof providers[0]; i++)
		capability_add(caps->providers, &caps->n_providers, providers[i]);
	return 1;
}

static int null_open(struct engine **out, const struct engine_config *config, struct diag *d)
{
	if (config->n_threads < 1)
		return diag_set(d, ERR_USAGE, "%d threads, expected at least 1", config->n_threads);
	*out = mem_alloc(sizeof **out);
	return 0;
}

static int null_check(struct engine *e, const struct model *m, const struct job_config *job,
		      struct memory_plan *plan, struct diag *d)
{
	(void)e, (void)m, (void)job, (void)d;
	*plan = (struct memory_plan){.limit = mem_available_held()};
	return 0;
}

static int null_load(struct engine *e, const struct model *m, const struct job_config *job,
		     struct session **out, struct diag *d)
{
	(void)e, (void)d;
	struct session *s = mem_alloc(sizeof *s);
	s->n_vocab = m->hp.n_vocab;
	s->n_seqs = job->n_seqs;
	s->max_tokens = job->max_tokens;
	s->max_rows = job->max_rows;
	*out = s;
	return 0;
}

static int null_submit(struct session *s, const struct batch *b, struct diag *d)
{
	int n_rows = 0;
	if (b->n < 1 || b->n > s->max_tokens)
		return diag_set(d, ERR_USAGE, "a batch of %d tokens, the session takes 1 to %d", b->n,
				s->max_tokens);
	for (int i = 0; i < b->n; i++)
		n_rows += b->want_row[i] != 0;
	if (n_rows > s->max_rows)
		return diag_set(d, ERR_USAGE, "a batch that wants %d rows of logits, the session makes %d",
				n_rows, s->max_rows);
	s->n_rows = n_rows;
	return 0;
}

static int null_wait(struct session *s, struct step_info *info, struct diag *d)
{
	(void)d;
	*info = (struct step_info){.n_rows = s->n_rows};
	return 0;
}

static int row_check(const struct session *s, int row, struct diag *d)
{
	if (row < 0 || row >= s->n_rows)
		return diag_set(d, ERR_USAGE, "row %d of the logits, the last step made %d", row, s->n_rows);
	return 0;
}

static int null_fetch(struct session *s, int row, float *logits, struct diag *d)
{
	int rc = row_check(s, row, d);
	if (!rc)
		memset(logits, 0, (size_t)s->n_vocab * sizeof *logits);
	return rc;
}

static int null_argmax(struct session *s, int row, int32_t *id, struct diag *d)
{
	int rc = row_check(s, row, d);
	if (!rc)
		*id = 0;
	return rc;
}

static int null_seq_edit(struct session *s, const struct seq_edit *e, struct diag *d)
{
	bool source = e->kind != SEQ_COPY || (e->source >= 0 && e->source < s->n_seqs);
	if (e->seq < 0 || e->seq >= s->n_seqs || e->from < 0 || !source)
		return diag_set(d, ERR_USAGE, "sequence %d from %d, the session has sequences 0 to %d",
				source ? e->seq : e->source, e->from, s->n_seqs - 1);
	return 0;
}

static int null_work(const struct model *m, const struct job_config *job, int n_seqs, int n_past, int n_new,
		     int n_rows, struct step_work *work, struct diag *d)
{
	(void)m, (void)job, (void)n_seqs, (void)n_past, (void)n_new, (void)n_rows, (void)d;
	*work = (struct step_work){0};
	return 0;
}

static void null_describe(const struct session *s, struct strbuf *out)
{
	(void)s;
	strbuf_puts(out, "computes: nothing\n");
}

static void null_unload(struct session *s)
{
	free(s);
}

static int null_op_plan(struct engine *e, const struct op_config *config, struct step_work *work,
			struct memory_plan *plan, struct diag *d)
{
	(void)e, (void)config, (void)d;
	*work = (struct step_work){0};
	*plan = (struct memory_plan){.limit = mem_available_held()};
	return 0;
}

static int null_op(struct engine *e, const struct op_config *config, struct op_job **out, struct diag *d)
{
	(void)e, (void)d;
	struct op_job *j = mem_alloc(sizeof *j);
	*j = (struct op_job){config->kind, config->m, config->n};
	*out = j;
	return 0;
}

static int null_op_submit(struct op_job *j, struct diag *d)
{
	(void)j, (void)d;
	return 0;
}

static int op_rows_check(const struct op_job *j, int row, int n, struct diag *d)
{
	if (j->kind != OP_GEMM)
		return diag_set(d, ERR_UNSUPPORTED, "a ceiling has no rows of a result");
	if (row < 0 || n < 0 || row > j->m - n)
		return diag_set(d, ERR_USAGE, "rows %d to %d of a result of %d rows", row, row + n, j->m);
	return 0;
}

static int null_op_submit_rows(struct op_job *j, int row, int n, struct diag *d)
{
	return op_rows_check(j, row, n, d);
}

static int null_op_wait(struct op_job *j, struct step_info *info, struct diag *d)
{
	(void)j, (void)d;
	*info = (struct step_info){0};
	return 0;
}

static int null_op_fetch(struct op_job *j, int row, int n, float *dst, struct diag *d)
{
	int rc = op_rows_check(j, row, n, d);
	if (!rc)
		memset(dst, 0, (size_t)n * (size_t)j->n * sizeof *dst);
	return rc;
}

static void null_op_describe(const struct op_job *j, struct strbuf *out)
{
	(void)j;
	strbuf_puts(out, "computes: nothing\n");
}

static void null_op_free(struct op_job *j)
{
	free(j);
}

static void null_close(struct engine *e)
{
	free(e);
}

const struct engine_ops null_engine = {
	.name = "null",
	.probe = null_probe,
	.open = null_open,
	.check = null_check,
	.load = null_load,
	.submit = null_submit,
	.wait = null_wait,
	.fetch = null_fetch,
	.argmax = null_argmax,
	.seq_edit = null_seq_edit,
	.work = null_work,
	.describe = null_describe,
	.unload = null_unload,
	.op_plan = null_op_plan,
	.op = null_op,
	.op_submit = null_op_submit,
	.op_submit_rows = null_op_submit_rows,
	.op_wait = null_op_wait,
	.op_fetch = null_op_fetch,
	.op_describe = null_op_describe,
	.op_free = null_op_free,
	.close = null_close,
};
