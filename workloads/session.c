/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/session.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "engines/model/model.h"
#include "harness/wire/point.h"

enum {
	SEQUENCES_MAX = 4096,
	TOKENS_MAX = 1 << 26, /* of all sequences: products of it with small things fit an int64 */
};

int session_length(const char *workload, const char *argument, int *length, struct diag *d)
{
	size_t n = strlen(argument);
	if (n == 0 || n > 8 || strspn(argument, "0123456789") != n || argument[0] == '0')
		return diag_set(d, ERR_UNSUPPORTED,
				"workload \"%s%.40s\": expected %s and a number of tokens, as %s128",
				workload, argument, workload, workload);
	*length = atoi(argument);
	return 0;
}

static int dtype_of(const struct point *p, enum point_key key, const struct model *m, enum dtype *out,
		    struct diag *d)
{
	const char *name = point_get(p, key);
	if (!*name)
		return diag_set(d, ERR_USAGE, "point: key \"%s\" is missing", point_key_name(key));
	if (key == KEY_PRECISION && strcmp(name, "file") == 0) {
		*out = m->file_type;
		return 0;
	}
	if (!dtype_parse(name, out) || (key == KEY_KV && *out != DTYPE_F32 && *out != DTYPE_F16))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown %s \"%.60s\"", point_key_name(key), name);
	return 0;
}

static int context_allows(const struct model *m, int length, int64_t n_seqs, const char *workload,
			  struct diag *d)
{
	if (length > m->hp.n_context)
		return diag_set(d, ERR_USAGE,
				"workload %s%d: %d tokens a sequence, the model's context has %d", workload,
				length, length, m->hp.n_context);
	if (length * n_seqs > TOKENS_MAX)
		return diag_set(d, ERR_USAGE,
				"workload %s%d: %lld sequences have %lld tokens, at most %d are allowed",
				workload, length, (long long)n_seqs, (long long)(length * n_seqs),
				TOKENS_MAX);
	return 0;
}

int session_shape_of(const struct model *m, const struct point *p, const char *workload, int least,
		     struct session_shape *out, struct diag *d)
{
	struct session_shape s = {0};
	int64_t n_seqs = 0;
	int rc = session_length(workload, point_get(p, KEY_WORKLOAD) + strlen(workload), &s.length, d);
	if (rc == 0)
		rc = dtype_of(p, KEY_PRECISION, m, &s.job.precision, d);
	if (rc == 0)
		rc = dtype_of(p, KEY_KV, m, &s.job.kv, d);
	if (rc == 0)
		rc = point_get_int(p, KEY_SEQUENCES, 1, SEQUENCES_MAX, &n_seqs, d);
	if (rc == 0)
		rc = context_allows(m, s.length, n_seqs, workload, d);
	if (rc)
		return rc;
	s.job.n_seqs = (int)n_seqs;
	s.job.n_cells = (int)n_seqs * (s.length > least ? s.length : least);
	s.job.max_rows = (int)n_seqs;
	s.job.blocking = point_get(p, KEY_BLOCKING);
	s.job.provider = point_get(p, KEY_PROVIDER);
	*out = s;
	return 0;
}

static bool make_batch(struct workload_run *r, int max_tokens)
{
	size_t n = (size_t)max_tokens;
	r->max_tokens = max_tokens;
	r->token = mem_try_array(n, sizeof *r->token);
	r->pos = mem_try_array(n, sizeof *r->pos);
	r->seq = mem_try_array(n, sizeof *r->seq);
	r->want = mem_try_array(n, sizeof *r->want);
	r->batch = (struct batch){.token = r->token, .pos = r->pos, .seq = r->seq, .want_row = r->want};
	return r->token && r->pos && r->seq && r->want;
}

int session_run_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		      const struct session_shape *shape, uint64_t seed, struct workload_run **out,
		      struct diag *d)
{
	struct workload_run *r = mem_alloc(sizeof *r);
	int rc = 0;
	r->ops = ops;
	r->seed = seed;
	r->n_vocab = m->hp.n_vocab;
	r->n_seqs = shape->job.n_seqs;
	r->length = shape->length;
	if (!make_batch(r, shape->job.max_tokens))
		rc = diag_set(d, ERR_OOM, "no memory for a batch of %d tokens", shape->job.max_tokens);
	if (rc == 0)
		rc = ops->load(e, m, &shape->job, &r->session, d);
	if (rc) {
		session_run_free(r);
		return rc;
	}
	*out = r;
	return 0;
}

void session_run_free(struct workload_run *r)
{
	if (!r)
		return;
	r->ops->unload(r->session);
	free(r->token);
	free(r->pos);
	free(r->seq);
	free(r->want);
	free(r);
}

void session_run_describe(const struct workload_run *r, struct strbuf *out)
{
	r->ops->describe(r->session, out);
}

int32_t session_token(uint64_t seed, int n_vocab, int seq, int pos)
{
	uint64_t bits = rng_at(seed, (uint64_t)seq << 32 | (uint32_t)pos);
	return (int32_t)(((unsigned __int128)bits * (unsigned)n_vocab) >> 64);
}

int session_drop(struct workload_run *r, struct diag *d)
{
	int rc = 0;
	for (int s = 0; s < r->n_seqs && rc == 0; s++)
		rc = r->ops->seq_edit(r->session, SEQ_DROP, s, 0, -1, d);
	r->at = 0;
	return rc;
}

void session_fill(struct workload_run *r, int n_seqs, int pos, int n)
{
	int i = 0;
	for (int s = 0; s < n_seqs; s++)
		for (int k = 0; k < n; k++, i++) {
			r->token[i] = session_token(r->seed, r->n_vocab, s, pos + k);
			r->pos[i] = pos + k;
			r->seq[i] = s;
			r->want[i] = k == n - 1;
		}
	r->batch.n = i;
}

int session_step(struct workload_run *r, struct diag *d)
{
	struct step_info info;
	int rc = r->ops->submit(r->session, &r->batch, d);
	return rc ? rc : r->ops->wait(r->session, &info, d);
}

int session_rows(struct workload_run *r, int n_rows, float **out, int64_t *rows, int64_t *cols,
		 struct diag *d)
{
	size_t width = (size_t)r->n_vocab, have = (size_t)*rows * width;
	float *all = realloc(*out, (have + (size_t)n_rows * width) * sizeof *all);
	if (!all)
		return diag_set(d, ERR_OOM, "no memory for %d rows of %zu logits", n_rows, width);
	*out = all;
	for (int i = 0; i < n_rows; i++) {
		int rc = r->ops->fetch(r->session, i, all + have + (size_t)i * width, d);
		if (rc)
			return rc;
	}
	*rows += n_rows;
	*cols = r->n_vocab;
	return 0;
}
