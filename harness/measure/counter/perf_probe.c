/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "harness/measure/counter/loops.h"
#include "harness/measure/counter/perf_event.h"
#include "harness/measure/counter/pmu.h"

enum { TASK_CLOCK, FAULTS_MINOR, FAULTS_MAJOR, SWITCHES, MIGRATIONS, FAULTS };
enum { PAGES = 1000 /* of that loop */, SLEEPS = 10, MOVES = 4 };
#define BUSY_NS	   2000000
#define CLOCK_NEAR 0.05 /* of CPU time by the clock */

const struct perf_event_info perf_events[PERF_EVENTS] = {
	[TASK_CLOCK] = {"task_clock", "ns", "PERF_COUNT_SW_TASK_CLOCK", PERF_COUNT_SW_TASK_CLOCK, false},
	[FAULTS_MINOR] = {"page_faults_minor", "count", "PERF_COUNT_SW_PAGE_FAULTS_MIN",
			  PERF_COUNT_SW_PAGE_FAULTS_MIN, false},
	[FAULTS_MAJOR] = {"page_faults_major", "count", "PERF_COUNT_SW_PAGE_FAULTS_MAJ",
			  PERF_COUNT_SW_PAGE_FAULTS_MAJ, false},
	[SWITCHES] = {"context_switches", "count", "PERF_COUNT_SW_CONTEXT_SWITCHES",
		      PERF_COUNT_SW_CONTEXT_SWITCHES, true},
	[MIGRATIONS] = {"cpu_migrations", "count", "PERF_COUNT_SW_CPU_MIGRATIONS",
			PERF_COUNT_SW_CPU_MIGRATIONS, true},
	[FAULTS] = {"page_faults", "count", "PERF_COUNT_SW_PAGE_FAULTS", PERF_COUNT_SW_PAGE_FAULTS, false},
};

int perf_event_start(int event, bool kernel, bool inherit)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = perf_events[event].config,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		.exclude_kernel = !kernel,
		.exclude_hv = !kernel,
		.inherit = inherit,
	};
	return pmu_open(&attr);
}

bool perf_event_read(int fd, struct perf_value *out)
{
	*out = (struct perf_value){0};
	return fd >= 0 && read(fd, out, sizeof *out) == (ssize_t)sizeof *out;
}

/* ---- what moves them ---- */

static void be_busy(void)
{
	for (int64_t end = clock_thread_ns() + BUSY_NS; clock_thread_ns() < end;)
		;
}

static void touch_pages(void)
{
	loop_run(loop_find("pages"));
}

static void sleep_often(void)
{
	const struct timespec soon = {.tv_nsec = 50000};
	for (int i = 0; i < SLEEPS; i++)
		nanosleep(&soon, NULL);
}

/* The CPUs there are for this process, also when the thread is pinned: it may be unpinned. */
static bool cpus_allowed(cpu_set_t *out)
{
	cpu_set_t mine, all;
	if (sched_getaffinity(0, sizeof mine, &mine))
		return false;
	memset(&all, 0xff, sizeof all);
	*out = mine;
	if (sched_setaffinity(0, sizeof all, &all) == 0)
		(void)!sched_getaffinity(0, sizeof *out, out);
	return sched_setaffinity(0, sizeof mine, &mine) == 0;
}

/* To the other CPUs, and home again. */
static void change_cpus(void)
{
	cpu_set_t allowed, one, mine;
	if (sched_getaffinity(0, sizeof mine, &mine) || !cpus_allowed(&allowed))
		return;
	for (int cpu = 0, n = 0; cpu < CPU_SETSIZE && n < MOVES; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		n += sched_setaffinity(0, sizeof one, &one) == 0;
	}
	(void)!sched_setaffinity(0, sizeof mine, &mine);
}

static bool one_cpu_allowed(void)
{
	cpu_set_t allowed;
	return !cpus_allowed(&allowed) || CPU_COUNT(&allowed) < 2;
}

static const struct {
	void (*move)(void);
	int64_t least;
} movers[PERF_EVENTS] = {
	[TASK_CLOCK] = {be_busy, 1},
	[FAULTS_MINOR] = {touch_pages, PAGES},
	/* Nothing here makes a file leave memory for certain: see major_check. */
	[FAULTS_MAJOR] = {touch_pages, 0},
	/* A sleep that is over before the thread is off its CPU is no switch. */
	[SWITCHES] = {sleep_often, SLEEPS / 2},
	[MIGRATIONS] = {change_cpus, 1},
	[FAULTS] = {touch_pages, PAGES},
};

/* ---- the probe ---- */

static void judge(int event, int64_t count, int64_t cpu_ns, struct perf_choice *c)
{
	double off = cpu_ns > 0 ? (double)count / (double)cpu_ns - 1 : 1;
	if (event == TASK_CLOCK && (off > CLOCK_NEAR || off < -CLOCK_NEAR))
		snprintf(c->why, sizeof c->why, "counted %lld ns in %lld ns of CPU time", (long long)count,
			 (long long)cpu_ns);
	else if (count == 0 && movers[event].least > 0 && perf_events[event].kernel && !c->kernel)
		snprintf(c->why, sizeof c->why, "it happens in the kernel, which may not be counted here");
	else if (count == 0 && movers[event].least > 0)
		snprintf(c->why, sizeof c->why, "it starts, but never moved on a loop that must move it");
	else if (count < movers[event].least)
		snprintf(c->why, sizeof c->why, "counted %lld on a loop that must give at least %lld",
			 (long long)count, (long long)movers[event].least);
}

static void probe(int event, struct perf_choice *c)
{
	struct perf_value before, after;
	*c = (struct perf_choice){.kernel = perf_events[event].kernel};
	if (event == MIGRATIONS && one_cpu_allowed()) {
		snprintf(c->why, sizeof c->why, "one CPU alone may be used: there is nowhere to move to");
		return;
	}
	int fd = perf_event_start(event, c->kernel, false);
	if (fd < 0 && c->kernel && (errno == EACCES || errno == EPERM)) {
		c->kernel = false;
		fd = perf_event_start(event, false, false);
	}
	if (fd < 0) {
		pmu_explain(errno, c->why, sizeof c->why);
		return;
	}
	perf_event_read(fd, &before);
	int64_t cpu = clock_thread_ns();
	movers[event].move();
	cpu = clock_thread_ns() - cpu;
	if (!perf_event_read(fd, &after))
		snprintf(c->why, sizeof c->why, "it starts, but cannot be read");
	else if (after.running_ns < after.enabled_ns)
		snprintf(c->why, sizeof c->why, "counts in turns with others alone");
	else
		judge(event, after.value - before.value, cpu, c);
	close(fd);
}

/* Major faults cannot be had at will; they are believed where all faults are the sum of both kinds. */
static void major_check(struct perf_choice *choice)
{
	static const int event[] = {FAULTS, FAULTS_MINOR, FAULTS_MAJOR};
	struct perf_value before[3], after[3];
	int fd[3];
	bool good = true;
	for (int i = 0; i < 3; i++)
		fd[i] = perf_event_start(event[i], false, false);
	for (int i = 0; i < 3; i++)
		good = perf_event_read(fd[i], &before[i]) && good;
	touch_pages();
	for (int i = 0; i < 3; i++)
		good = perf_event_read(fd[i], &after[i]) && good;
	for (int i = 0; i < 3; i++) {
		after[i].value -= before[i].value;
		if (fd[i] >= 0)
			close(fd[i]);
	}
	if (!choice[FAULTS_MAJOR].why[0] && (!good || after[0].value != after[1].value + after[2].value))
		snprintf(choice[FAULTS_MAJOR].why, sizeof choice->why,
			 "page faults are not the sum of minor and major ones");
}

void perf_probe_all(struct perf_choice choice[PERF_EVENTS])
{
	static struct perf_choice known[PERF_EVENTS];
	static bool done;
	for (int i = 0; i < PERF_EVENTS && !done; i++)
		probe(i, &known[i]);
	if (!done)
		major_check(known);
	done = true;
	memcpy(choice, known, sizeof known);
}
