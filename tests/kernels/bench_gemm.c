/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Speeds of the matrix kernels, to tune by; not run by `make check`.
 * bench_gemm [threads]: every row of gemm.inc in the first-level cache, then
 * whole products, read and fma interleaved, best and median of the rounds.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/pool.h"
#include "engines/cpu/cpu.h"
#include "engines/cpu/op.h"
#include "engines/cpu/op_plan.h"
#include "engines/kernels/gemm.h"

#define ROUNDS	  15
#define KERNEL_NS 20000000

static void bench_kernels(void)
{
	static char a[1 << 20] __attribute__((aligned(64))), w[1 << 20] __attribute__((aligned(64)));
	static float c[GEMM_MR_MAX * GEMM_NR_MAX];
	for (const struct gemm_kernel_info *r = gemm_kernels; r->name; r++) {
		if (isa_why_not(r->isa))
			continue;
		double best = 0;
		int k = 256;
		for (int64_t end = clock_ns() + KERNEL_NS; clock_ns() < end;) {
			int64_t t = clock_ns();
			for (int i = 0; i < 100; i++)
				r->run(k, a, w, c, (size_t)r->nr, false);
			double rate = 200.0 * r->mr * r->nr * k / (double)(clock_ns() - t);
			best = rate > best ? rate : best;
		}
		printf("%-26s %7.1f GFLOP/s\n", r->name, best);
	}
}

struct arm {
	const char *label;
	struct op_config config;
	struct op_job *job;
	double rate[ROUNDS];
};

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void bench_arms(struct arm *arms, int n, struct engine *e)
{
	struct diag d = {0};
	struct step_work work;
	struct memory_plan plan;
	for (int i = 0; i < n; i++)
		if (op_open(e, &arms[i].config, &arms[i].job, &d)) {
			printf("%s: %s\n", arms[i].label, d.text);
			diag_clear(&d);
		}
	for (int r = -1; r < ROUNDS; r++) /* the first is a warm-up */
		for (int i = 0; i < n; i++) {
			int64_t t = clock_ns();
			if (!arms[i].job || op_submit(arms[i].job, &d))
				continue;
			t = clock_ns() - t;
			if (op_plan(e, &arms[i].config, &work, &plan, &d))
				continue;
			if (r >= 0)
				arms[i].rate[r] =
					(work.flops > 0 && arms[i].config.m != 1 ? work.flops : work.bytes) /
					(double)t;
		}
	for (int i = 0; i < n; i++) {
		qsort(arms[i].rate, ROUNDS, sizeof *arms[i].rate, ascending);
		printf("%-28s best %8.1f median %8.1f  G%s/s\n", arms[i].label, arms[i].rate[ROUNDS - 1],
		       arms[i].rate[ROUNDS / 2],
		       arms[i].config.kind == OP_READ || arms[i].config.m == 1 ? "B" : "FLOP");
		op_free(arms[i].job);
	}
}

int main(int argc, char **argv)
{
	struct diag d = {0};
	int n_threads = argc > 1 ? atoi(argv[1]) : 1;
	struct engine e = {.isa = isa_best()};
	const char *blocking = argc > 2 ? argv[2] : "auto";
	if (pool_open(&e.pool, &(struct pool_config){.n_threads = n_threads}, &d)) {
		fprintf(stderr, "%s\n", d.text);
		return 2;
	}
	if (n_threads == 1)
		bench_kernels();
	struct arm square[] = {
		{.label = "fma f32", .config = {.kind = OP_FMA, .type = "f32"}},
		{.label = "own f32 1024",
		 .config = {OP_GEMM, 1024, 1024, 1024, DTYPE_F32, .blocking = blocking}},
		{.label = "openblas f32 1024",
		 .config = {OP_GEMM, 1024, 1024, 1024, DTYPE_F32, .provider = "openblas"}},
	};
	struct arm prefill[] = {
		{.label = "fma f32", .config = {.kind = OP_FMA, .type = "f32"}},
		{.label = "fma int8", .config = {.kind = OP_FMA, .type = "int8"}},
		{.label = "f32 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_F32}},
		{.label = "f16 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_F16}},
		{.label = "bf16 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_BF16}},
		{.label = "q8_0 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_Q8_0}},
		{.label = "q4_0 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_Q4_0}},
		{.label = "wi8ai8 128x2048x2048", .config = {OP_GEMM, 128, 2048, 2048, DTYPE_WI8AI8}},
		{.label = "bf16 16x32768x2048", .config = {OP_GEMM, 16, 32768, 2048, DTYPE_BF16}},
		{.label = "q8_0 16x65536x2048", .config = {OP_GEMM, 16, 65536, 2048, DTYPE_Q8_0}},
		{.label = "q4_0 16x65536x2048", .config = {OP_GEMM, 16, 65536, 2048, DTYPE_Q4_0}},
		{.label = "wi8ai8 16x65536x2048", .config = {OP_GEMM, 16, 65536, 2048, DTYPE_WI8AI8}},
	};
	struct arm decode[] = {
		{.label = "read 512 MiB", .config = {.kind = OP_READ, .bytes = (uint64_t)512 << 20}},
		{.label = "f32 1x32768x4096", .config = {OP_GEMM, 1, 32768, 4096, DTYPE_F32}},
		{.label = "f16 1x65536x4096", .config = {OP_GEMM, 1, 65536, 4096, DTYPE_F16}},
		{.label = "bf16 1x65536x4096", .config = {OP_GEMM, 1, 65536, 4096, DTYPE_BF16}},
		{.label = "q8_0 1x65536x8192", .config = {OP_GEMM, 1, 65536, 8192, DTYPE_Q8_0}},
		{.label = "q4_0 1x65536x8192", .config = {OP_GEMM, 1, 65536, 8192, DTYPE_Q4_0}},
		{.label = "wi8ai8 1x65536x8192", .config = {OP_GEMM, 1, 65536, 8192, DTYPE_WI8AI8}},
	};
	bench_arms(square, 3, &e);
	bench_arms(prefill, sizeof prefill / sizeof *prefill, &e);
	bench_arms(decode, sizeof decode / sizeof *decode, &e);
	pool_close(e.pool);
	return 0;
}
