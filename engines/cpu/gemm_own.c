/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five loops of Goto and van de Geijn around the micro-kernels. W is
 * packed once at load, so its packing is not in the loops. A is packed at the
 * start of each product by all threads together (q8_0: quantised), K block by
 * K block and row tile by row tile, so that an MC x KC block lies in one piece.
 */
#include "config.h"

#include "engines/cpu/gemm_private.h"

#include "engines/base/pool.h"

struct job {
	const struct gemm_weight *w;
	const struct gemm_kernel_set *kernels;
	struct blocking b;
	const float *a;
	int m;
	size_t lda;
	float *c;
	size_t ldc;
	char *packed; /* A; a itself where it is a packed panel as it stands */
	int n_tiles;  /* of rows: mr each, the last one less */
	int n_panels;
	int grid_m, grid_n; /* threads along M and N */
};

/* A part of C: tiles of rows and panels of columns. */
struct range {
	long tile, tile_end, panel, panel_end;
};

static int min_int(int a, int b)
{
	return a < b ? a : b;
}

static int ceil_div(int a, int b)
{
	return (a + b - 1) / b;
}

/* Where rows from `row` on stand in the packed A for the K block at k0 of depth k. */
static char *packed_at(const struct job *j, int k0, int k, int row)
{
	enum dtype t = j->w->dtype;
	return j->packed + gemm_panel_a_bytes(t, j->m, k0) + gemm_panel_a_bytes(t, row, k);
}

static void tile_pack(const struct job *j, int tile, int k0, int k)
{
	int row = tile * j->b.mr, end = min_int(row + j->b.mr, j->m);
	while (row < end) {
		int h = j->kernels->for_rows[end - row]->mr;
		j->kernels->pack->run(h, k, j->a + (size_t)row * j->lda + k0, j->lda,
				      packed_at(j, k0, k, row));
		row += h;
	}
}

/* One tile of rows times one panel, K block [k0, k0 + k): one kernel, or several at M's end. */
static void tile_run(const struct job *j, long tile, long panel, int k0, int k)
{
	const struct gemm_weight *w = j->w;
	int row = (int)tile * j->b.mr, end = min_int(row + j->b.mr, j->m), nr = j->b.nr;
	int col = (int)panel * nr, n_cols = min_int(nr, w->n - col);
	const char *wp = w->data + (size_t)panel * gemm_panel_w_bytes(w->dtype, nr, w->k) +
			 gemm_panel_w_bytes(w->dtype, nr, k0);
	while (row < end) {
		const struct gemm_kernel_info *kernel = j->kernels->for_rows[end - row];
		const char *ap = packed_at(j, k0, k, row);
		float *c = j->c + (size_t)row * j->ldc + col;
		if (n_cols == nr) {
			kernel->run(k, ap, wp, c, j->ldc, k0 > 0);
		} else {
			float edge[GEMM_MR_MAX * GEMM_NR_MAX];
			kernel->run(k, ap, wp, edge, (size_t)nr, false);
			for (int i = 0; i < kernel->mr; i++)
				for (int x = 0; x < n_cols; x++)
					c[i * j->ldc + x] =
						edge[i * nr + x] + (k0 > 0 ? c[i * j->ldc + x] : 0.0f);
		}
		row += kernel->mr;
	}
}

/* Loops 1 and 2 (outermost 5 to 3 are below): the panels of W stay in the first-level cache
 * while the tiles of A stream from the second. */
static void block_run(const struct job *j, const struct range *r, int k0, int k)
{
	for (long p = r->panel; p < r->panel_end; p++)
		for (long t = r->tile; t < r->tile_end; t++)
			tile_run(j, t, p, k0, k);
}

/*
 * One tile of rows has no block of A to keep, and a few (decoding some sequences) are no larger, whatever their
 * depth, than a block is meant to be: each panel is then read from its begin to its end, all of W in one stream,
 * where blocks of K would jump from panel to panel.
 */
static void range_run(const struct job *j, const struct range *r)
{
	long rows = (r->tile_end - r->tile) * j->b.mr;
	bool stream = rows == j->b.mr || rows * j->w->k <= (long)j->b.mc * j->b.kc;
	long panels = stream ? 1 : j->b.nc / j->b.nr, tiles = j->b.mc / j->b.mr;
	for (long p = r->panel; p < r->panel_end; p += panels)
		for (int k0 = 0; k0 < j->w->k; k0 += j->b.kc)
			for (long t = r->tile; t < r->tile_end; t += tiles) {
				struct range b = {t, t + tiles < r->tile_end ? t + tiles : r->tile_end, p,
						  p + panels < r->panel_end ? p + panels : r->panel_end};
				block_run(j, &b, k0, min_int(j->b.kc, j->w->k - k0));
			}
}

static void run_part(const struct job *j, int thread)
{
	struct range r;
	pool_share(j->n_tiles, thread / j->grid_n, j->grid_m, &r.tile, &r.tile_end);
	pool_share(j->n_panels, thread % j->grid_n, j->grid_n, &r.panel, &r.panel_end);
	range_run(j, &r);
}

static void pack_part(const struct job *j, int thread, int n_threads)
{
	int n_blocks = ceil_div(j->w->k, j->b.kc);
	long unit, end;
	pool_share((long)n_blocks * j->n_tiles, thread, n_threads, &unit, &end);
	for (; unit < end; unit++) {
		int k0 = (int)(unit / j->n_tiles) * j->b.kc;
		tile_pack(j, (int)(unit % j->n_tiles), k0, min_int(j->b.kc, j->w->k - k0));
	}
}

struct whole {
	struct job job;
	struct pool *pool;
	bool pack;
};

static void whole_part(void *arg, int thread, int n_threads)
{
	struct whole *w = arg;
	if (w->pack) {
		pack_part(&w->job, thread, n_threads);
		pool_barrier(w->pool);
	}
	run_part(&w->job, thread);
}

/* wi8ai8: one scale is of a whole row, so a block is as deep, and has fewer rows to be as large as it was meant. */
static void whole_rows(struct blocking *b, int k)
{
	long rows = (long)b->mc * b->kc / k / b->mr * b->mr;
	if (k > b->kc)
		b->mc = rows > b->mr ? (int)rows : b->mr;
	b->kc = k;
}

/* The grid whose busiest thread has least; with equals, the one that cuts M least: each cut of
 * M reads W once more. */
static void grid_choose(struct job *j, int n_threads)
{
	long best = 0;
	for (int gm = 1; gm <= n_threads; gm++) {
		if (n_threads % gm)
			continue;
		long load = (long)ceil_div(j->n_tiles, gm) * ceil_div(j->n_panels, n_threads / gm);
		if (gm > 1 && load >= best)
			continue;
		best = load;
		j->grid_m = gm;
		j->grid_n = n_threads / gm;
	}
}

void gemm_own_run(const struct gemm_weight *w, const float *a, int m, size_t lda, float *c, size_t ldc,
		  void *scratch, struct pool *pool)
{
	const struct gemm_context *g = w->g;
	struct blocking b = g->blocks[w->dtype];
	if (m == 0 || w->n == 0)
		return;
	/* f32 activations of one token are a packed panel as they stand; others are made on the way. */
	bool as_is = w->dtype == DTYPE_F32 || w->dtype == DTYPE_F16;
	struct whole all = {.pool = pool, .pack = m > 1 || !as_is};
	if (w->dtype == DTYPE_WI8AI8)
		whole_rows(&b, w->k);
	all.job = (struct job){.w = w,
			       .kernels = &g->kernels[w->dtype],
			       .b = b,
			       .a = a,
			       .m = m,
			       .lda = lda,
			       .c = c,
			       .ldc = ldc,
			       .packed = all.pack ? scratch : (void *)(uintptr_t)a,
			       .n_tiles = ceil_div(m, b.mr),
			       .n_panels = ceil_div(w->n, b.nr)};
	grid_choose(&all.job, pool_threads(pool));
	pool_run(pool, whole_part, &all);
}
