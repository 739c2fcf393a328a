/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/campaign.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/stat/draw.h"
#include "harness/stat/stat.h"

/* The pairs of one comparison. */
struct block {
	int n;
	double *r;
	int *group; /* of a persistent worker's restarts */
};

/* Rounds count, not pairs: a lost one does not shift the blocks behind it. */
static void take_block(struct block *b, const struct verdict_cell *c, int *at, int first_round, int block)
{
	b->n = 0;
	while (*at < c->n_pairs && c->pair[*at].round < first_round + block) {
		b->r[b->n] = c->pair[*at].r;
		b->group[b->n++] = c->pair[(*at)++].group;
	}
}

static void test_add(struct campaign *out, int cell, const struct block *b, struct pairs_work *work)
{
	const struct trial *t = &out->v->trial;
	bool grouped = out->v->cell[cell].cell->persistent && t->restart_pairs > 0;
	const struct pairs_ask ask = {.level = t->level,
				      .seed = draw_stream(t->seed, (uint64_t)out->n),
				      .group = grouped ? b->group : NULL};

	out->test[out->n] = (struct campaign_test){cell, pairs_compare(b->r, b->n, &ask, work)};
	out->n++;
}

static void cell_tests(struct campaign *out, int cell, int block, struct pairs_work *work)
{
	const struct verdict_cell *c = &out->v->cell[cell];
	struct block b = {.r = mem_alloc(((size_t)c->n_pairs + 1) * sizeof *b.r),
			  .group = mem_alloc(((size_t)c->n_pairs + 1) * sizeof *b.group)};
	int last = c->n_pairs ? c->pair[c->n_pairs - 1].round : 0, at = 0;

	for (int round = 1; block > 0 && round <= last - block + 1; round += block) {
		take_block(&b, c, &at, round, block);
		if (b.n)
			test_add(out, cell, &b, work);
	}
	free(b.r);
	free(b.group);
}

/* cell < 0: of all. */
static void summarize(struct campaign_cell *out, const struct campaign *c, int cell)
{
	double *p = mem_alloc(((size_t)c->n + 1) * sizeof *p),
	       *theta = mem_alloc(((size_t)c->n + 1) * sizeof *theta);
	double *mde = mem_alloc(((size_t)c->n + 1) * sizeof *mde);
	int n_seen = 0;

	out->n = 0;
	for (int i = 0; i < c->n; i++) {
		const struct pairs *x = &c->test[i].pairs;

		if ((cell >= 0 && c->test[i].cell != cell) || x->state != PAIRS_DONE)
			continue;
		p[out->n] = x->p;
		theta[out->n] = x->theta;
		mde[out->n++] = x->mde;
		n_seen += x->lo > 0;
	}
	out->found = calibration_of(p, theta, out->n);
	out->seen = calibration_count(n_seen, out->n);
	out->q99 = out->found.q99;
	out->mde = stat_median(mde, out->n);
	free(p);
	free(theta);
	free(mde);
}

void campaign_make(struct campaign *out, const struct verdicts *v, int block)
{
	struct pairs_work work = {0};
	size_t most = 1;

	*out = (struct campaign){.v = v};
	if (block <= 0)
		block = v->trial.block;
	for (int i = 0; i < v->n_cells; i++)
		most += (size_t)v->cell[i].n_pairs;
	out->test = mem_alloc(most * sizeof *out->test);
	out->cell = mem_alloc(((size_t)v->n_cells + 1) * sizeof *out->cell);
	for (int i = 0; i < v->n_cells; i++)
		cell_tests(out, i, block > 0 ? block : v->cell[i].n_pairs, &work);
	for (int i = 0; i < v->n_cells; i++)
		summarize(&out->cell[i], out, i);
	summarize(&out->all, out, -1);
	pairs_work_free(&work);
}

void campaign_free(struct campaign *c)
{
	free(c->test);
	free(c->cell);
}
