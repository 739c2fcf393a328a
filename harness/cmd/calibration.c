/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/stat/calibration.h"
#include "harness/stat/stat.h"
#include "harness/store/decision.h"
#include "harness/trial/trial.h"
#include "reports/analysis/campaign.h"
#include "reports/analysis/verdicts.h"

/* A campaign missed its slowdowns of 5 % when it found fewer than so many of them. */
#define FOUND_LEAST 0.8
/* Two of the last five such campaigns (facts: statistics, section 10). */
enum { NIGHTS = 5, NIGHTS_MISSED = 2 };
/* The slowdown that must be found. */
#define NIGHTLY_PERCENT 5.0
/* Further kinds of workloads have no floor of their own. */
enum { KINDS_MAX = 64 };

/* |log ratio| of comparisons of equal things, of a kind of workload; "" of all. */
struct effects {
	char kind[48];
	double *x;
	int n;
};
struct gathered {
	struct trial_calibration *sum;
	struct effects all, kind[KINDS_MAX];
	int n_kinds;
};

static void effect_add(struct effects *e, double theta)
{
	e->x = mem_realloc(e->x, ((size_t)e->n + 1) * sizeof *e->x);
	e->x[e->n++] = fabs(theta);
}

static struct effects *effects_of(struct gathered *g, const char *kind)
{
	int i = 0;
	while (i < g->n_kinds && strcmp(g->kind[i].kind, kind) != 0)
		i++;
	if (i == KINDS_MAX)
		return NULL;
	if (i == g->n_kinds)
		snprintf(g->kind[g->n_kinds++].kind, sizeof g->kind[i].kind, "%s", kind);
	return &g->kind[i];
}

/* One A/A comparison: {p, theta, kind}. What is no number is none. */
static void null_add(struct gathered *g, const json_t *outcome)
{
	double p = json_opt_real(outcome, "p", NAN), theta = json_opt_real(outcome, "theta", NAN);
	const char *kind = json_string_value(json_object_get(outcome, "kind"));
	struct effects *e = kind && strlen(kind) < sizeof e->kind ? effects_of(g, kind) : NULL;
	if (!(p >= 0 && p <= 1) || !isfinite(theta))
		return;
	g->sum->n++;
	g->sum->k += p <= CALIBRATION_ALPHA;
	effect_add(&g->all, theta);
	if (e)
		effect_add(e, theta);
}

static void injected_add(struct trial_calibration *c, const json_t *outcome, int *n_missed, int night)
{
	const json_t *of_5 = json_object_get(outcome, "injected_5");
	double n = json_opt_real(of_5, "n", 0), found = json_opt_real(of_5, "found", 0);
	if (!(n >= 1 && found >= 0 && found <= n && n < 1e6))
		return;
	c->n_injected += (int)n;
	c->n_found += (int)found;
	if (night < NIGHTS)
		*n_missed += found < FOUND_LEAST * n;
}

static void campaigns_add(struct gathered *g, const struct stored_decision *x, int n)
{
	int n_missed = 0;
	for (int i = 0; i < n; i++) {
		const json_t *null;
		size_t k;
		json_array_foreach(json_object_get(x[i].outcome, "nulls"), k, null)
		{
			null_add(g, null);
		}
		injected_add(g->sum, x[i].outcome, &n_missed, i);
	}
	g->sum->missed = n_missed >= NIGHTS_MISSED;
	g->sum->campaigns += n;
}

static int gather(struct store *s, const char *machine, const char *name, struct gathered *g, struct diag *d)
{
	struct stored_decision *x;
	int n;
	int rc = store_decision_list(s, name, machine, CALIBRATION_CAMPAIGNS, &x, &n, d);
	if (rc)
		return rc;
	if (strcmp(name, DECISION_CALIBRATION) == 0)
		campaigns_add(g, x, n);
	else
		for (int i = 0; i < n; i++)
			null_add(g, x[i].outcome);
	stored_decisions_free(x, n);
	return 0;
}

static void put_floors(struct known_calibration *out, const struct gathered *g)
{
	out->floor = mem_alloc(((size_t)g->n_kinds + 1) * sizeof *out->floor);
	for (int i = 0; i < g->n_kinds; i++) {
		const struct effects *e = &g->kind[i];
		struct trial_floor *f = &out->floor[out->n_floors];
		if (e->n < CALIBRATION_FLOOR_NULLS)
			continue;
		snprintf(f->kind, sizeof f->kind, "%s", e->kind);
		f->q99 = stat_quantile(e->x, e->n, 0.99);
		out->n_floors++;
	}
}

int calibration_known(struct store *s, struct known_calibration *out, struct diag *d)
{
	char machine[33], class_[33];
	struct gathered g = {.sum = &out->all};
	*out = (struct known_calibration){.all = {.q99 = NAN}};
	json_decref(host_machine("", machine, class_));
	int rc = gather(s, machine, DECISION_CALIBRATION, &g, d);
	if (rc == 0)
		rc = gather(s, machine, DECISION_AA, &g, d);
	if (rc == 0) {
		out->all.q99 = stat_quantile(g.all.x, g.all.n, 0.99);
		put_floors(out, &g);
	}
	free(g.all.x);
	for (int i = 0; i < g.n_kinds; i++)
		free(g.kind[i].x);
	return rc;
}

void calibration_known_free(struct known_calibration *k)
{
	free(k->floor);
}

/* ---- what is kept ---- */

static json_t *null_of(const struct campaign *c, const struct campaign_test *t)
{
	const char *workload = point_get(&c->v->cell[t->cell].point[0]->point, KEY_WORKLOAD);
	return json_pack("{s:s%, s:f, s:f}", "kind", workload, (size_t)trial_kind_length(workload), "p",
			 t->pairs.p, "theta", t->pairs.theta);
}

static json_t *nulls_of(const struct campaign *c)
{
	json_t *list = json_array();
	for (int i = 0; i < c->n; i++)
		if (c->test[i].pairs.state == PAIRS_DONE)
			json_array_append_new(list, null_of(c, &c->test[i]));
	return list;
}

static json_t *injected_of(const struct campaign *c)
{
	return json_pack("{s:f, s:i, s:i, s:I}", "percent", c->v->trial.injected, "n", c->all.seen.n, "found",
			 c->all.seen.k, "run", (json_int_t)c->v->run->id);
}

int calibration_put(struct store *s, const struct campaign *c, int n, struct diag *d)
{
	json_t *inputs =
		json_pack("{s:i, s:s}", "pairs", c[0].v->trial.block, "worker", c[0].v->trial.arm[0].worker);
	json_t *outcome = json_pack("{s:o, s:[]}", "nulls", nulls_of(&c[0]), "injected");
	for (int i = 1; i < n; i++) {
		json_t *one = injected_of(&c[i]);
		json_array_append(json_object_get(outcome, "injected"), one);
		if (c[i].v->trial.injected == NIGHTLY_PERCENT)
			json_object_set(outcome, "injected_5", one);
		json_decref(one);
	}
	int rc = inputs && outcome
			 ? store_decision_put(s, c[0].v->run->id, DECISION_CALIBRATION, inputs, outcome, d)
			 : diag_set(d, ERR_FORMAT, "the worker's path is no UTF-8");
	json_decref(inputs);
	json_decref(outcome);
	return rc;
}

bool calibration_failed(const struct campaign *c, int n)
{
	return n > 0 && calibration_judge(&c[0].all.found.at_05, false) == CALIBRATION_FAILED;
}

int calibration_keep(struct store *s, const struct verdicts *v, struct diag *d)
{
	if (!isfinite(v->aa_p))
		return 0;
	json_t *inputs =
		json_pack("{s:I, s:s}", "seed", (json_int_t)v->trial.seed, "worker", v->trial.arm[0].worker);
	json_t *outcome = json_pack("{s:i, s:f, s:f}", "n", v->n_aa, "p", v->aa_p, "theta", v->aa_theta);
	int rc = inputs && outcome ? store_decision_put(s, v->run->id, DECISION_AA, inputs, outcome, d)
				   : diag_set(d, ERR_FORMAT, "the worker's path is no UTF-8");
	json_decref(inputs);
	json_decref(outcome);
	return rc;
}
