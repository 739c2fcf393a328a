/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/file/out.h"

#include <assert.h>
#include <string.h>

#include "engines/model/file/cursor.h"
#include "engines/model/file/fresh.h"

#define VERSION_WRITTEN 3

static uint64_t rounded_up(const struct gguf_out *o, uint64_t n)
{
	return (n + o->alignment - 1) & ~(o->alignment - 1);
}

void gguf_out_bytes(struct gguf_out *o, const void *data, size_t n)
{
	if (o->rc || !o->file)
		return;
	o->rc = fresh_write(o->file, data, n, o->d);
	o->at += n;
}

static void put_u32(struct gguf_out *o, uint32_t x)
{
	gguf_out_bytes(o, &x, sizeof x);
}

static void put_u64(struct gguf_out *o, uint64_t x)
{
	gguf_out_bytes(o, &x, sizeof x);
}

void gguf_out_string(struct gguf_out *o, const char *text, size_t n)
{
	put_u64(o, n);
	gguf_out_bytes(o, text, n);
}

void gguf_out_header(struct gguf_out *o, uint64_t n_tensors, uint64_t n_values)
{
	gguf_out_bytes(o, "GGUF", 4);
	put_u32(o, VERSION_WRITTEN);
	put_u64(o, n_tensors);
	put_u64(o, n_values);
}

static void put_key(struct gguf_out *o, const char *key, size_t n, enum gguf_type type)
{
	gguf_out_string(o, key, n);
	put_u32(o, type);
	o->n_values++;
}

void gguf_out_u32(struct gguf_out *o, const char *key, uint32_t x)
{
	put_key(o, key, strlen(key), GGUF_UINT32);
	put_u32(o, x);
}

void gguf_out_f32(struct gguf_out *o, const char *key, float x)
{
	put_key(o, key, strlen(key), GGUF_FLOAT32);
	gguf_out_bytes(o, &x, sizeof x);
}

void gguf_out_bool(struct gguf_out *o, const char *key, bool x)
{
	const uint8_t byte = x;
	put_key(o, key, strlen(key), GGUF_BOOL);
	gguf_out_bytes(o, &byte, sizeof byte);
}

void gguf_out_text(struct gguf_out *o, const char *key, const char *text)
{
	put_key(o, key, strlen(key), GGUF_STRING);
	gguf_out_string(o, text, strlen(text));
}

void gguf_out_array(struct gguf_out *o, const char *key, enum gguf_type item, uint64_t n)
{
	put_key(o, key, strlen(key), GGUF_ARRAY);
	put_u32(o, item);
	put_u64(o, n);
}

/* Of the value, or of all items of an array. */
static size_t value_bytes(const struct gguf_value *v)
{
	const void *at = v->data;
	if (v->item != GGUF_STRING)
		return v->n * gguf_type_size(v->item);
	for (uint64_t i = 0; i < v->n; i++)
		(void)gguf_next_string(&at);
	return (size_t)((const char *)at - (const char *)v->data);
}

void gguf_out_value(struct gguf_out *o, const struct gguf_value *v)
{
	put_key(o, v->key.text, v->key.n, v->type);
	if (v->type == GGUF_ARRAY) {
		put_u32(o, v->item);
		put_u64(o, v->n);
	}
	gguf_out_bytes(o, v->data, value_bytes(v));
}

void gguf_out_tensor(struct gguf_out *o, const struct gguf_tensor *t)
{
	uint32_t n_dims = (uint32_t)t->n_dims;
	while (n_dims > 1 && t->dims[n_dims - 1] == 1)
		n_dims--;
	gguf_out_string(o, t->name.text, t->name.n);
	put_u32(o, n_dims);
	for (uint32_t i = 0; i < n_dims; i++)
		put_u64(o, t->dims[i]);
	put_u32(o, t->type);
	put_u64(o, o->data_bytes);
	o->data_bytes += rounded_up(o, t->bytes);
	o->n_tensors++;
}

void gguf_out_pad(struct gguf_out *o)
{
	static const char zeros[64];
	uint64_t end = rounded_up(o, o->at);
	while (o->file && !o->rc && o->at < end)
		gguf_out_bytes(o, zeros, end - o->at < sizeof zeros ? end - o->at : sizeof zeros);
}

void gguf_out_data(struct gguf_out *o)
{
	gguf_out_pad(o);
	o->end = o->at + o->data_bytes;
	if (!o->rc && o->file)
		o->rc = fresh_reserve(o->file, o->end, o->d);
}
