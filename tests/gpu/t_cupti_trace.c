/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source "cupti-trace" against a library that stands for CUPTI: what is called when, what becomes of its records, the file,
 * and how it is refused. A process traces once, so that each refusal is of a process of its own.
 */
#include "config.h"

#include "tests/tap.h"

#include <dirent.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engines/base/hooks.h"
#include "harness/measure/counter/counter.h"
#include "tests/gpu/activity_example.h"
#include "tests/gpu/fake_cupti.h"
#include "tests/unit/temp_folder.h"

static const struct counter_ops *source;

static const struct wire_reading *reading_of(const struct readings *r, const char *name)
{
	for (int i = 0; i < r->n; i++)
		if (strcmp(r->item[i].counter, name) == 0)
			return &r->item[i];
	return NULL;
}

/* Readings that came before the window was over for all. */
static int n_early;

static struct readings visit(void)
{
	const struct counter_config config = {.group = ""};
	struct readings r = {0};
	struct counter *c = NULL;
	struct diag d = {0};
	if (source->open(&c, &config, &d))
		bail(d.text);
	/* A graph is captured, made and launched; one of its nodes is of no operation. */
	hooks_op_begin("gemm", 3);
	fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, 61, 0);
	hooks_op_end();
	fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, 62, 0);
	for (uint64_t i = 0; i < 2; i++) {
		fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_CREATED, FAKE_NODE + i, 0);
		fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_CLONED, FAKE_NODE + i, 61 + i);
	}
	fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING, 61, 0);
	fake.node(CUPTI_CBID_RESOURCE_GRAPHNODE_DESTROY_STARTING, FAKE_NODE, 0);
	/* What nobody asked for is not told. */
	fake.node(CUPTI_CBID_RESOURCE_GRAPH_CREATED, 0, 0);
	if (source->start(c, &d))
		bail(d.text);
	hooks_op_begin("graph", -1);
	hooks_op_end();
	if (source->stop(c, &r, &d))
		bail(d.text);
	n_early += r.n;
	if (source->finish(c, &r, &d))
		bail(d.text);
	source->close(c);
	return r;
}

static void is_read(const struct readings *r, const char *name, const char *unit, int64_t value)
{
	const struct wire_reading *one = reading_of(r, name);
	if (!ok(one && one->usable, "%s is read", name))
		return;
	is_int(one->value, value, "its value");
	is_text(one->unit, unit, "its unit");
}

static void test_visit(const struct readings *r)
{
	is_text(fake.log(),
		"subscribe register kind kind kind kind kind kind callback callback callback op unop sync "
		"flush timestamp op unop sync timestamp flush "
		"unkind unkind unkind unkind unkind unkind unsubscribe ",
		"calls, in this order");
	is_read(r, "kernels", "count", 3);
	is_read(r, "kernel_time", "ns", 2000);
	is_read(r, "busy_time", "ns", 2100);
	is_read(r, "gap_time", "ns", 900);
	is_read(r, "longest_gap", "ns", 500);
	is_read(r, "busy_share", "ppm", 700000);
	is_read(r, "copies", "count", 1);
	is_read(r, "copied", "bytes", 4096);
	is_read(r, "graph_launches", "count", 1);
	is_read(r, "set_bytes", "bytes", 0);
	is_read(r, "unfinished_records", "count", 1);
	is_read(r, "unknown_records", "count", 1);
	is_int(n_early, 0, "nothing is summed up before all sources have stopped");
	is_read(r, "kernel:node", "ns", 1000);
	is_read(r, "kernel:gemm_\"bf16\"\\??", "ns", 1000);
	is_read(r, "op:gemm", "ns", 1500);
	is_text(reading_of(r, "op:gemm")->why, "2 times, op:gemm", "how often, as a node of a graph, too");
	is_read(r, "op:graph", "ns", 500);
	is_text(reading_of(r, "op:graph")->why, "1 times, op:graph", "what is of none is the graph's");
	ok(!reading_of(r, "kernel:before"), "what was before the window is left out");
}

static int files_in(const char *folder)
{
	DIR *dir = opendir(folder);
	int n = 0;
	for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* One file, which JSON's reader takes, with the name as it was. */
static void test_file(const struct readings *r, const char *folder)
{
	const struct wire_reading *file = reading_of(r, "trace_file");
	is_int(files_in(folder), 1, "one file");
	if (!ok(file && file->usable && file->value > 0, "it is named"))
		return;
	json_t *o = json_load_file(file->why, 0, NULL), *events = json_object_get(o, "traceEvents");
	bool found = false, node = false;
	ok(json_array_size(events) == 10, "%zu events", json_array_size(events));
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *e = json_array_get(events, i);
		const json_t *args = json_object_get(e, "args");
		const char *name = json_string_value(json_object_get(e, "name"));
		const char *op = json_string_value(json_object_get(args, "op"));
		found = found || (name && op && strcmp(name, "gemm_\"bf16\"\\\x01\xc3\xbf") == 0 &&
				  strcmp(op, "gemm 3") == 0);
		node = node || (name && op && strcmp(name, "node") == 0 && strcmp(op, "gemm 3") == 0 &&
				json_integer_value(json_object_get(args, "graph")) == 6);
	}
	ok(found, "the kernel with its operation");
	ok(node, "a node of a graph with its operation, and the graph");
	json_decref(o);
}

static void test_second(void)
{
	const char *group;
	struct readings r = visit();
	struct counter *c = NULL;
	const struct counter_ops *range = counter_find("cupti:core", &group, NULL);
	const struct counter_config config = {.group = "core"};
	ok(r.n > 0 && !r.item[0].usable, "a second trace is refused");
	has_text(r.n ? r.item[0].why : "", "one trace a process", "says so");
	r.n = 0;
	if (range->open(&c, &config, NULL) || range->start(c, NULL) || range->stop(c, &r, NULL))
		bail("no cupti");
	range->close(c);
	has_text(r.n ? r.item[0].why : "", "cupti-trace was used in this process", "and so are counters");
	free(r.item);
}

/* ---- refusals ---- */

/* There is no room: files of this process end at so many bytes. */
static int full_main(const char *folder, int room)
{
	signal(SIGXFSZ, SIG_IGN);
	setenv("INFEROMETER_TRACE_DIR", folder, 1);
	if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){(rlim_t)room, (rlim_t)room}))
		bail("no limit of files");
	struct readings r = visit();
	const struct wire_reading *file = reading_of(&r, "trace_file");
	printf("%d %s\n", file ? file->usable : -1, file ? file->why : "nothing");
	free(r.item);
	return fake.left();
}

static int refuse_main(const char *call, int code)
{
	if (strcmp(call, "drop") == 0)
		fake.drop(code);
	else
		fake.refuse(call, code);
	struct readings r = visit();
	printf("%d %s\n", r.n ? r.item[0].usable : -1, r.n ? r.item[0].why : "nothing");
	free(r.item);
	return fake.left();
}

/* The first line of this program, run with other arguments. */
static void line_of_self(char *line, int size, const char *arguments, const char *name)
{
	char command[600];
	snprintf(command, sizeof command, "exec /proc/$PPID/exe %s", arguments);
	FILE *f = popen(command, "r");
	if (!f || !fgets(line, size, f))
		bail("no process");
	is_int(pclose(f), 0, name);
}

static void refused(const char *call, int code, const char *part)
{
	char arguments[100], why[400] = "";
	snprintf(arguments, sizeof arguments, "%s %d", call, code);
	line_of_self(why, sizeof why, arguments, "ends well, nothing stays on");
	ok(why[0] == '0', "%s %d is refused", call, code);
	has_text(why, part, "with the reason");
}

/* Whatever of the nodes CUPTI does not tell, the trace goes on, and they are the graph's. */
static int unwatched_main(const char *call)
{
	fake.refuse(call, 1);
	struct readings r = visit();
	const struct wire_reading *gemm = reading_of(&r, "op:gemm"), *graph = reading_of(&r, "op:graph");
	printf("%lld %lld\n", gemm && gemm->usable ? (long long)gemm->value : -1,
	       graph && graph->usable ? (long long)graph->value : -1);
	free(r.item);
	return fake.left();
}

static void test_unwatched(const char *call)
{
	char text[100] = "";
	line_of_self(text, sizeof text, call, "ends well");
	is_text(text, "1000 1000\n", call);
}

static void test_full(void)
{
	const char *folder = temp_folder();
	char arguments[500], why[400] = "";
	snprintf(arguments, sizeof arguments, "%s 100", folder);
	line_of_self(why, sizeof why, arguments, "without room for the file it ends well");
	ok(why[0] == '0', "the file is not usable");
	has_text(why, "no trace can be written to ", "and why is said");
	is_int(files_in(folder), 0, "nothing half-written is left");
}

static void test_refusals(void)
{
	refused("subscribe", 39, "another tool uses CUPTI in this process (Nsight, a framework's profiler)");
	refused("register", 1, "cuptiActivityRegisterCallbacks: 1");
	refused("kind", 27, "cuptiActivityEnable: 27");
	refused("context", 1, "no CUDA context is current: the point runs on cpu");
	refused("timestamp", 999, "cuptiGetTimestamp: 999 CUPTI_ERROR_UNKNOWN");
	refused("flush", 999, "cuptiActivityFlushAll: 999 CUPTI_ERROR_UNKNOWN");
	refused("drop", 3, "CUPTI dropped 3 records: trace a shorter window");
}

int main(int argc, char **argv)
{
	const char *group;
	fake_open();
	source = counter_find("cupti-trace", &group, NULL);
	if (argc == 3 && argv[1][0] == '/')
		return full_main(argv[1], atoi(argv[2]));
	if (argc == 2)
		return unwatched_main(argv[1]);
	if (argc == 3)
		return refuse_main(argv[1], atoi(argv[2]));
	const char *folder = temp_folder();
	setenv("INFEROMETER_TRACE_DIR", folder, 1);
	struct readings r = visit();
	test_visit(&r);
	test_file(&r, folder);
	free(r.item);
	test_second();
	test_refusals();
	test_unwatched("callback");
	test_unwatched("node");
	test_full();
	return tap_done();
}
