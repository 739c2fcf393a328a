/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on memory. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/host/doctor_check.h"
#include "harness/host/facts.h"

/* The shipped model takes 30 MB, a model of 1e9 parameters in f16 2 GB. */
#define AVAILABLE_BYTES ((double)((int64_t)1 << 30))

void check_available(const struct doctor *d, struct finding *f)
{
	double available, total;
	char a[32], t[32];

	if (!doctor_number(d, f, "run.start_available_bytes", &available) ||
	    !doctor_number(d, f, "memory.total_bytes", &total))
		return;
	finding_value(f, "%s of %s", size_text((int64_t)available, a, sizeof a),
		      size_text((int64_t)total, t, sizeof t));
	if (available >= AVAILABLE_BYTES)
		return;
	finding_bad(f, "room for the shipped model and for little else");
	finding_fix(f, "end what holds memory ('ps --sort -rss -eo rss,pid,comm | head'), or take a smaller "
		       "precision");
}

void check_memory_limit(const struct doctor *d, struct finding *f)
{
	double limit, total;
	char text[FACT_MAX], l[32];

	if (!doctor_text(d, f, "host.memory_limit_bytes", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "none") == 0 || !doctor_number(d, f, "host.memory_limit_bytes", &limit) ||
	    !doctor_number(d, f, "memory.total_bytes", &total))
		return;
	finding_value(f, "%s", size_text((int64_t)limit, l, sizeof l));
	if (limit >= total)
		return;
	finding_bad(f, "a worker that grows beyond this is killed; the cache of files counts, too");
	finding_fix(f, "--memory-limit below it gives a row with a reason; docker: --memory, kubernetes: "
		       "limits.memory");
}

static double row_bytes(const struct doctor *d, const char *row)
{
	json_t *fact = fact_memory(d->root, row);
	double v = json_is_number(fact) ? json_number_value(fact) : -1;

	json_decref(fact);
	return v;
}

void check_swap(const struct doctor *d, struct finding *f)
{
	double total, free_bytes = row_bytes(d, "SwapFree");
	char swappiness[FACT_MAX], u[32], t[32];

	if (!doctor_number(d, f, "memory.swap_bytes", &total))
		return;
	if (total == 0) {
		finding_value(f, "none");
		return;
	}
	if (free_bytes < 0 || free_bytes > total) {
		finding_unknown(f, "no SwapFree in /proc/meminfo");
		return;
	}
	finding_value(
		f, "%s used of %s, swappiness %s", size_text((int64_t)(total - free_bytes), u, sizeof u),
		size_text((int64_t)total, t, sizeof t), doctor_peek(d, "memory.swappiness", swappiness));
	if (total - free_bytes < total / 100)
		return;
	finding_bad(f,
		    "memory was short at some time: weights that were swapped out come back inside a step");
	finding_fix(f, "sudo swapoff -a && sudo swapon -a, once there is room; sudo sysctl vm.swappiness=1");
}

void check_huge_pages(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (!doctor_text(d, f, "memory.thp", text))
		return;
	finding_value(f, "%s", text);
	/* Our blocks ask for them (MADV_HUGEPAGE): "madvise" is enough. */
	if (strcmp(text, "never") != 0)
		return;
	finding_bad(f, "weights stand in pages of 4 KiB: streaming them misses the TLB");
	finding_fix(f, "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled");
}

void check_numa_balancing(const struct doctor *d, struct finding *f)
{
	double on, nodes;

	if (!doctor_number(d, f, "memory.numa_balancing", &on))
		return;
	finding_value(f, on ? "on" : "off");
	if (on == 0)
		return;
	if (!doctor_number(d, f, "cpu.numa_nodes", &nodes))
		return;
	finding_value(f, "on, %.0f %s", nodes, nodes == 1 ? "node" : "nodes");
	if (nodes <= 1)
		return;
	finding_bad(f, "the kernel unmaps and moves pages while steps run");
	finding_fix(f, "sudo sysctl kernel.numa_balancing=0, and --affinity nodeN");
}

/* ---- limits of the process ---- */

void check_address_space(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (!doctor_text(d, f, "host.limit_address_space", text))
		return;
	finding_value(f, "%s", text);
	if (strcmp(text, "unlimited") == 0)
		return;
	finding_bad(f, "model files are mapped whole and their packed weights stand beside: both count");
	finding_fix(f, "ulimit -v unlimited");
}

/* Nothing of ours locks memory; perf's buffers and other engines' --mlock do. */
void check_locked_memory(const struct doctor *d, struct finding *f)
{
	char text[FACT_MAX];

	if (doctor_text(d, f, "host.limit_locked_memory", text))
		finding_value(f, "%s%s", text,
			      strcmp(text, "unlimited") == 0 ? "" : " bytes; nothing here needs more");
}
