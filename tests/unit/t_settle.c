/* SPDX-License-Identifier: Apache-2.0 */
/* When a load counts as steady, on a clock of the test's own. */
#include "config.h"

#include "tests/tap.h"

#include "engines/base/strbuf.h"
#include "harness/measure/settle.h"

/* A load whose repetition takes so long at a moment. */
struct load {
	int64_t now;
	int64_t (*dur)(int64_t now);
	int n, fail_at;
};

static int64_t load_now(void *arg)
{
	return ((struct load *)arg)->now;
}

static int load_run(void *arg, int64_t *dur_ns, struct diag *d)
{
	struct load *l = arg;
	*dur_ns = l->dur(l->now);
	l->now += *dur_ns;
	return ++l->n == l->fail_at ? diag_set(d, ERR_DEVICE, "it breaks") : 0;
}

static int64_t flat(int64_t now)
{
	(void)now;
	return 10000000;
}

/* Fast for 40 s, then half as fast. */
static int64_t burst(int64_t now)
{
	return now < 40 * SETTLE_SLICE_NS - SETTLE_SLICE_NS / 2 ? 10000000 : 20000000;
}

/* 5 % slower each second up to the 33rd. */
static int64_t slower(int64_t now)
{
	int64_t s = now / SETTLE_SLICE_NS;
	return 10000000 + 500000 * (s < 33 ? s : 33);
}

static int64_t restless(int64_t now)
{
	return now / SETTLE_SLICE_NS % 2 ? 10000000 : 11000000;
}

static int64_t long_one(int64_t now)
{
	(void)now;
	return 7 * SETTLE_SLICE_NS;
}

static struct settled settled_by(int64_t (*dur)(int64_t now))
{
	struct load l = {.dur = dur};
	struct settled s = {0};
	struct diag d = {0};
	is_int(settle_run(&s, &(struct settle_hooks){&l, load_now, load_run}, &d), 0, "a load");
	ok(s.dur_ns == l.now, "all of it is told: %.1f s", (double)s.dur_ns * 1e-9);
	return s;
}

int main(void)
{
	struct strbuf text = {0};
	struct diag d = {0};
	struct settled s = settled_by(flat);
	ok(s.steady && s.n_slices == 30, "a flat load is steady, but not before 30 s");
	s = settled_by(slower);
	ok(s.steady && s.dur_ns > 35 * SETTLE_SLICE_NS && s.dur_ns < 45 * SETTLE_SLICE_NS,
	   "one that slows down is when it has");
	ok(s.first < s.last, "with its first and last time");
	settled_describe(&s, &text);
	has_text(strbuf_text(&text), "settled: steady after 3", "described");
	strbuf_free(&text);
	s = settled_by(restless);
	ok(!s.steady && s.dur_ns >= SETTLE_MAX_NS && s.dur_ns < SETTLE_MAX_NS + 2 * SETTLE_SLICE_NS,
	   "one that is never steady ends");
	settled_describe(&s, &text);
	has_text(strbuf_text(&text), "settled: not steady after 9", "and says so");
	strbuf_free(&text);
	s = settled_by(burst);
	ok(s.steady && s.dur_ns < 40 * SETTLE_SLICE_NS, "a longer burst is not seen through");
	s = settled_by(long_one);
	ok(s.steady && s.n_slices == 5, "a repetition longer than a slice is one");
	struct load l = {.dur = flat, .fail_at = 250};
	s = (struct settled){.n_slices = 77};
	is_int(settle_run(&s, &(struct settle_hooks){&l, load_now, load_run}, &d), ERR_DEVICE,
	       "a step that fails");
	is_int(s.n_slices, 77, "leaves the result alone");
	return tap_done();
}
