/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as a GGUF file at another precision, byte for byte as llama.cpp's `llama-quantize --pure
 * --allow-requantize` writes it: tensors in its order, weights with two or more dimensions converted (rows that are
 * no multiple of a block to F16), norms, biases, positions and what else it leaves alone as they are, and all
 * keys, behind them general.quantization_version and general.file_type. Types are converted through f32. A
 * synthetic model gets the keys of its architecture and a tokenizer that knows bytes and nothing else.
 */
#ifndef IFM_MODEL_CONVERT_CONVERT_H
#define IFM_MODEL_CONVERT_CONVERT_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct gguf;
struct model;

/* Called by the calling thread, now and then. Not 0 ends the conversion: ERR_CANCELLED. */
typedef int convert_progress_fn(void *arg, uint64_t done_bytes, uint64_t all_bytes);

struct convert_config {
	enum dtype precision; /* one that files have, else ERR_UNSUPPORTED */
	const char *path;     /* of the file to write; never the model's own */
	bool replace;	      /* one that is there */
	int n_threads;
	convert_progress_fn *progress; /* Optional */
	void *arg;
};

struct convert_result {
	uint64_t n_bytes; /* of the file */
	int n_tensors;
	int n_of[DTYPE_COUNT]; /* tensors of each type */
};

/* Writes the file; on failure there is none, or the one that was there. */
MUST_CHECK int convert_model(const struct model *m, const struct convert_config *c,
			     struct convert_result *out, struct diag *d);

/* The same of any file whose tensors are of types that we know, whatever its architecture. */
MUST_CHECK int convert_gguf(const struct gguf *g, const struct convert_config *c, struct convert_result *out,
			    struct diag *d);

#endif
