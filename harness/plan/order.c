/* SPDX-License-Identifier: Apache-2.0 */
/* The order of visits: randomised complete blocks, so that drift and neighbours fall on all points alike. */
#include "config.h"

#include "harness/plan/plan.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"

/* Fisher and Yates, as Durstenfeld wrote it (CACM 7, 1964, algorithm 235). */
static void shuffle(struct plan_visit *visit, int n, uint64_t seed)
{
	struct rng r = {.seed = seed};
	for (int i = n - 1; i > 0; i--) {
		int j = (int)rng_below(&r, (uint64_t)i + 1);
		struct plan_visit held = visit[i];
		visit[i] = visit[j];
		visit[j] = held;
	}
}

static bool is_visited(const struct plan_point *point, enum visit_kind kind)
{
	return point->state == POINT_PLANNED && (kind == VISIT_TIMING || point->role == ROLE_MEASURE);
}

/* Appends one block: a visit of each point, shuffled. */
static void block_add(struct plan *p, int round, enum visit_kind kind, uint64_t seed)
{
	struct plan_visit *block = p->visits + p->n_visits;
	int n = 0;
	for (int i = 0; i < p->n_points; i++)
		if (is_visited(&p->points[i], kind))
			block[n++] = (struct plan_visit){i, round, kind, 0};
	shuffle(block, n, rng_at(seed, (uint64_t)round));
	p->n_visits += n;
}

void plan_order(struct plan *p, int64_t seed, int rounds, bool with_counters)
{
	free(p->visits);
	p->n_visits = 0;
	p->visits = mem_alloc((size_t)p->n_points * ((size_t)rounds + 1) * sizeof *p->visits);
	for (int round = 1; round <= rounds; round++)
		block_add(p, round, VISIT_TIMING, (uint64_t)seed);
	if (with_counters)
		block_add(p, rounds + 1, VISIT_COUNTER, (uint64_t)seed);
}
