/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/tokenizer/texts.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "engines/base/mem.h"

enum { SLOTS_FIRST = 1024 };

void texts_free(struct texts *t)
{
	free(t->bytes);
	free(t->spans);
	free(t->slots);
	memset(t, 0, sizeof *t);
}

/* The slot that holds text, or the empty one where it belongs. */
static size_t slot_of(const struct texts *t, const char *text, size_t n, uint64_t hash)
{
	size_t mask = t->n_slots - 1, i = (size_t)hash & mask;
	for (; t->slots[i].id >= 0; i = (i + 1) & mask) {
		const struct text_span *s = &t->spans[t->slots[i].id];
		if (t->slots[i].hash == hash >> 32 && s->n == n && memcmp(t->bytes + s->at, text, n) == 0)
			break;
	}
	return i;
}

static void slot_set(struct texts *t, int32_t id)
{
	const char *text = t->bytes + t->spans[id].at;
	size_t n = t->spans[id].n;
	if (n == 0)
		return;
	uint64_t hash = XXH3_64bits(text, n);
	t->slots[slot_of(t, text, n, hash)] = (struct text_slot){(uint32_t)(hash >> 32), id};
}

static int grow_slots(struct texts *t, struct diag *d)
{
	size_t n_slots = t->n_slots ? 2 * t->n_slots : SLOTS_FIRST;
	struct text_slot *slots = mem_try_array(n_slots, sizeof *slots);
	if (!slots)
		return diag_set(d, ERR_OOM, "tokenizer: no memory to find %d texts", t->n);
	for (size_t i = 0; i < n_slots; i++)
		slots[i].id = -1;
	free(t->slots);
	t->slots = slots;
	t->n_slots = n_slots;
	for (int32_t id = 0; id < t->n; id++)
		slot_set(t, id);
	return 0;
}

static int grow_spans(struct texts *t, struct diag *d)
{
	size_t cap = t->cap ? 2 * (size_t)t->cap : SLOTS_FIRST;
	struct text_span *spans = cap <= INT32_MAX ? realloc(t->spans, cap * sizeof *spans) : NULL;
	if (!spans)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for %zu texts", cap);
	t->spans = spans;
	t->cap = (int32_t)cap;
	return 0;
}

static int grow_bytes(struct texts *t, size_t n, struct diag *d)
{
	size_t cap;
	if (!mem_add(t->n_bytes, n, &cap) || !mem_mul(cap, 2, &cap))
		cap = 0;
	char *bytes = cap ? realloc(t->bytes, cap) : NULL;
	if (!bytes)
		return diag_set(d, ERR_OOM, "tokenizer: no memory for a text of %zu bytes", n);
	t->bytes = bytes;
	t->bytes_cap = cap;
	return 0;
}

int texts_add(struct texts *t, const char *text, size_t n, struct diag *d)
{
	int rc = 0;
	if (t->n == t->cap)
		rc = grow_spans(t, d);
	if (rc == 0 && 2 * ((size_t)t->n + 1) > t->n_slots)
		rc = grow_slots(t, d);
	if (rc == 0 && t->bytes_cap - t->n_bytes <= n)
		rc = grow_bytes(t, n + 1, d);
	if (rc)
		return rc;
	if (n)
		memcpy(t->bytes + t->n_bytes, text, n);
	t->spans[t->n] = (struct text_span){t->n_bytes, n};
	t->n_bytes += n;
	if (n > t->longest)
		t->longest = n;
	slot_set(t, t->n++);
	return 0;
}

int32_t texts_find(const struct texts *t, const char *text, size_t n)
{
	/* Longer than all: most candidates of a long merge end here, unhashed. */
	if (n == 0 || n > t->longest)
		return -1;
	return t->slots[slot_of(t, text, n, XXH3_64bits(text, n))].id;
}
