/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a float32 matrix as a NumPy file, version 1.0 (the format:
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), row by row.
 * The file appears under its name when it is complete.
 */
#ifndef IFM_CMD_NPY_H
#define IFM_CMD_NPY_H

#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct npy;

MUST_CHECK int npy_create(struct npy **out, const char *path, struct diag *d);

/* Appends a row of cols floats; all rows have as many as the first. */
MUST_CHECK int npy_row(struct npy *f, const float *row, size_t cols, struct diag *d);

/* Completes the file and frees f, also on failure; nothing is then left. */
MUST_CHECK int npy_finish(struct npy *f, struct diag *d);

/* Frees f and leaves nothing. NULL is fine. */
void npy_discard(struct npy *f);

#endif
