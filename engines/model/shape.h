/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a synthetic model as a text: lines `key: value`, the keys as in
 * a GGUF file without the architecture, plus `tied: true` or `false`, and `architecture`, which
 * is llama where no line says it. Each key once, none left out; # begins a comment. Such files are
 * YAML, but not all YAML is such a file. Also overrides of some keys. Within engines/model.
 */
#ifndef IFM_MODEL_SHAPE_H
#define IFM_MODEL_SHAPE_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "engines/model/model.h"

struct family;
struct strbuf;

struct shape {
	const struct family *family;
	struct hparams hp;
	bool tied;
};

/* file stands in messages, which name the line. */
MUST_CHECK int shape_parse(struct shape *out, const char *text, const char *file, struct diag *d);

/*
 * Changes a shape by "layers=4&vocab=1000": brief names of the family's fields, and tied; each
 * once. Without head_dim, heads become embd / heads long where they were that long; kv_heads follows heads
 * where they were equal. Appends to name, when the shape is another now, "?" and what was asked in the
 * order of the table. model stands in messages.
 */
MUST_CHECK int shape_override(struct shape *s, const char *text, const char *model, struct strbuf *name,
			      struct diag *d);

#endif
