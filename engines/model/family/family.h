/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines/model knows of an architecture: the keys and tensors its files have. A new one
 * is one file of tables beside llama.c and a row in family.c. What is computed of them
 * is the business of engines. Within engines/model.
 */
#ifndef IFM_MODEL_FAMILY_FAMILY_H
#define IFM_MODEL_FAMILY_FAMILY_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/model/hparams.h"
#include "engines/model/layout.h"

struct family {
	const char *name;		    /* general.architecture; its keys begin with it and a point */
	bool rotary;			    /* keys of rotary positions are known, heads are rotated */
	const struct hparams_field *fields; /* ends with key NULL */
	const struct layout_row *outside;   /* tensors of the model, end with name NULL */
	const struct layout_row *layer;	    /* those of each layer, without "blk.N." */
};

/* NULL when there is no such architecture here. name: n bytes. */
const struct family *family_find(const char *name, size_t n);

/* The first one, which a text that names none means. */
const struct family *family_default(void);

/* Appends "llama and gpt2". */
struct strbuf;
void family_names(struct strbuf *out);

/* Rows of the tables of fields. The least of an int is 1; a real is positive. */
#define FIELD_INT(key, brief, field, max, optional)                                                          \
	{                                                                                                    \
		key, brief, offsetof(struct hparams, field), max, false, optional                            \
	}
#define FIELD_REAL(key, field, optional)                                                                     \
	{                                                                                                    \
		key, NULL, offsetof(struct hparams, field), 0, true, optional                                \
	}

#endif
