/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text -> a tree of scalars, lists and maps, each with its line. One document of plain data: what
 * would make a sweep say more than it shows (anchors, aliases, tags, further documents) is refused.
 * Made from libfyaml's events and not from its document, which keeps no line of an empty value and
 * bounds neither depth nor count. Within harness/spec.
 */
#ifndef IFM_SPEC_YAML_H
#define IFM_SPEC_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "engines/base/err.h"

enum yaml_kind { YAML_SCALAR = 0, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	int line;
	char *text;  /* of a scalar, clean UTF-8; owned; NULL: no value (nothing, ~ or null) */
	int n, room; /* children: items; of a map key, value, key, value */
	struct yaml_node *child;
};

/* ERR_FORMAT with file and line. A text without a document is a scalar without a value. */
MUST_CHECK int yaml_parse(struct yaml_node *out, const char *text, size_t n, const char *file,
			  struct diag *d);
void yaml_free(struct yaml_node *node);

const char *yaml_kind_name(enum yaml_kind kind); /* "a list"; static */

#endif
