/* SPDX-License-Identifier: Apache-2.0 */
/* Facts run.*: what a process is started with, and how the machine is at its begin and end. */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/host.h"
#include "harness/host/names.h"
#include "harness/host/sysfs.h"

/* ---- variables that move results ---- */

static const struct {
	const char *name;
	bool path; /* its value can hold the names of users and machines */
} variables[] = {
	/* clang-format off */
	{"INFEROMETER_CACHE", true},	{"INFEROMETER_CACHE_MAX", false}, {"INFEROMETER_DATA", true},
	{"INFEROMETER_WORKER", true},
	{"OMP_NUM_THREADS", false},	{"OMP_PROC_BIND", false},	{"OMP_PLACES", false},
	{"OMP_DYNAMIC", false},		{"OMP_WAIT_POLICY", false},	{"GOMP_CPU_AFFINITY", false},
	{"GOMP_SPINCOUNT", false},
	{"KMP_AFFINITY", false},	{"KMP_BLOCKTIME", false},
	{"OPENBLAS_NUM_THREADS", false}, {"OPENBLAS_CORETYPE", false},	{"OPENBLAS_THREAD_TIMEOUT", false},
	{"BLIS_NUM_THREADS", false},	{"BLIS_ARCH_TYPE", false},
	{"DNNL_MAX_CPU_ISA", false},	{"ONEDNN_MAX_CPU_ISA", false},	{"ONEDNN_CPU_ISA_HINTS", false},
	{"MKL_NUM_THREADS", false},	{"MKL_ENABLE_INSTRUCTIONS", false},
	{"GLIBC_TUNABLES", false},	{"MALLOC_ARENA_MAX", false},	{"MALLOC_TOP_PAD_", false},
	{"LD_PRELOAD", true},		{"LD_LIBRARY_PATH", true},	{"LD_BIND_NOW", false},
	{"CUDA_VISIBLE_DEVICES", false}, {"CUDA_LAUNCH_BLOCKING", false}, {"NVIDIA_TF32_OVERRIDE", false},
	{"HWLOC_XMLFILE", true},	{"HWLOC_SYNTHETIC", false},	{"HWLOC_FSROOT", true},
	{"LC_ALL", false},		{"LANG", false},
	/* clang-format on */
};

static void variable_put(struct strbuf *out, const char *name, bool path, bool clear)
{
	const char *value = getenv(name);
	json_t *shown;

	if (!value)
		return;
	shown = path ? fact_name(value, clear) : fact_text(value);
	strbuf_printf(out, "%s%s=%s", out->len ? "; " : "", name, json_string_value(shown));
	json_decref(shown);
}

/* "OMP_NUM_THREADS=4; LANG=C" of those above that are set. */
static json_t *variables_of(const char *root, bool clear)
{
	struct strbuf text = {0};

	if (*root)
		return fact_unknown("a captured tree does not say");
	for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
		variable_put(&text, variables[i].name, variables[i].path, clear);
	json_t *fact = fact_long(text.len ? text.text : "none");
	strbuf_free(&text);
	return fact;
}

/* ---- the clock that times ---- */

static json_t *timer_resolution(const char *root)
{
	struct timespec t;

	if (*root)
		return fact_unknown("a captured tree does not say");
	if (clock_getres(CLOCK_MONOTONIC, &t))
		return fact_unknown("clock_getres: %s", strerror(errno));
	return json_integer((json_int_t)t.tv_sec * 1000000000 + t.tv_nsec);
}

/* What a reading of the clock costs: the least of a few, which nothing disturbed. */
static int64_t timer_cost_ns(void)
{
	enum { TRIES = 5, CALLS = 200 };
	int64_t least = INT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		int64_t begin = clock_ns(), end = begin;
		for (int k = 0; k < CALLS; k++)
			end = clock_ns();
		least = end - begin < least ? end - begin : least;
	}
	return least / CALLS;
}

/* ---- as facts ---- */

void put_run_facts(json_t *o, const char *root, bool clear)
{
	static const char *const elsewhere[] = {"ceilings.bandwidth", "ceilings.compute"};

	json_object_set_new(o, "run.variables", variables_of(root, clear));
	json_object_set_new(o, "run.timer", fact_text("CLOCK_MONOTONIC"));
	json_object_set_new(o, "run.timer_resolution_ns", timer_resolution(root));
	json_object_set_new(o, "run.self_overhead",
			    fact_unknown("not measured here: points of engine null measure it"));
	for (size_t i = 0; i < sizeof elsewhere / sizeof elsewhere[0]; i++)
		json_object_set_new(o, elsewhere[i],
				    fact_unknown("not measured here: a run has its ceilings as rows"));
}

/* "1500.0 to 3250.5": what the CPUs run at while they are asked. */
static json_t *clocks_now(const char *root)
{
	bool cpus[CPUS_MAX];
	char path[128], text[FACT_MAX];
	int n = list_read(root, CPU_FOLDER "/online", cpus);
	int64_t least = INT64_MAX, most = 0, khz;

	for (int cpu = 0; cpu < CPUS_MAX && n > 0; cpu++) {
		snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/cpufreq/scaling_cur_freq", cpu);
		if (!cpus[cpu] || !file_integer(root, path, &khz) || khz <= 0)
			continue;
		least = khz < least ? khz : least;
		most = khz > most ? khz : most;
	}
	errno = ENOENT;
	if (most == 0)
		return n > 0 ? fact_missing(root, CPU_FOLDER "/cpu*/cpufreq/scaling_cur_freq")
			     : fact_unknown("no " CPU_FOLDER "/online");
	snprintf(text, sizeof text, "%.1f to %.1f", (double)least / 1000, (double)most / 1000);
	return fact_text(text);
}

static json_t *time_now(void)
{
	time_t seconds = (time_t)(clock_wall_ns() / 1000000000);
	struct tm tm;
	char text[40];

	if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return fact_unknown("the clock has no date");
	return fact_text(text);
}

static void put_moment(json_t *o, const char *prefix, const char *name, json_t *fact)
{
	char key[80];

	snprintf(key, sizeof key, "%s%s", prefix, name);
	json_object_set_new(o, key, fact);
}

void put_run_moment(json_t *o, const char *root, const char *prefix)
{
	json_t *now = host_moment(root), *v;
	const char *key;

	json_object_foreach(now, key, v) put_moment(o, prefix, key, json_incref(v));
	json_decref(now);
	put_moment(o, prefix, "utc", *root ? fact_unknown("a captured tree does not say") : time_now());
	put_moment(o, prefix, "clocks_mhz", clocks_now(root));
	put_moment(o, prefix, "timer_cost_ns",
		   *root ? fact_unknown("a captured tree does not say") : json_integer(timer_cost_ns()));
	put_moment(o, prefix, "available_bytes", fact_memory(root, "MemAvailable"));
	put_moment(o, prefix, "huge_bytes", fact_memory(root, "AnonHugePages"));
	put_moment(o, prefix, "own_huge_bytes",
		   fact_row_bytes(root, "/proc/self/smaps_rollup", "AnonHugePages"));
}
