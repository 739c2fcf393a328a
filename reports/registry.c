/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/report.h"

#include <string.h>

extern const struct emitter_ops emit_terminal, emit_md, emit_csv, emit_json, emit_html;

const struct emitter_ops *const emitter_registry[] = {
	&emit_terminal, &emit_md, &emit_csv, &emit_json, &emit_html, NULL,
};

const struct emitter_ops *emitter_find(const char *name)
{
	for (int i = 0; emitter_registry[i]; i++)
		if (strcmp(emitter_registry[i]->name, name) == 0)
			return emitter_registry[i];
	return NULL;
}
