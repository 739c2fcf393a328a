/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/wire/codec.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"

/* Bytes of the UTF-8 character at s, 0 when it is none that JSON takes. */
static int utf8_length(const char *s)
{
	static const int lengths[] = {1, 2, 3, 4};
	for (int i = 0; i < 4; i++) {
		size_t n = strnlen(s, (size_t)lengths[i]);
		json_t *t = n == (size_t)lengths[i] ? json_stringn(s, n) : NULL;
		json_decref(t);
		if (t)
			return lengths[i];
	}
	return 0;
}

json_t *codec_text(const char *s)
{
	json_t *t = json_string(s);
	if (t)
		return t;
	char *copy = mem_strdup(s);
	for (char *c = copy; *c;) {
		int n = utf8_length(c);
		if (n == 0)
			*c = '?';
		c += n ? n : 1;
	}
	t = json_string(copy);
	free(copy);
	return t;
}

static json_t *value_of(const struct field *f, const char *at)
{
	switch (f->type) {
	case FIELD_TEXT:
		return codec_text(at);
	case FIELD_STRING:
		return codec_text(*(char *const *)at ? *(char *const *)at : "");
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_INT:
		return json_integer(*(const int *)at);
	case FIELD_INT64:
		return json_integer(*(const int64_t *)at);
	case FIELD_REAL:
		return json_real(*(const double *)at);
	}
	return NULL;
}

void codec_put(json_t *o, const struct field *fields, const void *record)
{
	for (const struct field *f = fields; f->key; f++)
		json_object_set_new(o, f->key, value_of(f, (const char *)record + f->offset));
}

static int get_text(const json_t *o, const struct field *f, char *at, struct diag *d)
{
	const char *text;
	int rc = json_get_string(o, f->key, &text, d);
	if (rc)
		return rc;
	if (f->type == FIELD_STRING) {
		free(*(char **)at);
		*(char **)at = mem_strdup(text);
		return 0;
	}
	size_t n = strlen(text);
	if (n >= f->size)
		return diag_set(d, ERR_FORMAT, "%s: %zu bytes, at most %zu are allowed", f->key, n,
				f->size - 1);
	memcpy(at, text, n + 1);
	return 0;
}

static int get_number(const json_t *o, const struct field *f, char *at, struct diag *d)
{
	int64_t widest = f->type == FIELD_INT ? INT_MAX : INT64_MAX, v;
	int rc = json_get_int(o, f->key, 0, f->max ? f->max : widest, &v, d);
	if (rc)
		return rc;
	if (f->type == FIELD_INT)
		*(int *)at = (int)v;
	else
		*(int64_t *)at = v;
	return 0;
}

static int get_real(const json_t *o, const struct field *f, char *at, struct diag *d)
{
	double v;
	int rc = json_get_real(o, f->key, &v, d);
	if (rc)
		return rc;
	if (!isfinite(v) || v < 0)
		return diag_set(d, ERR_FORMAT, "%s: %g, expected a number not below 0", f->key, v);
	*(double *)at = v;
	return 0;
}

static int get_bool(const json_t *o, const struct field *f, char *at, struct diag *d)
{
	const json_t *v = json_object_get(o, f->key);
	if (!json_is_boolean(v))
		return diag_set(d, ERR_FORMAT, "%s: expected true or false", f->key);
	*(bool *)at = json_is_true(v);
	return 0;
}

int codec_get(const json_t *o, const struct field *fields, void *record, struct diag *d)
{
	int rc = 0;
	if (!json_is_object(o))
		return diag_set(d, ERR_FORMAT, "expected an object with \"%s\"", fields[0].key);
	for (const struct field *f = fields; f->key && rc == 0; f++) {
		char *at = (char *)record + f->offset;
		if (f->type == FIELD_TEXT || f->type == FIELD_STRING)
			rc = get_text(o, f, at, d);
		else if (f->type == FIELD_BOOL)
			rc = get_bool(o, f, at, d);
		else if (f->type == FIELD_REAL)
			rc = get_real(o, f, at, d);
		else
			rc = get_number(o, f, at, d);
	}
	return rc;
}

int codec_get_array(const json_t *o, const char *key, int max, size_t size, codec_item_fn *fn, void **items,
		    int *n, struct diag *d)
{
	json_t *array;
	int rc = json_get_array(o, key, &array, d);
	if (rc)
		return rc;
	size_t count = json_array_size(array);
	if (count > (size_t)max)
		return diag_set(d, ERR_FORMAT, "%s: %zu elements, at most %d are allowed", key, count, max);
	char *memory = mem_try_array(count + 1, size);
	if (!memory)
		return diag_set(d, ERR_OOM, "%s: no memory for %zu elements", key, count);
	*items = memory;
	*n = (int)count;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = fn(json_array_get(array, i), memory + i * size, d);
	return rc;
}
