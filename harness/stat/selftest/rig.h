/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks share: repeats, streams of draws, rows. */
#ifndef IFM_STAT_SELFTEST_RIG_H
#define IFM_STAT_SELFTEST_RIG_H

#include "harness/stat/draw.h"
#include "harness/stat/pairs.h"
#include "harness/stat/selftest/selftest.h"

/* How a table gives a figure: with so many decimals. Exact ones have no rounding to allow for. */
enum { RIG_EXACT = 0 };

int rig_repeats(const struct selftest *t, int full);
/* A stream of its own by number, unique over all checks. */
struct draw rig_draws(const struct selftest *t, int number);

/* k of n repeats are near the share `want`, which is known to so many decimals. */
void rig_share(struct selftest *t, bool control, int k, int n, double want, int decimals, const char *fmt,
	       ...) __attribute__((format(printf, 7, 8)));
/* At most so many; 3 standard errors more are allowed where `want` is the truth itself, or repeats were shortened. */
void rig_at_most(struct selftest *t, int k, int n, double want, bool is_truth, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
void rig_value(struct selftest *t, enum selftest_relation relation, double got, double want, double tolerance,
	       const char *fmt, ...) __attribute__((format(printf, 6, 7)));

bool rig_excludes_zero(const struct pairs *p);

typedef void rig_check(struct selftest *t);
rig_check rig_size, rig_power, rig_tails, rig_drift, rig_state, rig_processes, rig_stopping, rig_groups,
	rig_warmup, rig_tests, rig_edges, rig_mirror, rig_vectors;

#endif
