/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the statistics promise, measured on synthetic data of known truth (facts: statistics, section 14; its check 10
 * comes with history). Negative controls are designs that must fail as badly as they are known to: a check that cannot
 * fail checks nothing. Pure and seeded: the same seed gives the same table on every machine. Not for claims about this
 * machine: those are made by A/A runs on it.
 */
#ifndef IFM_STAT_SELFTEST_SELFTEST_H
#define IFM_STAT_SELFTEST_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>

#define SELFTEST_SEED	  1
#define SELFTEST_ROWS_MAX 24

enum selftest_relation {
	SELFTEST_NEAR = 0, /* |got - want| <= tolerance */
	SELFTEST_AT_MOST   /* got <= want + tolerance */
};

struct selftest_row {
	char what[72];
	enum selftest_relation relation;
	double got, want;
	double tolerance; /* 3 standard errors, and half a unit of the last digit of a figure that is rounded */
	bool control;	  /* negative: a design that must fail like this */
	bool passed;
};

struct selftest {
	uint64_t seed;
	int shorten; /* repeats are divided by this, tolerances are as wide as that makes them; 1: none */
	int n;
	struct selftest_row row[SELFTEST_ROWS_MAX]; /* of the check that ran last */
};

struct selftest_check {
	int number;
	const char *title;
	void (*run)(struct selftest *t);
};
extern const struct selftest_check selftest_checks[]; /* ends with a NULL title */

/* Replaces t's rows. True when all of them passed. Does not depend on checks that ran before. */
bool selftest_run(struct selftest *t, const struct selftest_check *c);

#endif
