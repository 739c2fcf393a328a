/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the bytes of a GGUF file one after the other, each read checked
 * against the end. Within engines/model/file. Also what a struct gguf holds.
 */
#ifndef IFM_MODEL_FILE_CURSOR_H
#define IFM_MODEL_FILE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/model/file/gguf.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error the format is little-endian and is read as it stands
#endif

struct gguf {
	char *path; /* or what stands in its place in messages */
	const uint8_t *bytes;
	size_t n_bytes;
	bool mapped;	  /* by gguf_open: to be unmapped */
	struct stat stat; /* of the mapped file as it was */
	int n_values;
	struct gguf_value *values; /* in the file's order, keys differ */
	int n_tensors;
	struct gguf_tensor *tensors; /* in the file's order, names differ */
	uint32_t *by_name;	     /* indices of tensors in the order of their names */
};

struct cursor {
	const struct gguf *g;
	uint64_t at; /* never behind the end */
	struct diag *d;
};

/* ERR_FORMAT about the byte at offset: "byte N: text". */
int gguf_error(const struct gguf *g, struct diag *d, uint64_t offset, const char *fmt, ...) PRINTF_LIKE(4, 5);

static inline uint64_t cursor_left(const struct cursor *c)
{
	return c->g->n_bytes - c->at;
}

/* Ends the text of an error about bytes that are not there. */
#define GGUF_CUT "; if the file is cut off, download it again"

/* Each reads at the cursor and moves it; what says what is read, for messages. */
MUST_CHECK int cursor_u32(struct cursor *c, const char *what, uint32_t *out);
MUST_CHECK int cursor_u64(struct cursor *c, const char *what, uint64_t *out);
/* A string of 1 to max bytes; max 0: any length, none too. */
MUST_CHECK int cursor_string(struct cursor *c, const char *what, uint64_t max, struct gguf_string *out);

/* Order of bytes, a prefix first. */
int gguf_string_compare(const struct gguf_string *a, const struct gguf_string *b);

/* Fills g->values with the n pairs at the cursor, behind which it stands afterwards. */
MUST_CHECK int metadata_read(struct gguf *g, struct cursor *c, uint64_t n);
/* The same for the n tensors; needs the metadata (general.alignment). */
MUST_CHECK int tensors_read(struct gguf *g, struct cursor *c, uint64_t n);

/* Bytes of one value of a type; 0 for strings, arrays and unknown types. */
size_t gguf_type_size(uint32_t type);
/* "uint8", "an array", ... for messages. Static. */
const char *gguf_type_name(uint32_t type);

/* A type of tensors: its name, elements and bytes of a block. bytes is 0 where no file holds it. */
struct tensor_type {
	const char *name;
	uint32_t block;
	uint32_t bytes;
};
const struct tensor_type *tensor_type_find(uint32_t type); /* NULL: unknown */

#endif
