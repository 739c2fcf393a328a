/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of CPUs, and where threads go on machines that are trees of files: orders, nodes, what is absent. */
#include "config.h"

#include <stdarg.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/temp_folder.h"

#include "engines/base/caches.h"
#include "engines/base/mem.h"
#include "engines/base/place.h"
#include "engines/base/strbuf.h"
#include "engines/base/topology.h"

static const char *top;

__attribute__((format(printf, 3, 4))) static void put(const char *machine, const char *text, const char *fmt,
						      ...)
{
	char path[512];
	va_list ap;
	int n = snprintf(path, sizeof path, "%s/%s/sys/devices/system/", top, machine);
	va_start(ap, fmt);
	vsnprintf(path + n, sizeof path - (size_t)n, fmt, ap);
	va_end(ap);
	for (char *at = path + strlen(top) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	FILE *f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		bail("a file of the tree cannot be written");
}

static void put_cache(const char *machine, int cpu, int index, const char *level, const char *type,
		      const char *size, const char *shared)
{
	put(machine, level, "cpu/cpu%d/cache/index%d/level", cpu, index);
	put(machine, type, "cpu/cpu%d/cache/index%d/type", cpu, index);
	put(machine, size, "cpu/cpu%d/cache/index%d/size", cpu, index);
	put(machine, shared, "cpu/cpu%d/cache/index%d/shared_cpu_list", cpu, index);
}

static void put_cpu(const char *machine, int cpu, int package, const char *siblings)
{
	char text[16];
	snprintf(text, sizeof text, "%d\n", package);
	put(machine, text, "cpu/cpu%d/topology/physical_package_id", cpu);
	put(machine, siblings, "cpu/cpu%d/topology/thread_siblings_list", cpu);
}

/* Two packages of two nodes of two cores of two threads, numbered as Linux does: threads 8-15 are the second
 * ones. CPU 11 is offline: it has no topology, and its core one thread. A fifth node has memory alone. */
static void big_make(void)
{
	char text[32], cache[32];
	put("big", "0-4\n", "node/online");
	for (int node = 0; node < 4; node++) {
		snprintf(text, sizeof text, node == 1 ? "2-3,10\n" : "%d-%d,%d-%d\n", 2 * node, 2 * node + 1,
			 2 * node + 8, 2 * node + 9);
		put("big", text, "node/node%d/cpulist", node);
	}
	put("big", "\n", "node/node4/cpulist");
	for (int cpu = 0; cpu < 16; cpu++) {
		int core = cpu % 8, node = core / 2;
		snprintf(text, sizeof text, core == 3 ? "3\n" : "%d,%d\n", core, core + 8);
		snprintf(cache, sizeof cache, node == 1 ? "2-3,10\n" : "%d-%d,%d-%d\n", 2 * node,
			 2 * node + 1, 2 * node + 8, 2 * node + 9);
		if (cpu == 11)
			continue;
		put_cpu("big", cpu, core / 4, text);
		put_cache("big", cpu, 0, "1\n", "Data\n", "32K\n", text);
		put_cache("big", cpu, 1, "1\n", "Instruction\n", "32K\n", text);
		put_cache("big", cpu, 2, "2\n", "Unified\n", "1024K\n", text);
		put_cache("big", cpu, 3, "3\n", "Unified\n", "32768K\n", cache);
	}
}

/* One package, one node, two big cores of two threads and four small ones of one, which share a last-level cache. */
static void uneven_make(void)
{
	static const char *const siblings[] = {"0-1\n", "0-1\n", "2-3\n", "2-3\n",
					       "4\n",	"5\n",	 "6\n",	  "7\n"};
	put("uneven", "0\n", "node/online");
	put("uneven", "0-7\n", "node/node0/cpulist");
	for (int cpu = 0; cpu < 8; cpu++) {
		put_cpu("uneven", cpu, 0, siblings[cpu]);
		put_cache("uneven", cpu, 0, "2\n", "Unified\n", cpu < 4 ? "1280K\n" : "2M\n",
			  cpu < 4 ? siblings[cpu] : "4-7\n");
	}
}

static void list_is(const char *text, char separator, const char *want)
{
	struct cpu_list l;
	struct strbuf out = {0};
	struct diag d = {0};
	int rc = cpu_list_parse(&l, text, separator, &d);
	if (!want) {
		is_int(rc, ERR_USAGE, text);
		has_text(d.text, "is no list of CPUs", "says so");
		return;
	}
	is_int(rc, 0, text);
	cpu_list_put(l.cpu, l.n, &out);
	is_text(strbuf_text(&out), want, "and back");
	strbuf_free(&out);
	cpu_list_free(&l);
}

static void test_lists(void)
{
	static const char *const bad[] = {"a",	"-1", "1-",  "3-1", "0,", ",0",	     "0,0",  "0-3,2",
					  " 0", "0 ", "0x1", "0+1", "1,", "0-3\n\n", "8192", "0-99999999999"};
	list_is("0-3,8\n", ',', "0-3+8");
	list_is("", ',', "");
	list_is("\n", ',', "");
	list_is("5+4+3", '+', "5+4+3");
	list_is("0+1+2+9-10", '+', "0-2+9-10");
	list_is("8191", '+', "8191");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		list_is(bad[i], ',', NULL);
}

static int choose(const char *machine, const char *allowed, const char *affinity, int n_threads,
		  struct place *out, struct diag *d)
{
	char root[512];
	struct cpu_list list;
	snprintf(root, sizeof root, "%s/%s", top, machine);
	if (cpu_list_parse(&list, allowed, ',', NULL))
		bail("a list of the test");
	int rc = place_choose(out, &(struct place_request){affinity, n_threads, root, &list}, d);
	cpu_list_free(&list);
	return rc;
}

static void is_placed(const char *machine, const char *allowed, const char *affinity, int n_threads,
		      const char *want)
{
	struct place p = {0};
	struct strbuf out = {0};
	struct diag d = {0};
	if (choose(machine, allowed, affinity, n_threads, &p, &d))
		strbuf_puts(&out, d.text);
	else
		for (int i = 0; i < n_threads; i++)
			strbuf_printf(&out, "%s%d", i ? " " : "", p.cpus[i]);
	is_text(strbuf_text(&out), want, affinity);
	is_int(p.cpus ? p.node : -2, strncmp(affinity, "node", 4) == 0 ? affinity[4] - '0' : -1,
	       "its memory");
	free(p.cpus);
	strbuf_free(&out);
}

static void is_refused(const char *machine, const char *allowed, const char *affinity, int n_threads,
		       int code, const char *part)
{
	struct place p = {.node = 77};
	struct diag d = {0};
	is_int(choose(machine, allowed, affinity, n_threads, &p, &d), code, affinity);
	has_text(d.text, part, "says why");
	ok(!p.cpus && p.node == 77, "and leaves the result alone");
}

static void test_orders(void)
{
	const char *all = "0-10,12-15";
	is_placed("big", all, "compact", 15, "0 1 2 3 4 5 6 7 8 9 10 12 13 14 15");
	is_placed("big", all, "scatter", 15, "0 4 2 6 1 5 3 7 8 12 10 14 9 13 15");
	is_placed("big", all, "node1", 3, "2 3 10");
	is_placed("big", all, "node3", 4, "6 7 14 15");
	is_placed("big", "4-7,12-15", "compact", 6, "4 5 6 7 12 13");
	is_placed("big", "4-7,12-15", "scatter", 4, "4 6 5 7");
	is_placed("big", "5,8-9", "compact", 3, "8 9 5");
	is_placed("big", "5,8-9", "scatter", 2, "8 5");
	is_placed("big", all, "15+0+3-4", 4, "15 0 3 4");
	is_placed("big", all, "2-7", 3, "2 3 4");
	/* The first threads of big cores, the small ones, the second threads. */
	is_placed("uneven", "0-7", "compact", 8, "0 2 4 5 6 7 1 3");
	is_placed("uneven", "0-7", "scatter", 8, "0 2 4 5 6 7 1 3");
	is_placed("uneven", "0-7", "node0", 2, "0 2");
	/* Nothing is told: CPUs in their order. */
	is_placed("nothing", "3-5", "compact", 3, "3 4 5");
	is_placed("nothing", "3-5", "scatter", 3, "3 4 5");
}

static void test_refusals(void)
{
	const char *all = "0-10,12-15";
	is_refused("big", all, "node9", 1, ERR_UNAVAILABLE,
		   "affinity node9: this machine has no NUMA node 9");
	is_refused("nothing", "0-1", "node0", 1, ERR_UNAVAILABLE, "no NUMA node 0");
	is_refused("big", all, "node4", 1, ERR_UNAVAILABLE, "affinity node4: it has no CPUs");
	is_refused("big", "0-1", "node3", 1, ERR_UNAVAILABLE, "none of its CPUs is allowed here");
	is_refused("big", all, "10-12", 1, ERR_UNAVAILABLE,
		   "CPU 11 is absent, offline or not allowed; 0-10+12-15 are");
	is_refused("big", all, "node1", 4, ERR_USAGE, "affinity node1: 3 CPUs for 4 threads");
	is_refused("big", all, "0-1", 3, ERR_USAGE, "affinity 0-1: 2 CPUs for 3 threads");
	is_refused("big", "0-1", "compact", 3, ERR_USAGE, "affinity compact: 2 CPUs for 3 threads");
	is_refused("big", all, "compct", 1, ERR_UNSUPPORTED, "(did you mean \"compact\"?)");
	is_refused("big", all, "", 1, ERR_UNSUPPORTED, "expected auto, compact, scatter, nodeN or CPUs");
	is_refused("big", all, "0,1", 1, ERR_UNSUPPORTED, "expected auto");
	is_refused("big", all, "0-1\n", 1, ERR_UNSUPPORTED, "expected auto");
	is_refused("big", all, "node01", 1, ERR_UNSUPPORTED, "expected auto");
	is_refused("big", all, "node", 1, ERR_UNSUPPORTED, "expected auto");
	is_refused("big", all, "node999999", 1, ERR_UNSUPPORTED, "expected auto");
}

static void caches_are(const char *machine, const char *cpus, uint64_t want)
{
	char root[512];
	struct cpu_list list;
	struct cpu_caches c;
	uint64_t most = 0;
	snprintf(root, sizeof root, "%s/%s", top, machine);
	if (cpu_list_parse(&list, cpus, ',', NULL))
		bail("a list of the test");
	for (int i = 0; i < list.n; i++) {
		cpu_caches_read(root, list.cpu[i], &c);
		most = cpu_caches_outer(&c) > most ? cpu_caches_outer(&c) : most;
	}
	is_int((int64_t)most, (int64_t)want, machine);
	cpu_list_free(&list);
}

/* Files that are no numbers, lists without an end. */
static void test_garbage(void)
{
	put("bad", "0-1\n", "node/online");
	put("bad", "0-99999999\n", "node/node0/cpulist");
	put("bad", "zero\n", "cpu/cpu0/topology/physical_package_id");
	put("bad", "0-\n", "cpu/cpu0/topology/thread_siblings_list");
	put_cache("bad", 0, 0, "3\n", "Unified\n", "99999999999999999999K\n", "x\n");
	put_cache("bad", 0, 1, "-7\n", "Data\n", "32K\n", "0\n");
	is_placed("bad", "0-1", "compact", 2, "0 1");
	is_refused("bad", "0-1", "node0", 1, ERR_UNAVAILABLE, "has no CPUs");
	caches_are("bad", "0-1", 0);
}

/* What was allowed at the start stays, whatever this thread is bound to. */
static void test_started(void)
{
	const struct cpu_list *started = cpu_list_started();
	cpu_set_t all, one;
	int n = started->n;
	CPU_ZERO(&one);
	if (n == 0 || started->cpu[n - 1] >= CPU_SETSIZE || sched_getaffinity(0, sizeof all, &all))
		return;
	CPU_SET((size_t)started->cpu[n - 1], &one);
	is_int(sched_setaffinity(0, sizeof one, &one), 0, "bound to one CPU");
	struct cpu_list now;
	cpu_list_allowed(&now);
	is_int(now.n, 1, "one is allowed now");
	cpu_list_free(&now);
	is_int(cpu_list_started()->n, n, "as many as before were at the start");
	sched_setaffinity(0, sizeof all, &all);
}

int main(void)
{
	struct cpu_list allowed;
	top = temp_folder();
	big_make();
	uneven_make();
	test_lists();
	test_orders();
	test_refusals();
	test_garbage();
	caches_are("big", "0", (uint64_t)33 << 20);
	caches_are("uneven", "0-7", (uint64_t)2 << 20);
	caches_are("uneven", "0", (uint64_t)1280 << 10);
	caches_are("nothing", "0", 0);
	cpu_list_allowed(&allowed);
	ok(allowed.n >= 1, "this process may use %d CPUs", allowed.n);
	cpu_list_free(&allowed);
	test_started();
	return tap_done();
}
