/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shape of a synthetic model as a text: lines `key: value`, the keys as in
 * a GGUF file without the architecture, plus `tied: true` or `false`. Each key once, none left
 * out; # begins a comment. Such files are YAML, but not all YAML is such a file. Within engines/model.
 */
#ifndef IFM_MODEL_SHAPE_H
#define IFM_MODEL_SHAPE_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "engines/model/model.h"

struct shape {
	struct hparams hp;
	bool tied;
};

/* file stands in messages, which name the line. */
MUST_CHECK int shape_parse(struct shape *out, const char *text, const char *file, struct diag *d);

#endif
