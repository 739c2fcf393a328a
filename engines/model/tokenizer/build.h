/* SPDX-License-Identifier: Apache-2.0 */
/* How a tokenizer is made of a GGUF's tokenizer.ggml.* keys. Within engines/model. */
#ifndef IFM_MODEL_TOKENIZER_BUILD_H
#define IFM_MODEL_TOKENIZER_BUILD_H

#include "engines/base/err.h"

struct gguf;
struct tokenizer;

/*
 * *out: NULL with 0 when the file has no tokenizer.ggml.model. n_vocab: size of the model's vocabulary, which
 * the list of tokens must have (0: whatever the list has, for vocabulary-only files). The tokenizer
 * keeps no pointer into the file. Untrusted: every id, length and array size is checked.
 */
MUST_CHECK int tokenizer_build(struct tokenizer **out, const struct gguf *g, int n_vocab, struct diag *d);

#endif
