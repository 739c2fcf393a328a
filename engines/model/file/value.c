/* SPDX-License-Identifier: Apache-2.0 */
/* Getting at metadata that were checked when the file was opened. */
#include "config.h"

#include "engines/model/file/cursor.h"

#include <assert.h>
#include <math.h>

const struct gguf_value *gguf_value_at(const struct gguf *g, int i)
{
	return i >= 0 && i < g->n_values ? &g->values[i] : NULL;
}

const struct gguf_value *gguf_find(const struct gguf *g, const char *key)
{
	size_t n = strlen(key);
	for (int i = 0; i < g->n_values; i++) {
		const struct gguf_value *v = &g->values[i];
		if (v->key.n == n && memcmp(v->key.text, key, n) == 0)
			return v;
	}
	return NULL;
}

static bool is_whole(enum gguf_type t)
{
	return gguf_type_size(t) != 0 && t != GGUF_BOOL && t != GGUF_FLOAT32 && t != GGUF_FLOAT64;
}

/* The value of a key, or the error that it is missing or of another kind than expected. */
static const struct gguf_value *get(const struct gguf *g, const char *key, bool (*fits)(enum gguf_type),
				    const char *expected, struct diag *d)
{
	const struct gguf_value *v = gguf_find(g, key);
	if (!v)
		diag_set_at(d, ERR_FORMAT, g->path, 0, "key %s is missing, expected %s", key, expected);
	else if (!fits(v->type))
		gguf_error(g, d, v->offset, "key %s is %s, expected %s", key, gguf_type_name(v->type),
			   expected);
	else
		return v;
	return NULL;
}

int gguf_get_int(const struct gguf *g, const char *key, int64_t min, int64_t max, int64_t *out,
		 struct diag *d)
{
	const struct gguf_value *v = get(g, key, is_whole, "a whole number", d);
	if (!v)
		return ERR_FORMAT;
	int64_t n = gguf_array_int(v, 0);
	if (n < min || n > max)
		return gguf_error(g, d, v->offset, "key %s is %lld, expected %lld to %lld", key, (long long)n,
				  (long long)min, (long long)max);
	*out = n;
	return 0;
}

static bool is_number(enum gguf_type t)
{
	return is_whole(t) || t == GGUF_FLOAT32 || t == GGUF_FLOAT64;
}

int gguf_get_real(const struct gguf *g, const char *key, double *out, struct diag *d)
{
	const struct gguf_value *v = get(g, key, is_number, "a number", d);
	if (!v)
		return ERR_FORMAT;
	double x = gguf_array_real(v, 0);
	if (!isfinite(x))
		return gguf_error(g, d, v->offset, "key %s is %g, expected a finite number", key, x);
	*out = x;
	return 0;
}

static bool is_bool(enum gguf_type t)
{
	return t == GGUF_BOOL;
}

int gguf_get_bool(const struct gguf *g, const char *key, bool *out, struct diag *d)
{
	const struct gguf_value *v = get(g, key, is_bool, "a bool", d);
	if (!v)
		return ERR_FORMAT;
	*out = gguf_array_int(v, 0) != 0;
	return 0;
}

static bool is_string(enum gguf_type t)
{
	return t == GGUF_STRING;
}

int gguf_get_string(const struct gguf *g, const char *key, struct gguf_string *out, struct diag *d)
{
	const struct gguf_value *v = get(g, key, is_string, "a string", d);
	if (!v)
		return ERR_FORMAT;
	const void *at = v->data;
	*out = gguf_next_string(&at);
	return 0;
}

static bool is_array(enum gguf_type t)
{
	return t == GGUF_ARRAY;
}

int gguf_get_array(const struct gguf *g, const char *key, enum gguf_type item, const struct gguf_value **out,
		   struct diag *d)
{
	const struct gguf_value *v = get(g, key, is_array, "an array", d);
	if (!v)
		return ERR_FORMAT;
	if (v->item != item)
		return gguf_error(g, d, v->offset, "key %s is an array of type %s, expected type %s", key,
				  gguf_type_name(v->item), gguf_type_name(item));
	*out = v;
	return 0;
}

struct gguf_string gguf_next_string(const void **at)
{
	uint64_t n;
	memcpy(&n, *at, sizeof n);
	struct gguf_string s = {(const char *)*at + sizeof n, (size_t)n};
	*at = s.text + s.n;
	return s;
}

union number {
	uint8_t u8;
	int8_t i8;
	uint16_t u16;
	int16_t i16;
	uint32_t u32;
	int32_t i32;
	uint64_t u64;
	int64_t i64;
	float f32;
	double f64;
};

/* Element i: memcpy, for nothing in the file is aligned. */
static union number element(const struct gguf_value *array, uint64_t i)
{
	union number u = {0};
	size_t size = gguf_type_size(array->item);
	assert(i < array->n && size);
	memcpy(&u, (const char *)array->data + i * size, size);
	return u;
}

int64_t gguf_array_int(const struct gguf_value *array, uint64_t i)
{
	union number u = element(array, i);
	switch (array->item) {
	case GGUF_UINT8:
	case GGUF_BOOL:
		return u.u8;
	case GGUF_INT8:
		return u.i8;
	case GGUF_UINT16:
		return u.u16;
	case GGUF_INT16:
		return u.i16;
	case GGUF_UINT32:
		return u.u32;
	case GGUF_INT32:
		return u.i32;
	case GGUF_UINT64:
		return u.u64 > INT64_MAX ? INT64_MAX : u.i64;
	case GGUF_INT64:
		return u.i64;
	default:
		assert(!"no array of whole numbers");
		return 0;
	}
}

double gguf_array_real(const struct gguf_value *array, uint64_t i)
{
	if (array->item == GGUF_FLOAT32)
		return (double)element(array, i).f32;
	if (array->item == GGUF_FLOAT64)
		return element(array, i).f64;
	return (double)gguf_array_int(array, i);
}
