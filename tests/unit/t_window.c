/* SPDX-License-Identifier: Apache-2.0 */
/* The window around a workload that only takes notes: counts, marks, order of hooks, ends. */
#include "config.h"

#include "tests/tap.h"

#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>

#include "engines/base/clock.h"
#include "harness/measure/window.h"
#include "harness/wire/wire.h"

enum { LOG_MAX = 64 };

/* What was called, a letter each: r reset, s step, b begin, e end, c cancelled. */
struct workload_run {
	char log[LOG_MAX + 1]; /* its beginning */
	int n_resets, n_steps, n_begins, n_ends, n_asked;
	int n_befores, fail_before;
	int fail_reset, fail_step; /* the one with this number fails, from 1 */
	int begin_rc, end_rc;
	int cancel_at; /* the question with this number is answered yes */
	int64_t spin_ns, before_ns;
	void (*inside)(struct workload_run *r); /* in each step, or NULL */
	int cpu[2];
};

static void note(struct workload_run *r, char c)
{
	size_t n = strlen(r->log);
	if (n < LOG_MAX)
		r->log[n] = c;
}

static int fake_reset(struct workload_run *r, struct diag *d)
{
	note(r, 'r');
	return ++r->n_resets == r->fail_reset ? diag_set(d, ERR_OOM, "reset fails") : 0;
}

static int fake_step(struct workload_run *r, struct diag *d)
{
	note(r, 's');
	int64_t begun = clock_ns();
	while (clock_ns() - begun < r->spin_ns)
		;
	if (r->inside)
		r->inside(r);
	return ++r->n_steps == r->fail_step ? diag_set(d, ERR_DEVICE, "step fails") : 0;
}

static int on_begin(void *arg, struct diag *d)
{
	struct workload_run *r = arg;
	note(r, 'b');
	r->n_begins++;
	return r->begin_rc ? diag_set(d, (enum err)r->begin_rc, "begin fails") : 0;
}

static int on_end(void *arg, struct diag *d)
{
	struct workload_run *r = arg;
	note(r, 'e');
	r->n_ends++;
	return r->end_rc ? diag_set(d, (enum err)r->end_rc, "end fails") : 0;
}

static void touch_a_page(struct workload_run *r)
{
	volatile char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)r;
	if (p == MAP_FAILED)
		bail("no page");
	*p = 1;
	munmap((void *)p, 4096);
}

static int on_before(void *arg, struct diag *d)
{
	struct workload_run *r = arg;
	note(r, 'f');
	int64_t begun = clock_ns();
	while (clock_ns() - begun < r->before_ns)
		;
	touch_a_page(r);
	return ++r->n_befores == r->fail_before ? diag_set(d, ERR_OOM, "flush fails") : 0;
}

static bool on_cancelled(void *arg)
{
	struct workload_run *r = arg;
	return ++r->n_asked == r->cancel_at;
}

static int64_t fake_device_ns(const struct workload_run *r)
{
	return 1000 + (int64_t)strlen(r->log);
}

static const struct workload_ops ops = {
	.name = "fake", .reset = fake_reset, .step = fake_step, .device_ns = fake_device_ns};

static int window(struct workload_run *r, int steps, struct wire_run_request q, struct wire_series *s,
		  struct diag *d)
{
	const struct window_hooks hooks = {
		.arg = r, .begin = on_begin, .end = on_end, .cancelled = on_cancelled};
	return window_run(&ops, r, steps, &q, &hooks, s, d);
}

static void series_free(struct wire_series *s)
{
	struct wire_run_result r = {.n_series = 1, .series = malloc(sizeof *s)};
	*r.series = *s;
	wire_run_result_free(&r);
	memset(s, 0, sizeof *s);
}

static int64_t sum_of(const struct wire_series *s, int from, int to)
{
	int64_t sum = 0;
	for (int i = from; i < to; i++)
		sum += s->values[i];
	return sum;
}

static void test_device(void)
{
	struct workload_run r = {0};
	struct wire_series s = {0}, device = {0};
	struct diag d = {0};
	const struct window_hooks hooks = {.arg = &r, .device_clock = "its own", .second = &device};
	struct wire_run_request q = {.warmup = 1, .repeat = 2};
	is_int(window_run(&ops, &r, 2, &q, &hooks, &s, &d), 0, "a device with a clock");
	is_int(device.n, s.n, "has as many samples");
	is_text(device.name, "device", "in a series of its own");
	is_text(device.clock, "its own", "by its clock");
	is_text(device.unit, "ns", "in ns");
	ok(device.values[0] == 1002 && device.values[5] == 1009, "what each step took");
	ok(memcmp(device.marks, s.marks, (size_t)s.n * sizeof *s.marks) == 0 &&
		   memcmp(device.offsets, s.offsets, (size_t)s.n * sizeof *s.offsets) == 0 &&
		   memcmp(device.reps, s.reps, (size_t)s.n * sizeof *s.reps) == 0,
	   "marks, offsets and repetitions are those of the steps");
	series_free(&s);
	series_free(&device);
}

static void test_by_device(void)
{
	struct workload_run r = {0};
	struct wire_series s = {0}, host = {0};
	struct diag d = {0};
	const struct window_hooks hooks = {
		.arg = &r, .device_clock = "its own", .second = &host, .by_device = true};
	struct wire_run_request q = {.warmup = 1, .repeat = 2};
	is_int(window_run(&ops, &r, 2, &q, &hooks, &s, &d), 0, "a step that goes by the device's clock");
	is_text(s.name, "step", "is the step");
	is_text(s.clock, "its own", "by that clock");
	ok(s.values[0] == 1002 && s.values[5] == 1009, "as long as the device says");
	is_text(host.name, "host", "what the host saw");
	is_text(host.clock, CLOCK_NAME, "by its clock");
	ok(host.n == s.n && s.offsets[0] == 0 &&
		   memcmp(host.offsets, s.offsets, (size_t)s.n * sizeof *s.offsets) == 0,
	   "is beside it, step by step");
	series_free(&s);
	series_free(&host);
}

/* Two warm-ups and three repetitions of two steps. */
static void test_counts(void)
{
	struct workload_run r = {0};
	struct wire_series s = {0};
	struct diag d = {0};
	int n_wrong = 0;
	is_int(window(&r, 2, (struct wire_run_request){.warmup = 2, .repeat = 3}, &s, &d), 0, "a window");
	is_text(r.log, "rssrssbrssrssrsse", "warm-up, begin, repetitions, end");
	is_int(s.n, 10, "each step is a sample");
	for (int i = 0; i < s.n; i++) {
		n_wrong += s.reps[i] != i / 2;
		n_wrong += ((s.marks[i] & MARK_WARMUP) != 0) != (i < 4);
		n_wrong += s.marks[i] & ~(MARK_WARMUP | MARK_FAULTED | MARK_PREEMPTED | MARK_MIGRATED);
		n_wrong += s.values[i] < 0;
		n_wrong += i && s.offsets[i] < s.offsets[i - 1] + s.values[i - 1];
	}
	is_int(n_wrong, 0, "repetitions, marks of the warm-up, rising offsets");
	is_int(s.offsets[0], 0, "the first begins at t0");
	ok(s.t0 > 0, "which is on the clock");
	is_text(s.name, "step", "its name");
	is_text(s.unit, "ns", "unit");
	is_text(s.clock, CLOCK_NAME, "clock");
	series_free(&s);
	r = (struct workload_run){0};
	const struct window_hooks none = {0};
	struct wire_run_request q = {.warmup = 0, .repeat = 0};
	is_int(window_run(&ops, &r, 3, &q, &none, &s, &d), 0, "without hooks, nothing asked for");
	is_text(r.log, "rsss", "one repetition all the same");
	series_free(&s);
}

static void test_min_time(void)
{
	struct workload_run r = {.spin_ns = 50000};
	struct wire_series s = {0};
	struct diag d = {0};
	const struct wire_run_request q = {.warmup = 1, .repeat = 2, .min_time_ns = 1000000};
	is_int(window(&r, 2, q, &s, &d), 0, "at least a millisecond");
	ok(s.n >= 6 && s.n % 2 == 0, "whole repetitions, at least those asked for");
	ok(sum_of(&s, 2, s.n) >= 1000000, "together as long as asked for");
	/* A step that was interrupted may make it alone, but two repetitions were asked for. */
	ok(s.n == 6 || sum_of(&s, 2, s.n - 2) < 1000000, "which the last one made it");
	series_free(&s);
	r = (struct workload_run){.spin_ns = 1};
	is_int(window(&r, 1, (struct wire_run_request){.repeat = 7, .min_time_ns = 1}, &s, &d), 0,
	       "a short time");
	is_int(s.n, 7, "does not end it before the count");
	series_free(&s);
}

static void test_max_time(void)
{
	struct workload_run r = {.spin_ns = 1000};
	struct wire_series s = {0};
	struct diag d = {0};
	const struct wire_run_request q = {
		.warmup = 2, .repeat = 50, .min_time_ns = INT64_MAX, .max_time_ns = 1};
	is_int(window(&r, 4, q, &s, &d), 0, "no time at all");
	is_text(r.log, "rssssrssssbrsssse", "one whole repetition");
	series_free(&s);
}

/* min_time can never be reached: the arrays end it. */
static void test_full(void)
{
	struct workload_run r = {0};
	struct wire_series s = {0};
	struct diag d = {0};
	const struct wire_run_request q = {.warmup = 1, .repeat = 1, .min_time_ns = INT64_MAX};
	is_int(window(&r, 1000, q, &s, &d), 0, "until the arrays are full");
	is_int(s.n, WINDOW_SAMPLES_MIN / 1000 * 1000, "the last whole repetition that fits");
	is_int(r.n_steps, s.n, "no step without a sample");
	series_free(&s);
	r = (struct workload_run){0};
	is_int(window(&r, WINDOW_SAMPLES_MIN + 5, (struct wire_run_request){.repeat = 1}, &s, &d), 0,
	       "a repetition longer than the least arrays");
	is_int(s.n, WINDOW_SAMPLES_MIN + 5, "has room");
	series_free(&s);
}

static void refuses(int steps, struct wire_run_request q)
{
	struct workload_run r = {0};
	struct wire_series s = {.n = 77};
	struct diag d = {0};
	is_int(window(&r, steps, q, &s, &d), ERR_USAGE, "too many samples, or none");
	has_text(d.text, "samples are kept", "says so");
	ok(!r.log[0] && s.n == 77, "before anything runs");
}

/* The code, the text, the calls; the result is untouched. */
static void fails(struct workload_run r, int rc, const char *text, const char *log)
{
	struct wire_series s = {.n = 77};
	struct diag d = {0};
	is_int(window(&r, 2, (struct wire_run_request){.warmup = 1, .repeat = 2}, &s, &d), rc, text);
	has_text(d.text, text, "the first error tells");
	is_text(r.log, log, "calls until then");
	is_int(s.n, 77, "no series");
}

static void test_failures(void)
{
	refuses(0, (struct wire_run_request){.repeat = 1});
	refuses(-1, (struct wire_run_request){.repeat = 1});
	refuses(1, (struct wire_run_request){.repeat = WINDOW_SAMPLES_MAX + 1});
	refuses(INT_MAX, (struct wire_run_request){.warmup = INT_MAX, .repeat = INT_MAX});
	fails((struct workload_run){.fail_reset = 1}, ERR_OOM, "reset fails", "r");
	fails((struct workload_run){.fail_step = 2}, ERR_DEVICE, "step fails", "rss");
	fails((struct workload_run){.begin_rc = ERR_IO}, ERR_IO, "begin fails", "rssb");
	fails((struct workload_run){.fail_reset = 2}, ERR_OOM, "reset fails", "rssbre");
	fails((struct workload_run){.fail_step = 3}, ERR_DEVICE, "step fails", "rssbrse");
	fails((struct workload_run){.fail_step = 3, .end_rc = ERR_IO}, ERR_DEVICE, "step fails", "rssbrse");
	fails((struct workload_run){.end_rc = ERR_IO}, ERR_IO, "end fails", "rssbrssrsse");
}

static void test_cancel(void)
{
	fails((struct workload_run){.cancel_at = 1}, ERR_CANCELLED, "cancelled after 1 samples", "rs");
	/* In the measured part the counters are stopped. It is asked now and then, not after each step. */
	struct workload_run r = {.cancel_at = 2, .spin_ns = 1000000};
	struct wire_series s = {.n = 77};
	struct diag d = {0};
	is_int(window(&r, 1, (struct wire_run_request){.repeat = 1 << 20}, &s, &d), ERR_CANCELLED,
	       "a cancel in the measured part");
	is_int(r.n_ends, 1, "the counters are stopped");
	is_int(r.n_asked, 2, "asked twice");
	ok(r.n_steps >= 2, "in %d steps", r.n_steps);
	is_int(s.n, 77, "no series");
}

static void touch_once(struct workload_run *r)
{
	if (r->n_steps == 9)
		touch_a_page(r);
}

static void change_cpu(struct workload_run *r)
{
	cpu_set_t one;
	CPU_ZERO(&one);
	CPU_SET(r->cpu[r->n_steps % 2], &one);
	sched_setaffinity(0, sizeof one, &one);
}

/* Which mark do all samples but the first carry? */
static bool all_marked(const struct wire_series *s, int64_t mark)
{
	int n = 0;
	for (int i = 1; i < s->n; i++)
		n += (s->marks[i] & mark) != 0;
	return n == s->n - 1;
}

static int n_marked(const struct wire_series *s, int64_t mark)
{
	int n = 0;
	for (int i = 0; i < s->n; i++)
		n += (s->marks[i] & mark) != 0;
	return n;
}

/* Before each step, of the warm-up too; no sample pays for it or is marked, but it counts as time. */
static void test_before_step(void)
{
	struct workload_run r = {.before_ns = 200000};
	struct wire_series s = {0};
	struct diag d = {0};
	const struct window_hooks hooks = {.arg = &r, .before_step = on_before};
	struct wire_run_request q = {.warmup = 1, .repeat = 2, .min_time_ns = 1};
	is_int(window_run(&ops, &r, 2, &q, &hooks, &s, &d), 0, "a hook before each step");
	is_text(r.log, "rfsfsrfsfsrfsfs", "comes before each");
	int n_long = 0;
	for (int i = 0; i < s.n; i++)
		n_long += s.values[i] >= r.before_ns && !(s.marks[i] & MARK_PREEMPTED);
	is_int(n_long, 0, "and is not timed");
	ok(n_marked(&s, MARK_FAULTED) <= 1, "nor are its page faults those of a step");
	for (int i = 1; i < s.n; i++)
		n_long += s.offsets[i] - s.offsets[i - 1] < r.before_ns;
	is_int(n_long, 0, "but stands between them");
	series_free(&s);
	r = (struct workload_run){.before_ns = 200000};
	q = (struct wire_run_request){.repeat = 1, .min_time_ns = 2000000};
	is_int(window_run(&ops, &r, 1, &q, &hooks, &s, &d), 0, "steps of no time");
	ok(s.n <= 10, "are not repeated until they alone make up the least time: %d", s.n);
	series_free(&s);
	r = (struct workload_run){.fail_before = 2};
	is_int(window_run(&ops, &r, 2, &q, &hooks, &s, &d), ERR_OOM, "one that fails");
	is_text(r.log, "rfsf", "ends the window before the step");
}

static void test_marks(void)
{
	struct workload_run r = {.inside = touch_a_page};
	struct wire_series s = {0};
	struct diag d = {0};
	cpu_set_t before;
	int n = 0;
	is_int(window(&r, 5, (struct wire_run_request){.repeat = 2}, &s, &d), 0, "steps with page faults");
	ok(all_marked(&s, MARK_FAULTED), "are marked");
	series_free(&s);
	/* Short steps share a look, 25 us ones do not: a fault in one of them is its own. */
	r = (struct workload_run){.inside = touch_once};
	is_int(window(&r, 20, (struct wire_run_request){.repeat = 1}, &s, &d), 0,
	       "a fault among short steps");
	ok(s.marks[9] & MARK_FAULTED, "marks its step, perhaps those beside it");
	series_free(&s);
	r = (struct workload_run){.inside = touch_once, .spin_ns = 25000};
	is_int(window(&r, 20, (struct wire_run_request){.repeat = 1}, &s, &d), 0, "among longer steps");
	int64_t others = 0;
	for (int i = 1; i < s.n; i++)
		others |= i == 9 ? 0 : s.marks[i] & MARK_FAULTED;
	ok((s.marks[9] & MARK_FAULTED) && !others, "it marks its own alone");
	series_free(&s);
	r = (struct workload_run){.inside = change_cpu};
	sched_getaffinity(0, sizeof before, &before);
	for (int c = 0; c < CPU_SETSIZE && n < 2; c++)
		if (CPU_ISSET(c, &before))
			r.cpu[n++] = c;
	if (n < 2) {
		skip("only one CPU to be on");
		return;
	}
	is_int(window(&r, 5, (struct wire_run_request){.repeat = 2}, &s, &d), 0, "steps that change the CPU");
	sched_setaffinity(0, sizeof before, &before);
	ok(all_marked(&s, MARK_MIGRATED), "are marked");
	series_free(&s);
}

int main(void)
{
	test_device();
	test_by_device();
	test_counts();
	test_min_time();
	test_max_time();
	test_full();
	test_failures();
	test_cancel();
	test_before_step();
	test_marks();
	return tap_done();
}
