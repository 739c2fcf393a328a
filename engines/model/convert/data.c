/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of the tensors: pieces of some rows are converted by all threads, written, and forgotten. No element
 * depends on another block's, so that neither threads nor pieces change a bit.
 */
#include "config.h"

#include "engines/model/convert/private.h"

#include <assert.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/model/model.h"
#include "engines/tensor/quant.h"

/* Elements that a thread converts at a time, a multiple of every block: 256 KiB as f32 stay in its cache. */
#define PIECE (1u << 16)
/* Pieces a thread does between two writes. */
#define PIECES_A_THREAD 8
/* Bytes that are copied between two looks at whether to stop. */
#define COPY_BYTES ((size_t)4 << 20)

/* One conversion's threads and memory. */
struct mill {
	struct pool *pool;
	int n_threads;
	float **f32; /* a buffer a thread, of piece_max elements */
	char *out;   /* what all threads made: n_threads * PIECES_A_THREAD pieces */
	uint64_t piece_max;
	/* The batch at work. */
	const struct convert_item *item;
	uint64_t piece, first, n; /* elements */
};

/* Whole rows where rows are made, else any blocks. */
static uint64_t piece_of(const struct convert_item *item)
{
	uint64_t cols = item->info.dims[0];
	if (!item->made)
		return PIECE;
	return cols < PIECE ? PIECE / cols * cols : cols;
}

static void read_f32(const struct convert_item *item, uint64_t first, uint64_t n, float *dst)
{
	uint64_t cols = item->info.dims[0];
	if (item->made)
		tensor_read_rows(item->made, (int64_t)(first / cols), (int64_t)(n / cols), dst);
	else
		dtype_to_f32(item->from, (const char *)item->data + dtype_bytes(item->from, first), dst, n);
}

static void convert_pieces(void *arg, int thread, int n_threads)
{
	const struct mill *m = arg;
	long begin, end;
	pool_share((long)((m->n + m->piece - 1) / m->piece), thread, n_threads, &begin, &end);
	for (long i = begin; i < end; i++) {
		uint64_t at = (uint64_t)i * m->piece, n = m->n - at < m->piece ? m->n - at : m->piece;
		read_f32(m->item, m->first + at, n, m->f32[thread]);
		dtype_from_f32(m->item->to, m->f32[thread], m->out + dtype_bytes(m->item->to, at), n);
	}
}

static int progress_tell(const struct conversion *c, const struct gguf_out *o, struct diag *d)
{
	const struct convert_config *config = c->config;
	if (config->progress && config->progress(config->arg, o->at, o->end))
		return diag_set(d, ERR_CANCELLED, "cancelled");
	return 0;
}

/* What was read of a file ends up in the size of this process, however little it needs. */
static void forget(const struct conversion *c, const struct convert_item *item, uint64_t first, uint64_t n)
{
	if (item->data && c->file)
		gguf_forget(c->file, (const char *)item->data + dtype_bytes(item->from, first),
			    dtype_bytes(item->from, n));
}

static int item_convert(const struct conversion *c, struct mill *m, const struct convert_item *item,
			struct gguf_out *o, struct diag *d)
{
	m->item = item;
	m->piece = piece_of(item);
	uint64_t batch = m->piece * PIECES_A_THREAD * (uint64_t)m->n_threads;
	int rc = 0;
	for (m->first = 0; m->first < item->n && !rc; m->first += m->n) {
		m->n = item->n - m->first < batch ? item->n - m->first : batch;
		pool_run(m->pool, convert_pieces, m);
		gguf_out_bytes(o, m->out, dtype_bytes(item->to, m->n));
		forget(c, item, m->first, m->n);
		rc = o->rc ? o->rc : progress_tell(c, o, d);
	}
	return rc;
}

static int item_copy(const struct conversion *c, const struct convert_item *item, struct gguf_out *o,
		     struct diag *d)
{
	const char *data = item->data;
	uint64_t left = item->info.bytes;
	int rc = 0;
	while (left > 0 && !rc) {
		size_t n = left < COPY_BYTES ? left : COPY_BYTES;
		gguf_out_bytes(o, data, n);
		data += n;
		left -= n;
		rc = o->rc ? o->rc : progress_tell(c, o, d);
	}
	return rc;
}

static void mill_close(struct mill *m)
{
	for (int i = 0; m->f32 && i < m->n_threads; i++)
		free(m->f32[i]);
	free(m->f32);
	free(m->out);
	pool_close(m->pool);
}

static int mill_allocate(struct mill *m)
{
	size_t pieces = (size_t)m->n_threads * PIECES_A_THREAD, n;
	m->f32 = mem_try_array((size_t)m->n_threads, sizeof *m->f32);
	if (!m->f32 || !mem_mul(pieces, m->piece_max, &n))
		return ERR_OOM;
	for (int i = 0; i < m->n_threads; i++) {
		m->f32[i] = mem_try_array(m->piece_max, sizeof **m->f32);
		if (!m->f32[i])
			return ERR_OOM;
	}
	m->out = mem_try_array(n, sizeof(float));
	return m->out ? 0 : ERR_OOM;
}

static int mill_open(struct mill *m, const struct conversion *c, struct diag *d)
{
	const struct pool_config config = {.n_threads = c->config->n_threads, .passive = true};
	m->n_threads = config.n_threads;
	m->piece_max = PIECE;
	for (int i = 0; i < c->n_items; i++)
		if (piece_of(&c->items[i]) > m->piece_max)
			m->piece_max = piece_of(&c->items[i]);
	int rc = pool_open(&m->pool, &config, d);
	if (!rc && mill_allocate(m))
		rc = diag_set(d, ERR_OOM, "no memory to convert %llu elements at a time in %d threads",
			      (unsigned long long)m->piece_max, m->n_threads);
	return rc;
}

int convert_data(const struct conversion *c, struct gguf_out *o, struct diag *d)
{
	struct mill m = {0};
	int rc = mill_open(&m, c, d);
	for (int i = 0; i < c->n_items && !rc; i++) {
		const struct convert_item *item = &c->items[i];
		const bool same = item->from == item->to && item->data;
		rc = same ? item_copy(c, item, o, d) : item_convert(c, &m, item, o, d);
		if (same)
			forget(c, item, 0, item->n);
		gguf_out_pad(o);
		rc = rc ? rc : o->rc;
	}
	mill_close(&m);
	return rc;
}
