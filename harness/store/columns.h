/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows to structs by tables of columns: for harness/store only. A store is
 * untrusted: a value that is missing, of another type, out of range or longer than a limit
 * is ERR_FORMAT with store, row and column.
 */
#ifndef IFM_STORE_COLUMNS_H
#define IFM_STORE_COLUMNS_H

#include <stddef.h>

#include "harness/store/db.h"

enum column_type {
	COLUMN_TEXT = 0, /* char *, owned; NULL is an error */
	COLUMN_TEXT_OPT, /* char *, owned; NULL becomes "" */
	COLUMN_BYTES,	 /* char *, owned, of a blob without NUL bytes; NULL becomes "" */
	COLUMN_ID,	 /* char[size] of exactly size - 1 lower-case hex digits */
	COLUMN_INT,	 /* int in [min, INT_MAX] */
	COLUMN_BOOL,	 /* bool from 0 or 1 */
	COLUMN_INT64,	 /* int64_t, any */
	COLUMN_COUNT,	 /* int64_t, not negative; NULL becomes 0 */
	COLUMN_REAL,	 /* double, finite, not negative; NULL becomes 0 */
	COLUMN_VALUE,	 /* double of whatever number; NULL becomes NaN */
	COLUMN_ENUM,	 /* enum, from its name */
	COLUMN_FLAG,	 /* bool, from the second of two names */
	COLUMN_JSON,	 /* json_t *, owned, an object; NULL is an error */
	COLUMN_JSON_OPT, /* json_t *, owned, an object; NULL stays NULL */
};

struct column {
	const char *const *names; /* COLUMN_ENUM, COLUMN_FLAG */
	size_t offset, size;	  /* size: COLUMN_ID */
	enum column_type type;
	int min; /* COLUMN_INT */
};

/* After the member: .min, .names or .size where the type has one. */
#define COLUMN_OF(kind, owner, member, ...)                                                                  \
	{                                                                                                    \
		.type = kind, .offset = offsetof(struct owner, member), __VA_ARGS__                          \
	}

/* A row that stands under a statement, and what to call it: "run 7". */
struct row {
	struct store *s;
	sqlite3_stmt *stmt;
	const char *name;
};

/* Takes the first n columns. record is zeroed before; on failure it keeps what was taken: its owner frees. */
MUST_CHECK int columns_take(const struct row *row, const struct column *columns, int n, void *record,
			    struct diag *d);
/* Column i as n numbers of little-endian int64, none negative. Owned by the caller. */
MUST_CHECK int column_samples(const struct row *row, int i, int n, int64_t **out, struct diag *d);
/* Column i as an object (new reference). */
MUST_CHECK int column_json(const struct row *row, int i, json_t **out, struct diag *d);
/* "store: row: column NAME: expected ..." */
int column_wrong(const struct row *row, int i, const char *expected, struct diag *d);

/* Room for one more of `size` bytes in *items, which holds n; zeroed. At most max. */
MUST_CHECK int list_grow(const struct row *row, void **items, int n, int max, size_t size, struct diag *d);

#endif
