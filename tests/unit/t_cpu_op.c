/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/tap.h"

#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/op.h"
#include "engines/cpu/op_plan.h"

static struct engine engine;

static struct op_job *job_open(struct op_config config)
{
	struct op_job *j = NULL;
	struct diag d = {0};
	if (op_open(&engine, &config, &j, &d))
		printf("# %s\n", d.text);
	return j;
}

/* The work of one submit. */
static struct step_work work_of(struct op_config config)
{
	struct step_work work = {.flops = -1, .bytes = -1};
	struct memory_plan plan;
	struct diag d = {0};
	if (!ok(op_plan(&engine, &config, &work, &plan, &d) == 0, "is planned"))
		printf("# %s\n", d.text);
	return work;
}

static void job_run(struct op_job *j)
{
	struct diag d = {0};
	struct step_info info;
	is_int(op_submit(j, &d), 0, "submit");
	is_int(op_wait(j, &info, &d), 0, "wait");
}

static void test_gemm(enum dtype t)
{
	float few[2 * 40], many[2 * 40];
	struct diag d = {0};
	struct step_work work;
	struct strbuf text = {0};
	struct op_config config = {.m = 2, .n = 40, .k = 64, .precision = t, .seed = 7};
	struct op_job *small = job_open(config);
	struct op_job *large =
		job_open((struct op_config){.m = 9, .n = 40, .k = 64, .precision = t, .seed = 7});
	if (!ok(small && large, "gemm in %s opens", dtype_name(t)))
		return;
	job_run(small);
	job_run(large);
	is_int(op_fetch(small, 0, 2, few, &d) | op_fetch(large, 0, 2, many, &d), 0, "rows are fetched");
	ok(memcmp(few, many, sizeof few) == 0, "the first rows do not depend on m");
	ok(few[0] != 0.0f && few[0] != few[1], "and hold something");
	work = work_of(config);
	is_near(work.flops, 2.0 * 2 * 40 * 64, 0, "operations");
	is_near(work.bytes, 4.0 * 2 * 64 + 40.0 * (double)dtype_bytes(t, 64) + 4.0 * 2 * 40, 0, "bytes");
	op_describe(small, &text);
	has_text(strbuf_text(&text), "gemm_", "describe names the kernel");
	is_int(op_fetch(small, 1, 2, few, &d), ERR_USAGE, "rows beyond the end are refused");
	strbuf_free(&text);
	op_free(small);
	op_free(large);
}

/* Rows [3, 8) of 21 alone: as in the whole product, and no others. */
static void test_rows(enum dtype t)
{
	enum { ROWS = 21, COLS = 40 };
	static float whole[ROWS * COLS], part[ROWS * COLS];
	struct diag d = {0};
	struct step_info info;
	int n_far = 0, n_touched = 0;
	struct op_job *j =
		job_open((struct op_config){.m = ROWS, .n = COLS, .k = 96, .precision = t, .seed = 7});
	if (!ok(j != NULL, "gemm in %s opens", dtype_name(t)))
		return;
	is_int(op_submit_rows(j, 3, 5, &d) | op_wait(j, &info, &d), 0, "some rows");
	is_int(op_fetch(j, 0, ROWS, part, &d), 0, "are fetched");
	job_run(j);
	is_int(op_fetch(j, 0, ROWS, whole, &d), 0, "all rows are fetched");
	for (int i = 0; i < ROWS * COLS; i++) {
		bool in = i >= 3 * COLS && i < 8 * COLS;
		n_far += in && fabsf(part[i] - whole[i]) > 1e-5f;
		n_touched += !in && part[i] != 0;
	}
	is_int(n_far, 0, "the rows asked for are those of the whole product");
	is_int(n_touched, 0, "others stay");
	is_int(op_submit_rows(j, ROWS - 1, 2, &d), ERR_USAGE, "rows beyond the end are refused");
	op_free(j);
}

static void test_read(void)
{
	struct step_work work;
	struct diag d = {0};
	struct strbuf text = {0};
	float row;
	const struct op_config config = {.kind = OP_READ, .bytes = 1 << 20};
	struct op_job *j = job_open(config);
	if (!ok(j != NULL, "read opens"))
		return;
	job_run(j);
	work = work_of(config);
	ok(work.bytes >= 1 << 20 && fmod(work.bytes, 1024) == 0 && work.flops == 0, "bytes are those read");
	op_describe(j, &text);
	has_text(strbuf_text(&text), "kernels: read_", "describe names the kernel");
	is_int(op_fetch(j, 0, 1, &row, &d), ERR_UNSUPPORTED, "a ceiling has no result");
	is_int(op_submit_rows(j, 0, 1, &d), ERR_UNSUPPORTED, "nor rows of one");
	strbuf_free(&text);
	op_free(j);
}

/* What is counted of `bytes` in n_blocks, and that a submit does it. */
static void test_memory(enum op_kind kind, const char *kernel, int n_blocks)
{
	struct step_work work;
	struct strbuf text = {0};
	const struct op_config config = {.kind = kind, .bytes = 1 << 20, .seed = 7};
	struct op_job *j = job_open(config);
	if (!ok(j != NULL, "%s opens", kernel))
		return;
	job_run(j);
	job_run(j);
	work = work_of(config);
	ok(work.working_set <= 1 << 20 && work.working_set > (1 << 20) - 2048 * (uint64_t)n_blocks,
	   "the working set is what was asked for in whole steps");
	if (kind == OP_LATENCY) {
		ok(work.calls > 0 && work.bytes == 0 && work.flops == 0, "loads are counted");
	} else {
		ok(work.bytes >= (double)((uint64_t)256 << 20), "a step lasts");
		is_near(fmod(work.bytes, (double)work.working_set), 0, 0, "all blocks in every pass");
		ok(work.calls == 0 && work.flops == 0, "bytes alone are counted");
	}
	op_describe(j, &text);
	has_text(strbuf_text(&text), kernel, "describe names the kernel");
	has_text(strbuf_text(&text), "working_set: ", "and the bytes");
	has_text(strbuf_text(&text), "pages: ", "and the pages");
	strbuf_free(&text);
	op_free(j);
}

/* A level is found, or it is said why not; bytes and descriptions are of what was found. */
static void test_level(enum op_kind kind, enum op_level level, const char *name)
{
	struct step_work work;
	struct memory_plan plan;
	struct diag d = {0};
	struct strbuf text = {0};
	const struct op_config config = {.kind = kind, .level = level};
	int rc = op_plan(&engine, &config, &work, &plan, &d);
	if (rc) {
		ok(rc == ERR_UNAVAILABLE || rc == ERR_OOM, "%s: %s", name, d.text);
		return;
	}
	ok(work.working_set > 0 && plan.total >= work.working_set, "%s is found", name);
	if (level == OP_DRAM)
		return; /* large, and the same code */
	struct op_job *j = job_open(config);
	if (!ok(j != NULL, "%s opens", name))
		return;
	job_run(j);
	op_describe(j, &text);
	has_text(strbuf_text(&text), name, "describe names the level");
	strbuf_free(&text);
	op_free(j);
}

static void test_calls(enum op_kind kind, const char *said)
{
	struct step_work work;
	struct strbuf text = {0};
	const struct op_config config = {.kind = kind};
	struct op_job *j = job_open(config);
	if (!ok(j != NULL, "%s opens", said))
		return;
	job_run(j);
	work = work_of(config);
	ok(work.calls >= 1000 && work.bytes == 0 && work.flops == 0 && work.working_set == 0,
	   "calls alone are counted");
	op_describe(j, &text);
	has_text(strbuf_text(&text), said, "described");
	strbuf_free(&text);
	op_free(j);
}

static void test_fma(const char *type)
{
	struct step_work work;
	const struct op_config config = {.kind = OP_FMA, .type = type};
	struct op_job *j = job_open(config);
	if (!ok(j != NULL, "fma of %s opens", type))
		return;
	job_run(j);
	work = work_of(config);
	ok(work.flops > 0 && work.bytes == 0, "operations only");
	op_free(j);
}

/* Bytes of address space. */
static double mapped(void)
{
	double pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	if (!f || fscanf(f, "%lf", &pages) != 1)
		bail("no /proc/self/statm");
	fclose(f);
	return pages * (double)sysconf(_SC_PAGESIZE);
}

/* 4 MiB or more are each of A, A packed, C and W, which has a panel with one column: none can be left out. */
static void test_plan_of_gemm(enum dtype t)
{
	const struct op_config config = {.m = 1024, .n = 4097, .k = 1024, .precision = t};
	struct step_work work;
	struct memory_plan plan;
	struct diag d = {0};
	double before = mapped();
	is_int(op_plan(&engine, &config, &work, &plan, &d), 0, "a plan");
	is_near(mapped(), before, 1 << 20, "takes no memory");
	is_int(plan.kv, 0, "no KV cells");
	ok(plan.total == plan.weights + plan.scratch && plan.total <= plan.limit, "the sum fits");
	ok(plan.weights > 4097 * dtype_bytes(t, 1024), "W has whole panels");
	struct op_job *j = job_open(config);
	is_near(mapped() - before, (double)plan.total, 1 << 20, "and says what is taken");
	op_free(j);
}

static void test_plan_of_read(void)
{
	const struct op_config config = {.kind = OP_READ, .bytes = (uint64_t)1 << 30};
	struct step_work work;
	struct memory_plan plan;
	struct diag d = {0};
	size_t before = mem_peak();
	int rc = op_plan(&engine, &config, &work, &plan, &d);
	ok(rc == 0 || rc == ERR_OOM, "a plan to read 1 GiB");
	is_int((int64_t)plan.total, 1 << 30, "counts them");
	is_near(work.bytes, 1 << 30, 0, "as read once");
	is_near((double)mem_peak(), (double)before, 1 << 20, "and touches none");
}

/* Neither planned nor opened. */
static void refused(struct op_config config, int code, const char *part)
{
	struct op_job *j = NULL;
	struct diag d = {0};
	struct step_work work;
	struct memory_plan plan;
	is_int(op_plan(&engine, &config, &work, &plan, &d), code, part);
	has_text(d.text, part, "is said by the plan");
	ok(code != ERR_OOM || plan.total > plan.limit, "with its numbers");
	diag_clear(&d);
	is_int(op_open(&engine, &config, &j, &d), code, part);
	has_text(d.text, part, "and it is said");
	ok(j == NULL, "no job");
}

int main(void)
{
	struct diag d = {0};
	if (pool_open(&engine.pool, &(struct pool_config){.n_threads = 2}, &d))
		bail(d.text);
	for (enum isa isa = 0; isa < ISA_COUNT; isa++) {
		if (isa_why_not(isa)) {
			skip(isa_why_not(isa));
			continue;
		}
		engine.isa = isa;
		for (int t = 0; t < DTYPE_HELD_COUNT; t++) {
			test_gemm((enum dtype)t);
			test_rows((enum dtype)t);
		}
		test_read();
		test_memory(OP_WRITE, "kernels: write_plain_", 1);
		test_memory(OP_COPY, "kernels: copy_plain_", 2);
		test_memory(OP_TRIAD, "kernels: triad_plain_", 3);
		test_memory(OP_LATENCY, "kernels: chase", 1);
		test_fma("f32");
		test_fma("int8");
		test_fma("bf16");
	}
	for (int level = OP_L1; level <= OP_DRAM; level++) {
		static const char *const names[] = {"", "L1", "L2", "L3", "DRAM"};
		test_level(OP_READ, (enum op_level)level, names[level]);
		test_level(OP_TRIAD, (enum op_level)level, names[level]);
		test_level(OP_LATENCY, (enum op_level)level, names[level]);
	}
	test_calls(OP_FORKJOIN, "regions: 1000 a step, of 2 threads");
	test_calls(OP_TIMER, "resolution: ");
	for (int t = 0; t < DTYPE_HELD_COUNT; t++)
		test_plan_of_gemm((enum dtype)t);
	test_plan_of_read();
	refused((struct op_config){.kind = (enum op_kind)99}, ERR_UNSUPPORTED, "no such operation: 99");
	refused((struct op_config){.m = 0, .n = 1, .k = 1}, ERR_USAGE, "each must be in 1");
	refused((struct op_config){.m = 1, .n = 1 << 24, .k = 1 << 24}, ERR_OOM, "available");
	refused((struct op_config){.m = 1, .n = 2147483647, .k = 1}, ERR_USAGE, "in 1 to");
	refused((struct op_config){.kind = OP_READ, .bytes = 100}, ERR_USAGE, "at least 2048");
	refused((struct op_config){.kind = OP_READ, .bytes = UINT64_MAX}, ERR_OOM, "available");
	refused((struct op_config){.kind = OP_TRIAD, .bytes = 6000}, ERR_USAGE, "at least 6144");
	refused((struct op_config){.kind = OP_LATENCY, .bytes = UINT64_MAX}, ERR_OOM, "available");
	refused((struct op_config){.kind = OP_FMA, .type = "f12"}, ERR_UNSUPPORTED, "f32, bf16 or int8");
	refused((struct op_config){.m = 1, .n = 1, .k = 1, .precision = DTYPE_TF32}, ERR_UNAVAILABLE,
		"precision tf32: only a GPU's products");
	refused((struct op_config){.m = 1, .n = 1, .k = 1, .blocking = "big"}, ERR_USAGE, "MRxNR");
	op_free(NULL);
	pool_close(engine.pool);
	return tap_done();
}
