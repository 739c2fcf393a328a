/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "reports/compare/compare.h"

static const struct {
	const char *name; /* as in emitter_registry */
	int (*emit)(FILE *out, const struct comparison *c, const struct report_options *o, struct diag *d);
} formats[] = {
	{"terminal", compare_terminal}, {"md", compare_md},	{"csv", compare_csv},
	{"json", compare_json},		{"html", compare_html},
};

int comparison_emit(FILE *out, const struct comparison *c, const char *format,
		    const struct report_options *options, struct diag *d)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].emit(out, c, options, d);
	return diag_set(d, ERR_USAGE, "\"%.40s\": a comparison has no such format", format);
}
