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
		if (strcmp(r[i].counter, name) == 0)
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
		n_bad += r[i].enabled_ns < r[i].running_ns || r[i].running_ns < 0;
		n_bad += reading_of(r, n, r[i].counter) != &r[i]; /* a name is there once */
	}
	is_int(n_bad, 0, "names, units, values and times make sense");
}

/* Life of a source: open, start and stop twice, close. Returns the readings of the second time. */
static int live(const struct counter_ops *ops, struct wire_reading *r)
{
	struct counter *c = NULL;
	struct diag d = {0};
	char why[WIRE_WHY] = "";
	int n = 0;
	if (!ops->probe(why, sizeof why)) {
		ok(why[0], "%s says why not: %s", ops->name, why);
		return 0;
	}
	is_int(ops->open(&c, &d), 0, ops->name);
	int passes = ops->passes(c);
	ok(passes >= 1, "takes %d visits", passes);
	for (int i = 0; i < 2; i++) {
		is_int(ops->start(c, passes - 1, &d), 0, "starts");
		work();
		memset(r, 0x55, COUNTER_READINGS_MAX * sizeof *r);
		n = ops->stop(c, r, &d);
		ok(n >= 1 && n <= COUNTER_READINGS_MAX, "%d readings", n);
		well_formed(r, n);
	}
	ops->close(c);
	ops->close(NULL);
	return n;
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
static int small_main(struct wire_reading *r)
{
	const struct counter_ops *ops = counter_find("rusage", NULL);
	struct counter *c = NULL;
	if (!ops || ops->open(&c, NULL) || ops->start(c, 0, NULL))
		return 1;
	int n = ops->stop(c, r, NULL);
	printf("%lld\n", (long long)value_of(r, n, "max_resident"));
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

int main(int argc, char **argv)
{
	static struct wire_reading r[COUNTER_READINGS_MAX];
	struct diag d = {0};
	if (argc == 2 && strcmp(argv[1], "small") == 0)
		return small_main(r);
	for (int i = 0; counter_registry[i]; i++) {
		const struct counter_ops *ops = counter_registry[i];
		ok(counter_find(ops->name, &d) == ops, "%s is found", ops->name);
		int n = live(ops, r);
		if (strcmp(ops->name, "clock") == 0)
			test_clock(r, n);
		if (strcmp(ops->name, "rusage") == 0)
			test_rusage(r, n);
	}
	ok(!counter_find("papyrus", &d), "no such source");
	is_int(d.code, ERR_UNSUPPORTED, "is unsupported");
	has_text(d.text, "\"papyrus\", known are clock, rusage", "and the known ones are named");
	test_peak_of_child();
	return tap_done();
}
