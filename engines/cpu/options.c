/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/options.h"

#include "engines/base/switches.h"

enum { WAIT = 0, HUGEPAGES, PACKCACHE, MEMORY, N_OPTIONS };
static const struct switch_row table[N_OPTIONS] = {
	[WAIT] = {"wait", {"spin", "passive"}},
	[HUGEPAGES] = {"hugepages", {"on", "off"}},
	[PACKCACHE] = {"packcache", {"on", "off"}},
	[MEMORY] = {"memory", {"local", "interleave"}},
};

int cpu_options_parse(struct cpu_options *out, const char *text, struct diag *d)
{
	bool on[N_OPTIONS];
	int rc = switches_parse("cpu", table, N_OPTIONS, text, on, d);
	if (rc == 0)
		*out = (struct cpu_options){on[WAIT], on[HUGEPAGES], on[PACKCACHE], on[MEMORY]};
	return rc;
}

void cpu_options_describe(const struct cpu_options *o, struct strbuf *out)
{
	const bool on[N_OPTIONS] = {
		[WAIT] = o->passive,
		[HUGEPAGES] = o->small_pages,
		[PACKCACHE] = o->pack_always,
		[MEMORY] = o->interleave,
	};
	switches_describe(table, N_OPTIONS, on, out);
}
