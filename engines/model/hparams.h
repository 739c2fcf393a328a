/* SPDX-License-Identifier: Apache-2.0 */
/* Hyperparameters: the table of their keys, reading them from a GGUF file, their limits. Within engines/model. */
#ifndef IFM_MODEL_HPARAMS_H
#define IFM_MODEL_HPARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/err.h"
#include "engines/model/model.h"

struct family;
struct gguf;

/* No dimension is larger: rows and columns of fused matrices stay far from the end of int. */
#define HPARAMS_DIM_MAX (1 << 24)
/* The deepest published models have some 130: a bound for what a false number can cost. */
#define HPARAMS_LAYERS_MAX 4096

/* A field of struct hparams and its key, without the architecture. */
struct hparams_field {
	const char *key;
	const char *brief; /* its name in an override of a synthetic model; NULL: it has none */
	size_t offset;	   /* in struct hparams */
	int max;	   /* of an int; the least is 1 */
	bool real;	   /* a float, else an int */
	bool optional;	   /* in a GGUF file: it follows from others */
};

static inline int *hparams_int(struct hparams *hp, const struct hparams_field *f)
{
	return (int *)((char *)hp + f->offset);
}

static inline float *hparams_real(struct hparams *hp, const struct hparams_field *f)
{
	return (float *)((char *)hp + f->offset);
}

/* Sets the field to x, which must be positive and finite as float; false otherwise. */
MUST_CHECK bool hparams_set_real(struct hparams *hp, const struct hparams_field *f, double x);

/*
 * Of an open file, and its architecture. ERR_UNSUPPORTED names what is understood but not computed
 * here: other architectures, experts, scalings of the positions, ...
 */
MUST_CHECK int hparams_read(struct hparams *out, const struct family **family, const struct gguf *g,
			    struct diag *d);

/* What fields must be to each other. file: what it is about. */
MUST_CHECK int hparams_check(const struct hparams *hp, const char *file, struct diag *d);

#endif
