/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/listen.h"

#include <stdlib.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/run/run.h"
#include "harness/run/sweep.h"

void listen_begin(struct sweep *s, const struct run_options *options)
{
	struct listener *l = &s->listener;
	progress_begin(&l->progress, options->progress, options->drawn, options->colour);
	if (!options->progress)
		return;
	brief_make(&l->brief, s->plan);
	l->tallies = mem_alloc(((size_t)s->plan->n_points + 1) * sizeof *l->tallies);
	eta_make(&l->eta, s);
	for (int i = 0; i < s->plan->n_visits; i++)
		l->eta.visit[s->plan->visits[i].point].left++;
}

void listen_end(struct sweep *s)
{
	struct listener *l = &s->listener;
	progress_end(&l->progress);
	eta_free(&l->eta);
	free(l->tallies);
	l->tallies = NULL;
}

void listen_verify(struct sweep *s, const bool *wanted, int n)
{
	struct listener *l = &s->listener;
	progress_phase(&l->progress, "verify", n);
	for (int i = 0; l->tallies && i < s->plan->n_points; i++)
		l->eta.verify[i].left = wanted[i];
}

void listen_visits(struct sweep *s)
{
	progress_phase(&s->listener.progress, "", s->plan->n_visits);
}

void listen_at(struct sweep *s, int i)
{
	struct listener *l = &s->listener;
	if (!l->tallies)
		return;
	char *label = brief_label(&l->brief, &s->plan->points[i].point);
	progress_at(&l->progress, label, eta_left(&l->eta));
	free(label);
	l->begun_ns = clock_ns();
}

/* "5539 ±284 t/s", "residual 2e-07", or why it failed. */
static void put_end(struct tally *t, const struct visit_end *end, struct strbuf *out)
{
	strbuf_puts(out, end->failed ? end->reason : end->said);
	if (end->failed || !(end->rate > 0))
		return;
	tally_add(t, end->rate);
	tally_put(out, t, end->unit);
}

void listen_step(struct sweep *s, int i, const struct listen_step *step)
{
	struct listener *l = &s->listener;
	struct strbuf said = {0};
	if (!l->tallies)
		return;
	eta_saw(step->verify ? &l->eta.verify[i] : &l->eta.visit[i],
		(double)(clock_ns() - l->begun_ns) * 1e-9);
	if (step->given_up)
		l->eta.visit[i].left = 0;
	put_end(&l->tallies[i], step->end, &said);
	char *label = brief_label(&l->brief, &s->plan->points[i].point);
	const struct progress_step p = {.label = label,
					.what = strbuf_text(&said),
					.failed = step->end->failed,
					.first = step->end->failed && step->first,
					.left_s = eta_left(&l->eta)};
	progress_step(&l->progress, &p);
	free(label);
	strbuf_free(&said);
}

void listen_skip(struct sweep *s, int i)
{
	struct listener *l = &s->listener;
	if (l->tallies)
		eta_skip(&l->eta.visit[i]);
	progress_skip(&l->progress);
}
