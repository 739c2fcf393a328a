/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker says it was built from: for harness/store only. */
#ifndef IFM_STORE_BUILD_H
#define IFM_STORE_BUILD_H

#include "harness/store/content.h"
#include "harness/store/db.h"

/* Adds it unless it is there. *out is its id (in the buffer), or NULL for a program that never said what it is. */
MUST_CHECK int store_build_put(struct store *s, const char *program, const char *version, const json_t *facts,
			       struct db_value *out, char id[CONTENT_ID_SIZE], struct diag *d);

#endif
