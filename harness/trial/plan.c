/* SPDX-License-Identifier: Apache-2.0 */
/* trial_plan: both arms planned, each by its own worker, and laid side by side. */
#include "config.h"

#include "harness/trial/private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"

double trial_now(void)
{
	return (double)clock_ns() * 1e-9;
}

bool trial_declares(const struct trial_ask *ask, enum point_key key)
{
	return ask->side[SIDE_A].value[key] || ask->side[SIDE_B].value[key];
}

/* A list would give an arm several points where the other has one. */
static int check_single(const struct spec *spec, enum point_key key, const char *text, int arm,
			struct diag *d)
{
	for (int i = 0; i < spec->n_sections; i++)
		if (spec->sections[i].axis[key].n != 1)
			return diag_set(
				d, ERR_USAGE,
				"arm %s: %s=%.100s is a list, expected one value: an arm is one program "
				"at one setting",
				trial_arm_name[arm], point_key_name(key), text);
	return 0;
}

static int put_values(struct spec *spec, const struct trial_side *side, int arm, struct diag *d)
{
	int rc = 0;
	for (int k = 0; k < KEY_COUNT && rc == 0; k++) {
		if (!side->value[k])
			continue;
		rc = spec_set_axis(spec, (enum point_key)k, side->value[k], d);
		if (rc == 0)
			rc = check_single(spec, (enum point_key)k, side->value[k], arm, d);
	}
	return rc;
}

/* A spec of its own: the text of the common one is read again. */
static int arm_spec(struct arm *a, const struct trial_ask *ask, int arm, struct diag *d)
{
	const struct spec *s = ask->spec;
	int rc = spec_parse(&a->spec, s->text, strlen(s->text), s->name ? s->name : "spec", d);
	if (rc)
		return rc;
	a->spec.ceilings = false;
	a->spec.rounds = 1;
	for (int i = 0; i < a->spec.n_counters; i++)
		free(a->spec.counters[i]);
	a->spec.n_counters = 0;
	return put_values(&a->spec, &ask->side[arm], arm, d);
}

static int arm_make(struct arm *a, const struct trial_ask *ask, int arm, struct diag *d)
{
	a->worker = ask->side[arm].worker;
	int rc = arm_spec(a, ask, arm, d);
	if (rc == 0)
		rc = run_plan(&a->spec, a->worker, &a->plan, &a->hello, d);
	/* The order is a trial's own. */
	a->plan.n_visits = 0;
	return rc;
}

static int check_usable(const struct trial_plan *p, struct diag *d)
{
	for (int i = 0; i < p->n_cells && p->n_usable == 0; i++)
		if (p->cell[i].reason[0])
			return diag_set(d, ERR_USAGE, "nothing can be compared: %.400s", p->cell[i].reason);
	return p->n_usable ? 0 : diag_set(d, ERR_USAGE, "nothing can be compared: the sweep has no point");
}

static int make(struct trial_plan *p, struct strbuf *refusal, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < TRIAL_ARMS && rc == 0; i++)
		rc = arm_make(&p->arm[i], &p->ask, i, d);
	if (rc == 0)
		rc = trial_cells_make(p, d);
	if (rc)
		return rc;
	differ_hellos(p, refusal);
	if (refusal->len)
		return diag_set(d, ERR_USAGE, "the arms are not comparable: what differs was not declared");
	return check_usable(p, d);
}

static int trial_ask_check(const struct trial_ask *ask, struct diag *d)
{
	if (ask->pairs && (ask->pairs < 1 || ask->pairs > TRIAL_PAIRS_MAX))
		return diag_set(d, ERR_USAGE, "%d pairs, expected 1 to %d", ask->pairs, TRIAL_PAIRS_MAX);
	if (ask->restarts > 0 && ask->restarts < TRIAL_RESTARTS_MIN)
		return diag_set(d, ERR_USAGE,
				"%d restarts, expected %d at least: fewer do not show how processes differ",
				ask->restarts, TRIAL_RESTARTS_MIN);
	return 0;
}

int trial_plan(struct trial_plan **out, const struct trial_ask *ask, char **refusal, struct diag *d)
{
	struct trial_plan *p = mem_alloc(sizeof *p);
	struct strbuf differs = {0};
	p->ask = *ask;
	p->cut = -1;
	p->begun_s = trial_now();
	*refusal = NULL;
	int rc = trial_ask_check(ask, d);
	if (rc == 0)
		rc = make(p, &differs, d);
	if (rc) {
		if (differs.len)
			*refusal = strbuf_take(&differs);
		trial_plan_free(p);
		return rc;
	}
	*out = p;
	return 0;
}

void trial_plan_free(struct trial_plan *p)
{
	if (!p)
		return;
	for (int i = 0; i < TRIAL_ARMS; i++) {
		plan_free(&p->arm[i].plan);
		wire_hello_free(&p->arm[i].hello);
		spec_free(&p->arm[i].spec);
	}
	for (int i = 0; i < p->n_cells; i++)
		free(p->cell[i].reason);
	free(p->cell);
	strbuf_free(&p->differences);
	strbuf_free(&p->warmup);
	trial_copy_remove(p->copy);
	free(p);
}

int trial_plan_cells(const struct trial_plan *p)
{
	return p->n_usable;
}
