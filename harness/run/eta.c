/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/eta.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/plan/estimate.h"
#include "harness/run/sweep.h"
#include "harness/store/history.h"

/* A history that cannot be read is no reason to measure nothing. */
static struct store_past *history_of(const struct sweep *s, int *n)
{
	struct store_past *past = NULL;
	struct diag ignored = {0};
	if (store_history(s->store, s->machine_id, &past, n, &ignored)) {
		*n = 0;
		return NULL;
	}
	return past;
}

void eta_make(struct eta *e, const struct sweep *s)
{
	int n_past = 0, n = s->plan->n_points;
	struct store_past *past = history_of(s, &n_past);
	struct plan_estimate *guess = plan_estimate(s->plan, s->spec, s->hello, past, n_past, NULL);
	e->n_points = n;
	e->visit = mem_alloc(((size_t)n + 1) * sizeof *e->visit);
	e->verify = mem_alloc(((size_t)n + 1) * sizeof *e->verify);
	for (int i = 0; i < n; i++) {
		double idle = guess[i].n_visits ? guess[i].idle / guess[i].n_visits : 0;
		e->visit[i].guess_s = isfinite(guess[i].likely) ? guess[i].likely + idle : 0;
		/* Where nothing is known of a comparison, it is as long as a visit. */
		e->verify[i].guess_s = guess[i].verify > 0 ? guess[i].verify : e->visit[i].guess_s;
	}
	free(guess);
	free(past);
}

void eta_free(struct eta *e)
{
	free(e->visit);
	free(e->verify);
	*e = (struct eta){0};
}

void eta_saw(struct eta_part *part, double seconds)
{
	part->seen_s += seconds;
	part->n++;
	eta_skip(part);
}

void eta_skip(struct eta_part *part)
{
	part->left -= part->left > 0;
}

/* Of all that are left of one kind. */
static double parts_left(const struct eta_part *part, int n)
{
	double seen = 0, guessed = 0, sum = 0;
	for (int i = 0; i < n; i++)
		if (part[i].n && part[i].guess_s > 0) {
			seen += part[i].seen_s;
			guessed += part[i].n * part[i].guess_s;
		}
	double scale = guessed > 0 ? seen / guessed : 1;
	for (int i = 0; i < n; i++)
		sum += part[i].left * (part[i].n ? part[i].seen_s / part[i].n : part[i].guess_s * scale);
	return sum;
}

double eta_left(const struct eta *e)
{
	double sum = parts_left(e->visit, e->n_points) + parts_left(e->verify, e->n_points);
	return sum > 0 ? sum : NAN;
}
