/* SPDX-License-Identifier: Apache-2.0 */
/* The readers: each cuts a file into objects of key and value. Within harness/exchange. */
#ifndef IFM_EXCHANGE_IMPORT_PRIVATE_H
#define IFM_EXCHANGE_IMPORT_PRIVATE_H

#include "harness/exchange/import.h"

/* A file as it is read. */
struct source {
	const char *name, *at, *end;
	int line; /* of at */
	struct import *out;
};

/* Moves on to `to`, counting lines. */
void source_move(struct source *s, const char *to);
void source_skip_blanks(struct source *s);
/* ERR_FORMAT of this line. */
int source_fail(const struct source *s, struct diag *d, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The record that begins at s->at and ends at `end`, as an object, which is borrowed. Errors name its line. */
MUST_CHECK int source_add(struct source *s, const json_t *object, const char *end, struct diag *d);

/* object[key] = the n bytes. */
MUST_CHECK int source_put(const struct source *s, json_t *object, const char *key, const char *text, size_t n,
			  struct diag *d);

MUST_CHECK int import_json(struct source *s, struct diag *d);
MUST_CHECK int import_csv(struct source *s, struct diag *d);
MUST_CHECK int import_sql(struct source *s, struct diag *d);

/* A record of either kind from an object. ERR_FORMAT naming the key. */
MUST_CHECK int import_take(struct import_record *out, const json_t *o, struct diag *d);

/* The names of columns of a table. */
#define NAMES_MAX 256
struct names {
	int n;
	char *name[NAMES_MAX];
};
void import_names_free(struct names *names);

#endif
