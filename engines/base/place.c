/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/place.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "engines/base/topology.h"

/* Which level counts first when CPUs are put in order. */
static const enum topology_level orders[][TOPOLOGY_LEVELS] = {
	{TOPOLOGY_THREAD, TOPOLOGY_PACKAGE, TOPOLOGY_NODE, TOPOLOGY_CACHE, TOPOLOGY_CORE},
	{TOPOLOGY_THREAD, TOPOLOGY_CORE, TOPOLOGY_CACHE, TOPOLOGY_NODE, TOPOLOGY_PACKAGE},
};
enum { COMPACT, SCATTER };

/* A CPU and the rank of its unit in the unit around it, a level each. */
struct seat {
	int cpu;
	int rank[TOPOLOGY_LEVELS];
	const enum topology_level *order;
};

/* Are both in one unit of all levels outside of that one? */
static bool together(const struct topology_cpu *a, const struct topology_cpu *b, int level)
{
	return memcmp(a->unit, b->unit, (size_t)level * sizeof a->unit[0]) == 0;
}

static int by_units(const void *a, const void *b)
{
	const struct topology_cpu *x = a, *y = b;
	for (int k = 0; k < TOPOLOGY_LEVELS; k++)
		if (x->unit[k] != y->unit[k])
			return x->unit[k] < y->unit[k] ? -1 : 1;
	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

static int by_order(const void *a, const void *b)
{
	const struct seat *x = a, *y = b;
	for (int k = 0; k < TOPOLOGY_LEVELS; k++) {
		int level = x->order[k];
		if (x->rank[level] != y->rank[level])
			return x->rank[level] < y->rank[level] ? -1 : 1;
	}
	return x->cpu < y->cpu ? -1 : x->cpu > y->cpu;
}

/* Sorted by units, a rank grows by one where its unit changes and begins anew where one around it does. */
static void seats_rank(const struct topology *t, struct seat *seats)
{
	for (int i = 0; i < t->n; i++) {
		seats[i].cpu = t->cpu[i].cpu;
		for (int k = 0; k < TOPOLOGY_LEVELS; k++) {
			if (i == 0 || !together(&t->cpu[i], &t->cpu[i - 1], k))
				seats[i].rank[k] = 0;
			else
				seats[i].rank[k] =
					seats[i - 1].rank[k] + (t->cpu[i].unit[k] != t->cpu[i - 1].unit[k]);
		}
	}
}

/* The CPUs of the list, in that order. */
static void sort(const char *root, struct cpu_list *cpus, int how)
{
	struct topology t;
	topology_read(&t, root, cpus);
	struct seat *seats = mem_alloc(((size_t)t.n + 1) * sizeof *seats);
	qsort(t.cpu, (size_t)t.n, sizeof *t.cpu, by_units);
	seats_rank(&t, seats);
	for (int i = 0; i < t.n; i++)
		seats[i].order = orders[how];
	qsort(seats, (size_t)t.n, sizeof *seats, by_order);
	for (int i = 0; i < t.n; i++)
		cpus->cpu[i] = seats[i].cpu;
	free(seats);
	topology_free(&t);
}

static void list_copy(struct cpu_list *out, const struct cpu_list *from)
{
	*out = (struct cpu_list){from->n, mem_alloc(((size_t)from->n + 1) * sizeof *out->cpu)};
	memcpy(out->cpu, from->cpu, (size_t)from->n * sizeof *out->cpu);
}

/* Those of a node that are allowed. */
static int node_list(struct cpu_list *out, const struct place_request *q, int node, struct diag *d)
{
	struct diag why = {0};
	struct cpu_list all;
	int n = 0;
	int rc = topology_node_cpus(&all, q->root, node, &why);
	if (rc)
		return diag_set(d, (enum err)rc, "affinity %s: %s", q->affinity, why.text);
	for (int i = 0; i < all.n; i++)
		if (cpu_list_has(q->allowed, all.cpu[i]))
			all.cpu[n++] = all.cpu[i];
	if (n == 0) {
		const char *what = all.n ? "none of its CPUs is allowed here" : "it has no CPUs";
		cpu_list_free(&all);
		return diag_set(d, ERR_UNAVAILABLE, "affinity %s: %s", q->affinity, what);
	}
	all.n = n;
	*out = all;
	return 0;
}

static int unknown(const char *text, struct diag *d)
{
	static const char *const known[] = {"auto", "compact", "scatter", "node0"};
	struct nearest near = {.name = text};
	struct strbuf hint = {0};
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		nearest_offer(&near, known[i]);
	nearest_put(&near, &hint);
	int rc = diag_set(d, ERR_UNSUPPORTED,
			  "affinity \"%.60s\": expected auto, compact, scatter, nodeN or CPUs as 0-3+8%s",
			  text, strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

static int written_list(struct cpu_list *out, const struct place_request *q, struct diag *d)
{
	struct strbuf allowed = {0};
	if (q->affinity[0] < '0' || q->affinity[0] > '9' || strchr(q->affinity, '\n') ||
	    cpu_list_parse(out, q->affinity, '+', NULL))
		return unknown(q->affinity, d);
	for (int i = 0; i < out->n; i++) {
		int cpu = out->cpu[i];
		if (cpu_list_has(q->allowed, cpu))
			continue;
		cpu_list_put(q->allowed->cpu, q->allowed->n, &allowed);
		cpu_list_free(out);
		int rc = diag_set(d, ERR_UNAVAILABLE,
				  "affinity %.60s: CPU %d is absent, offline or not allowed; %.80s are",
				  q->affinity, cpu, strbuf_text(&allowed));
		strbuf_free(&allowed);
		return rc;
	}
	return 0;
}

/* "node12" is 12; -1: no node. */
static int node_number(const char *text)
{
	const char *digits = text + strlen("node");
	if (strncmp(text, "node", strlen("node")) != 0 || !*digits || strlen(digits) > 5 ||
	    strspn(digits, "0123456789") != strlen(digits) || (digits[0] == '0' && digits[1]))
		return -1;
	return atoi(digits); /* NOLINT(cert-err34-c): five digits at most */
}

static int candidates(struct cpu_list *out, const struct place_request *q, int *node, struct diag *d)
{
	*node = node_number(q->affinity);
	if (*node >= 0) {
		int rc = node_list(out, q, *node, d);
		if (rc == 0)
			sort(q->root, out, COMPACT);
		return rc;
	}
	bool compact = strcmp(q->affinity, "compact") == 0;
	if (!compact && strcmp(q->affinity, "scatter") != 0)
		return written_list(out, q, d);
	list_copy(out, q->allowed);
	sort(q->root, out, compact ? COMPACT : SCATTER);
	return 0;
}

int place_choose(struct place *out, const struct place_request *q, struct diag *d)
{
	struct cpu_list cpus = {0};
	int node;
	int rc = candidates(&cpus, q, &node, d);
	if (rc)
		return rc;
	if (cpus.n < q->n_threads) {
		rc = diag_set(d, ERR_USAGE, "affinity %.60s: %d CPUs for %d threads", q->affinity, cpus.n,
			      q->n_threads);
		cpu_list_free(&cpus);
		return rc;
	}
	*out = (struct place){cpus.cpu, node};
	return 0;
}
