/* SPDX-License-Identifier: Apache-2.0 */
/* selftest: do the statistics keep what they promise, on data whose truth is known? */
#include "config.h"

#include <limits.h>
#include <stdio.h>

#include "harness/cmd/cmd.h"
#include "harness/stat/selftest/selftest.h"

enum { OPTION_STATS = OPTION_OWN, OPTION_SEED, OPTION_QUICK };
/* What --quick divides the repeats by. */
#define QUICK 10

struct arguments {
	bool stats;
	struct selftest test;
};

static const struct argp_option options[] = {
	{"stats", OPTION_STATS, NULL, 0, "intervals, tests, orders and verdicts, by simulation", 0},
	{"seed", OPTION_SEED, "N", 0, "seed of the simulations (1)", 0},
	{"quick", OPTION_QUICK, NULL, 0, "a tenth of the repeats, wider tolerances", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case OPTION_STATS:
		a->stats = true;
		break;
	case OPTION_SEED:
		a->test.seed = (uint64_t)cmd_number(state, "--seed", arg, 0, LONG_MAX);
		break;
	case OPTION_QUICK:
		a->test.shorten = QUICK;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\"", arg);
		break;
	case ARGP_KEY_END:
		if (!a->stats)
			argp_error(state, "nothing to test: expected --stats");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Checks by simulation that the statistics keep what they promise: intervals cover, nothing is "
	       "found where nothing is, effects are found as often as was said, and swapped arms give the "
	       "mirrored "
	       "verdict. Lines marked 'control' are designs that must fail as badly as they are known to. "
	       "Most "
	       "tolerances are three standard errors: with a seed of your own a line may lie just outside. "
	       "Ends with "
	       "status 4 when a check fails. Half a minute to two minutes; says nothing about this machine.",
};

static void print_row(const struct selftest_row *row)
{
	printf("  %-6s %-54s %9.4g  ", row->passed ? "ok" : "FAILED", row->what, row->got);
	if (row->relation == SELFTEST_AT_MOST)
		printf("at most %.4g", row->want + row->tolerance);
	else
		printf("%.4g", row->want);
	if (row->relation == SELFTEST_NEAR && row->tolerance > 0)
		printf(" \302\261%.2g", row->tolerance);
	printf("%s\n", row->control ? "  control" : "");
}

/* Prints as it goes: a check takes up to half a minute. */
static int run_all(struct selftest *t)
{
	int n_failed = 0;
	for (const struct selftest_check *c = selftest_checks; c->title; c++) {
		n_failed += !selftest_run(t, c);
		printf("%2d  %s\n", c->number, c->title);
		for (int i = 0; i < t->n; i++)
			print_row(&t->row[i]);
		fflush(stdout);
	}
	return n_failed;
}

int cmd_selftest(int argc, char **argv)
{
	struct arguments a = {.test = {.seed = SELFTEST_SEED, .shorten = 1}};
	cmd_parse(&argp, argc, argv, &a);
	printf("statistics on simulated data, seed %llu%s\n", (unsigned long long)a.test.seed,
	       a.test.shorten > 1 ? ", a tenth of the repeats" : "");
	int n_failed = run_all(&a.test);
	if (n_failed)
		printf("%d check%s failed\n", n_failed, n_failed == 1 ? "" : "s");
	else
		puts("all checks passed");
	return cmd_finish(n_failed ? EXIT_UNCALIBRATED : EXIT_OK);
}
