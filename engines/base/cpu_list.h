/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CPU numbers as texts: "0-3,8" of /sys, "0-3+8" of a point. */
#ifndef IFM_BASE_CPU_LIST_H
#define IFM_BASE_CPU_LIST_H

#include <stdbool.h>

#include "engines/base/err.h"

struct strbuf;

/* Numbers are below this: as many as Linux can be built for. */
#define CPU_LIST_MAX 8192

struct cpu_list {
	int n;
	int *cpu; /* in the order they were written, each once */
};

/*
 * Numbers and ranges joined by separator. ERR_USAGE for anything else, a falling range, a number twice or from
 * CPU_LIST_MAX on. An empty text (a node without CPUs) is an empty list; a newline at the end is no part of it.
 */
MUST_CHECK int cpu_list_parse(struct cpu_list *out, const char *text, char separator, struct diag *d);
void cpu_list_free(struct cpu_list *l);
bool cpu_list_has(const struct cpu_list *l, int cpu);

/* Appends them as a point's value: "0-3+8", in their order. */
void cpu_list_put(const int *cpu, int n, struct strbuf *out);

/* The CPUs that this process may use now, ascending; its affinity mask, which the cpuset binds. */
void cpu_list_allowed(struct cpu_list *out);

/* The same as of the first call, whatever threads were bound to since; engines ask before they bind any. Static. */
const struct cpu_list *cpu_list_started(void);

#endif
