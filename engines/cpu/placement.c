/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/placement.h"

#include <errno.h>
#include <linux/mempolicy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engines/base/place.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/base/topology.h"
#include "engines/cpu/options.h"
#include "engines/engine.h"

static void node_add(unsigned long *mask, int node)
{
	if (node < PLACEMENT_NODES)
		mask[node / PLACEMENT_WORD_BITS] |= 1UL << node % PLACEMENT_WORD_BITS;
}

/* Policy and nodes of the calling thread; what was refused is said. */
static void policy_set(struct placement *p, int policy, const unsigned long *mask, const char *done,
		       const char *refused)
{
	long rc = syscall(SYS_get_mempolicy, &p->policy_before, p->nodes_before, PLACEMENT_NODES, NULL, 0);
	if (rc == 0)
		rc = syscall(SYS_set_mempolicy, policy, mask, PLACEMENT_NODES);
	p->policy_set = rc == 0;
	if (rc)
		snprintf(p->memory, sizeof p->memory, "%s: %s", refused, strerror(errno));
	else
		snprintf(p->memory, sizeof p->memory, "%s", done);
}

static void memory_prefer(struct placement *p, int node)
{
	unsigned long mask[PLACEMENT_NODES / PLACEMENT_WORD_BITS] = {0};
	char done[64], refused[64];
	node_add(mask, node);
	snprintf(done, sizeof done, "node %d is preferred", node);
	snprintf(refused, sizeof refused, "node %d could not be preferred", node);
	policy_set(p, MPOL_PREFERRED, mask, done, refused);
}

static void memory_interleave(struct placement *p)
{
	unsigned long mask[PLACEMENT_NODES / PLACEMENT_WORD_BITS] = {0};
	struct cpu_list nodes;
	char done[64];
	topology_nodes(&nodes, "");
	for (int i = 0; i < nodes.n; i++)
		node_add(mask, nodes.cpu[i]);
	snprintf(done, sizeof done, "pages go to %d nodes in turn", nodes.n);
	policy_set(p, MPOL_INTERLEAVE, mask, done, "pages could not be interleaved");
	cpu_list_free(&nodes);
}

/* All threads on any of the CPUs: those that a library starts later inherit them. */
static int set_bind(struct placement *p, struct diag *d)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	for (int i = 0; i < p->n; i++) {
		if (p->cpus[i] >= CPU_SETSIZE)
			return diag_set(
				d, ERR_UNSUPPORTED,
				"affinity %s: threads of a library are bound to CPUs below %d, not to %d",
				p->affinity, CPU_SETSIZE, p->cpus[i]);
		CPU_SET((size_t)p->cpus[i], &set);
	}
	if (sched_getaffinity(0, sizeof p->mask_before, &p->mask_before) ||
	    sched_setaffinity(0, sizeof set, &set))
		return diag_set(d, ERR_DEVICE, "affinity %s: %s", p->affinity, strerror(errno));
	p->as_set = true;
	return 0;
}

static int cpus_choose(struct placement *p, const struct engine_config *c, int *node, struct diag *d)
{
	struct cpu_list allowed;
	struct place place;
	cpu_list_allowed(&allowed);
	int rc = place_choose(&place, &(struct place_request){c->affinity, c->n_threads, "", &allowed}, d);
	cpu_list_free(&allowed);
	if (rc)
		return rc;
	p->cpus = place.cpus;
	p->n = c->n_threads;
	*node = place.node;
	return c->pin ? 0 : set_bind(p, d);
}

int placement_open(struct placement *p, const struct engine_config *c, const struct cpu_options *o,
		   struct diag *d)
{
	int node = -1, rc = 0;
	*p = (struct placement){0};
	snprintf(p->affinity, sizeof p->affinity, "%s", c->affinity ? c->affinity : "auto");
	if (strcmp(p->affinity, "auto") != 0)
		rc = cpus_choose(p, c, &node, d);
	if (rc == 0 && node >= 0 && o->interleave)
		rc = diag_set(d, ERR_UNSUPPORTED,
			      "affinity %s prefers its memory: not with memory:interleave", p->affinity);
	if (rc) {
		placement_close(p);
		return rc;
	}
	if (node >= 0)
		memory_prefer(p, node);
	if (o->interleave)
		memory_interleave(p);
	return 0;
}

void placement_close(struct placement *p)
{
	if (p->policy_set)
		syscall(SYS_set_mempolicy, p->policy_before, p->nodes_before, PLACEMENT_NODES);
	if (p->as_set)
		sched_setaffinity(0, sizeof p->mask_before, &p->mask_before);
	free(p->cpus);
	*p = (struct placement){0};
}

void placement_describe(const struct placement *p, const struct pool *pool, struct strbuf *out)
{
	const int *pinned = pool_cpus(pool);
	struct cpu_list allowed = {0};
	strbuf_printf(out, "cpus: %s", pinned ? "" : "any of ");
	if (pinned) {
		cpu_list_put(pinned, pool_threads(pool), out);
	} else if (p->cpus) {
		cpu_list_put(p->cpus, p->n, out);
	} else {
		cpu_list_allowed(&allowed);
		cpu_list_put(allowed.cpu, allowed.n, out);
		cpu_list_free(&allowed);
	}
	strbuf_printf(out, " (affinity %s, %s)\n", p->affinity,
		      pinned ? "a thread each, in this order" : "not pinned one by one");
	if (p->memory[0])
		strbuf_printf(out, "memory: %s\n", p->memory);
}
