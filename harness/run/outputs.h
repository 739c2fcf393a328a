/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a verify request answers, and those of the reference points, kept for the points that share
 * them. Within harness/run.
 */
#ifndef IFM_RUN_OUTPUTS_H
#define IFM_RUN_OUTPUTS_H

#include <jansson.h>
#include <stdint.h>

#include "engines/base/err.h"

struct outputs {
	int64_t rows, cols; /* at least 1; their product is in memory */
	float *x;	    /* owned */
};

/* From {rows, cols, data}; no more memory is taken than the answer has. */
MUST_CHECK int outputs_decode(const json_t *answer, struct outputs *out, struct diag *d);

struct references;
struct references *references_new(void);
void references_free(struct references *r); /* NULL is fine */
/* By the id of the reference's point, which says all that its outputs depend on. NULL: not kept. What is
 * returned stays until the next references_add. */
const struct outputs *references_find(const struct references *r, const char *id);
/* Takes the outputs. Old ones go when there are too many, the newest one always stays. */
const struct outputs *references_add(struct references *r, const char *id, const struct outputs *o);

#endif
