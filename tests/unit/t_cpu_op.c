/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "tests/tap.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/op.h"

static struct engine engine;

static struct op_job *job_open(struct op_config config)
{
	struct op_job *j = NULL;
	struct diag d = {0};
	if (op_open(&engine, &config, &j, &d))
		printf("# %s\n", d.text);
	return j;
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
	struct op_job *small =
		job_open((struct op_config){.m = 2, .n = 40, .k = 64, .precision = t, .seed = 7});
	struct op_job *large =
		job_open((struct op_config){.m = 9, .n = 40, .k = 64, .precision = t, .seed = 7});
	if (!ok(small && large, "gemm in %s opens", dtype_name(t)))
		return;
	job_run(small);
	job_run(large);
	is_int(op_fetch(small, 0, 2, few, &d) | op_fetch(large, 0, 2, many, &d), 0, "rows are fetched");
	ok(memcmp(few, many, sizeof few) == 0, "the first rows do not depend on m");
	ok(few[0] != 0.0f && few[0] != few[1], "and hold something");
	op_work(small, &work);
	is_near(work.flops, 2.0 * 2 * 40 * 64, 0, "operations");
	is_near(work.bytes, 4.0 * 2 * 64 + 40.0 * (double)dtype_bytes(t, 64) + 4.0 * 2 * 40, 0, "bytes");
	op_describe(small, &text);
	has_text(strbuf_text(&text), "gemm_", "describe names the kernel");
	is_int(op_fetch(small, 1, 2, few, &d), ERR_USAGE, "rows beyond the end are refused");
	strbuf_free(&text);
	op_free(small);
	op_free(large);
}

static void test_read(void)
{
	struct step_work work;
	struct diag d = {0};
	struct strbuf text = {0};
	float row;
	struct op_job *j = job_open((struct op_config){.kind = OP_READ, .bytes = 1 << 20});
	if (!ok(j != NULL, "read opens"))
		return;
	job_run(j);
	op_work(j, &work);
	ok(work.bytes >= 1 << 20 && fmod(work.bytes, 1024) == 0 && work.flops == 0, "bytes are those read");
	op_describe(j, &text);
	has_text(strbuf_text(&text), "kernels: read_", "describe names the kernel");
	is_int(op_fetch(j, 0, 1, &row, &d), ERR_UNSUPPORTED, "a ceiling has no result");
	strbuf_free(&text);
	op_free(j);
}

static void test_fma(const char *type)
{
	struct step_work work;
	struct op_job *j = job_open((struct op_config){.kind = OP_FMA, .type = type});
	if (!ok(j != NULL, "fma of %s opens", type))
		return;
	job_run(j);
	op_work(j, &work);
	ok(work.flops > 0 && work.bytes == 0, "operations only");
	op_free(j);
}

static void refused(struct op_config config, int code, const char *part)
{
	struct op_job *j = NULL;
	struct diag d = {0};
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
		for (int t = 0; t < DTYPE_COUNT; t++)
			test_gemm((enum dtype)t);
		test_read();
		test_fma("f32");
		test_fma("int8");
	}
	refused((struct op_config){.m = 0, .n = 1, .k = 1}, ERR_USAGE, "each must be in 1");
	refused((struct op_config){.m = 1, .n = 1 << 24, .k = 1 << 24}, ERR_OOM, "available");
	refused((struct op_config){.m = 1, .n = 2147483647, .k = 1}, ERR_USAGE, "in 1 to");
	refused((struct op_config){.kind = OP_READ, .bytes = 100}, ERR_USAGE, "at least 2048");
	refused((struct op_config){.kind = OP_READ, .bytes = UINT64_MAX}, ERR_OOM, "available");
	refused((struct op_config){.kind = OP_FMA, .type = "f12"}, ERR_UNSUPPORTED, "f32 or int8");
	refused((struct op_config){.m = 1, .n = 1, .k = 1, .blocking = "big"}, ERR_USAGE, "MRxNR");
	op_free(NULL);
	pool_close(engine.pool);
	return tap_done();
}
