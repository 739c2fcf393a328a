/* SPDX-License-Identifier: Apache-2.0 */
/* Counter sources through their contract: every one of the registry, and what two of them count. */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>
#include <sys/mman.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/measure/counter/counter.h"

enum { PAGES = 64, PAGE = 4096 };

static const struct wire_reading *reading_of(const struct wire_reading *r, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strcmp(r[i].counter, name) == 0 && r[i].thread == -1)
			return &r[i];
	return NULL;
}

static int64_t value_of(const struct wire_reading *r, int n, const char *name)
{
	const struct wire_reading *one = reading_of(r, n, name);
	return one ? one->value : -1;
}

/* Faults and time, so that something moves. */
static void work(void)
{
	volatile char *p =
		mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int64_t begun = clock_ns();
	if (p == MAP_FAILED)
		bail("no pages");
	for (int i = 0; i < PAGES; i++)
		p[i * PAGE] = 1;
	while (clock_ns() - begun < 2000000)
		;
	munmap((void *)p, PAGES * PAGE);
}

/* What each reading of any source must be. */
static void well_formed(const struct wire_reading *r, int n)
{
	int n_bad = 0;
	for (int i = 0; i < n; i++) {
		n_bad += !r[i].counter[0] || !r[i].unit[0] || r[i].value < 0;
		n_bad += !r[i].usable && (r[i].value != 0 || !r[i].why[0]);
		n_bad += r[i].enabled_ns < r[i].running_ns || r[i].running_ns < 0;
		for (int k = 0; k < i; k++) /* a name is there once a thread */
			n_bad += r[k].thread == r[i].thread && strcmp(r[k].counter, r[i].counter) == 0;
	}
	is_int(n_bad, 0, "names, units, values and times make sense");
}

/* Life of a source: open, start, stop and finish twice, close. Returns the readings of the second time; free() its item. */
static struct readings live(const struct counter_ops *ops)
{
	const struct counter_config config = {.group = ops->has_groups ? "base" : "", .device = "cpu"};
	struct readings r = {0};
	struct counter *c = NULL;
	struct diag d = {0};
	char why[WIRE_WHY] = "";
	if (!ops->probe(why, sizeof why)) {
		ok(why[0], "%s says why not: %s", ops->name, why);
		return r;
	}
	is_int(ops->open(&c, &config, &d), 0, ops->name);
	for (int i = 0; i < 2; i++) {
		is_int(ops->start(c, &d), 0, "starts");
		work();
		r.n = 0;
		is_int(ops->stop(c, &r, &d), 0, "stops");
		if (ops->finish)
			is_int(ops->finish(c, &r, &d), 0, "finishes");
		ok(r.n >= 1, "%d readings", r.n);
		well_formed(r.item, r.n);
	}
	ops->close(c);
	ops->close(NULL);
	return r;
}

static void test_clock(const struct wire_reading *r, int n)
{
	int64_t wall = value_of(r, n, "wall_time"), tick = value_of(r, n, "clock_resolution");
	ok(wall >= 2000000, "wall time is that of the work");
	ok(tick >= 1 && tick <= 1000000000, "the clock ticks");
	ok(value_of(r, n, "cpu_time") > 0, "there is CPU time");
	is_int(reading_of(r, n, "cpu_time")->enabled_ns, wall, "counted all the time");
}

static void test_rusage(const struct wire_reading *r, int n)
{
	static const char *const names[] = {"page_faults_minor",    "page_faults_major", "switches_voluntary",
					    "switches_involuntary", "user_time",	 "system_time",
					    "max_resident"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		ok(reading_of(r, n, names[i]), "%s is read", names[i]);
	/* A kernel may map several pages at one fault. */
	ok(value_of(r, n, "page_faults_minor") > 0, "new pages are faults");
	ok(value_of(r, n, "max_resident") > PAGES * PAGE, "the peak is a height, not a difference");
}

/* This program again, small beside the one that forked it: its peak, on standard output. */
static int small_main(void)
{
	const struct counter_config config = {.group = "", .device = "cpu"};
	const char *group;
	const struct counter_ops *ops = counter_find("rusage", &group, NULL);
	struct counter *c = NULL;
	struct readings r = {0};
	if (!ops || ops->open(&c, &config, NULL) || ops->start(c, NULL) || ops->stop(c, &r, NULL))
		return 1;
	printf("%lld\n", (long long)value_of(r.item, r.n, "max_resident"));
	free(r.item);
	ops->close(c);
	return 0;
}

/* getrusage's peak would begin with ours. */
static void test_peak_of_child(void)
{
	static const size_t size = (size_t)512 << 20;
	char *big = mem_map(size);
	if (!big)
		bail("no memory");
	memset(big, 1, size);
	FILE *f = popen("exec /proc/$PPID/exe small", "r");
	long long peak = -1;
	ok(f && fscanf(f, "%lld", &peak) == 1 && pclose(f) == 0, "a small process of a large one runs");
	ok(peak > 0 && peak < (long long)size, "its peak (%lld bytes) is its own", peak);
	ok(mem_peak() >= size, "and ours is ours");
	mem_unmap(big, size);
}

static void test_find(void)
{
	struct diag d = {0};
	const char *group = NULL;
	for (int i = 0; counter_registry[i]; i++) {
		char name[WIRE_NAME];
		bool grouped = counter_registry[i]->has_groups;
		snprintf(name, sizeof name, "%s%s", counter_registry[i]->name, grouped ? ":base" : "");
		ok(counter_find(name, &group, &d) == counter_registry[i], "%s is found", name);
		is_text(group, grouped ? "base" : "", "with its group");
	}
	ok(!counter_find("papyrus", &group, &d), "no such source");
	is_int(d.code, ERR_UNSUPPORTED, "is unsupported");
	has_text(d.text, "\"papyrus\", known are clock, rusage", "and the known ones are named");
	diag_clear(&d);
	ok(!counter_find("papi", &group, &d) && !counter_find("clock:base", &group, &d),
	   "a group is named where there are some, and there alone");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "small") == 0)
		return small_main();
	for (int i = 0; counter_registry[i]; i++) {
		const struct counter_ops *ops = counter_registry[i];
		struct readings r = live(ops);
		if (strcmp(ops->name, "clock") == 0)
			test_clock(r.item, r.n);
		if (strcmp(ops->name, "rusage") == 0)
			test_rusage(r.item, r.n);
		free(r.item);
	}
	test_find();
	test_peak_of_child();
	return tap_done();
}
