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

/* Appends a visit of each point; returns how many. */
static int visits_add(struct plan *p, int round, enum visit_kind kind, int pass)
{
	int before = p->n_visits;
	for (int i = 0; i < p->n_points; i++)
		if (is_visited(&p->points[i], kind))
			p->visits[p->n_visits++] = (struct plan_visit){i, round, kind, pass};
	return p->n_visits - before;
}

static void block_shuffle(struct plan *p, int n, int round, uint64_t seed)
{
	shuffle(p->visits + p->n_visits - n, n, rng_at(seed, (uint64_t)round));
}

void plan_order(struct plan *p, int64_t seed, int rounds, int n_counting)
{
	int n = 0;
	free(p->visits);
	p->n_visits = 0;
	p->visits = mem_alloc((size_t)p->n_points * ((size_t)rounds + (size_t)n_counting + 1) *
			      sizeof *p->visits);
	for (int round = 1; round <= rounds; round++)
		block_shuffle(p, visits_add(p, round, VISIT_TIMING, 0), round, (uint64_t)seed);
	/* Passes are compared with each other: drift falls on all of them alike. */
	for (int pass = 0; pass < n_counting; pass++)
		n += visits_add(p, rounds + 1 + pass, VISIT_COUNTER, pass);
	block_shuffle(p, n, rounds + 1, (uint64_t)seed);
}
