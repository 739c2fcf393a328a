/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor on load: what else runs now. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/host/doctor_check.h"

/* Share of the CPUs that others may use, and shares of time in percent in which somebody waited. */
#define LOAD_SHARE	    0.25
#define PRESSURE_CPU	    10.0
#define PRESSURE_CPU_ADVICE 2.0
#define PRESSURE_MEMORY	    0.1
#define PRESSURE_IO	    5.0
/* Ticks are 10 ms: in 300 ms a process that is always busy gets 30. */
#define LOOK_NS ((int64_t)300 * 1000000)
/* Of one CPU. */
#define BUSY_SHARE 0.2

void check_load(const struct doctor *d, struct finding *f)
{
	double load, runnable, cpus;

	if (!doctor_number(d, f, "run.start_load_1", &load) ||
	    !doctor_number(d, f, "run.start_runnable", &runnable) ||
	    !doctor_number(d, f, "run.start_cpus", &cpus))
		return;
	finding_value(f, "%.2f over a minute, %.0f runnable now, %.0f CPUs", load, runnable, cpus);
	/* One of the runnable is who reads it. */
	if (load <= LOAD_SHARE * cpus && runnable - 1 < cpus)
		return;
	finding_bad(f, "others want the CPUs: samples are preempted and caches shared");
	finding_fix(f, "wait, or run with --wait-quiet 600, which waits before each visit");
}

/* Above `advice` it is worth a word, above `bad` more. */
static void check_pressure(const struct doctor *d, struct finding *f, const char *key, double advice,
			   double bad, const char *why)
{
	double avg10;

	if (!doctor_number(d, f, key, &avg10))
		return;
	finding_value(f, "%.2f %% of the last 10 s", avg10);
	if (avg10 > bad)
		finding_bad(f, "%s", why);
	else if (avg10 > advice)
		finding_judge(f, VERDICT_ADVICE, "%s", why);
}

void check_pressure_cpu(const struct doctor *d, struct finding *f)
{
	check_pressure(d, f, "run.start_pressure_cpu_avg10", PRESSURE_CPU_ADVICE, PRESSURE_CPU,
		       "some thread waited for a CPU: it may be ours next");
	if (f->verdict == VERDICT_WARNING)
		finding_fix(f, "wait, or run with --wait-quiet 600, which waits before each visit");
}

void check_pressure_memory(const struct doctor *d, struct finding *f)
{
	check_pressure(d, f, "run.start_pressure_memory_avg10", PRESSURE_MEMORY, PRESSURE_MEMORY,
		       "memory is short: pages of the model may leave it and come back inside a step");
}

void check_pressure_io(const struct doctor *d, struct finding *f)
{
	check_pressure(d, f, "run.start_pressure_io_avg10", PRESSURE_IO, PRESSURE_IO,
		       "somebody waits for disks: load times are not ours alone");
}

/* ---- busy processes ---- */

bool process_time_parse(const char *line, struct process_time *out)
{
	/* The name stands in parentheses and may hold any byte, parentheses too. */
	const char *open = strchr(line, '('), *close = strrchr(line, ')');
	int64_t user, system;
	size_t n = 0;

	if (!open || !close || close < open)
		return false;
	if (sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64, &user,
		   &system) != 2 ||
	    user < 0 || system < 0 || user > INT64_MAX / 2 || system > INT64_MAX / 2)
		return false;
	for (const char *at = open + 1; at < close && n + 1 < sizeof out->name; at++)
		out->name[n++] = *at >= ' ' && *at <= '~' ? *at : '?';
	out->name[n] = '\0';
	out->ticks = user + system;
	return true;
}

struct busy {
	pid_t pid;
	int64_t ticks; /* at the first look, then those between both */
	char name[64];
};
struct busies {
	struct busy *item;
	int n, room;
};

static bool look_at(pid_t pid, struct process_time *out)
{
	char path[64], line[1024];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	return file_head("", path, line, sizeof line) > 0 && process_time_parse(line, out);
}

static void remember(struct busies *b, pid_t pid)
{
	struct process_time t;

	if (!look_at(pid, &t))
		return;
	if (b->n == b->room) {
		b->room = b->room ? 2 * b->room : 256;
		b->item = mem_realloc(b->item, (size_t)b->room * sizeof *b->item);
	}
	b->item[b->n] = (struct busy){.pid = pid, .ticks = t.ticks};
	memcpy(b->item[b->n++].name, t.name, sizeof t.name);
}

static bool processes_list(struct busies *b)
{
	DIR *dir = opendir("/proc");

	if (!dir)
		return false;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		pid_t pid = isdigit((unsigned char)e->d_name[0]) ? (pid_t)strtol(e->d_name, NULL, 10) : 0;
		if (pid > 0 && pid != getpid())
			remember(b, pid);
	}
	closedir(dir);
	return true;
}

static void look_again(struct busies *b)
{
	struct process_time t;

	for (int i = 0; i < b->n; i++)
		b->item[i].ticks = look_at(b->item[i].pid, &t) ? t.ticks - b->item[i].ticks : 0;
}

static int busier(const void *a, const void *b)
{
	const struct busy *x = a, *y = b;

	return (x->ticks < y->ticks) - (x->ticks > y->ticks);
}

/* "stress (4711) 99 %, cc1 (4712) 41 %": at most three, in percent of one CPU. */
static void say_busiest(const struct busies *b, double seconds, struct finding *f)
{
	char text[FINDING_TEXT] = "";
	double ticks = seconds * (double)sysconf(_SC_CLK_TCK);

	for (int i = 0; i < b->n && i < 3 && b->item[i].ticks > 0; i++) {
		size_t len = strlen(text);
		snprintf(text + len, sizeof text - len, "%s%s (%d) %.0f %%", len ? ", " : "", b->item[i].name,
			 (int)b->item[i].pid, 100 * (double)b->item[i].ticks / ticks);
	}
	finding_value(f, "%s", *text ? text : "nobody else is busy");
	if (b->n == 0 || (double)b->item[0].ticks < BUSY_SHARE * ticks)
		return;
	finding_bad(f, "in percent of one CPU: others run beside what is measured, and use its caches");
	finding_fix(f, "end or pause them, then measure");
}

void check_processes(const struct doctor *d, struct finding *f)
{
	const struct timespec nap = {.tv_nsec = LOOK_NS};
	struct busies b = {0};

	if (!doctor_is_here(d, f))
		return;
	if (!processes_list(&b)) {
		finding_unknown(f, "/proc: %s", strerror(errno));
		return;
	}
	int64_t begun = clock_ns();
	(void)nanosleep(&nap, NULL);
	double seconds = (double)(clock_ns() - begun) * 1e-9;
	look_again(&b);
	if (b.n)
		qsort(b.item, (size_t)b.n, sizeof *b.item, busier);
	say_busiest(&b, seconds, f);
	free(b.item);
}
