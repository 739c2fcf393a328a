/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine can do at most, with the engine's own threads and instructions: its memory, its arithmetic. */
#include "config.h"

#include <string.h>

#include "harness/wire/point.h"
#include "workloads/all.h"
#include "workloads/op.h"

/* Below one line a thread there is nothing to read; above, no machine of ours has it. */
#define SIZE_MIN_BYTES 64
#define SIZE_MAX_BYTES ((int64_t)1 << 44)

static const struct {
	const char *name;
	enum op_kind kind;
} kinds[] = {
	{"read", OP_READ},   {"write", OP_WRITE},     {"copy", OP_COPY},
	{"triad", OP_TRIAD}, {"latency", OP_LATENCY},
};

static const struct {
	const char *name;
	enum op_level level;
} levels[] = {{"L1", OP_L1}, {"L2", OP_L2}, {"L3", OP_L3}, {"DRAM", OP_DRAM}};

/* Bytes, or a level. */
static int size_of(const struct point *p, struct op_config *out, struct diag *d)
{
	const char *size = point_get(p, KEY_SIZE);
	int64_t bytes;
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (strcmp(levels[i].name, size) == 0) {
			out->level = levels[i].level;
			return 0;
		}
	if (*size && strspn(size, "0123456789") != strlen(size))
		return diag_set(d, ERR_USAGE,
				"point: size \"%.60s\": expected a number of bytes, L1, L2, L3 or DRAM",
				size);
	int rc = point_get_int(p, KEY_SIZE, SIZE_MIN_BYTES, SIZE_MAX_BYTES, &bytes, d);
	if (rc == 0)
		out->bytes = (uint64_t)bytes;
	return rc;
}

static int memory_config(const struct point *p, struct op_config *out, struct diag *d)
{
	const char *name = point_get(p, KEY_WORKLOAD);
	*out = (struct op_config){0};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			out->kind = kinds[i].kind;
	return size_of(p, out, d);
}

static int memory_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
			const struct point *p, struct workload_work *work, struct memory_plan *plan,
			struct diag *d)
{
	struct op_config c;
	int rc = memory_config(p, &c, d);
	(void)m;
	return rc ? rc : op_run_check(ops, e, &c, work, plan, d);
}

static int memory_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
			const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct op_config c;
	int rc = memory_config(p, &c, d);
	(void)m;
	c.seed = seed;
	return rc ? rc : op_run_build(ops, e, &c, out, d);
}

static int fma_config(const struct point *p, struct op_config *out, struct diag *d)
{
	const char *type = point_get(p, KEY_TYPE);
	if (!*type)
		return diag_set(d, ERR_USAGE, "point: key \"type\" is missing");
	*out = (struct op_config){.kind = OP_FMA, .type = type};
	return 0;
}

static int fma_check(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, struct workload_work *work, struct memory_plan *plan,
		     struct diag *d)
{
	struct op_config c;
	int rc = fma_config(p, &c, d);
	(void)m;
	return rc ? rc : op_run_check(ops, e, &c, work, plan, d);
}

static int fma_build(const struct engine_ops *ops, struct engine *e, const struct model *m,
		     const struct point *p, uint64_t seed, struct workload_run **out, struct diag *d)
{
	struct op_config c;
	int rc = fma_config(p, &c, d);
	(void)m;
	(void)seed;
	return rc ? rc : op_run_build(ops, e, &c, out, d);
}

static const char *const memory_keys[] = {"size", NULL};
static const char *const fma_keys[] = {"type", NULL};

CEILING_ACCEPTS(read)
CEILING_ACCEPTS(write)
CEILING_ACCEPTS(copy)
CEILING_ACCEPTS(triad)
CEILING_ACCEPTS(latency)
CEILING_ACCEPTS(fma)

const struct workload_ops workload_read =
	CEILING("read", "reads a working set: the bandwidth of a memory level", memory_keys, read_accepts,
		memory_check, memory_build);
const struct workload_ops workload_write = CEILING("write", "fills a working set with a number", memory_keys,
						   write_accepts, memory_check, memory_build);
const struct workload_ops workload_copy = CEILING("copy", "copies one half of a working set to the other",
						  memory_keys, copy_accepts, memory_check, memory_build);
const struct workload_ops workload_triad = CEILING("triad", "a = b + 3 c over thirds of a working set",
						   memory_keys, triad_accepts, memory_check, memory_build);
const struct workload_ops workload_latency =
	CEILING("latency", "loads that wait for each other, in random order over a working set", memory_keys,
		latency_accepts, memory_check, memory_build);
const struct workload_ops workload_fma = CEILING("fma", "multiply-adds in registers: the arithmetic peak",
						 fma_keys, fma_accepts, fma_check, fma_build);
