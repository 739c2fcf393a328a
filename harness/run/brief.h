/* SPDX-License-Identifier: Apache-2.0 */
/* A point and its speed in the few words for which a line of progress has room. Within harness/run. */
#ifndef IFM_RUN_BRIEF_H
#define IFM_RUN_BRIEF_H

#include <stdbool.h>

#include "harness/plan/plan.h"

struct strbuf;

/* Which keys differ among the points that are visited: the others go without saying. */
struct brief {
	bool varies[KEY_COUNT];
};
void brief_make(struct brief *b, const struct plan *p);
/* "tg128 q8_0 B4 t2". Owned by the caller. */
char *brief_label(const struct brief *b, const struct point *p);

/* The rates of a point's processes so far. */
struct tally {
	int n;
	double mean, squares; /* squares: sum of those of the deviations */
};
void tally_add(struct tally *t, double rate);
/* "5539 ±284 t/s": mean and standard deviation of the processes so far, as llama-bench has them of its repetitions; of
 * one process its rate alone. */
void tally_put(struct strbuf *out, const struct tally *t, const char *unit);

#endif
