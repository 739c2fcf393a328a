/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a store (schema.sql): for harness/store only. */
#ifndef IFM_STORE_SCHEMA_H
#define IFM_STORE_SCHEMA_H

#include <stdbool.h>

#include "harness/store/db.h"

/* Nothing is in the database yet. */
MUST_CHECK int schema_is_empty(struct store *s, bool *out, struct diag *d);
/* All tables, or none, and the numbers by which schema_check knows them. */
MUST_CHECK int schema_create(struct store *s, struct diag *d);
/* It is a store, its schema (out) is no newer than ours, and its tables have the columns of that: what is in them
 * is another matter. */
MUST_CHECK int schema_check(struct store *s, int *out, struct diag *d);
/* Raises an older schema to ours, after a copy of the store is kept beside it; s->note says where. */
MUST_CHECK int schema_migrate(struct store *s, int version, struct diag *d);

#endif
