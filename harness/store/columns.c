/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/columns.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

int column_wrong(const struct row *row, int i, const char *expected, struct diag *d)
{
	return diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: column %s: expected %s", row->name,
			   sqlite3_column_name(row->stmt, i), expected);
}

static int no_memory(const struct row *row, size_t size, struct diag *d)
{
	return diag_set_at(d, ERR_OOM, row->s->path, 0, "%s: no memory for %zu bytes", row->name, size);
}

static bool is_null(const struct row *row, int i)
{
	return sqlite3_column_type(row->stmt, i) == SQLITE_NULL;
}

/* Bytes of a text or blob; never NULL. */
static const char *bytes_of(const struct row *row, int i, size_t *n)
{
	bool text = sqlite3_column_type(row->stmt, i) == SQLITE_TEXT;
	const void *p = text ? sqlite3_column_text(row->stmt, i) : sqlite3_column_blob(row->stmt, i);

	*n = p ? (size_t)sqlite3_column_bytes(row->stmt, i) : 0;
	return p ? p : "";
}

static int take_text(const struct row *row, int i, int type, char **out, struct diag *d)
{
	const char *bytes;
	char *copy;
	size_t n;

	if (!is_null(row, i) && sqlite3_column_type(row->stmt, i) != type)
		return column_wrong(row, i, type == SQLITE_TEXT ? "a text" : "a blob", d);
	bytes = bytes_of(row, i, &n);
	if (memchr(bytes, '\0', n))
		return column_wrong(row, i, "no NUL byte inside", d);
	copy = mem_try_array(n + 1, 1);
	if (!copy)
		return no_memory(row, n, d);
	memcpy(copy, bytes, n);
	*out = copy;
	return 0;
}

static int take_id(const struct row *row, int i, size_t size, char *out, struct diag *d)
{
	size_t n;
	const char *bytes = bytes_of(row, i, &n);

	if (n != size - 1 || strspn(bytes, "0123456789abcdef") != n)
		return column_wrong(row, i, "32 lower-case hex digits", d);
	memcpy(out, bytes, n);
	return 0;
}

static int take_integer(const struct row *row, int i, int64_t min, int64_t max, int64_t *out, struct diag *d)
{
	int64_t v;

	if (sqlite3_column_type(row->stmt, i) != SQLITE_INTEGER)
		return column_wrong(row, i, "an integer", d);
	v = sqlite3_column_int64(row->stmt, i);
	if (v < min || v > max)
		return diag_set_at(d, ERR_FORMAT, row->s->path, 0,
				   "%s: column %s: %lld, expected %lld to %lld", row->name,
				   sqlite3_column_name(row->stmt, i), (long long)v, (long long)min,
				   (long long)max);
	*out = v;
	return 0;
}

static int take_int(const struct row *row, int i, int min, int max, int *out, struct diag *d)
{
	int64_t v = 0;
	int rc = take_integer(row, i, min, max, &v, d);

	if (rc == 0)
		*out = (int)v;
	return rc;
}

static int take_bool(const struct row *row, int i, bool *out, struct diag *d)
{
	int v = 0, rc = take_int(row, i, 0, 1, &v, d);

	if (rc == 0)
		*out = v != 0;
	return rc;
}

static int take_number(const struct row *row, int i, double *out, struct diag *d)
{
	int type = sqlite3_column_type(row->stmt, i);

	if (type != SQLITE_FLOAT && type != SQLITE_INTEGER)
		return column_wrong(row, i, "a number", d);
	*out = sqlite3_column_double(row->stmt, i);
	return 0;
}

static int take_real(const struct row *row, int i, double *out, struct diag *d)
{
	double v = 0;
	int rc = take_number(row, i, &v, d);

	if (rc)
		return rc;
	if (!isfinite(v) || v < 0)
		return column_wrong(row, i, "a finite number not below 0", d);
	*out = v;
	return 0;
}

static int take_enum(const struct row *row, int i, const struct column *c, int *out, struct diag *d)
{
	size_t n;
	const char *bytes = bytes_of(row, i, &n);

	for (int k = 0; c->names[k]; k++) {
		if (strlen(c->names[k]) != n || memcmp(c->names[k], bytes, n) != 0)
			continue;
		*out = k;
		return 0;
	}
	return diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: column %s: unknown \"%.*s\"", row->name,
			   sqlite3_column_name(row->stmt, i), n > 40 ? 40 : (int)n, bytes);
}

static int take_flag(const struct row *row, int i, const struct column *c, bool *out, struct diag *d)
{
	int k = 0, rc = take_enum(row, i, c, &k, d);

	if (rc == 0)
		*out = k == 1;
	return rc;
}

int column_json(const struct row *row, int i, json_t **out, struct diag *d)
{
	json_error_t error;
	json_t *o;
	size_t n;

	if (sqlite3_column_type(row->stmt, i) != SQLITE_TEXT)
		return column_wrong(row, i, "a JSON text", d);
	const char *bytes = bytes_of(row, i, &n);
	o = json_loadb(bytes, n, 0, &error);
	if (!o)
		return diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: column %s: no JSON at byte %d: %s",
				   row->name, sqlite3_column_name(row->stmt, i), error.position, error.text);
	if (!json_is_object(o)) {
		json_decref(o);
		return column_wrong(row, i, "a JSON object", d);
	}
	*out = o;
	return 0;
}

static bool is_optional(enum column_type type)
{
	return type == COLUMN_TEXT_OPT || type == COLUMN_BYTES || type == COLUMN_COUNT ||
	       type == COLUMN_REAL || type == COLUMN_VALUE || type == COLUMN_JSON_OPT;
}

/* What NULL stands for; texts are empty ones, the rest is zero already. */
static int take_null(const struct row *row, int i, const struct column *c, void *at, struct diag *d)
{
	if (!is_optional(c->type))
		return column_wrong(row, i, "a value, not NULL", d);
	if (c->type == COLUMN_TEXT_OPT || c->type == COLUMN_BYTES)
		return take_text(row, i, SQLITE_TEXT, at, d);
	if (c->type == COLUMN_VALUE)
		*(double *)at = NAN;
	return 0;
}

static int take(const struct row *row, int i, const struct column *c, void *at, struct diag *d)
{
	if (is_null(row, i))
		return take_null(row, i, c, at, d);
	switch (c->type) {
	case COLUMN_TEXT:
	case COLUMN_TEXT_OPT:
		return take_text(row, i, SQLITE_TEXT, at, d);
	case COLUMN_BYTES:
		return take_text(row, i, SQLITE_BLOB, at, d);
	case COLUMN_ID:
		return take_id(row, i, c->size, at, d);
	case COLUMN_INT:
		return take_int(row, i, c->min, INT_MAX, at, d);
	case COLUMN_BOOL:
		return take_bool(row, i, at, d);
	case COLUMN_INT64:
		return take_integer(row, i, INT64_MIN, INT64_MAX, at, d);
	case COLUMN_COUNT:
		return take_integer(row, i, 0, INT64_MAX, at, d);
	case COLUMN_REAL:
		return take_real(row, i, at, d);
	case COLUMN_VALUE:
		return take_number(row, i, at, d);
	case COLUMN_ENUM:
		return take_enum(row, i, c, at, d);
	case COLUMN_FLAG:
		return take_flag(row, i, c, at, d);
	case COLUMN_JSON:
	case COLUMN_JSON_OPT:
		return column_json(row, i, at, d);
	}
	return ERR_INTERNAL;
}

int columns_take(const struct row *row, const struct column *columns, int n, void *record, struct diag *d)
{
	int rc = 0;

	for (int i = 0; i < n && rc == 0; i++)
		rc = take(row, i, &columns[i], (char *)record + columns[i].offset, d);
	return rc;
}

int column_samples(const struct row *row, int i, int n, int64_t **out, struct diag *d)
{
	size_t size;
	const unsigned char *bytes = (const unsigned char *)bytes_of(row, i, &size);
	int64_t *samples;

	if (sqlite3_column_type(row->stmt, i) != SQLITE_BLOB || size / 8 != (size_t)n || size % 8)
		return diag_set_at(d, ERR_FORMAT, row->s->path, 0,
				   "%s: column %s: %zu bytes, expected a blob of %d int64", row->name,
				   sqlite3_column_name(row->stmt, i), size, n);
	samples = mem_try_array((size_t)n, sizeof *samples);
	if (!samples)
		return no_memory(row, size, d);
	for (int k = 0; k < n; k++, bytes += 8) {
		uint64_t v = 0;
		for (int b = 7; b >= 0; b--)
			v = v << 8 | bytes[b];
		if (v > INT64_MAX) {
			free(samples);
			return column_wrong(row, i, "no negative number", d);
		}
		samples[k] = (int64_t)v;
	}
	*out = samples;
	return 0;
}

int list_grow(const struct row *row, void **items, int n, int max, size_t size, struct diag *d)
{
	char *memory;

	if (n >= max)
		return diag_set_at(d, ERR_FORMAT, row->s->path, 0, "%s: more than %d rows", row->name, max);
	/* Doubles when n is a power of two: no capacity to keep. */
	if (n & (n - 1))
		return 0;
	memory = mem_try_array(n ? (size_t)n * 2 : 1, size);
	if (!memory)
		return no_memory(row, (size_t)n * 2 * size, d);
	if (n)
		memcpy(memory, *items, (size_t)n * size);
	free(*items);
	*items = memory;
	return 0;
}
