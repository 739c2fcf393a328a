/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/counter.h"

#include <string.h>

#include "engines/base/strbuf.h"

extern const struct counter_ops counter_clock, counter_rusage;

const struct counter_ops *const counter_registry[] = {&counter_clock, &counter_rusage, NULL};

const struct counter_ops *counter_find(const char *name, struct diag *d)
{
	struct strbuf known = {0};
	for (int i = 0; counter_registry[i]; i++) {
		if (strcmp(counter_registry[i]->name, name) == 0) {
			strbuf_free(&known);
			return counter_registry[i];
		}
		strbuf_printf(&known, "%s%s", i ? ", " : "", counter_registry[i]->name);
	}
	diag_set(d, ERR_UNSUPPORTED, "unknown counter source \"%.40s\", known are %s", name,
		 strbuf_text(&known));
	strbuf_free(&known);
	return NULL;
}
