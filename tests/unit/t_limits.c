/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of limits: each probe in its place, in its unit, within 100 columns; what is missing says why. */
#include "config.h"

#include "reports/limits.h"

#include "reports/text.h"
#include "tests/golden/stored_run.h"
#include "tests/tap.h"

static char *emitted(struct maker *m, int width)
{
	char *text = NULL;
	size_t size = 0;
	struct diag d = {0};
	const struct report_options options = {.width = width};
	FILE *f = open_memstream(&text, &size);
	struct analysis *a = analysis_make(&m->run);

	is_int(limits_emit(f, a, &options, &d), 0, "the tables are printed");
	fclose(f);
	analysis_free(a);
	if (!text)
		bail("no text");
	return text;
}

/* Steps of 1.00 to 1.05 ms in n rounds; work as tokens, FLOP, bytes. */
static struct stored_point *add(struct maker *m, const char *keys, const double work[3], double calls, int n)
{
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);

	p->check_answer = json_pack("{s:f, s:i}", "calls", calls, "working_set", 16384);
	for (int round = 1; round <= n; round++)
		made_timing(m, p, round, 990000 + 10000 * round, 3, 1, work);
	return p;
}

static int count(const char *text, const char *part)
{
	int n = 0;

	for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
		n++;
	return n;
}

static int widest_line(const char *text)
{
	int widest = 0;

	for (const char *at = text; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n')) {
		char line[400];

		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
		widest = text_width(line) > widest ? text_width(line) : widest;
	}
	return widest;
}

static void add_memory(struct maker *m, const char *size, int threads, double bytes, int n)
{
	static const char *const ops[] = {"read", "write", "copy", "triad", "latency"};
	const double work[3] = {0, 0, bytes}, nothing[3] = {0, 0, 0};
	char keys[100];

	for (size_t i = 0; i < 5; i++) {
		snprintf(keys, sizeof keys, "workload=%s size=%s threads=%d isa=auto", ops[i], size, threads);
		add(m, keys, i < 4 ? work : nothing, i < 4 ? 0 : 1e5, n);
	}
}

static void test_whole(void)
{
	static const double flops[3] = {0, 1e9, 0}, nothing[3] = {0, 0, 0};
	struct maker *m = made_start();
	struct stored_point *p;

	/* As wide as figures get: 10 TB/s. */
	add_memory(m, "L1", 1, 1e8, 6);
	add_memory(m, "DRAM", 128, 1e10, 6);
	add(m, "workload=fma type=f32 threads=1 isa=avx2", flops, 0, 6);
	p = add(m, "workload=fma type=int8 threads=1 isa=avx2", flops, 0, 6);
	p->describe =
		made_text(m, "kernels: fma_int8_avx2\nwithout an instruction of its own: four others\n");
	add(m, "workload=forkjoin threads=1", nothing, 1000, 6);
	add(m, "workload=timer threads=1", nothing, 10000, 6);
	made_point(m, ROLE_MEASURE, POINT_UNAVAILABLE, "L3: the last cache of these CPUs is L2",
		   "workload=read size=L3 threads=1 isa=auto");
	made_point(m, ROLE_MEASURE, POINT_UNAVAILABLE, "L3: the last cache of these CPUs is L2",
		   "workload=write size=L3 threads=1 isa=auto");
	made_point(m, ROLE_MEASURE, POINT_SKIPPED, "line\none\x1b[31m",
		   "workload=fma type=bf16 threads=1 isa=avx2");
	char *text = emitted(m, 100);

	has_text(text, "L1    16 KiB        1  97.6 \xc2\xb1", "1e8 bytes in 1.025 ms are 97.6 GB/s");
	has_text(text, "\xc2\xb1", "with intervals");
	has_text(text, "10.25 \xc2\xb1", "1.025 ms for 1e5 loads are 10.25 ns");
	has_text(text, "DRAM", "every level has its line");
	has_text(text, "int8 GOP/s", "operations on whole numbers are no FLOP");
	has_text(text, "*\n", "what stands for an instruction is marked");
	has_text(text, "* fma_int8_avx2: four others\n", "and explained");
	has_text(text, "1025 \xc2\xb1", "1.025 ms for 1000 regions are 1025 ns");
	has_text(text, "102.5 \xc2\xb1", "and for 10000 readings 102.5 ns");
	has_text(text, "- unavailable: L3: the last cache of these CPUs is L2\n", "what is missing says why");
	is_int(count(text, "- unavailable"), 1, "once");
	ok(!strchr(text, '\x1b'), "a reason cannot steer the terminal");
	ok(widest_line(text) <= 100, "100 columns are enough");
	ok(!strstr(text, "continued"), "in one piece");
	free(text);
	for (int width = 60; width < 100; width += 20) {
		text = emitted(m, width);
		ok(widest_line(text) <= width, "and %d, too", width);
		ok(width > 60 || strstr(text, "Memory, continued"), "in pieces");
		is_int(count(text, "ns a load"), 1, "each value once");
		free(text);
	}
	made_free(m);
}

static void test_few(void)
{
	struct maker *m = made_start();
	char *text;

	add_memory(m, "L1", 1, 1e8, 2);
	text = emitted(m, 100);
	has_text(text, "n<6", "two processes have no interval");
	has_text(text, "a 95 % interval needs 6 processes", "and it is said");
	ok(!strstr(text, "Multiply-adds") && !strstr(text, "Overheads"), "a table without rows is left out");
	free(text);
	made_free(m);
}

/* Marks stand at their cells and are counted. */
static void test_marks(void)
{
	struct maker *m = made_start();
	char *text;

	add_memory(m, "L1", 1, 1e8, 6);
	for (int v = 0; v < m->points[2].n_visits; v++)
		for (int i = 0; i < m->points[2].visits[v].series[0].n; i++)
			m->points[2].visits[v].series[0].marks[i] |= MARK_CONTENDED;
	text = emitted(m, 100);
	has_text(text, "! 1 contended\n", "one row is marked");
	has_text(text, "contended: ", "and the word explained");
	free(text);
	made_free(m);
}

int main(void)
{
	test_whole();
	test_few();
	test_marks();
	return tap_done();
}
