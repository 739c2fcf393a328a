/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A large file that appears whole or not at all: it is written beside its place without a name, and gets the name
 * when it is complete. Whoever is killed on the way leaves nothing. Where the file system has no files without a
 * name it is called PATH.tmp until then. Knows nothing of what is written.
 */
#ifndef IFM_MODEL_FILE_FRESH_H
#define IFM_MODEL_FILE_FRESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct fresh;

/* replace: a regular file of that name may be there, and is kept until fresh_finish(). */
MUST_CHECK int fresh_open(struct fresh **out, const char *path, bool replace, struct diag *d);

/* Says how long the file will be, before it is written: what cannot fit fails here. */
MUST_CHECK int fresh_reserve(struct fresh *f, uint64_t n_bytes, struct diag *d);

MUST_CHECK int fresh_write(struct fresh *f, const void *data, size_t n, struct diag *d);

/* Gives the file its name. f is gone afterwards, and so is the file if this fails. */
MUST_CHECK int fresh_finish(struct fresh *f, struct diag *d);

void fresh_discard(struct fresh *f); /* NULL is fine */

#endif
