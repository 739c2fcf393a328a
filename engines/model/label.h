/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other tools call a model: architecture, size class and file type as llama-bench prints them ("llama 1B Q8_0"), and
 * the bytes of its weights as it counts them. For exchange with them; nothing here decides what is computed.
 */
#ifndef IFM_MODEL_LABEL_H
#define IFM_MODEL_LABEL_H

#include <stdint.h>

struct model;
struct strbuf;

/* Appends the label. A file that does not tell its type gets the one of most of its weights: "(guessed) F16". */
void model_label(const struct model *m, struct strbuf *out);

/* Bytes of all tensors in the form the model holds them in. */
int64_t model_bytes(const struct model *m);

#endif
