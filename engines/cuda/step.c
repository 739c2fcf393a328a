/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/session.h"

#include <string.h>

#include "engines/job/batch.h"

/* Prompts shorter than that are attended token by token: a tile would be mostly empty. */
#define PREFILL_MIN (BUCKET_MAX + 1)

/* Tokens of a tile, on average, from which on tiles are worth it. */
#define PREFILL_LEAST 8

/* Parts of a step's numbers begin at 16-byte boundaries. */
static size_t whole(size_t n)
{
	return (n + 3) / 4 * 4;
}

size_t step_room(const struct job_config *job)
{
	size_t n = whole((size_t)bucket_of(job->max_tokens)), rows = whole((size_t)bucket_of(job->max_rows));
	/* A tile has at least one token. */
	return 4 * n + rows + 2 * n;
}

int splits_of(const struct engine *e, const struct hparams *hp, int n_bucket, int n_positions)
{
	int have = n_bucket * hp->n_kv_heads, want = 2 * e->chip.n_sms;
	int splits = (want + have - 1) / have, most = (n_positions + 31) / 32;
	splits = splits < SPLITS_MAX ? splits : SPLITS_MAX;
	splits = splits < most ? splits : most;
	return splits > 1 ? splits : 1;
}

/* ---- a step's numbers ---- */

/* n values that are copied, filled up with `fill`. */
static int32_t *part_put(int32_t **at, const int32_t *from, int n, int bucket, int32_t fill)
{
	int32_t *to = *at;
	memcpy(to, from, (size_t)n * sizeof *to);
	for (int i = n; i < bucket; i++)
		to[i] = fill;
	*at += whole((size_t)bucket);
	return to;
}

/* Tiles of up to PREFILL_QUERIES tokens that stand together in one sequence. */
static int tiles_put(const struct batch *b, struct prefill_tile *tiles)
{
	int n = 0;
	for (int i = 0; i < b->n;) {
		int end = i + 1;
		while (end < b->n && b->seq[end] == b->seq[i] && end - i < PREFILL_QUERIES)
			end++;
		tiles[n++] = (struct prefill_tile){i, end - i};
		i = end;
	}
	return n;
}

static bool prefill_can(const struct session *s, int n)
{
	bool heads = s->hp.head_dim == 64 || s->hp.head_dim == 128;
	return n >= PREFILL_MIN && heads && (s->job.kv == DTYPE_F16 || s->job.kv == DTYPE_BF16);
}

/* Where a number of the host's copy is on the device. */
static const void *mirrored(const struct session *s, const int32_t *p)
{
	return (const char *)dev_ptr(s->dev.step) + (p - s->step_host) * (ptrdiff_t)sizeof *p;
}

static void numbers_put(struct session *s, const struct batch *b, struct step_shape *t)
{
	int32_t *at = s->step_host;
	t->token = mirrored(s, part_put(&at, b->token, b->n, t->n_bucket, 0));
	t->pos = mirrored(s, part_put(&at, b->pos, b->n, t->n_bucket, -1));
	t->seq = mirrored(s, part_put(&at, b->seq, b->n, t->n_bucket, 0));
	int32_t *cell = at;
	t->cell = mirrored(s, part_put(&at, b->pos, b->n, t->n_bucket, -1));
	for (int i = 0; i < b->n; i++)
		cell[i] = s->kv.seqs[b->seq[i]].cells[b->pos[i]];
	t->row_token = mirrored(s, part_put(&at, s->row_token, t->rows, t->rows_bucket, -1));
	if (prefill_can(s, b->n)) {
		t->tiles = mirrored(s, at);
		t->n_tiles = tiles_put(b, (struct prefill_tile *)(void *)at);
		/* One token each of many sequences fills no tiles. */
		if (t->n_tiles * PREFILL_LEAST > b->n)
			t->n_tiles = 0;
		at += whole(2 * (size_t)t->n_tiles);
	}
	t->bytes = (size_t)(at - s->step_host) * sizeof *at;
}

/* ---- steps ---- */

/* b, filled up to n tokens and `rows` rows. */
static int shape_run(struct session *s, const struct batch *b, int n, int rows, struct diag *d)
{
	struct step_shape t = {
		.n = b->n, .rows = s->n_rows, .n_bucket = bucket_of(n), .rows_bucket = bucket_of(rows)};
	t.n_splits = t.n_bucket <= BUCKET_MAX
			     ? splits_of(s->engine, &s->hp, t.n_bucket, s->kv.config.n_positions)
			     : 1;
	int rc = graph_seen(s, &t) ? 0 : cuda_step_settle(s, t.n_bucket, t.rows_bucket, d);
	numbers_put(s, b, &t);
	if (rc == 0)
		rc = stream_mark(s->engine, s->engine->begin, d);
	if (rc == 0)
		rc = cuda_step_start(s, &t, d);
	if (rc == 0)
		rc = stream_mark(s->engine, s->engine->end, d);
	/* While the device computes: the shape's next step, which may be the first that is measured, has its graph. */
	if (rc == 0)
		cuda_step_keep(s, &t);
	return rc;
}

static int step_run(struct session *s, const struct batch *b, struct diag *d)
{
	s->n_rows = batch_rows(b, s->row_token);
	return shape_run(s, b, b->n, s->n_rows, d);
}

int cuda_step_rehearse(struct session *s, int n, int rows, struct diag *d)
{
	const int32_t unused = 0;
	const struct batch nothing = {.token = &unused, .pos = &unused, .seq = &unused};
	s->n_rows = 0;
	return shape_run(s, &nothing, n, rows, d);
}

int cuda_submit(struct session *s, const struct batch *b, struct diag *d)
{
	const struct batch_limits limits = {s->job.max_tokens, s->job.max_rows, s->hp.n_vocab,
					    s->hp.n_context};
	int rc = batch_place(b, &limits, &s->kv, d);
	if (rc)
		return rc;
	rc = step_run(s, b, d);
	if (rc) {
		batch_unplace(b, &s->kv);
		s->n_rows = 0;
	}
	return rc;
}

int cuda_wait(struct session *s, struct step_info *info, struct diag *d)
{
	int64_t ns;
	int rc = stream_wait(s->engine, &ns, d);
	if (rc == 0)
		*info = (struct step_info){.device_ns = ns, .n_rows = s->n_rows};
	return rc;
}

/* ---- results ---- */

static int row_check(const struct session *s, int row, struct diag *d)
{
	if (row < 0 || row >= s->n_rows)
		return diag_set(d, ERR_USAGE, "row %d of the logits, the last step made %d", row, s->n_rows);
	return 0;
}

int cuda_fetch(struct session *s, int row, float *logits, struct diag *d)
{
	size_t bytes = (size_t)s->hp.n_vocab * sizeof *logits;
	int rc = row_check(s, row, d);
	return rc ? rc : dev_download(s->engine, logits, s->dev.logits + (size_t)row * bytes, bytes, d);
}

int cuda_argmax(struct session *s, int row, int32_t *id, struct diag *d)
{
	int rc = row_check(s, row, d);
	if (rc == 0)
		*id = s->ids[row];
	return rc;
}

/* ---- sequences ---- */

/* The device has each sequence's list of cells, too; steps add to it, a copy makes it anew. */
static int list_upload(struct session *s, int seq, struct diag *d)
{
	const struct kv_seq *list = &s->kv.seqs[seq];
	size_t at = (size_t)seq * (size_t)s->kv.config.n_positions * sizeof(int32_t);
	return dev_upload(s->engine, s->dev.cells + at, list->cells, (size_t)list->n * sizeof(int32_t), d);
}

int cuda_seq_edit(struct session *s, const struct seq_edit *e, struct diag *d)
{
	int rc = kv_edit(&s->kv, e, d);
	return rc == 0 && e->kind == SEQ_COPY ? list_upload(s, e->seq, d) : rc;
}
