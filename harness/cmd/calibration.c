/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/stat/calibration.h"
#include "harness/stat/stat.h"
#include "harness/store/decision.h"
#include "reports/analysis/verdicts.h"

/* A campaign missed its slowdowns of 5 % when it found fewer than so many of them. */
#define FOUND_LEAST 0.8
/* Two of the last five such campaigns (facts: statistics, section 10). */
enum { NIGHTS = 5, NIGHTS_MISSED = 2 };

/* |log ratio| of comparisons of equal things. */
struct effects {
	double *x;
	int n;
};

static void effect_add(struct effects *e, double theta)
{
	if (!isfinite(theta))
		return;
	e->x = mem_realloc(e->x, ((size_t)e->n + 1) * sizeof *e->x);
	e->x[e->n++] = fabs(theta);
}

/* One A/A comparison: {p, theta}. What is no number is none. */
static void null_add(struct trial_calibration *c, struct effects *e, const json_t *outcome)
{
	double p = json_opt_real(outcome, "p", NAN);
	if (!(p >= 0 && p <= 1))
		return;
	c->n++;
	c->k += p <= CALIBRATION_ALPHA;
	effect_add(e, json_opt_real(outcome, "theta", NAN));
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

static void campaigns_add(struct trial_calibration *c, struct effects *e, const struct stored_decision *x,
			  int n)
{
	int n_missed = 0;
	for (int i = 0; i < n; i++) {
		const json_t *null;
		size_t k;
		json_array_foreach(json_object_get(x[i].outcome, "nulls"), k, null)
		{
			null_add(c, e, null);
		}
		injected_add(c, x[i].outcome, &n_missed, i);
	}
	c->missed = n_missed >= NIGHTS_MISSED;
	c->campaigns += n;
}

static int add_all(struct store *s, const char *machine, const char *name, struct trial_calibration *c,
		   struct effects *e, struct diag *d)
{
	struct stored_decision *x;
	int n;
	int rc = store_decision_list(s, name, machine, CALIBRATION_CAMPAIGNS, &x, &n, d);
	if (rc)
		return rc;
	if (strcmp(name, DECISION_CALIBRATION) == 0)
		campaigns_add(c, e, x, n);
	else
		for (int i = 0; i < n; i++)
			null_add(c, e, x[i].outcome);
	stored_decisions_free(x, n);
	return 0;
}

int calibration_known(struct store *s, struct trial_calibration *out, struct diag *d)
{
	char machine[33], class_[33];
	struct effects e = {0};
	*out = (struct trial_calibration){.q99 = NAN};
	json_decref(host_machine("", machine, class_));
	int rc = add_all(s, machine, DECISION_CALIBRATION, out, &e, d);
	if (rc == 0)
		rc = add_all(s, machine, DECISION_AA, out, &e, d);
	out->q99 = stat_quantile(e.x, e.n, 0.99);
	free(e.x);
	return rc;
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
