/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SQLite connection: values in, errors out. For harness/store only. Every
 * error names the store's path, what was being done, and what SQLite said.
 */
#ifndef IFM_STORE_DB_H
#define IFM_STORE_DB_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "engines/base/err.h"

struct store_lock;

struct store {
	sqlite3 *db;
	char *path;		 /* as the caller named it, for messages */
	char *file;		 /* the same for SQLite: never ":memory:" or an URI */
	struct store_lock *lock; /* NULL when reading */
	int schema;		 /* of its tables; 0: not known yet */
	bool journaled;		 /* journal_open has been here */
	int depth;		 /* transactions that are open, each within the one before */
	bool is_known;		 /* the two below hold */
	dev_t device;		 /* of the file that is written */
	ino_t inode;
	char note[200]; /* what is unusual about it; "" for nothing */
};

/* What is bound to a parameter. */
struct db_value {
	enum { DB_NULL = 0, DB_TEXT, DB_BYTES, DB_INT, DB_REAL, DB_JSON, DB_SAMPLES } type;
	const char *text;
	int64_t integer;
	double real;
	const json_t *json;
	const int64_t *samples;
	int n;
};

static inline struct db_value db_null(void)
{
	return (struct db_value){.type = DB_NULL};
}

/* NULL is stored as "". */
static inline struct db_value db_text(const char *s)
{
	return (struct db_value){.type = DB_TEXT, .text = s ? s : ""};
}

/* NULL is stored as NULL. */
static inline struct db_value db_text_or_null(const char *s)
{
	return s ? db_text(s) : db_null();
}

/* A text that may hold any bytes, as a blob. */
static inline struct db_value db_bytes(const char *s)
{
	return (struct db_value){.type = DB_BYTES, .text = s};
}

static inline struct db_value db_int(int64_t v)
{
	return (struct db_value){.type = DB_INT, .integer = v};
}

/* SQLite has no NaN: it is stored as NULL. */
static inline struct db_value db_real(double v)
{
	return (struct db_value){.type = DB_REAL, .real = v};
}

/* NULL is stored as NULL. */
static inline struct db_value db_json(const json_t *o)
{
	return o ? (struct db_value){.type = DB_JSON, .json = o} : db_null();
}

/* n numbers as little-endian int64. */
static inline struct db_value db_samples(const int64_t *samples, int n)
{
	return (struct db_value){.type = DB_SAMPLES, .samples = samples, .n = n};
}

/* The two arguments `values, n` of the functions below. */
#define DB_VALUES(...)                                                                                       \
	(const struct db_value[]){__VA_ARGS__},                                                              \
		(int)(sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))

/* The connection's last error, as "what: why". */
int db_fail(const struct store *s, const char *what, struct diag *d);

MUST_CHECK int db_prepare(struct store *s, const char *sql, const char *what, sqlite3_stmt **out,
			  struct diag *d);
/* Binds, runs to the end and resets: for statements without rows. */
MUST_CHECK int db_put(struct store *s, sqlite3_stmt *stmt, const char *what, const struct db_value *values,
		      int n, struct diag *d);
/* db_prepare, db_put, finalize. */
MUST_CHECK int db_exec(struct store *s, const char *what, struct diag *d, const char *sql,
		       const struct db_value *values, int n);
/* Several statements without parameters. */
MUST_CHECK int db_script(struct store *s, const char *sql, const char *what, struct diag *d);
/* The first column of the first row as an integer. */
MUST_CHECK int db_integer(struct store *s, const char *sql, const char *what, int64_t *out, struct diag *d);
/* 1 with a row, 0 at the end, else an error. */
MUST_CHECK int db_step(struct store *s, sqlite3_stmt *stmt, const char *what, struct diag *d);

/*
 * A transaction; within another one it is a part of that, and only the outermost db_end ends it. ERR_IO when the file
 * that is written has been deleted or replaced meanwhile: what is written to it would be lost.
 */
MUST_CHECK int db_begin(struct store *s, struct diag *d);
/* The same for reading alone: everything as of one moment. */
MUST_CHECK int db_begin_read(struct store *s, struct diag *d);
/* Commits when rc is 0, else undoes everything since the outermost db_begin. Returns the first error. */
MUST_CHECK int db_end(struct store *s, int rc, struct diag *d);

#endif
