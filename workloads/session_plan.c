/* SPDX-License-Identifier: Apache-2.0 */
/* A point -> the shape of a session: lengths, steps, work, and what of it is compared. */
#include "config.h"

#include "workloads/session_plan.h"

#include <stdio.h>
#include <string.h>

#include "engines/model/model.h"
#include "harness/wire/point.h"

enum {
	SEQUENCES_MAX = 4096,
	TOKENS_MAX = 1 << 26, /* of all sequences: products of it with small things fit an int64 */
	FILL_TOKENS = 512,    /* of a step that fills a depth, where no ubatch says less */
	VERIFY_SEQS = 2,      /* sequences whose outputs are compared */
	VERIFY_TOKENS = 32,   /* of a prompt at least, whatever the model: enough for attention to matter */
	VERIFY_PROMPT = 4,    /* tokens before decode steps where there is no prompt, then */
	VERIFY_STEPS = 2,     /* so many decode steps */
};

int session_length(const char *workload, const char *argument, int *length, const char **end, struct diag *d)
{
	size_t n = strspn(argument, "0123456789");
	if (n == 0 || n > 8 || argument[0] == '0')
		return diag_set(d, ERR_UNSUPPORTED,
				"workload \"%s%.40s\": expected %s and a number of tokens, as %s128",
				workload, argument, workload, workload);
	*length = 0;
	for (size_t i = 0; i < n; i++)
		*length = *length * 10 + (argument[i] - '0');
	*end = argument + n;
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
	if (!dtype_parse(name, out) || (key == KEY_KV && !dtype_in_caches(*out)))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown %s \"%.60s\"", point_key_name(key), name);
	return 0;
}

static int context_allows(const struct model *m, const struct session_shape *s, const char *workload,
			  struct diag *d)
{
	int64_t length = (int64_t)s->depth + s->n_prompt + s->n_gen;
	char depth[32] = "";
	if (s->depth)
		snprintf(depth, sizeof depth, " @ d%d", s->depth);
	if (length > m->hp.n_context)
		return diag_set(d, ERR_USAGE,
				"workload %s%s: %lld tokens a sequence, the model's context has %d", workload,
				depth, (long long)length, m->hp.n_context);
	if (length * s->job.n_seqs > TOKENS_MAX)
		return diag_set(
			d, ERR_USAGE, "workload %s%s: %d sequences have %lld tokens, at most %d are allowed",
			workload, depth, s->job.n_seqs, (long long)(length * s->job.n_seqs), TOKENS_MAX);
	return 0;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

/* How many tokens of each sequence go into a step. */
static int chunks_choose(struct session_shape *s, int ubatch, struct diag *d)
{
	int n_seqs = s->job.n_seqs;
	if (ubatch && ubatch < n_seqs)
		return diag_set(d, ERR_USAGE, "ubatch %d: expected at least a token of each of %d sequences",
				ubatch, n_seqs);
	s->chunk = ubatch ? least(ubatch / n_seqs, s->n_prompt) : s->n_prompt;
	s->fill = least(most((ubatch ? ubatch : FILL_TOKENS) / n_seqs, 1), s->depth);
	int tokens = most(most(s->chunk, s->fill), 1) * n_seqs;
	s->job.max_tokens = s->n_prompt ? tokens : most(tokens, VERIFY_PROMPT * VERIFY_SEQS);
	return 0;
}

int session_shape_of(const struct model *m, const struct point *p, int n_prompt, int n_gen,
		     struct session_shape *out, struct diag *d)
{
	struct session_shape s = {.n_prompt = n_prompt, .n_gen = n_gen};
	int64_t n_seqs = 0, depth = 0, ubatch = 0;
	int rc = dtype_of(p, KEY_PRECISION, m, &s.job.precision, d);
	if (rc == 0)
		rc = dtype_of(p, KEY_KV, m, &s.job.kv, d);
	if (rc == 0)
		rc = point_get_int(p, KEY_SEQUENCES, 1, SEQUENCES_MAX, &n_seqs, d);
	if (rc == 0)
		rc = point_get_int(p, KEY_DEPTH, 0, TOKENS_MAX, &depth, d);
	if (rc == 0)
		rc = point_get_int(p, KEY_UBATCH, 0, TOKENS_MAX, &ubatch, d);
	s.job.n_seqs = (int)n_seqs;
	s.depth = (int)depth;
	if (rc == 0)
		rc = context_allows(m, &s, point_get(p, KEY_WORKLOAD), d);
	if (rc == 0)
		rc = chunks_choose(&s, (int)ubatch, d);
	if (rc)
		return rc;
	/* A decode without a prompt gets one when it is compared. */
	int length = s.depth + n_prompt + n_gen, compared = n_prompt ? 0 : VERIFY_PROMPT + VERIFY_STEPS;
	s.job.n_cells = s.job.n_seqs * most(length, compared);
	s.job.max_rows = s.job.n_seqs;
	s.job.blocking = point_get(p, KEY_BLOCKING);
	s.job.provider = point_get(p, KEY_PROVIDER);
	*out = s;
	return 0;
}

static void step_add(struct workload_work *work, const struct step_work *step)
{
	struct workload_part *part = &work->part[work->n_parts - 1];
	part->flops += step->flops;
	part->bytes += step->bytes;
	part->steps++;
	work->flops += step->flops;
	work->bytes += step->bytes;
	work->working_set = (uint64_t)step->bytes;
	work->steps++;
}

/* Adds the steps of n tokens a sequence from position `past` on: of a prompt in chunks, whose last one gives
 * logits, or (chunk 0) one by one, each of which does. They are of one kind, but for a last chunk that is shorter. */
static int work_add(const struct engine_ops *ops, const struct model *m, const struct session_shape *s,
		    int past, int n, int chunk, struct workload_work *work, struct diag *d)
{
	struct step_work step;
	int begin = past, end = past + n;
	for (int k; past < end; past += k) {
		k = least(chunk ? chunk : 1, end - past);
		int n_rows = !chunk || past + k == end ? s->job.n_seqs : 0;
		int rc = ops->work(m, &s->job, s->job.n_seqs, past, k, n_rows, &step, d);
		if (rc)
			return rc;
		if (past == begin || k < chunk)
			work->n_parts++;
		step_add(work, &step);
	}
	return 0;
}

int session_check_shape(const struct engine_ops *ops, struct engine *e, const struct model *m,
			const struct session_shape *s, struct workload_work *work, struct memory_plan *plan,
			struct diag *d)
{
	struct workload_work sum = {.tokens = (double)s->job.n_seqs * (s->n_prompt + s->n_gen)};
	int rc = work_add(ops, m, s, s->depth, s->n_prompt, s->chunk, &sum, d);
	if (rc == 0)
		rc = work_add(ops, m, s, s->depth + s->n_prompt, s->n_gen, 0, &sum, d);
	if (rc)
		return rc;
	if (sum.n_parts == 1)
		sum.n_parts = 0;
	*work = sum;
	return ops->check(e, m, &s->job, plan, d);
}

/* The most of [low, high] for which a prefill of that many tokens more than `base` can be asked of the reference. */
static int affordable(const struct engine_ops *ops, const struct model *m, const struct session_shape *s,
		      int n_seqs, int base, int low, int high, int *out, struct diag *d)
{
	struct step_work work;
	/* Work grows with the length. */
	while (low < high) {
		int n = high - (high - low) / 2;
		int rc = ops->work(m, &s->job, n_seqs, 0, base + n, n_seqs, &work, d);
		if (rc)
			return rc;
		if (work.flops <= WORKLOAD_VERIFY_FLOPS)
			low = n;
		else
			high = n - 1;
	}
	*out = low;
	return 0;
}

int session_part_choose(const struct engine_ops *ops, const struct model *m, const struct session_shape *s,
			struct session_part *out, struct diag *d)
{
	struct session_part p = {.n_seqs = least(s->job.n_seqs, VERIFY_SEQS), .n_prompt = VERIFY_PROMPT};
	int rc = 0;
	if (s->n_prompt)
		rc = affordable(ops, m, s, p.n_seqs, 0, least(VERIFY_TOKENS, s->n_prompt), s->n_prompt,
				&p.n_prompt, d);
	p.n_gen = s->n_gen ? VERIFY_STEPS : 0;
	/* The prompt that a decode gets stands within its depth or its length. */
	int room = s->depth;
	if (!s->n_prompt && s->n_gen < VERIFY_PROMPT + VERIFY_STEPS)
		room = most(0, room + s->n_gen - VERIFY_PROMPT - VERIFY_STEPS);
	if (s->n_prompt && s->n_gen && s->n_gen < VERIFY_STEPS)
		p.n_gen = s->n_gen;
	if (rc == 0)
		rc = affordable(ops, m, s, p.n_seqs, p.n_prompt, 0, room, &p.depth, d);
	if (rc == 0)
		*out = p;
	return rc;
}
