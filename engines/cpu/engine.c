/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/gemm.h"
#include "engines/cpu/op.h"
#include "engines/cpu/op_plan.h"
#include "engines/cpu/plan.h"
#include "engines/cpu/session.h"

extern const struct engine_ops cpu_engine;

static void capability_add(struct capability *list, int *n, const char *name, const char *why_not)
{
	struct capability *c = &list[(*n)++];
	*c = (struct capability){.name = name, .usable = !why_not};
	if (why_not)
		snprintf(c->why_not, sizeof c->why_not, "%s", why_not);
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
		capability_add(caps->precisions, &caps->n_precisions, dtype_name(i), NULL);
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (dtype_in_caches(i))
			capability_add(caps->kvs, &caps->n_kvs, dtype_name(i), NULL);
	capability_add(caps->providers, &caps->n_providers, "own", gemm_provider_why_not("own"));
	capability_add(caps->providers, &caps->n_providers, "openblas", gemm_provider_why_not("openblas"));
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

static int cpu_open(struct engine **out, const struct engine_config *config, struct diag *d)
{
	enum isa isa;
	if (strcmp(config->device, "cpu") != 0)
		return diag_set(d, ERR_UNAVAILABLE, "engine cpu has no device \"%s\", expected cpu",
				config->device);
	int rc = isa_choose(config->isa, &isa, d);
	if (rc)
		return rc;
	const struct pool_config p = {config->n_threads, config->pin, NULL, config->passive_wait};
	struct pool *pool;
	rc = pool_open(&pool, &p, d);
	if (rc)
		return rc;
	struct engine *e = mem_alloc(sizeof *e);
	e->isa = isa;
	e->pool = pool;
	kernel_set_choose(&e->kernels, isa);
	*out = e;
	return 0;
}

static void cpu_close(struct engine *e)
{
	if (!e)
		return;
	session_forget(e);
	pool_close(e->pool);
	free(e);
}

const struct engine_ops cpu_engine = {
	.name = "cpu",
	.probe = cpu_probe,
	.open = cpu_open,
	.check = session_check,
	.load = session_load,
	.submit = session_submit,
	.wait = session_wait,
	.fetch = session_fetch,
	.argmax = session_argmax,
	.seq_edit = session_seq_edit,
	.work = plan_work,
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
	.close = cpu_close,
};
