/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/topology.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/op.h"
#include "engines/cpu/op_plan.h"
#include "engines/cpu/plan.h"
#include "engines/cpu/session.h"
#include "engines/job/job.h"

extern const struct engine_ops cpu_engine;

static void capability_add(struct capability *list, int *n, const char *name, const char *why_not)
{
	struct capability *c = &list[(*n)++];
	*c = (struct capability){.name = name, .usable = !why_not};
	if (why_not)
		snprintf(c->why_not, sizeof c->why_not, "%s", why_not);
}

/* NULL when threads can run on that node. */
static const char *node_why_not(int node, const struct cpu_list *allowed)
{
	struct cpu_list cpus;
	bool usable = false;
	if (topology_node_cpus(&cpus, "", node, NULL))
		return "it does not tell its CPUs";
	int n = cpus.n;
	for (int i = 0; i < n && !usable; i++)
		usable = cpu_list_has(allowed, cpus.cpu[i]);
	cpu_list_free(&cpus);
	if (n == 0)
		return "it has no CPUs";
	return usable ? NULL : "none of its CPUs is allowed here";
}

static void affinities_probe(struct device_caps *caps)
{
	static const char *const words[] = {"auto", "compact", "scatter"};
	static char names[CAPS_AFFINITIES_MAX][16]; /* of nodes: the same in each call */
	/* Not as now: this thread is bound where its engine is open. */
	const struct cpu_list *allowed = cpu_list_started();
	struct cpu_list nodes;
	int *n = &caps->n_affinities;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		capability_add(caps->affinities, n, words[i], NULL);
	topology_nodes(&nodes, "");
	for (int i = 0; i < nodes.n && *n < CAPS_AFFINITIES_MAX; i++) {
		snprintf(names[i], sizeof names[i], "node%d", nodes.cpu[i]);
		capability_add(caps->affinities, n, names[i], node_why_not(nodes.cpu[i], allowed));
	}
	cpu_list_free(&nodes);
}

static int cpu_probe(struct device_caps *caps, int max)
{
	if (max < 1)
		return 1;
	*caps = (struct device_caps){.usable = true};
	snprintf(caps->name, sizeof caps->name, "cpu");
	snprintf(caps->description, sizeof caps->description, "%s", cpuid_brand());
	caps->n_cpus = pool_usable_cpus();
	caps->memory_bytes = mem_available();
	for (int i = 0; i < ISA_COUNT; i++)
		capability_add(caps->isas, &caps->n_isas, isa_name(i), isa_why_not(i));
	for (int i = 0; i < DTYPE_COUNT; i++)
		capability_add(caps->precisions, &caps->n_precisions, dtype_name(i),
			       gemm_precision_why_not(i));
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (dtype_in_caches(i))
			capability_add(caps->kvs, &caps->n_kvs, dtype_name(i), NULL);
	affinities_probe(caps);
	for (int i = 0; gemm_provider_name(i); i++)
		capability_add(caps->providers, &caps->n_providers, gemm_provider_name(i), NULL);
	return 1;
}

static int isa_choose(const char *name, enum isa *isa, struct diag *d)
{
	*isa = isa_best();
	if (strcmp(name, "auto") == 0)
		return 0;
	if (!isa_parse(name, isa))
		return diag_set(d, ERR_UNSUPPORTED,
				"isa \"%s\": expected auto, ref, avx2, avx512, vnni, bf16 or neon", name);
	const char *why_not = isa_why_not(*isa);
	return why_not ? diag_set(d, ERR_UNAVAILABLE, "isa %s: %s", name, why_not) : 0;
}

static void cpu_close(struct engine *e)
{
	if (!e)
		return;
	flush_free(&e->flush);
	session_forget(e);
	pool_close(e->pool);
	placement_close(&e->placement);
	mem_use_huge_pages(true);
	free(e);
}

/* Where they run is settled first: a thread inherits it. */
static int threads_start(struct engine *e, const struct engine_config *config, struct diag *d)
{
	(void)cpu_list_started();
	int rc = placement_open(&e->placement, config, &e->options, d);
	if (rc)
		return rc;
	mem_use_huge_pages(!e->options.small_pages);
	const struct pool_config p = {.n_threads = config->n_threads,
				      .pin = config->pin,
				      .cpus = e->placement.cpus,
				      .passive = config->passive_wait || e->options.passive};
	return pool_open(&e->pool, &p, d);
}

static int cpu_open(struct engine **out, const struct engine_config *config, struct diag *d)
{
	struct cpu_options options;
	enum isa isa;
	if (strcmp(config->device, "cpu") != 0)
		return diag_set(d, ERR_UNAVAILABLE, "engine cpu has no device \"%s\", expected cpu",
				config->device);
	int rc = isa_choose(config->isa, &isa, d);
	if (rc == 0)
		rc = cpu_options_parse(&options, config->options ? config->options : "", d);
	if (rc)
		return rc;
	struct engine *e = mem_alloc(sizeof *e);
	e->isa = isa;
	e->options = options;
	rc = threads_start(e, config, d);
	if (rc) {
		cpu_close(e);
		return rc;
	}
	kernel_set_choose(&e->kernels, isa);
	*out = e;
	return 0;
}

static void cpu_describe(const struct engine *e, struct strbuf *out)
{
	placement_describe(&e->placement, e->pool, out);
	cpu_options_describe(&e->options, out);
}

static int cpu_flush(struct engine *e, uint64_t *bytes, struct diag *d)
{
	return flush_run(&e->flush, e->pool, bytes, d);
}

static uint64_t cpu_flush_bytes(const struct engine *e)
{
	return flush_bytes(&e->flush, e->pool);
}

const struct engine_ops cpu_engine = {
	.name = "cpu",
	.probe = cpu_probe,
	.provider_why_not = gemm_provider_why_not,
	.open = cpu_open,
	.check = session_check,
	.load = session_load,
	.submit = session_submit,
	.wait = session_wait,
	.fetch = session_fetch,
	.argmax = session_argmax,
	.seq_edit = session_seq_edit,
	.work = job_work,
	.describe = session_describe,
	.unload = session_unload,
	.op_plan = op_plan,
	.op = op_open,
	.op_submit = op_submit,
	.op_submit_rows = op_submit_rows,
	.op_wait = op_wait,
	.op_fetch = op_fetch,
	.op_describe = op_describe,
	.op_free = op_free,
	.describe_engine = cpu_describe,
	.flush = cpu_flush,
	.flush_bytes = cpu_flush_bytes,
	.close = cpu_close,
};
