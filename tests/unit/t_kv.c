/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/kv.h"

#include "engines/base/rng.h"
#include "tests/tap.h"

static const struct kv_config config = {
	.n_layers = 2, .n_cells = 12, .n_seqs = 3, .n_positions = 8, .row = 6, .dtype = DTYPE_F16};

static void append(struct kv_cache *kv, int seq, int n)
{
	while (n-- > 0)
		kv_append(kv, seq);
}

/* Each cell stands in as many lists as it has holders, or is free, once. */
static int cells_lost(const struct kv_cache *kv)
{
	int count[12] = {0}, n_free[12] = {0}, bad = 0;
	for (int i = 0; i < kv->n_free; i++)
		n_free[kv->free_cells[i]]++;
	for (int s = 0; s < kv->config.n_seqs; s++)
		for (int i = 0; i < kv->seqs[s].n; i++)
			count[kv->seqs[s].cells[i]]++;
	for (int i = 0; i < 12; i++)
		bad += n_free[i] != (count[i] == 0) || (count[i] && kv->holders[i] != count[i]);
	return bad;
}

static void test_cells(void)
{
	struct kv_cache kv;
	struct diag d = {0};
	is_int(kv_open(&kv, &config, &d), 0, "open");
	append(&kv, 0, 3);
	append(&kv, 1, 2);
	append(&kv, 0, 2);
	is_int(kv.seqs[0].n, 5, "a sequence holds its cells");
	ok(kv.seqs[0].cells[2] == 2 && kv.seqs[1].cells[0] == 3 && kv.seqs[0].cells[3] == 5,
	   "cells of two sequences lie in the pool as they came");
	is_int(kv.n_free, 5, "free cells are counted");
	kv_truncate(&kv, 0, 1);
	is_int(kv.n_free, 9, "a cut frees cells");
	append(&kv, 2, 8);
	is_int(kv.n_free, 1, "freed cells are taken again");
	is_int(cells_lost(&kv), 0, "no cell is lost or doubled");
	kv_truncate(&kv, 1, 5);
	is_int(kv.seqs[1].n, 2, "cutting beyond the end changes nothing");
	ok(kv_layer_keys(&kv, 1) - kv_layer_keys(&kv, 0) == 12 * 6 * 2, "a layer's cells follow the last's");
	memset(kv_layer_keys(&kv, 0), 1, 2 * 12 * 6 * 2);
	memset(kv_layer_values(&kv, 0), 2, 2 * 12 * 6 * 2);
	is_int(cells_lost(&kv), 0, "cells do not overlap their lists");
	kv_close(&kv);
}

static void test_random(void)
{
	struct kv_cache kv;
	struct rng r = {5, 0};
	int bad = 0;
	if (kv_open(&kv, &config, NULL) != 0)
		bail("no cache");
	for (int i = 0; i < 5000; i++) {
		int seq = (int)rng_below(&r, 3), other = (int)rng_below(&r, 3);
		if (!rng_below(&r, 6))
			kv_copy(&kv, seq, other, (int)rng_below(&r, (uint64_t)kv.seqs[other].n + 1));
		else if (rng_below(&r, 3) && kv.n_free && kv.seqs[seq].n < config.n_positions)
			kv_append(&kv, seq);
		else
			kv_truncate(&kv, seq, (int)rng_below(&r, 8));
		bad += cells_lost(&kv);
	}
	is_int(bad, 0, "5000 random takes, cuts and copies lose no cell (seed 5)");
	kv_close(&kv);
}

static void test_sizes(void)
{
	struct kv_config big = config;
	struct kv_cache kv;
	struct diag d = {0};
	size_t n;
	ok(kv_bytes(&config, &n) && n >= 2 * 2 * 12 * 6 * 2, "the size holds keys and values");
	big.n_layers = big.n_cells = big.row = 1 << 30;
	ok(!kv_bytes(&big, &n), "a size that does not fit is refused");
	is_int(kv_open(&kv, &big, &d), ERR_OOM, "so is its cache");
	has_text(d.text, "1073741824 cells", "and the cells are named");
}

/* Scales stand in the cells, too. */
static void test_types(void)
{
	static const struct {
		enum dtype dtype;
		size_t stride;
	} types[] = {{DTYPE_F32, 384}, {DTYPE_F16, 192}, {DTYPE_BF16, 192}, {DTYPE_Q8_0, 102}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct kv_config c = config;
		struct kv_cache kv;
		c.row = 96;
		c.dtype = types[i].dtype;
		if (kv_open(&kv, &c, NULL) != 0)
			bail("no memory");
		is_int((long)kv_stride(&kv), (long)types[i].stride, dtype_name(c.dtype));
		memset(kv.keys, 1, 2 * 12 * types[i].stride);
		memset(kv.values, 2, 2 * 12 * types[i].stride);
		is_int(cells_lost(&kv), 0, "its cells do not overlap their lists");
		kv_close(&kv);
	}
}

int main(void)
{
	test_cells();
	test_random();
	test_sizes();
	test_types();
	return tap_done();
}
