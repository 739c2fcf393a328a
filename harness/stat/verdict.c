/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/stat/verdict.h"

#include <math.h>

#include "harness/stat/size.h"
#include "harness/stat/stopping.h"

const char *verdict_name(enum verdict v)
{
	static const char *const name[] = {"INCONCLUSIVE", "SAME", "CHANGED-SMALL", "FASTER", "SLOWER"};

	return name[v];
}

enum verdict verdict_mirror(enum verdict v)
{
	if (v == VERDICT_FASTER)
		return VERDICT_SLOWER;
	return v == VERDICT_SLOWER ? VERDICT_FASTER : v;
}

const char *verdict_reason_text(enum verdict_reason r)
{
	static const char *const text[] = {"",
					   "no interval",
					   "the interval is too wide",
					   "large, but does not survive the number of tests",
					   "large, but not confirmed in a fresh campaign",
					   "large, but most of its pairs are throttled"};

	return text[r];
}

struct effect effect_of_pairs(const struct pairs *p)
{
	return (struct effect){p->state == PAIRS_DONE, p->theta, p->lo, p->hi};
}

static double delta_of(double given, double usual, double floor)
{
	return fmax(log1p(given > 0 ? given : usual), floor > 0 ? floor : 0);
}

/* What a large effect is called; *reason: why it is not. */
static enum verdict large(const struct effect *e, const struct verdict_ask *ask, enum verdict_reason *reason)
{
	if (ask->throttled)
		*reason = VERDICT_THROTTLED;
	else if (!ask->survives)
		*reason = VERDICT_NOT_SURVIVING;
	else if (ask->needs_confirmation && !ask->confirmed)
		*reason = VERDICT_UNCONFIRMED;
	if (*reason)
		return VERDICT_INCONCLUSIVE;
	return e->lo > 0 ? VERDICT_SLOWER : VERDICT_FASTER;
}

static bool excludes_zero(const struct effect *e)
{
	return e->lo > 0 || e->hi < 0;
}

struct verdict_result verdict_of(const struct effect *e, const struct verdict_ask *ask)
{
	struct verdict_result out = {.delta_fail = delta_of(ask->delta_fail, VERDICT_DELTA_FAIL, ask->floor),
				     .delta_eq = delta_of(ask->delta_eq, VERDICT_DELTA_EQ, ask->floor)};
	enum verdict_reason why = VERDICT_DECIDED;

	/* What is large is not the same, too. */
	out.delta_eq = fmin(out.delta_eq, out.delta_fail);

	if (!e->ok || isnan(e->lo) || isnan(e->hi)) {
		out.reason = VERDICT_NO_INTERVAL;
		return out;
	}
	if (excludes_zero(e) && fabs(e->theta) >= out.delta_fail)
		out.verdict = large(e, ask, &why);
	else
		why = VERDICT_WIDE;
	if (out.verdict)
		return out;
	if (e->lo > -out.delta_eq && e->hi < out.delta_eq)
		out.verdict = VERDICT_SAME;
	else if (excludes_zero(e) && fabs(e->theta) < out.delta_fail)
		out.verdict = VERDICT_CHANGED_SMALL;
	else
		out.reason = why;
	return out;
}

bool verdict_confirms(const struct effect *first, const struct effect *fresh)
{
	if (!first->ok || !fresh->ok)
		return false;
	return (first->lo > 0 && fresh->lo > 0) || (first->hi < 0 && fresh->hi < 0);
}

int verdict_pairs_needed(const struct pairs *p, double delta_eq)
{
	double half = stopping_half_width(delta_eq > 0 ? delta_eq : VERDICT_DELTA_EQ);
	/* However little they differ, fewer have no interval. */
	int least = p->state == PAIRS_TOO_FEW ? signed_rank_min_n(p->level) : 0, n;

	if (!(p->noise > 0))
		return least;
	if (p->state == PAIRS_DONE && (p->hi - p->lo) / 2 <= half)
		return 0;
	n = size_pairs_for_width(p->noise, 0, half, 1 - p->level);
	/* The noise of few pairs may look smaller than their interval is. */
	n = n > p->n ? n : p->n + 1;
	return n > least ? n : least;
}
