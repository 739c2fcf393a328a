/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "reports/verdicts/html.h"
#include "reports/verdicts/verdicts.h"

static const struct {
	const char *name; /* as in emitter_registry */
	int (*emit)(FILE *out, const struct verdicts *v, const struct report_options *o, struct diag *d);
} formats[] = {
	{"terminal", verdicts_terminal}, {"md", verdicts_md},	    {"csv", verdicts_csv},
	{"json", verdicts_json},	 {"junit", verdicts_junit}, {"html", verdicts_html},
};

int verdicts_emit(FILE *out, const struct verdicts *v, const char *format,
		  const struct report_options *options, struct diag *d)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (strcmp(formats[i].name, format) == 0)
			return formats[i].emit(out, v, options, d);
	return diag_set(d, ERR_USAGE, "\"%.40s\": a comparison on fresh pairs has no such format", format);
}
