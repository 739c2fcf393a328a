/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as an engine sees it: hyperparameters, named tensors in the form the
 * file (or the generator) has them, and a tokenizer. Where it comes from is
 * hidden: a GGUF file stays mapped, a synthetic model makes its rows on demand.
 * Read-only after opening; any number of threads may read.
 */
#ifndef IFM_MODEL_MODEL_H
#define IFM_MODEL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct strbuf;
struct tokenizer;
struct model_source; /* file/ or synthetic */

/* Names as in GGUF's general.architecture keys. All checked: positive, products fit, heads divide. */
struct hparams {
	int n_layers;
	int n_embd; /* width */
	int n_heads;
	int n_kv_heads; /* divides n_heads */
	int head_dim;	/* even, at most HEAD_DIM_MAX; need not be n_embd / n_heads */
	int n_ff;
	int n_vocab;
	int n_context;
	int n_rot; /* rotated dimensions of a head, even, at most head_dim; 0: positions are learned */
	float norm_eps;
	float rope_base;
	float rope_scale; /* position multiplier: 1, or 1/factor of linear scaling */
};
#define HEAD_DIM_MAX 1024

#define MODEL_TENSOR_NAME_MAX 64
struct tensor {
	char name[MODEL_TENSOR_NAME_MAX];
	enum dtype dtype;
	int64_t rows; /* 1 for vectors */
	int64_t cols; /* length of a row, contiguous */
	/* Mapped data, NULL when the model is synthetic: read rows through tensor_read_rows. */
	const void *data;
	uint64_t seed; /* synthetic: the row generator's stream */
	float scale;   /* synthetic: amplitude */
	float mean;    /* synthetic: 1 for norm weights, else 0 */
};

struct model {
	char *path;	      /* as given: a file, synthetic:NAME or default */
	char *name;	      /* general.name, or the path's last part. UNTRUSTED text, valid UTF-8 */
	char *arch;	      /* "llama", "gpt2" */
	char hash[33];	      /* XXH3-128 of the file's bytes, or of the synthetic recipe; lower-case hex */
	enum dtype file_type; /* what most of the weights are held in; synthetic: F32 */
	bool tied;	      /* no output.weight: the embedding is the output matrix */
	int64_t n_params;     /* elements of all tensors */
	struct hparams hp;
	int n_tensors;
	struct tensor *tensors;
	struct tokenizer *tokenizer; /* NULL: the model has none (synthetic) */
	struct model_source *source;
	/* What model_open adds. */
	uint64_t serial; /* tells it from every other model of this process; 0: made otherwise */
	int n_slots;	 /* tensors by name: index + 1, 0: free; NULL: they are searched through */
	int *slots;
};

/*
 * Opens a model: "synthetic:NAME" or "synthetic:NAME?OVERRIDES", "default" (the shipped one: of
 * $INFEROMETER_DATA/models, beside the running program or installed, the first
 * there is) or a GGUF file. Maps, checks every count, size and offset, and finds
 * all tensors the architecture needs with the shapes they must have, and no
 * other: what is not computed is ERR_UNSUPPORTED. Errors are one line with the
 * byte offset and what was expected. The tokenizer is built only when with_tokenizer is set. The content
 * hash is computed only when with_hash is set (else hash is "").
 */
struct model_options {
	bool with_tokenizer;
	bool with_hash;
	/* Nothing but the tokenizer and the name are there: hyperparameters are 0, there are no tensors. For files
	 * that hold a vocabulary alone, or a model that is not computed here. */
	bool tokenizer_only;
};
MUST_CHECK int model_open(struct model **out, const char *path, const struct model_options *options,
			  struct diag *d);
void model_close(struct model *m); /* NULL is fine */

/* The tensor of that name or NULL. Belongs to the model. */
const struct tensor *model_tensor(const struct model *m, const char *name);

/* The same for "blk.LAYER.SUFFIX". */
const struct tensor *model_layer_tensor(const struct model *m, int layer, const char *suffix);

/*
 * Rows [row, row + n) of t as f32, cols floats each, into dst. The file's
 * values exactly (or the generated ones). Thread-safe.
 */
void tensor_read_rows(const struct tensor *t, int64_t row, int64_t n, float *dst);

/*
 * Rows [row, row + n) of t, a tensor of m, will not be read again soon: the pages of a mapped file that hold them
 * leave this process's memory (and come back when they are read after all). Thread-safe; nothing happens for
 * other models.
 */
void model_release_rows(const struct model *m, const struct tensor *t, int64_t row, int64_t n);

/*
 * Appends lines that differ when a weight of the model differs, without reading it all: what the file system says of
 * the mapped file, or the hash of a synthetic model's recipe. False, and nothing, for a model of neither.
 */
MUST_CHECK bool model_identity(const struct model *m, struct strbuf *out);

/* Names of the synthetic models built in ("llama-160m", ...), NULL-terminated. Static. */
const char *const *synthetic_names(void);

#endif
