/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/selftest/selftest.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "harness/stat/selftest/rig.h"

/* Checks 4 to 6 run their arms by harness/stat/order.h, as comparisons do. */
const struct selftest_check selftest_checks[] = {
	{1, "no effect, normal noise of 5 %: how often an interval excludes 0", rig_size},
	{2, "effects of 2 and 5 %: how often they are found, and covered", rig_power},
	{3, "heavy tails, and runs that take ten times as long", rig_tails},
	{4, "a machine that gets slower run by run", rig_drift},
	{5, "a machine whose state lasts (AR(1), 5 %, and 2 % noise)", rig_state},
	{6, "processes that differ by 5 %, iterations by 2 %", rig_processes},
	{7, "stopping: on width, and on p", rig_stopping},
	{8, "campaigns that differ: 60 pairs in 4 groups", rig_groups},
	{9, "warm-up by MSER-5, 200 iterations of 2 % noise", rig_warmup},
	{11, "288 tests at once, Benjamini and Hochberg at 0.05", rig_tests},
	{12, "ties, zeros, too few, NaN, empty and equal arms", rig_edges},
	{13, "swapped arms, to the last bit", rig_mirror},
	{14, "test vectors", rig_vectors},
	{0, NULL, NULL},
};

bool selftest_run(struct selftest *t, const struct selftest_check *c)
{
	bool passed = true;

	t->n = 0;
	c->run(t);
	for (int i = 0; i < t->n; i++)
		passed = passed && t->row[i].passed;
	return passed && t->n > 0;
}

int rig_repeats(const struct selftest *t, int full)
{
	return t->shorten > 1 ? full / t->shorten : full;
}

struct draw rig_draws(const struct selftest *t, int number)
{
	return (struct draw){.seed = draw_stream(t->seed, (uint64_t)number)};
}

static struct selftest_row *row_add(struct selftest *t, const char *fmt, va_list ap)
{
	struct selftest_row *row = &t->row[t->n < SELFTEST_ROWS_MAX ? t->n++ : SELFTEST_ROWS_MAX - 1];

	*row = (struct selftest_row){0};
	vsnprintf(row->what, sizeof row->what, fmt, ap);
	return row;
}

static void judge(struct selftest_row *row)
{
	double off = row->got - row->want;

	row->passed = (row->relation == SELFTEST_NEAR ? fabs(off) : off) <= row->tolerance;
}

static double standard_errors(double share, int n)
{
	return 3 * sqrt(share * (1 - share) / n);
}

void rig_share(struct selftest *t, bool control, int k, int n, double want, int decimals, const char *fmt,
	       ...)
{
	double rounding = decimals == RIG_EXACT ? 0 : pow(10, -decimals) / 2;
	struct selftest_row *row;
	va_list ap;

	va_start(ap, fmt);
	row = row_add(t, fmt, ap);
	va_end(ap);
	row->control = control;
	row->got = (double)k / n;
	row->want = want;
	/* A share that is given as 1.00 may be 0.995. */
	row->tolerance = rounding + standard_errors(fmin(want, 1 - rounding), n);
	judge(row);
}

void rig_at_most(struct selftest *t, int k, int n, double want, bool is_truth, const char *fmt, ...)
{
	struct selftest_row *row;
	va_list ap;

	va_start(ap, fmt);
	row = row_add(t, fmt, ap);
	va_end(ap);
	row->relation = SELFTEST_AT_MOST;
	row->got = (double)k / n;
	row->want = want;
	row->tolerance = is_truth || t->shorten > 1 ? standard_errors(want, n) : 0;
	judge(row);
}

void rig_value(struct selftest *t, enum selftest_relation relation, double got, double want, double tolerance,
	       const char *fmt, ...)
{
	struct selftest_row *row;
	va_list ap;

	va_start(ap, fmt);
	row = row_add(t, fmt, ap);
	va_end(ap);
	row->relation = relation;
	row->got = got;
	row->want = want;
	row->tolerance = tolerance;
	judge(row);
}

bool rig_excludes_zero(const struct pairs *p)
{
	return p->lo > 0 || p->hi < 0;
}
