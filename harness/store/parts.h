/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables whose rows belong to runs, as merge.c and prune.c go through them: read from the schema, so that a table
 * that is added is not forgotten. For harness/store only.
 */
#ifndef IFM_STORE_PARTS_H
#define IFM_STORE_PARTS_H

#include "harness/store/db.h"

#define PARTS_MAX     64
#define PART_NAME_MAX 64

/* A table with a column run, or with a column visit and maybe process. */
struct part {
	char table[PART_NAME_MAX];
	bool has_run, has_visit, has_process, has_id;
};

/* In an order in which rows can be put: run_point, process, visit, then what belongs to them. Not run itself. */
struct parts {
	int n;
	struct part part[PARTS_MAX];
};

MUST_CHECK int parts_read(struct store *s, struct parts *out, struct diag *d);

/* All rows of a run, and the run. References must be off. */
MUST_CHECK int run_remove(struct store *s, const struct parts *parts, int64_t run, struct diag *d);

/* Rows that no run has any more. */
MUST_CHECK int orphans_remove(struct store *s, struct diag *d);

/* Outside of a transaction: rows may refer to what is not there, until references_check in it and references_on
 * after it, which returns rc or its own error. */
MUST_CHECK int references_off(struct store *s, struct diag *d);
MUST_CHECK int references_on(struct store *s, int rc, struct diag *d);
MUST_CHECK int references_check(struct store *s, struct diag *d);

#endif
