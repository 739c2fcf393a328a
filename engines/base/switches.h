/* SPDX-License-Identifier: Apache-2.0 */
/* What an engine lets one switch by the key "options": name:value pairs joined by +. */
#ifndef IFM_BASE_SWITCHES_H
#define IFM_BASE_SWITCHES_H

#include <stdbool.h>

#include "engines/base/err.h"

struct strbuf;

/* A name and its two values; the first one is what happens without it, the second one sets the flag. */
struct switch_row {
	const char *name;
	const char *value[2];
};
#define SWITCHES_MAX 8

/* Sets on[i] for each of the n rows (at most SWITCHES_MAX); as they were on an error. ERR_UNSUPPORTED with the nearest known one
 * for an unknown name or value, ERR_USAGE for a name given twice. */
MUST_CHECK int switches_parse(const char *engine, const struct switch_row *table, int n, const char *text,
			      bool *on, struct diag *d);

/* "options: wait:spin+hugepages:on+...": all of them as they are, a line. */
void switches_describe(const struct switch_row *table, int n, const bool *on, struct strbuf *out);

#endif
