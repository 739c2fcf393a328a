/* SPDX-License-Identifier: Apache-2.0 */
/* The two kinds of models, as model_open() makes them. Within engines/model. */
#ifndef IFM_MODEL_SOURCE_H
#define IFM_MODEL_SOURCE_H

#include "engines/base/err.h"
#include "engines/model/model.h"

struct gguf;

struct model_source {
	struct gguf *file; /* NULL: synthetic */
};

/* A model of an open file, which belongs to the model only on success. */
MUST_CHECK int model_from_gguf(struct model **out, struct gguf *g, const struct model_options *options,
			       struct diag *d);

/* The synthetic model of that name ("llama-1b", "llama-1b?layers=4"). It has no tokenizer. */
MUST_CHECK int model_from_shape(struct model **out, const char *name, const struct model_options *options,
				struct diag *d);

/* Makes the tensors found by name. */
void model_index(struct model *m);

/* Row of a synthetic tensor, cols floats. */
void synthetic_row(const struct tensor *t, int64_t row, float *dst);

/* That of all that decides a synthetic model's weights. */
void synthetic_hash(const struct model *m, char hex[33]);

/* XXH3-128 of n bytes in lower-case hex. */
void model_hash(char hex[33], const void *data, size_t n);

#endif
