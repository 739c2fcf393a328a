/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/counter.h"

#include <string.h>

#include "engines/base/strbuf.h"

extern const struct counter_ops counter_clock, counter_rusage, counter_perf, counter_papi, counter_nvml;

const struct counter_ops *const counter_registry[] = {&counter_clock, &counter_rusage, &counter_perf,
						      &counter_papi,  &counter_nvml,   NULL};

static const struct counter_ops *unknown(const char *name, struct diag *d)
{
	struct strbuf known = {0};
	for (int i = 0; counter_registry[i]; i++)
		strbuf_printf(&known, "%s%s%s", i ? ", " : "", counter_registry[i]->name,
			      counter_registry[i]->has_groups ? ":GROUP" : "");
	diag_set(d, ERR_UNSUPPORTED, "unknown counter source \"%.40s\", known are %s", name,
		 strbuf_text(&known));
	strbuf_free(&known);
	return NULL;
}

const struct counter_ops *counter_find(const char *name, const char **group, struct diag *d)
{
	size_t n = strcspn(name, ":");
	bool has_group = name[n] == ':';
	for (int i = 0; counter_registry[i]; i++) {
		const struct counter_ops *ops = counter_registry[i];
		if (strlen(ops->name) != n || strncmp(ops->name, name, n) != 0 ||
		    ops->has_groups != has_group)
			continue;
		*group = has_group ? name + n + 1 : "";
		return ops;
	}
	return unknown(name, d);
}
