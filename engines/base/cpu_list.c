/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/cpu_list.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

struct reader {
	const char *at;
	struct cpu_list list;
	bool seen[CPU_LIST_MAX];
};

/* Digits, at most as many as the largest number has. */
static bool number_read(struct reader *r, int *out)
{
	int v = 0, n = 0;
	for (; *r->at >= '0' && *r->at <= '9' && n < 5; n++)
		v = v * 10 + *r->at++ - '0';
	*out = v;
	return n > 0 && v < CPU_LIST_MAX;
}

/* A number or a range, none of it seen before. */
static bool range_read(struct reader *r)
{
	int first, last;
	if (!number_read(r, &first))
		return false;
	last = first;
	if (*r->at == '-') {
		r->at++;
		if (!number_read(r, &last) || last < first)
			return false;
	}
	for (; first <= last; first++) {
		if (r->seen[first])
			return false;
		r->seen[first] = true;
		r->list.cpu[r->list.n++] = first;
	}
	return true;
}

static bool list_read(struct reader *r, char separator)
{
	if (strcmp(r->at, "") == 0 || strcmp(r->at, "\n") == 0)
		return true;
	while (range_read(r)) {
		if (*r->at == '\0' || strcmp(r->at, "\n") == 0)
			return true;
		if (*r->at++ != separator)
			return false;
	}
	return false;
}

int cpu_list_parse(struct cpu_list *out, const char *text, char separator, struct diag *d)
{
	struct reader *r = mem_alloc(sizeof *r);
	r->at = text;
	r->list.cpu = mem_alloc(CPU_LIST_MAX * sizeof *r->list.cpu);
	int rc = 0;
	if (list_read(r, separator))
		*out = r->list;
	else
		rc = diag_set(d, ERR_USAGE,
			      "\"%.60s\" is no list of CPUs: expected as 0-3%c8, each once and below %d",
			      text, separator, CPU_LIST_MAX);
	if (rc)
		cpu_list_free(&r->list);
	free(r);
	return rc;
}

void cpu_list_free(struct cpu_list *l)
{
	free(l->cpu);
	*l = (struct cpu_list){0};
}

bool cpu_list_has(const struct cpu_list *l, int cpu)
{
	for (int i = 0; i < l->n; i++)
		if (l->cpu[i] == cpu)
			return true;
	return false;
}

void cpu_list_put(const int *cpu, int n, struct strbuf *out)
{
	for (int i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && cpu[end] == cpu[end - 1] + 1; end++)
			;
		strbuf_printf(out, "%s%d", i ? "+" : "", cpu[i]);
		if (end > i + 1)
			strbuf_printf(out, "-%d", cpu[end - 1]);
	}
}

void cpu_list_allowed(struct cpu_list *out)
{
	cpu_set_t *set = CPU_ALLOC(CPU_LIST_MAX);
	size_t size = CPU_ALLOC_SIZE(CPU_LIST_MAX);
	*out = (struct cpu_list){.cpu = mem_alloc(CPU_LIST_MAX * sizeof *out->cpu)};
	if (set && sched_getaffinity(0, size, set) == 0)
		for (int c = 0; c < CPU_LIST_MAX; c++)
			if (CPU_ISSET_S((size_t)c, size, set))
				out->cpu[out->n++] = c;
	CPU_FREE(set);
}

const struct cpu_list *cpu_list_started(void)
{
	static struct cpu_list started;
	if (!started.cpu)
		cpu_list_allowed(&started);
	return &started;
}
