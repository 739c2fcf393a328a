/* SPDX-License-Identifier: Apache-2.0 */
/* A conversion in its parts. Within engines/model/convert. */
#ifndef IFM_MODEL_CONVERT_PRIVATE_H
#define IFM_MODEL_CONVERT_PRIVATE_H

#include "engines/model/convert/convert.h"
#include "engines/model/file/gguf.h"
#include "engines/model/file/out.h"

struct tensor;

/* A tensor to be written. */
struct convert_item {
	struct gguf_tensor info; /* as it will stand in the new file; data is NULL */
	enum dtype from, to;
	uint64_t n;		   /* elements */
	const void *data;	   /* of the old file; NULL: made */
	const struct tensor *made; /* by tensor_read_rows(); NULL: data */
};

struct conversion {
	const struct convert_config *config;
	const struct gguf *file;   /* NULL: the model is synthetic */
	const struct model *model; /* NULL: the file is all there is */
	int n_items;
	struct convert_item *items; /* in the order of the new file */
};

/* ---- rule.c: what becomes of a tensor ---- */

/* Our type of ggml's number for a tensor's; false when we have none. */
bool convert_dtype_of(uint32_t type, enum dtype *out);
/* ggml's number for a whole file: general.file_type. */
uint32_t convert_file_type(enum dtype precision);
/* Fills in what a tensor (name, dims, n_dims) of type from is at that precision: to, n, info.type, info.bytes. */
void convert_rule(struct convert_item *item, enum dtype from, enum dtype precision);
/* The order of tensors: those outside of layers first, then layer by layer; by name. */
void convert_sort(struct convert_item *items, int n);

/* ---- head.c: keys ---- */

/* All pairs. With a struct gguf_out that only counts, their number. */
void convert_keys(const struct conversion *c, struct gguf_out *o);

/* ---- data.c ---- */

/* The data of all tensors; the last thing in the file. */
MUST_CHECK int convert_data(const struct conversion *c, struct gguf_out *o, struct diag *d);

#endif
