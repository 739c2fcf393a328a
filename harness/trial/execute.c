/* SPDX-License-Identifier: Apache-2.0 */
/* trial_execute: the run's rows, outputs, pilot, pairs, and what became of each point. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "harness/host/host.h"
#include "harness/run/interrupt.h"
#include "harness/run/outputs.h"
#include "harness/stat/fdr.h"
#include "harness/stat/pairs.h"
#include "harness/stat/stopping.h"
#include "harness/stat/verdict.h"
#include "harness/trial/private.h"

/* For a cell, where nobody says how long (facts: statistics, section 12). */
#define BUDGET_CELL_S 60

/* ---- what is stored of it ---- */

static char *side_title(const struct trial_side *s)
{
	struct strbuf text = {0};
	if (s->title)
		return mem_strdup(s->title);
	for (int k = 0; k < KEY_COUNT; k++)
		if (s->value[k])
			strbuf_printf(&text, "%s%s=%s", text.len ? " " : "",
				      point_key_name((enum point_key)k), s->value[k]);
	return text.len ? strbuf_take(&text) : mem_strdup(s->worker);
}

static void put_arm(struct trial_arm *out, const struct trial_run *t, int arm)
{
	const struct trial_side *side = &t->plan->ask.side[arm];
	const struct wire_hello *h = &t->plan->arm[arm].hello;
	char *build = h->build ? json_dumps(h->build, JSON_SORT_KEYS) : NULL;
	*out = (struct trial_arm){
		.title = side_title(side),
		.worker = mem_strdup(side->worker),
		.version = mem_strdup(h->version),
		.build = mem_strdup(build ? build : ""),
	};
	for (int k = 0; k < KEY_COUNT; k++)
		point_set(&out->keys, (enum point_key)k, side->value[k]);
	free(build);
}

static double floor_of(const struct trial_options *o, const char *workload)
{
	size_t n = (size_t)trial_kind_length(workload);
	for (int i = 0; i < o->n_floors; i++)
		if (strlen(o->floors[i].kind) == n && strncmp(o->floors[i].kind, workload, n) == 0)
			return o->floors[i].q99;
	return 0;
}

static void put_cell(struct trial_cell *out, const struct trial_run *t, const struct cell *c)
{
	*out = (struct trial_cell){.persistent = c->persistent, .reason = mem_strdup(c->reason)};
	for (int arm = 0; arm < TRIAL_ARMS; arm++) {
		/* A point that an arm does not have goes by the other one's id: it is stored under that. */
		const int from = c->point[arm] >= 0 ? arm : 1 - arm;
		const struct plan_point *p = &t->plan->arm[from].plan.points[c->point[from]];
		memcpy(out->id[arm], p->id, sizeof out->id[arm]);
		out->floor = floor_of(t->options, point_get(&p->point, KEY_WORKLOAD));
		out->delta = p->delta > 0 ? p->delta : out->delta;
		out->required = out->required || p->required;
	}
}

static char **lines_of(const struct strbuf *text, int *n)
{
	char **line = NULL;
	*n = 0;
	for (const char *at = strbuf_text(text); *at;) {
		size_t length = strcspn(at, "\n");
		line = mem_realloc(line, ((size_t)*n + 1) * sizeof *line);
		line[(*n)++] = mem_strndup(at, length);
		at += length + (at[length] == '\n');
	}
	return line;
}

static char **texts_of(const char *const *text, int n)
{
	char **copy = mem_alloc(((size_t)n + 1) * sizeof *copy);
	for (int i = 0; i < n; i++)
		copy[i] = mem_strdup(text[i]);
	return copy;
}

/* All that was decided so far. */
static void describe(struct trial_run *t)
{
	const struct trial_plan *p = t->plan;
	const struct trial_ask *a = &p->ask;
	struct trial *x = &t->trial;
	trial_free(x);
	*x = (struct trial){
		.purpose = a->purpose,
		.confirms = a->confirms,
		.injected = a->injected,
		.delta_fail = a->delta_fail > 0 ? a->delta_fail : VERDICT_DELTA_FAIL,
		.delta_eq = fmin(a->delta_eq > 0 ? a->delta_eq : VERDICT_DELTA_EQ,
				 a->delta_fail > 0 ? a->delta_fail : VERDICT_DELTA_FAIL),
		.level = PAIRS_LEVEL,
		.q = a->q > 0 ? a->q : FDR_Q_REPORT,
		.estimator = (int)a->estimator,
		.pairs = a->pairs,
		.pairs_max = t->n_max,
		.block = a->block,
		.budget_s = t->deadline_s > 0 ? t->deadline_s - p->begun_s : 0,
		.restart_pairs = p->restart_pairs,
		.cut = p->cut,
		.warmup = mem_strdup(strbuf_text(&p->warmup)),
		.seed = t->seed,
		.copy = mem_strdup(p->copy ? p->copy : ""),
		.no_copy = mem_strdup(p->no_copy),
		.calibration = {.q99 = NAN},
		.n_allowed = a->n_allowed,
		.allowed = texts_of(a->allowed, a->n_allowed),
		.n_cells = p->n_cells,
		.cell = mem_alloc(((size_t)p->n_cells + 1) * sizeof *x->cell),
	};
	x->difference = lines_of(&p->differences, &x->n_differences);
	if (t->options->calibration)
		x->calibration = *t->options->calibration;
	for (int i = 0; i < TRIAL_ARMS; i++)
		put_arm(&x->arm[i], t, i);
	for (int i = 0; i < p->n_cells; i++)
		put_cell(&x->cell[i], t, &p->cell[i]);
}

/* ---- points ---- */

static void point_become(struct plan_point *p, enum point_state state, const char *reason)
{
	char *text = mem_strdup(reason);
	free(p->reason);
	p->reason = text;
	p->state = state;
}

static struct plan_point *point_of(const struct trial_run *t, const struct cell *c, int arm)
{
	return c->point[arm] < 0 ? NULL : &t->plan->arm[arm].plan.points[c->point[arm]];
}

/*
 * The other arm lacks it, or cannot run it: it will not be visited. Where both have the same point, one of them is stored: it
 * has the state of the arm that cannot.
 */
static void skip_uncompared(struct trial_run *t)
{
	for (int i = 0; i < t->plan->n_cells; i++) {
		const struct cell *c = &t->plan->cell[i];
		for (int arm = 0; arm < TRIAL_ARMS && c->reason[0]; arm++) {
			struct plan_point *p = point_of(t, c, arm), *other = point_of(t, c, 1 - arm);
			bool lost = other && other->state == POINT_UNAVAILABLE;
			if (p && p->state == POINT_PLANNED)
				point_become(p, lost ? POINT_UNAVAILABLE : POINT_SKIPPED, c->reason);
		}
	}
}

/* Points that arm a has, too, are stored as its own. */
static int put_others(struct trial_run *t, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < t->plan->n_cells && rc == 0; i++) {
		const int *point = t->plan->cell[i].point;
		const struct plan *a = &t->plan->arm[SIDE_A].plan, *b = &t->plan->arm[SIDE_B].plan;
		bool same = point[SIDE_A] >= 0 && point[SIDE_B] >= 0 &&
			    strcmp(a->points[point[SIDE_A]].id, b->points[point[SIDE_B]].id) == 0;
		if (point[SIDE_B] >= 0 && !same)
			rc = sweep_put_point(&t->sweep[SIDE_B], point[SIDE_B], NULL, d);
	}
	return rc;
}

static int put_outcome(struct trial_run *t, int cell, struct diag *d)
{
	const struct contest *x = &t->contest[cell];
	const struct cell *c = &t->plan->cell[cell];
	bool given_up = x->failures_in_row >= RUN_FAILURES_IN_ROW;
	int rc = 0;
	if (c->reason[0] || (!given_up && x->n_r == 0 && !x->reason))
		return 0;
	for (int arm = SIDE_B; arm >= SIDE_A && rc == 0; arm--) {
		struct plan_point *p = &t->plan->arm[arm].plan.points[c->point[arm]];
		bool failed = given_up || x->n_r == 0;
		point_become(p, failed ? POINT_FAILED : POINT_DONE, failed ? x->reason ? x->reason : "" : "");
		rc = sweep_put_point(&t->sweep[arm], c->point[arm], x->ran[arm].describe, d);
		/* The next trial of the plan tries again. */
		point_become(p, POINT_PLANNED, "");
	}
	return rc;
}

static int put_outcomes(struct trial_run *t, struct diag *d)
{
	int rc = store_begin(t->sweep[SIDE_A].store, d);
	if (rc)
		return rc;
	for (int i = 0; i < t->plan->n_cells && rc == 0; i++)
		rc = put_outcome(t, i, d);
	return store_end(t->sweep[SIDE_A].store, rc, d);
}

/* ---- the trial ---- */

static void make_sides(struct trial_run *t, struct store *store, const struct run_options *options)
{
	static const char *const names[SIDE_COUNT] = {"a", "b", TRIAL_ARM_COPY};
	for (int i = 0; i < SIDE_COUNT; i++) {
		struct arm *arm = &t->plan->arm[i == SIDE_B ? SIDE_B : SIDE_A];
		t->spec[i] = arm->spec;
		t->sweep[i] = (struct sweep){
			.spec = &t->spec[i],
			.plan = &arm->plan,
			.hello = &arm->hello,
			.store = store,
			.worker = i == SIDE_COPY ? t->plan->copy : arm->worker,
			.arm = names[i],
			.layout = &t->layout,
			.options = options,
		};
	}
}

/* Sides that belong to the same run. */
static void share(struct trial_run *t)
{
	const struct sweep *a = &t->sweep[SIDE_A];
	for (int i = SIDE_B; i < SIDE_COUNT; i++) {
		struct sweep *s = &t->sweep[i];
		s->run = a->run;
		s->environment = a->environment;
		s->reference = a->reference;
		memcpy(s->machine_id, a->machine_id, sizeof s->machine_id);
		memcpy(s->no_reference, a->no_reference, sizeof s->no_reference);
		s->first_moment = a->first_moment;
	}
}

/* Run, points and what was decided: all or nothing. */
static int begin(struct trial_run *t, const struct run_options *options, struct diag *d)
{
	struct sweep *a = &t->sweep[SIDE_A];
	skip_uncompared(t);
	describe(t);
	int rc = store_begin(a->store, d);
	if (rc)
		return rc;
	rc = sweep_begin(a, options, d);
	share(t);
	if (rc == 0)
		rc = put_others(t, d);
	if (rc == 0)
		rc = store_trial_put(a->store, a->run, &t->trial, d);
	return store_end(a->store, rc, d);
}

static int verify_cell(struct trial_run *t, const struct cell *c, struct diag *d)
{
	int rc = 0;
	for (int side = SIDE_A; side <= SIDE_B && rc == 0 && !interrupt_count(); side++) {
		struct sweep *s = &t->sweep[side];
		struct visit_end end = {0};
		if (!verify_wants(s, c->point[side]))
			continue;
		s->position = t->position;
		rc = verify_put(s, c->point[side], &end, d);
		t->position = s->position;
	}
	return rc;
}

static int verify(struct trial_run *t, struct diag *d)
{
	int rc = 0;
	t->sweep[SIDE_A].references = t->sweep[SIDE_B].references = references_new();
	progress_phase(&t->sweep[SIDE_A].listener.progress, "verify", t->plan->n_usable);
	for (int i = 0; i < t->plan->n_cells && rc == 0 && !interrupt_count(); i++) {
		char label[200];
		const struct cell *c = &t->plan->cell[i];
		if (c->reason[0])
			continue;
		progress_at(&t->sweep[SIDE_A].listener.progress,
			    trial_cell_label(t->plan, c, label, sizeof label), NAN);
		rc = verify_cell(t, c, d);
		progress_skip(&t->sweep[SIDE_A].listener.progress);
	}
	references_free(t->sweep[SIDE_A].references);
	t->sweep[SIDE_A].references = t->sweep[SIDE_B].references = NULL;
	return rc;
}

static int work(struct trial_run *t, struct diag *d)
{
	bool first = !t->plan->has_pilot;
	int rc = first && t->plan->ask.spec->verify ? verify(t, d) : 0;
	if (rc == 0)
		rc = pilot_run(t, d);
	/* What the pilot decided stands there before the first pair. */
	describe(t);
	if (rc == 0)
		rc = store_trial_put(t->sweep[SIDE_A].store, t->sweep[SIDE_A].run, &t->trial, d);
	if (rc == 0)
		rc = rounds_run(t, d);
	if (rc == 0)
		rc = put_outcomes(t, d);
	/* What ran told what differs. */
	describe(t);
	if (rc == 0)
		rc = store_trial_put(t->sweep[SIDE_A].store, t->sweep[SIDE_A].run, &t->trial, d);
	/* Only what ran tells that arms are not comparable. */
	if (rc == 0 && t->refusal->len)
		rc = diag_set(d, ERR_USAGE, "the arms are not comparable: what differs was not declared");
	return rc;
}

static void make_contests(struct trial_run *t)
{
	const struct trial_plan *p = t->plan;
	t->contest = mem_alloc(((size_t)p->n_cells + 1) * sizeof *t->contest);
	for (int i = 0; i < p->n_cells; i++) {
		struct contest *x = &t->contest[i];
		x->over = p->cell[i].reason[0] != 0;
		x->r = mem_alloc(((size_t)t->n_max + 1) * sizeof *x->r);
		x->b_first = mem_alloc(((size_t)t->n_max + 1) * sizeof *x->b_first);
	}
}

static void free_contests(struct trial_run *t)
{
	for (int i = 0; i < t->plan->n_cells; i++) {
		struct contest *x = &t->contest[i];
		free(x->r);
		free(x->b_first);
		free(x->ran[SIDE_A].describe);
		free(x->ran[SIDE_B].describe);
		free(x->reason);
	}
	free(t->contest);
}

static void set_limits(struct trial_run *t, int number)
{
	struct trial_plan *p = t->plan;
	const struct trial_ask *a = &p->ask;
	double budget = a->budget_s;
	/* Planning counts for the first trial alone. */
	if (number > 0)
		p->begun_s = trial_now();
	if (budget == 0 && a->pairs == 0)
		budget = (double)BUDGET_CELL_S * p->n_usable;
	t->deadline_s = budget > 0 ? p->begun_s + budget : 0;
	t->n_max = a->pairs	      ? a->pairs
		   : a->pairs_max > 0 ? a->pairs_max
				      : stopping_looks[stopping_n_looks - 1];
}

static void make_copy(struct trial_plan *p)
{
	struct diag why = {0};
	if (p->ask.no_aa || p->copy || p->no_copy[0])
		return;
	if (trial_copy(p->ask.side[SIDE_A].worker, &p->copy, &why))
		diag_format(&why, p->no_copy, sizeof p->no_copy);
}

static int run(struct trial_run *t, const struct run_options *options, struct trial_summary *out,
	       struct diag *d)
{
	struct sweep *a = &t->sweep[SIDE_A];
	char *reference = NULL;
	sweep_reference(a, &reference);
	a->first_moment = t->plan->ask.spec->wait_quiet_s > 0 ? host_moment("") : NULL;
	int rc = begin(t, options, d);
	if (rc == 0) {
		out->run = a->run;
		interrupt_begin(options->progress ? fileno(options->progress) : -1, options->drawn);
		progress_begin(&a->listener.progress, options->progress, options->drawn, options->colour);
		rc = work(t, d);
		out->interrupted = interrupt_count() > 0;
		rc = sweep_end(a, out->interrupted, rc, d);
		progress_end(&a->listener.progress);
		interrupt_end();
	}
	json_decref(a->environment);
	json_decref(a->first_moment);
	free(reference);
	return rc;
}

int trial_execute(struct trial_plan *p, struct store *store, const struct trial_options *o, int number,
		  struct trial_summary *out, char **refusal, struct diag *d)
{
	struct strbuf differs = {0};
	struct trial_run t = {.plan = p, .options = o, .refusal = &differs};
	const struct run_options options = {.worker = p->ask.side[SIDE_A].worker,
					    .n_labels = o->n_labels,
					    .labels = o->labels,
					    .command = o->command,
					    .progress = o->progress,
					    .drawn = o->drawn,
					    .colour = o->colour};
	*out = (struct trial_summary){0};
	*refusal = NULL;
	t.seed = number ? rng_at((uint64_t)p->ask.spec->seed, (uint64_t)number) : (uint64_t)p->ask.spec->seed;
	set_limits(&t, number);
	make_copy(p);
	make_contests(&t);
	make_sides(&t, store, &options);
	int rc = run(&t, &options, out, d);
	out->pairs = t.n_pairs;
	out->visits_failed = t.visits_failed;
	out->out_of_time = t.out_of_time;
	if (differs.len && rc)
		*refusal = strbuf_take(&differs);
	strbuf_free(&differs);
	free_contests(&t);
	trial_free(&t.trial);
	return rc;
}
