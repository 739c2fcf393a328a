/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a GGUF file (version 3, little-endian), from its first byte to its last: header, pairs of key and value,
 * descriptions of tensors, their data. Nothing is held in memory. What stands in the file is the caller's
 * affair: keys and names must differ, and be as many as were promised.
 *
 * The first error stays in rc, and what comes after it does nothing: who writes looks once, at the end.
 */
#ifndef IFM_MODEL_FILE_OUT_H
#define IFM_MODEL_FILE_OUT_H

#include "engines/base/err.h"
#include "engines/model/file/gguf.h"

struct fresh;

/* The caller sets the first three. */
struct gguf_out {
	struct fresh *file; /* NULL: nothing is written, but n_values and n_tensors are counted */
	uint64_t
		alignment; /* of the data: a power of two, GGUF_ALIGNMENT_DEFAULT unless general.alignment says it */
	struct diag *d;
	int rc;
	uint64_t n_values, n_tensors; /* written (or counted) so far */
	uint64_t at;		      /* bytes written */
	uint64_t data_bytes;	      /* of the tensors described so far, padding included */
	uint64_t end;		      /* bytes of the whole file; known from gguf_out_data() on */
};

#define GGUF_ALIGNMENT_DEFAULT 32

void gguf_out_header(struct gguf_out *o, uint64_t n_tensors, uint64_t n_values);

void gguf_out_u32(struct gguf_out *o, const char *key, uint32_t x);
void gguf_out_f32(struct gguf_out *o, const char *key, float x);
void gguf_out_bool(struct gguf_out *o, const char *key, bool x);
void gguf_out_text(struct gguf_out *o, const char *key, const char *text);
/* The n items must follow, by gguf_out_string() or gguf_out_bytes(). */
void gguf_out_array(struct gguf_out *o, const char *key, enum gguf_type item, uint64_t n);
void gguf_out_string(struct gguf_out *o, const char *text, size_t n);
/* A pair of an open file as it stands there. */
void gguf_out_value(struct gguf_out *o, const struct gguf_value *v);

/* A description; only name, type, n_dims, dims and bytes of t are heeded. Dimensions of 1 at the end are left out. */
void gguf_out_tensor(struct gguf_out *o, const struct gguf_tensor *t);

/* Behind the last description; the whole length of the file is known now and asked of the file system. */
void gguf_out_data(struct gguf_out *o);
/* The data of all tensors in the order of their descriptions; gguf_out_pad() behind each. */
void gguf_out_bytes(struct gguf_out *o, const void *data, size_t n);
void gguf_out_pad(struct gguf_out *o);

#endif
