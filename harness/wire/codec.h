/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs to JSON and back by tables of fields, so that both directions cannot
 * differ. Decoding is strict: a field that is missing, of another type, too long
 * or out of range is ERR_FORMAT and named. Within harness/wire, and for
 * the answers of the worker that have no struct.
 */
#ifndef IFM_WIRE_CODEC_H
#define IFM_WIRE_CODEC_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

enum field_type {
	FIELD_TEXT = 0, /* char[size]; a longer text is an error */
	FIELD_STRING,	/* char *, owned */
	FIELD_BOOL,
	FIELD_INT,   /* int in [0, max] */
	FIELD_INT64, /* int64_t in [0, max] */
	FIELD_REAL,  /* double, finite, not negative */
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t size;
	int64_t max; /* 0: the type's own */
};

#define FIELD_OF(type, owner, member)                                                                        \
	{                                                                                                    \
#member, type, offsetof(struct owner, member), sizeof(((struct owner *)0)->member), 0        \
	}
#define FIELD_TABLE_END                                                                                      \
	{                                                                                                    \
		NULL, FIELD_TEXT, 0, 0, 0                                                                    \
	}

/* Adds the fields of `record` to o; tables end with a row of NULL. */
void codec_put(json_t *o, const struct field *fields, const void *record);
/* On failure strings set so far stay in record: its owner frees it. */
MUST_CHECK int codec_get(const json_t *o, const struct field *fields, void *record, struct diag *d);

/* Decodes one element of an array. */
typedef int codec_item_fn(const json_t *o, void *item, struct diag *d);
/* The array o[key] of at most max items of `size` bytes each into zeroed memory. *items and *n are set at once,
 * so that the owner's free function works on what a failure leaves behind. */
MUST_CHECK int codec_get_array(const json_t *o, const char *key, int max, size_t size, codec_item_fn *fn,
			       void **items, int *n, struct diag *d);

/* A JSON text of any bytes: what is no UTF-8 becomes '?'. */
json_t *codec_text(const char *s);

#endif
