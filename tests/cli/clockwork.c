/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker whose times are computed, not measured: verdicts of it are the same on every machine. Its name says how it
 * differs, so that a copy under another name is another arm: "clockwork+5" takes 5 % longer, "clockwork-5" less,
 * "clockwork.window2" measures by another window, "clockwork.events" by another clock, "clockwork.cpus3" says that it ran elsewhere, "clockwork.die" dies of each
 * run, "clockwork.lost" has no "tock". Noise comes from the layout that a comparison draws for each process, 1 % of it a process and 1 % a repetition; a
 * repetition of workload "tick" is 10 us, of "tock" 20 us, and takes that long at least.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/rng.h"
#include "harness/wire/wire.h"

static double factor = 1;
static int window_version = 1;
static const char *cpus = "0", *name = "clockwork", *clock_name = "CLOCK_MONOTONIC";
static bool dies, lost;
static int64_t repetition_ns = 10000;

static void read_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	name = slash ? slash + 1 : path;
	const char *sign = strpbrk(name, "+-"), *at;
	if (sign)
		factor = 1 + strtod(sign, NULL) / 100;
	if ((at = strstr(name, ".window")) != NULL)
		window_version = atoi(at + strlen(".window"));
	if ((at = strstr(name, ".cpus")) != NULL)
		cpus = at + strlen(".cpus");
	if (strstr(name, ".events"))
		clock_name = "events";
	dies = strstr(name, ".die") != NULL;
	lost = strstr(name, ".lost") != NULL;
}

static json_t *hello(void)
{
	json_t *workloads = json_array();
	static const char *const names[] = {"tick", "tock"};
	for (size_t i = 0; i < 2; i++)
		json_array_append_new(workloads,
				      json_pack("{s:s, s:b, s:b, s:[s, s, s, s, s]}", "name", names[i],
						"ceiling", 0, "uses_model", 0, "keys", "workload", "engine",
						"device", "options", "threads"));
	return json_pack("{s:i, s:s, s:s, s:{s:s}, s:[], s:[{s:s, s:s, s:b, s:s, s:i, s:i, s:[], s:[], s:[], "
			 "s:[]}], s:o}",
			 "protocol", WIRE_PROTOCOL, "engine", "clockwork", "version", "1", "build", "name",
			 name, "counters", "devices", "name", "cpu", "description", "clockwork", "usable", 1,
			 "why", "", "n_cpus", 1, "memory_bytes", 1 << 30, "isas", "precisions", "kvs",
			 "providers", "workloads", workloads);
}

/* Who ignores a list of points answers the one that stands for it. */
static json_t *check(const json_t *q)
{
	const char *workload = json_string_value(json_object_get(json_object_get(q, "point"), "workload"));
	bool fits = !lost || !workload || strcmp(workload, "tock") != 0;
	return json_pack("{s:b, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:i}", "fits", fits,
			 "code", fits ? "ok" : "unavailable", "why", fits ? "" : "no tock here", "weights", 0,
			 "kv", 0, "scratch", 0, "total", 0, "limit", 1 << 30, "steps", 1, "flops", 1000.0,
			 "bytes", 1000.0, "tokens", 0.0, "working_set", 1000);
}

/* Sleeping longer is no lie, less would be one. */
static void take(int64_t ns)
{
	struct timespec left = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
	while (nanosleep(&left, &left) && errno == EINTR)
		continue;
}

static json_t *run(const json_t *q)
{
	const char *layout = getenv(WIRE_ENV_LAYOUT);
	struct rng r = {.seed = layout ? (uint64_t)strlen(layout) * 1000 + (uint64_t)atoi(layout) : 1};
	int64_t warmup = json_integer_value(json_object_get(q, "warmup"));
	int64_t n = warmup + json_integer_value(json_object_get(q, "repeat")), t = 0;
	double process = 1 + 0.01 * rng_symmetric(rng_next(&r));
	json_t *values = json_array(), *offsets = json_array(), *marks = json_array(), *reps = json_array();
	if (dies)
		abort();
	for (int64_t i = 0; i < n; i++) {
		double noise = process * (1 + 0.01 * rng_symmetric(rng_next(&r)));
		int64_t ns = (int64_t)((double)repetition_ns * factor * noise);
		json_array_append_new(values, json_integer(ns));
		json_array_append_new(offsets, json_integer(t));
		json_array_append_new(marks, json_integer(i < warmup));
		json_array_append_new(reps, json_integer(i));
		t += ns;
	}
	take(t);
	return json_pack("{s:[{s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o}], s:[], s:i, s:i, s:f, s:f, s:f}",
			 "series", "name", "step", "unit", "ns", "clock", clock_name, "t0", 1, "values",
			 values, "offsets", offsets, "marks", marks, "reps", reps, "readings", "peak_bytes",
			 0, "window_version", window_version, "flops_per_rep", 1000.0, "bytes_per_rep",
			 1000.0, "tokens_per_rep", 0.0);
}

static json_t *prepare(const json_t *q)
{
	const char *workload = json_string_value(json_object_get(json_object_get(q, "point"), "workload"));
	char describe[100];
	repetition_ns = workload && strcmp(workload, "tock") == 0 ? 20000 : 10000;
	snprintf(describe, sizeof describe, "kernels: %s\ncpus: %s\n", name, cpus);
	return json_pack("{s:i, s:i, s:s}", "load_ns", 1000, "weight_bytes", 0, "describe", describe);
}

static json_t *answer(const json_t *q)
{
	const char *what = json_string_value(json_object_get(q, "do"));
	if (!what)
		return NULL;
	if (strcmp(what, "hello") == 0)
		return hello();
	if (strcmp(what, "check") == 0)
		return check(q);
	if (strcmp(what, "prepare") == 0)
		return prepare(q);
	if (strcmp(what, "run") == 0)
		return run(q);
	return strcmp(what, "quit") == 0 ? json_object() : NULL;
}

int main(int argc, char **argv)
{
	struct diag d = {0};
	struct wire *w;
	json_t *q;
	const char *fd = getenv(WIRE_ENV_FD);
	if (argc < 1 || !fd || wire_open(&w, atoi(fd), atoi(fd), &d))
		return 2;
	read_name(argv[0]);
	bool quit = false;
	while (!quit && wire_receive(w, &q, -1, &d) == 1) {
		const char *what = json_string_value(json_object_get(q, "do"));
		quit = what && strcmp(what, "quit") == 0;
		json_t *ok = answer(q), *reply;
		reply = ok ? json_pack("{s:O, s:o}", "id", json_object_get(q, "id"), "ok", ok)
			   : json_pack("{s:O, s:{s:s, s:s}}", "id", json_object_get(q, "id"), "error", "code",
				       "unsupported", "text", "clockwork does not do that");
		json_decref(q);
		int rc = reply ? wire_send(w, reply, -1, &d) : 1;
		json_decref(reply);
		if (rc)
			break;
	}
	wire_close(w);
	return 0;
}
