/* SPDX-License-Identifier: Apache-2.0 */
/* Traces of what a GPU did: sums, gaps, operations, the file. And readings of GPU counters, and what formulas make of
 * them. No GPU and none of its libraries are needed. */
#include "config.h"

#include "tests/tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/measure/counter/cupti_metric.h"
#include "harness/measure/counter/trace.h"
#include "harness/measure/counter/trace_nodes.h"
#include "harness/wire/group.h"

static void event(struct trace *t, enum trace_kind kind, const char *name, uint64_t start, uint64_t end,
		  uint32_t correlation, uint32_t graph)
{
	struct trace_event *e = trace_event_add(t, kind, name);
	e->start = start;
	e->end = end;
	e->stream = 7;
	e->correlation = correlation;
	e->graph = graph;
	e->bytes = kind == TRACE_COPY ? 1 << 20 : 0;
}

/* Out of order, over the window's sides, with two at the same time. */
static void trace_make(struct trace *t)
{
	uint64_t gemm = trace_op_id(t, "gemm", 0), next = trace_op_id(t, "gemm", 1);
	uint64_t norm = trace_op_id(t, "norm", -1);
	event(t, TRACE_KERNEL, "late", 9000, 9100, 9, 0);
	event(t, TRACE_KERNEL, "gemm<\"a\\b\">", 2000, 3000, 2, 0);
	event(t, TRACE_COPY, "copy host to device", 2500, 2700, 3, 0);
	event(t, TRACE_KERNEL, "norm", 3001, 3501, 4, 0);
	event(t, TRACE_KERNEL, "early", 100, 900, 1, 0);
	event(t, TRACE_KERNEL, "gemm<\"a\\b\">", 5501, 6001, 5, 0);
	event(t, TRACE_KERNEL, "node", 6001, 6101, 6, 2);
	event(t, TRACE_KERNEL, "node", 6101, 6201, 6, 2);
	event(t, TRACE_KERNEL, "node", 6301, 6401, 7, 2);
	event(t, TRACE_SET, "set", 6401, 6402, 8, 0);
	trace_link_add(t, 5, next);
	trace_link_add(t, 4, norm);
	trace_link_add(t, 2, gemm);
	trace_link_add(t, 77, 12345678);
}

static void test_sums(void)
{
	struct trace t = {0};
	struct trace_sum s;
	struct trace_total *total;
	char text[64];
	trace_make(&t);
	trace_finish(&t, NULL, 1000, 7000);
	trace_sum(&t, &s);
	ok(s.kernels == 6 && s.kernel_ns == 2300, "kernels of the window");
	ok(s.copies == 1 && s.copied_bytes == 1 << 20 && s.sets == 1, "copies and fills");
	is_int((int)s.graphs, 2, "two launches of a graph, by their nodes");
	ok(s.span_ns == 4402 && s.gap_ns == 2101 && s.busy_ns == 2301 && s.longest_gap_ns == 2000,
	   "%llu of %llu busy", (unsigned long long)s.busy_ns, (unsigned long long)s.span_ns);
	trace_op_text(&t, t.event[0].op, text, sizeof text);
	is_text(text, "gemm 0", "an operation of a block");
	trace_op_text(&t, 99, text, sizeof text);
	is_text(text, "", "an id that is not ours");
	int n = trace_totals(&t, false, 2, &total);
	ok(n == 2 && total[0].n == 2 && total[0].ns == 1500, "the longest kernel first");
	is_text(total[0].name, "gemm<\"a\\b\">", "by its name");
	free(total);
	n = trace_totals(&t, true, 10, &total);
	ok(n == 2 && strcmp(total[0].name, "gemm") == 0 && total[0].ns == 1500,
	   "blocks of an operation together");
	free(total);
	trace_free(&t);
	trace_finish(&t, NULL, 0, 1);
	trace_sum(&t, &s);
	ok(s.kernels == 0 && s.span_ns == 0, "nothing");
	trace_free(&t);
}

static void test_ops(void)
{
	static char names[TRACE_OPS_MAX + 1][8];
	struct trace t = {0};
	uint64_t id = 0;
	for (int i = 0; i <= TRACE_OPS_MAX; i++) {
		snprintf(names[i], sizeof names[i], "op%d", i);
		id = trace_op_id(&t, names[i], i);
		if (i < TRACE_OPS_MAX && !id)
			break;
	}
	ok(id == 0 && t.n_ops == TRACE_OPS_MAX, "too many operations have no id");
	ok(trace_op_id(&t, "op1", 5) == trace_op_id(&t, names[1], 5), "one of the same name is the same");
	trace_free(&t);
}

/* Launched early, a kernel waits for the one before it. */
static void test_overlap(void)
{
	struct trace t = {0};
	struct trace_sum s;
	struct trace_total *total;
	event(&t, TRACE_KERNEL, "gemv", 1000, 2000, 1, 0);
	event(&t, TRACE_KERNEL, "norm", 1100, 2100, 2, 0);
	event(&t, TRACE_KERNEL, "inside", 1200, 2050, 3, 0);
	trace_finish(&t, NULL, 1000, 3000);
	trace_sum(&t, &s);
	ok(s.kernels == 3 && s.kernel_ns == 1100 && s.busy_ns == 1100, "what overlaps counts once");
	is_int(trace_totals(&t, false, 3, &total), 3, "each kernel");
	ok(total[0].ns == 1000 && total[1].ns == 100 && total[2].ns == 0,
	   "has the time that none before it had");
	is_text(total[1].name, "norm", "the wait is none of it");
	free(total);
	trace_free(&t);
}

static const char golden[] =
	"{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"
	"{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":0,\"args\":{\"name\":\"inferometer\"}},\n"
	"{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"GPU 0\"}},\n"
	"{\"name\":\"window\",\"cat\":\"window\",\"ph\":\"X\",\"ts\":0.000,\"dur\":6.000,\"pid\":0,\"tid\":0,"
	"\"args\":{}},\n"
	"{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":0,\"tid\":1,\"args\":{\"name\":\"gaps\"}},\n"
	"{\"name\":\"gap\",\"cat\":\"gap\",\"ph\":\"X\",\"ts\":1.501,\"dur\":0.499,\"pid\":0,\"tid\":1,"
	"\"args\":{}},\n"
	"{\"name\":\"k\\\"\\\\\\u0007\\u00e4\",\"cat\":\"kernel\",\"ph\":\"X\",\"ts\":1.001,\"dur\":0.500,"
	"\"pid\":1,\"tid\":7,"
	"\"args\":{\"correlation\":4,\"graph\":2,\"op\":\"norm\"}},\n"
	"{\"name\":\"copy\",\"cat\":\"copy\",\"ph\":\"X\",\"ts\":2.000,\"dur\":0.010,\"pid\":1,\"tid\":7,"
	"\"args\":{\"correlation\":5,\"bytes\":1048576}}\n"
	"]}\n";

static void test_chrome(void)
{
	struct trace t = {0};
	char *text = NULL;
	size_t size = 0;
	event(&t, TRACE_COPY, "copy", 3000, 3010, 5, 0);
	struct trace_nodes *nodes = trace_nodes_open();
	event(&t, TRACE_KERNEL, "k\"\\\a\xe4", 2001, 2501, 4, 2);
	/* Launched as a graph, and a node of it that is of an operation. */
	trace_link_add(&t, 4, trace_op_id(&t, "graph", -1));
	t.event[t.n - 1].node = 17;
	trace_nodes_op_begin(trace_op_id(&t, "norm", -1));
	trace_nodes_made(nodes, 17);
	trace_nodes_op_end();
	trace_finish(&t, nodes, 1000, 7000);
	trace_nodes_close(nodes);
	FILE *f = open_memstream(&text, &size);
	if (!f)
		bail("no memory");
	trace_write_chrome(&t, 1000, 7000, f);
	fclose(f);
	is_text(text, golden, "the file");
	free(text);
	trace_free(&t);
}

/* ---- readings ---- */

static void valued(const char *metric, double value, int64_t want, const char *unit)
{
	int64_t v = -1;
	ok(cupti_metric_value(metric, value, &v) && v == want, "%s %g is %lld", metric, value,
	   (long long)want);
	is_text(cupti_metric_unit(metric), unit, "its unit");
}

static void test_values(void)
{
	int64_t v = 7;
	valued("gpu__time_duration.sum", 1234567, 1234567, "ns");
	valued("dram__bytes_read.sum", 15e9, 15000000000, "bytes");
	valued("dram__throughput.avg.pct_of_peak_sustained_elapsed", 62.51234, 625123, "ppm");
	valued("l1tex__t_sector_hit_rate.pct", 100, 1000000, "ppm");
	valued("smsp__average_warps_issue_stalled_wait_per_issue_active.ratio", 3.5, 3500000, "ppm");
	valued("gpc__cycles_elapsed.avg.per_second", 1.98e9, 1980000000, "1/s");
	valued("sm__inst_executed.sum", 0, 0, "count");
	ok(!cupti_metric_value("a.sum", NAN, &v) && !cupti_metric_value("a.sum", INFINITY, &v) &&
		   !cupti_metric_value("a.sum", -1, &v) && !cupti_metric_value("a.sum", 1e17, &v) && v == 7,
	   "what is no whole number");
}

/* Readings of a decode step of 15.01 GB of weights, kept as text. */
static const struct {
	const char *name;
	double value;
} kept[] = {
	{"blocks", 52000},	{"gpu_time", 3.6e6},	{"dram_read", 15.31e9},	  {"dram_written", 40e6},
	{"dram_busy", 886000},	{"tensor_busy", 31000}, {"warps_active", 412000}, {"sm_busy", 981000},
	{"sm_cycles", 1.755e9}, {"dram_cycles", 2.6e9}, {"bytes", 15.01e9},	  {"time", 3.7e-3},
	{"tokens", 1},		{"l2_sectors", 5e8},	{"l2_hits", 1e8},	  {"gmma", 30},
	{"tensor", 40},		{"bf16_ops", 7.2e12},	{"flops", 7.2e12},	  {"wait", 2500000},
	{"conflicts", 5},	{"wavefronts", 50},	{"gpu_active", 972970},
};

static bool kept_value(void *arg, const char *name, double *value)
{
	*value = NAN;
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (strcmp(kept[i].name, name) == 0)
			*value = kept[i].value;
	return group_name_known(arg, name);
}

static void derived(const char *group, const char *metric, double want)
{
	struct group *g;
	struct diag d = {0};
	double v = NAN;
	if (group_load(&g, "cupti", group, &d))
		bail(d.text);
	for (int i = 0; i < g->n_metrics; i++)
		if (strcmp(g->metric[i].name, metric) == 0 &&
		    formula_eval(g->metric[i].formula, kept_value, g, &v, &d))
			bail(d.text);
	ok(fabs(v - want) < 1e-3 * fabs(want), "cupti:%s: %s is %g", group, metric, v);
	free(g);
}

static void test_formulas(void)
{
	derived("core", "dram_bandwidth", 4263.9);
	derived("core", "dram_share", 88.6);
	derived("core", "read_excess", 1.01999);
	derived("core", "tensor_share", 3.1);
	derived("core", "occupancy", 41.2);
	derived("core", "sm_share", 98.1);
	derived("core", "sm_clock", 1.755);
	derived("core", "dram_clock", 2.6);
	derived("core", "gpu_share", 97.297);
	derived("l2", "l2_hit_rate", 20);
	derived("l2", "l2_bandwidth", 4444.4);
	derived("tensor", "gmma_share", 75);
	derived("ops", "bf16_rate", 2000);
	derived("ops", "bf16_counted_share", 100);
	derived("stalls", "stall_wait", 2.5);
	derived("memory", "conflict_share", 10);
}

int main(void)
{
	test_sums();
	test_ops();
	test_overlap();
	test_chrome();
	test_values();
	test_formulas();
	return tap_done();
}
