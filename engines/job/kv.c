/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/job/kv.h"

#include <assert.h>

#include "engines/base/mem.h"
#include "engines/job/carve.h"

/* Lays the cache out from base on, NULL to count only. */
static bool kv_lay_out(struct kv_cache *kv, const struct kv_config *c, void *base, size_t *bytes)
{
	struct carve carve = {base, 0, false};
	size_t cells, row_bytes = dtype_bytes(c->dtype, (size_t)c->row);
	if (!mem_mul((size_t)c->n_layers, (size_t)c->n_cells, &cells))
		return false;
	kv->config = *c;
	kv->keys = carve_take(&carve, cells, row_bytes);
	kv->values = carve_take(&carve, cells, row_bytes);
	kv->free_cells = carve_take(&carve, (size_t)c->n_cells, sizeof *kv->free_cells);
	kv->holders = carve_take(&carve, (size_t)c->n_cells, sizeof *kv->holders);
	kv->seqs = carve_take(&carve, (size_t)c->n_seqs, sizeof *kv->seqs);
	for (int i = 0; i < c->n_seqs && !carve.overflow; i++) {
		int32_t *list = carve_take(&carve, (size_t)c->n_positions, sizeof *list);
		if (base)
			kv->seqs[i].cells = list;
	}
	*bytes = carve.used;
	return !carve.overflow;
}

bool kv_bytes(const struct kv_config *config, size_t *bytes)
{
	struct kv_cache unused;
	return kv_lay_out(&unused, config, NULL, bytes);
}

int kv_open(struct kv_cache *kv, const struct kv_config *config, struct diag *d)
{
	size_t n;
	if (!kv_bytes(config, &n))
		return diag_set(d, ERR_OOM, "KV cache: %d cells are more than can be counted",
				config->n_cells);
	void *memory = mem_map(n);
	if (!memory)
		return diag_set(d, ERR_OOM, "KV cache: no memory for %d cells (%zu bytes)", config->n_cells,
				n);
	kv_lay_out(kv, config, memory, &n);
	kv->memory = memory;
	kv->n_bytes = n;
	/* Taken from the top: cells 0, 1, 2, ... of a fresh cache. */
	for (int i = 0; i < config->n_cells; i++)
		kv->free_cells[i] = config->n_cells - 1 - i;
	kv->n_free = config->n_cells;
	return 0;
}

void kv_close(struct kv_cache *kv)
{
	mem_unmap(kv->memory, kv->n_bytes);
	*kv = (struct kv_cache){0};
}

void kv_append(struct kv_cache *kv, int seq)
{
	struct kv_seq *s = &kv->seqs[seq];
	assert(kv->n_free > 0 && s->n < kv->config.n_positions);
	int32_t cell = kv->free_cells[--kv->n_free];
	kv->holders[cell] = 1;
	s->cells[s->n++] = cell;
}

void kv_truncate(struct kv_cache *kv, int seq, int n)
{
	struct kv_seq *s = &kv->seqs[seq];
	while (s->n > n) {
		int32_t cell = s->cells[--s->n];
		if (--kv->holders[cell] == 0)
			kv->free_cells[kv->n_free++] = cell;
	}
}

void kv_copy(struct kv_cache *kv, int seq, int source, int n)
{
	const struct kv_seq *from = &kv->seqs[source];
	struct kv_seq *to = &kv->seqs[seq];
	assert(n <= from->n);
	if (seq == source) {
		kv_truncate(kv, seq, n);
		return;
	}
	/* Held before the old ones are let go: they may be the same. */
	for (int i = 0; i < n; i++)
		kv->holders[from->cells[i]]++;
	kv_truncate(kv, seq, 0);
	for (int i = 0; i < n; i++)
		to->cells[to->n++] = from->cells[i];
}

size_t kv_stride(const struct kv_cache *kv)
{
	return dtype_bytes(kv->config.dtype, (size_t)kv->config.row);
}

static size_t layer_bytes(const struct kv_cache *kv)
{
	return (size_t)kv->config.n_cells * kv_stride(kv);
}

char *kv_layer_keys(const struct kv_cache *kv, int layer)
{
	return kv->keys + (size_t)layer * layer_bytes(kv);
}

char *kv_layer_values(const struct kv_cache *kv, int layer)
{
	return kv->values + (size_t)layer * layer_bytes(kv);
}
