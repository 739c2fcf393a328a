/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GGUF versions 2 and 3, little-endian, memory-mapped (the format:
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). Every count,
 * size and offset is checked when the file is opened; what this header hands
 * out lies inside the mapping and belongs to the struct gguf. It knows nothing
 * of architectures. A file that shrinks while it is mapped is the one thing
 * that cannot be checked.
 */
#ifndef IFM_MODEL_FILE_GGUF_H
#define IFM_MODEL_FILE_GGUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"

struct gguf;
struct strbuf;

/* The numbers of the file format. */
enum gguf_type {
	GGUF_UINT8 = 0,
	GGUF_INT8,
	GGUF_UINT16,
	GGUF_INT16,
	GGUF_UINT32,
	GGUF_INT32,
	GGUF_FLOAT32,
	GGUF_BOOL,
	GGUF_STRING,
	GGUF_ARRAY,
	GGUF_UINT64,
	GGUF_INT64,
	GGUF_FLOAT64,
	GGUF_TYPE_COUNT
};

/* Bytes in the mapping, not terminated; may hold anything. */
struct gguf_string {
	const char *text;
	size_t n;
};

/* One key of the metadata. */
struct gguf_value {
	struct gguf_string key;
	enum gguf_type type;
	enum gguf_type item; /* of an array, else type again */
	uint64_t n;	     /* elements of an array, else 1 */
	const void *data;    /* the value, or the first element of an array; unaligned */
	uint64_t offset;     /* of the value in the file, for messages */
};

#define GGUF_DIMS_MAX 4
struct gguf_tensor {
	struct gguf_string name;
	uint32_t type; /* ggml's number: 0 F32, 1 F16, 8 Q8_0, ... */
	int n_dims;
	uint64_t dims[GGUF_DIMS_MAX]; /* elements, contiguous dimension first; unused ones are 1 */
	const void *data;	      /* NULL when the type's size is not known here */
	uint64_t bytes;		      /* 0 likewise */
	uint64_t info_offset;	      /* of the tensor's description in the file, for messages */
};

/* Opens and checks path. ERR_IO or ERR_FORMAT: one line with the byte offset and what was expected. */
MUST_CHECK int gguf_open(struct gguf **out, const char *path, struct diag *d);
/* The same over bytes, aligned as malloc's, that the caller keeps until gguf_close; name stands in
 * messages. For tests, too. */
MUST_CHECK int gguf_open_memory(struct gguf **out, const void *data, size_t n, const char *name,
				struct diag *d);
void gguf_close(struct gguf *g); /* NULL is fine */

/* All bytes of the file, for hashing. */
const void *gguf_bytes(const struct gguf *g, size_t *n);
const char *gguf_path(const struct gguf *g);

/* n bytes of tensor data have been read for the last time for now: they need not stay in this process's memory. They
 * may be read again all the same. */
void gguf_forget(const struct gguf *g, const void *data, size_t n);
/* Are its bytes the pages of a file? */
bool gguf_is_mapped(const struct gguf *g);
/* Appends a line that says which file that is and as of when; false, and nothing, when none is mapped. */
MUST_CHECK bool gguf_identity(const struct gguf *g, struct strbuf *out);

/* "f16", "q4_k", ... of ggml's number, NULL when unknown. Static. */
const char *gguf_tensor_type_name(uint32_t type);

int gguf_n_tensors(const struct gguf *g);
const struct gguf_tensor *gguf_tensor_at(const struct gguf *g, int i);
/* The tensor of that name or NULL. */
const struct gguf_tensor *gguf_find_tensor(const struct gguf *g, const char *name);

/* ---- metadata ---- */
/* The i-th pair in the file's order, NULL behind the last. */
const struct gguf_value *gguf_value_at(const struct gguf *g, int i);
/* NULL when there is no such key. */
const struct gguf_value *gguf_find(const struct gguf *g, const char *key);

/* Getters of the key or error: ERR_FORMAT names key, byte offset and what was expected. */
MUST_CHECK int gguf_get_int(const struct gguf *g, const char *key, int64_t min, int64_t max, int64_t *out,
			    struct diag *d); /* any whole type */
MUST_CHECK int gguf_get_real(const struct gguf *g, const char *key, double *out, struct diag *d); /* finite */
MUST_CHECK int gguf_get_bool(const struct gguf *g, const char *key, bool *out, struct diag *d);
MUST_CHECK int gguf_get_string(const struct gguf *g, const char *key, struct gguf_string *out,
			       struct diag *d);
/* An array whose elements are of that type; out->data points at them. */
MUST_CHECK int gguf_get_array(const struct gguf *g, const char *key, enum gguf_type item,
			      const struct gguf_value **out, struct diag *d);

/*
 * The string at *at, an element of an array of strings or one past such an element; moves *at behind
 * it. Start with value->data; at most value->n calls. The lengths were checked at opening.
 */
struct gguf_string gguf_next_string(const void **at);

/* Element i of an array of numbers, i below its n. */
/* Whole types and bool; a uint64 that does not fit is INT64_MAX. */
int64_t gguf_array_int(const struct gguf_value *array, uint64_t i);
double gguf_array_real(const struct gguf_value *array, uint64_t i); /* any number */

#endif
