/* SPDX-License-Identifier: Apache-2.0 */
/* What a model is called. Within engines/model. */
#ifndef IFM_MODEL_NAME_H
#define IFM_MODEL_NAME_H

struct gguf;

/*
 * general.name, or the last part of the path where there is none. Valid UTF-8
 * of one line: what is broken is '?', control characters are spaces. At most
 * MODEL_NAME_MAX bytes, a longer one is cut and ends in "...". Owned by the caller.
 */
#define MODEL_NAME_MAX 200
char *model_name_of(const struct gguf *g);

#endif
