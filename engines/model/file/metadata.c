/* SPDX-License-Identifier: Apache-2.0 */
/* The pairs of key and value: reading and checking them when a file is opened. */
#include "config.h"

#include "engines/model/file/cursor.h"

#include <stdlib.h>

#include "engines/base/mem.h"

/* Real files have some tens of keys: a bound for what is allocated and compared. */
#define VALUES_MAX 65536u
/* The format's limit on the length of a key. */
#define KEY_MAX 65535u
/* Length and text (at least one byte) of a key, type, value: no pair is shorter. */
#define PAIR_BYTES_MIN (8u + 1u + 4u + 1u)

static const struct {
	const char *name;
	size_t bytes;
} types[GGUF_TYPE_COUNT] = {
	[GGUF_UINT8] = {"uint8", 1},	 [GGUF_INT8] = {"int8", 1},	[GGUF_UINT16] = {"uint16", 2},
	[GGUF_INT16] = {"int16", 2},	 [GGUF_UINT32] = {"uint32", 4}, [GGUF_INT32] = {"int32", 4},
	[GGUF_FLOAT32] = {"float32", 4}, [GGUF_BOOL] = {"bool", 1},	[GGUF_STRING] = {"a string", 0},
	[GGUF_ARRAY] = {"an array", 0},	 [GGUF_UINT64] = {"uint64", 8}, [GGUF_INT64] = {"int64", 8},
	[GGUF_FLOAT64] = {"float64", 8},
};

size_t gguf_type_size(uint32_t type)
{
	return type < GGUF_TYPE_COUNT ? types[type].bytes : 0;
}

const char *gguf_type_name(uint32_t type)
{
	return type < GGUF_TYPE_COUNT ? types[type].name : "an unknown type";
}

static int bools_check(const struct cursor *c, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint8_t v = c->g->bytes[c->at + i];
		if (v > 1)
			return gguf_error(c->g, c->d, c->at + i, "a bool of %u, expected 0 or 1", v);
	}
	return 0;
}

/* n values of one type, one after the other. */
static int items_skip(struct cursor *c, uint32_t type, uint64_t n, uint64_t at)
{
	/* A string is at least its length. */
	uint64_t size = type == GGUF_STRING ? sizeof(uint64_t) : gguf_type_size(type);
	if (n > cursor_left(c) / size)
		return gguf_error(
			c->g, c->d, at, "%llu values of type %s cannot fit into the %llu bytes left" GGUF_CUT,
			(unsigned long long)n, gguf_type_name(type), (unsigned long long)cursor_left(c));
	if (type != GGUF_STRING) {
		int rc = type == GGUF_BOOL ? bools_check(c, n) : 0;
		c->at += rc ? 0 : n * size;
		return rc;
	}
	struct gguf_string ignored;
	int rc = 0;
	for (uint64_t i = 0; i < n && !rc; i++)
		rc = cursor_string(c, "a string", 0, &ignored);
	return rc;
}

static int array_read(struct cursor *c, struct gguf_value *v)
{
	uint64_t at = c->at;
	uint32_t item;
	int rc = cursor_u32(c, "the type of an array", &item);
	if (rc)
		return rc;
	if (item == GGUF_ARRAY)
		return gguf_error(c->g, c->d, at, "an array of arrays, expected one of values");
	if (item >= GGUF_TYPE_COUNT)
		return gguf_error(c->g, c->d, at, "unknown type %u of an array, expected 0 to %d", item,
				  GGUF_TYPE_COUNT - 1);
	at = c->at;
	rc = cursor_u64(c, "the length of an array", &v->n);
	if (rc)
		return rc;
	v->item = (enum gguf_type)item;
	v->data = c->g->bytes + c->at;
	return items_skip(c, item, v->n, at);
}

static int value_read(struct cursor *c, struct gguf_value *v)
{
	uint64_t at = c->at;
	uint32_t type;
	int rc = cursor_string(c, "a key", KEY_MAX, &v->key);
	if (!rc) {
		at = c->at;
		rc = cursor_u32(c, "the type of a value", &type);
	}
	if (rc)
		return rc;
	if (type >= GGUF_TYPE_COUNT)
		return gguf_error(c->g, c->d, at, "unknown type %u of a value, expected 0 to %d", type,
				  GGUF_TYPE_COUNT - 1);
	v->type = v->item = (enum gguf_type)type;
	v->offset = c->at;
	if (type == GGUF_ARRAY)
		return array_read(c, v);
	v->n = 1;
	v->data = c->g->bytes + c->at;
	return items_skip(c, type, 1, c->at);
}

/* Reads n pairs into out, or only checks them where out is NULL. */
static int values_scan(struct cursor *c, uint64_t n, struct gguf_value *out)
{
	int rc = 0;
	for (uint64_t i = 0; i < n && !rc; i++) {
		struct gguf_value v;
		rc = value_read(c, &v);
		if (!rc && out)
			out[i] = v;
	}
	return rc;
}

static int order_by_key(const void *a, const void *b, void *values)
{
	const struct gguf_value *list = values;
	return gguf_string_compare(&list[*(const uint32_t *)a].key, &list[*(const uint32_t *)b].key);
}

static int doubles_check(const struct gguf *g, struct diag *d)
{
	size_t n = (size_t)g->n_values;
	uint32_t *order = mem_try_array(n, sizeof *order);
	int rc = 0;
	if (!order)
		return diag_set_at(d, ERR_OOM, g->path, 0, "no memory to order %zu keys", n);
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, n, sizeof *order, order_by_key, g->values);
	for (size_t i = 1; i < n && !rc; i++) {
		const struct gguf_value *a = &g->values[order[i - 1]], *b = &g->values[order[i]];
		if (gguf_string_compare(&a->key, &b->key) == 0)
			rc = gguf_error(g, d, a->offset > b->offset ? a->offset : b->offset,
					"a second value of key %.*s, expected one",
					(int)(b->key.n < 80 ? b->key.n : 80), b->key.text);
	}
	free(order);
	return rc;
}

int metadata_read(struct gguf *g, struct cursor *c, uint64_t n)
{
	if (n > cursor_left(c) / PAIR_BYTES_MIN)
		return gguf_error(g, c->d, c->at, "%llu keys cannot fit into the %llu bytes left" GGUF_CUT,
				  (unsigned long long)n, (unsigned long long)cursor_left(c));
	if (n > VALUES_MAX)
		return gguf_error(g, c->d, c->at, "%llu keys, expected at most %u", (unsigned long long)n,
				  VALUES_MAX);
	/* Checked before anything is allocated: a false count costs nothing. */
	struct cursor ahead = *c;
	int rc = values_scan(&ahead, n, NULL);
	if (rc)
		return rc;
	g->values = mem_try_array(n, sizeof *g->values);
	if (!g->values)
		return diag_set_at(c->d, ERR_OOM, g->path, 0, "no memory for %llu keys",
				   (unsigned long long)n);
	g->n_values = (int)n;
	rc = values_scan(c, n, g->values);
	return rc ? rc : doubles_check(g, c->d);
}
