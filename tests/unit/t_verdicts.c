/* SPDX-License-Identifier: Apache-2.0 */
/* From the visits of a stored trial to pairs, intervals, verdicts and the exit status. */
#include "config.h"

#include "reports/analysis/verdicts.h"
#include "reports/verdicts/verdicts.h"

#include <limits.h>
#include <math.h>
#include <string.h>

#include "tests/golden/stored_trial.h"
#include "tests/tap.h"

/* facts/statistics, section 6. */
static const double vector[] = {.031, .012, .027, -.004, .019, .022, .008, .035, .016, .024};
#define GEMM	  "workload=gemm m=256 n=256 k=256 precision=f32 threads=1"
#define NOISE	  0.004
#define N_OF(x)	  ((int)(sizeof(x) / sizeof(x)[0]))
#define TOLERANCE 1e-11

/* A trial of one cell with n pairs around a shift. */
static struct trial_maker *simple(int n, double shift, double spread)
{
	struct trial_maker *x = trial_start();
	double r[200];

	trial_noise(r, n, shift, spread);
	trial_pairs(x, trial_cell_of(x, GEMM, NULL), r, n);
	return x;
}

static void done(struct trial_maker *x, struct verdicts *v)
{
	verdicts_free(v);
	trial_end(x);
}

/* ---- one cell ---- */

static void test_vector(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	const struct verdict_cell *c;

	trial_pairs(x, trial_cell_of(x, GEMM, NULL), vector, N_OF(vector));
	v = trial_verdicts(x, NULL);
	c = &v->cell[0];
	is_int(c->state, POINT_DONE, "the page's vector is measured");
	is_int(c->n_pairs, 10, "by ten pairs");
	is_near(c->pairs.theta, .0195, TOLERANCE, "theta");
	is_near(c->pairs.lo, .0100, TOLERANCE, "the interval's low end");
	is_near(c->pairs.hi, .0270, TOLERANCE, "and its high end");
	is_near(c->pairs.p, .00390625, 1e-12, "p");
	is_near(c->pairs.spread, 1.4826 * .0075, TOLERANCE, "the spread");
	is_near(c->pair[3].r, -.004, TOLERANCE, "a pair by its round");
	is_int(c->pair[3].round, 4, "rounds count from 1");
	is_int(c->pair[3].first, 1, "with the order in which it was measured");
	is_int(c->pair[3].n_reps[0], 3, "and repetitions without warm-up");
	is_near(c->median[0], TRIAL_STEP_NS * 1e-9, 1e-9, "the median of a in seconds");
	is_near(c->median[1], TRIAL_STEP_NS * 1e-9 * (exp(.019) + exp(.022)) / 2, 1e-6, "and of b");
	is_int(c->estimator, ESTIMATOR_P10, "an operator's value is a low quantile");
	ok(c->survives, "a single test survives at its own p");
	is_int(c->result.verdict, VERDICT_CHANGED_SMALL, "2 % is a small change");
	is_int(v->count[VERDICT_CHANGED_SMALL], 1, "and counted as one");
	is_int(verdicts_exit(v), 0, "it never fails");
	is_int(v->n_families, 1, "one kind is one family");
	is_text(v->family[0].name, "gemm", "by its name");
	ok(!v->family[0].family.ok, "with too few members for an interval");
	is_int(v->family[0].verdict, VERDICT_INCONCLUSIVE, "and so without a verdict");
	verdicts_free(v);
	x->t.delta_fail = 0.015;
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].result.verdict, VERDICT_SLOWER, "SLOWER where 1.5 % is asked for");
	is_int(verdicts_exit(v), 1, "and that fails");
	verdicts_free(v);
	x->t.delta_fail = VERDICT_DELTA_FAIL;
	x->t.cell[0].delta = 0.015;
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].result.verdict, VERDICT_SLOWER, "so it is by a delta of the point's own");
	verdicts_free(v);
	x->t.cell[0].floor = 0.025;
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].result.verdict, VERDICT_CHANGED_SMALL,
	       "not where equal things are as far apart as that");
	done(x, v);
}

static void test_verdicts(void)
{
	static const struct {
		double shift, spread;
		int n;
		enum verdict want;
		enum verdict_reason reason;
		const char *name;
	} rows[] = {
		{0, NOISE, 20, VERDICT_SAME, VERDICT_DECIDED, "no change and little noise is SAME"},
		{.05, NOISE, 20, VERDICT_SLOWER, VERDICT_DECIDED, "5 % more is SLOWER"},
		{-.05, NOISE, 20, VERDICT_FASTER, VERDICT_DECIDED, "5 % less is FASTER"},
		{.02, NOISE, 20, VERDICT_CHANGED_SMALL, VERDICT_DECIDED, "2 % is CHANGED-SMALL"},
		{0, .1, 20, VERDICT_INCONCLUSIVE, VERDICT_WIDE, "noise of 10 % is INCONCLUSIVE"},
		{.05, NOISE, 5, VERDICT_INCONCLUSIVE, VERDICT_NO_INTERVAL, "five pairs are"},
		{.05, NOISE, 6, VERDICT_SLOWER, VERDICT_DECIDED, "six are the fewest that may say"},
	};

	for (int i = 0; i < N_OF(rows); i++) {
		struct trial_maker *x = simple(rows[i].n, rows[i].shift, rows[i].spread);
		struct verdicts *v = trial_verdicts(x, NULL);
		const struct verdict_cell *c = &v->cell[0];

		is_int(c->result.verdict, rows[i].want, rows[i].name);
		is_int(c->result.reason, rows[i].reason, "for that reason");
		is_int(verdicts_exit(v), rows[i].want == VERDICT_SLOWER, "the exit status follows");
		is_int(c->pairs_needed > c->n_pairs, rows[i].want == VERDICT_INCONCLUSIVE,
		       "what is open says how many pairs it takes");
		is_int(verdict_cell_fails(c), rows[i].want == VERDICT_SLOWER, "only SLOWER fails");
		done(x, v);
	}
}

/* Large, but one of many: at p no smaller than 2 / 2^6 one of 20 cannot survive. */
static void test_many(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	double r[6];

	for (int i = 0; i < 20; i++) {
		char keys[100];

		snprintf(keys, sizeof keys, "workload=gemm m=%d n=64 k=64 precision=f32", i + 1);
		trial_noise(r, 6, i ? 0 : .05, NOISE);
		trial_pairs(x, trial_cell_of(x, keys, NULL), r, 6);
	}
	v = trial_verdicts(x, NULL);
	ok(!v->cell[0].survives, "one of 20 tests of six pairs does not survive");
	is_int(v->cell[0].result.reason, VERDICT_NOT_SURVIVING, "and says so");
	is_int(v->cell[0].pairs_needed, 10, "p of ten pairs can be small enough");
	is_int(verdicts_exit(v), 0, "it does not fail");
	verdicts_free(v);
	x->t.cell[0].required = true;
	v = trial_verdicts(x, NULL);
	is_int(verdicts_exit(v), 3, "unless it is required");
	is_int(v->n_required_open, 1, "one that is");
	done(x, v);
}

/* The family first, then its members: as fdr.h has it. */
static void test_families(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	double r[20];

	for (int i = 0; i < 10; i++) {
		char keys[100];

		snprintf(keys, sizeof keys, "workload=%s%d precision=q8_0", i % 2 ? "pp" : "tg",
			 16 << (i / 2));
		trial_noise(r, 20, i % 2 ? .05 : 0, NOISE);
		trial_pairs(x, trial_cell_of(x, keys, NULL), r, 20);
	}
	v = trial_verdicts(x, NULL);
	is_int(v->n_families, 3, "two kinds, and all of them");
	is_text(v->family[0].name, "tg", "in the order of the plan");
	is_text(v->family[1].name, "pp", "by kind");
	is_text(v->family[2].name, "all", "all comes last");
	is_int(v->family[0].n, 5, "with its cells");
	is_int(v->family[2].n, 10, "with all");
	is_near(v->family[1].theta, .05, 1e-3, "the mean of its ratios");
	is_int(v->family[1].family.n_clusters, 5, "workloads are clusters");
	is_int(v->family[1].verdict, VERDICT_SLOWER, "prefill is slower");
	is_int(v->family[0].verdict, VERDICT_SAME, "decode is the same");
	for (int i = 0; i < 10; i++)
		is_int(v->cell[i].result.verdict, i % 2 ? VERDICT_SLOWER : VERDICT_SAME,
		       "and so are its cells");
	ok(v->varies[KEY_WORKLOAD] && !v->varies[KEY_PRECISION], "what varies over the cells is known");
	verdicts_free(v);
	x->t.purpose = TRIAL_GATE;
	v = trial_verdicts(x, NULL);
	is_int(v->family[1].verdict, VERDICT_INCONCLUSIVE, "a gate calls no family: none is confirmed");
	done(x, v);
}

/* Cells of one workload are one cluster, however many. */
static void test_clusters(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	double r[20];

	trial_noise(r, 20, .05, NOISE);
	for (int i = 0; i < 12; i++) {
		char keys[100];

		snprintf(keys, sizeof keys, "workload=tg%d precision=q8_0 threads=%d", 16 << i / 4,
			 i % 4 + 1);
		trial_pairs(x, trial_cell_of(x, keys, NULL), r, 20);
	}
	v = trial_verdicts(x, NULL);
	is_int(v->family[0].family.n_clusters, 3, "twelve cells of three workloads are three clusters");
	ok(!v->family[0].family.ok, "which are too few");
	done(x, v);
}

/* ---- pairs ---- */

static struct stored_visit *visit_of(struct trial_maker *x, int cell, int arm, int round)
{
	struct stored_point *p = x->point[cell][arm];

	for (int i = 0; i < p->n_visits; i++)
		if (p->visits[i].round == round && strcmp(p->visits[i].arm, trial_arm_name[arm]) == 0)
			return &p->visits[i];
	bail("no such visit");
}

static void test_matching(void)
{
	struct trial_maker *x = simple(10, 0, NOISE);
	struct stored_visit *v;
	struct verdicts *out;
	const struct verdict_cell *c;

	visit_of(x, 0, 1, 2)->failed = true;				      /* one side failed */
	visit_of(x, 0, 0, 3)->round = INT_MAX;				      /* nobody has that round */
	visit_of(x, 0, 1, 4)->n_series = 0;				      /* no samples */
	memset(visit_of(x, 0, 0, 5)->series->values, 0, 4 * sizeof(int64_t)); /* no time */
	trial_visit(x, x->point[0][0], VISIT_TIMING, "a", 6, 2);	      /* a second one of the round */
	trial_visit(x, x->point[0][0], VISIT_TIMING, "c", 7, 2);	      /* no arm of ours */
	trial_visit(x, x->point[0][1], VISIT_PILOT, "b", 8, 2);		      /* no pair */
	v = visit_of(x, 0, 1, 9);
	v->series->values[0] *= 1000; /* warm-up */
	v = visit_of(x, 0, 0, 10);
	for (int i = 0; i < v->series->n; i++) /* far away, and kept */
		v->series->values[i] *= 1000;
	v->series->marks[2] |= MARK_CONTENDED;
	out = trial_verdicts(x, NULL);
	c = &out->cell[0];
	is_int(c->n_pairs, 6, "rounds that both sides have are pairs");
	is_int(c->n_lost, 5, "the others are lost: a round of one side alone is one, too");
	is_int(c->pair[1].round, 6, "in the order of rounds");
	is_near(c->pair[1].value[0], TRIAL_STEP_NS * 1e-9, 1e-6, "of two visits in a round the first counts");
	ok(fabs(c->pair[4].r) < .01, "warm-up does not count");
	is_near(c->pair[5].r, -log(1000), .01, "a time however far away does");
	is_int(c->n_contended, 1, "a contended side makes a contended pair");
	ok(c->pair[5].contended[0] && !c->pair[5].contended[1], "and it is known which");
	is_int(c->pairs.n, 6, "which is kept");
	is_int(out->cell[0].state, POINT_DONE, "there are pairs");
	done(x, out);
}

/* A side of pairs 1 to n is throttled, of twenty whose b is 10 % slower. */
static struct verdicts *throttled(struct trial_maker **x, int n)
{
	*x = simple(20, .1, NOISE);
	for (int round = 1; round <= n; round++) {
		struct stored_visit *v = visit_of(*x, 0, round % 2, round);

		for (int i = 0; i < v->series->n; i++)
			v->series->marks[i] |= MARK_THROTTLED;
	}
	return trial_verdicts(*x, NULL);
}

static void test_throttled(void)
{
	struct trial_maker *x;
	struct verdicts *v = throttled(&x, 10);

	is_int(v->cell[0].n_throttled, 10, "pairs with a throttled side are counted");
	ok(v->cell[0].pair[0].throttled[1] && !v->cell[0].pair[0].throttled[0], "and it is known which");
	is_int(v->cell[0].n_pairs, 20, "they are kept");
	is_int(v->cell[0].result.verdict, VERDICT_SLOWER, "half of them do not change a verdict");
	is_int(v->family[0].n, 1, "nor a family");
	done(x, v);
	v = throttled(&x, 11);
	is_int(v->cell[0].result.verdict, VERDICT_INCONCLUSIVE, "of more nothing is called");
	is_int(v->cell[0].result.reason, VERDICT_THROTTLED, "for that reason");
	is_int(v->cell[0].pairs_needed, 0, "which more pairs do not mend");
	is_int(v->family[0].n, 0, "no family counts them");
	is_int(verdicts_exit(v), 0, "and nothing is slower");
	struct strbuf marks = {0};
	verdict_marks(&marks, &v->cell[0]);
	is_text(strbuf_text(&marks), "11 of 20 pairs throttled", "beside the verdict it is told");
	strbuf_free(&marks);
	done(x, v);
}

/* Whether the first visit failed decides, not which of two is better. */
static void test_repeated(void)
{
	struct trial_maker *x = simple(8, 0, NOISE);
	struct verdicts *v;

	visit_of(x, 0, 1, 3)->failed = true;
	trial_visit(x, x->point[0][1], VISIT_TIMING, "b", 3, 1);
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].n_pairs, 7, "a round whose first visit failed gives no pair");
	is_int(v->cell[0].n_lost, 1, "and is lost once");
	done(x, v);
}

static void test_two_points(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	double r[20];

	trial_noise(r, 20, -.3, NOISE);
	trial_pairs(x, trial_cell_of(x, "workload=tg16 precision=q8_0", "workload=tg16 precision=q4_0"), r,
		    20);
	x->point[0][0]->check_answer = json_pack("{s:f}", "tokens", 16.0);
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].n_pairs, 20, "arms may be two points");
	is_int(v->cell[0].result.verdict, VERDICT_FASTER, "which are compared");
	is_int(v->cell[0].estimator, ESTIMATOR_MEAN, "what makes tokens is judged by its mean");
	is_near(v->cell[0].tokens_s, 16 / (TRIAL_STEP_NS * 1e-9), 1e-9, "and has a rate");
	done(x, v);
}

static void test_groups(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;
	double r[30];
	int cell = trial_cell_of(x, GEMM, NULL);

	/* Restarts that differ by 2 %, and within each hardly anything: the pairs alone would call that a change. */
	for (int i = 0; i < 30; i++)
		r[i] = .011 + (i / 5 % 2 ? .01 : -.01) + 1e-4 * (i % 5);
	trial_pairs(x, cell, r, 30);
	v = trial_verdicts(x, NULL);
	ok(v->cell[0].pairs.lo > 0, "as fresh processes they exclude 0");
	is_int(v->cell[0].pair[29].group, 0, "and have no groups");
	verdicts_free(v);
	x->t.restart_pairs = 5;
	x->t.cell[0].persistent = true;
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].pairs.n_groups, 6, "of persistent workers a restart is a group");
	is_int(v->cell[0].pair[4].group, 0, "five pairs each");
	is_int(v->cell[0].pair[5].group, 1, "by their rounds");
	ok(v->cell[0].pairs.lo < 0, "and the interval is as wide as they differ");
	done(x, v);
}

/* ---- relabelled ---- */

static void swap_text(char **a, char **b)
{
	char *kept = *a;

	*a = *b;
	*b = kept;
}

static void relabel(struct trial_maker *x)
{
	for (int i = 0; i < x->t.n_cells; i++) {
		char id[POINT_ID_SIZE];
		struct stored_point *p = x->point[i][0];

		memcpy(id, x->t.cell[i].id[0], sizeof id);
		memcpy(x->t.cell[i].id[0], x->t.cell[i].id[1], sizeof id);
		memcpy(x->t.cell[i].id[1], id, sizeof id);
		for (int arm = 0; arm < TRIAL_ARMS && (arm == 0 || x->point[i][1] != p); arm++)
			for (int k = 0; k < x->point[i][arm]->n_visits; k++) {
				struct stored_visit *v = &x->point[i][arm]->visits[k];

				if (v->kind == VISIT_TIMING)
					v->arm = made_text(x->m, strcmp(v->arm, "a") == 0 ? "b" : "a");
			}
		x->point[i][0] = x->point[i][1];
		x->point[i][1] = p;
	}
	swap_text(&x->t.arm[0].title, &x->t.arm[1].title);
}

static int bits_differ(double x, double y)
{
	return memcmp(&x, &y, sizeof x) != 0;
}

/* -0 is 0. */
static double negated(double x)
{
	return x == 0 ? 0 : -x;
}

static int is_mirrored(const struct verdict_cell *x, const struct verdict_cell *y)
{
	int bad = x->n_pairs != y->n_pairs || x->pairs_needed != y->pairs_needed ||
		  x->survives != y->survives || x->result.reason != y->result.reason ||
		  x->result.verdict != verdict_mirror(y->result.verdict);

	bad += bits_differ(x->pairs.theta, negated(y->pairs.theta)) +
	       bits_differ(x->pairs.lo, negated(y->pairs.hi)) +
	       bits_differ(x->pairs.hi, negated(y->pairs.lo)) + bits_differ(x->pairs.p, y->pairs.p) +
	       bits_differ(x->pairs.mde, y->pairs.mde) + bits_differ(x->pairs.spread, y->pairs.spread) +
	       bits_differ(x->median[0], y->median[1]);
	for (int i = 0; i < x->n_pairs; i++)
		bad += x->pair[i].first == y->pair[i].first ||
		       bits_differ(x->pair[i].r, negated(y->pair[i].r));
	return bad == 0;
}

static void test_relabelled(void)
{
	static const double shifts[] = {0, .05, -.05, .02, -.01, .031, 0, -.018};
	static const double spreads[] = {NOISE, NOISE, .02, NOISE, .1, .03, .1, .002};
	struct trial_maker *x = trial_start();
	struct verdicts *v, *w;
	double r[30];

	for (int i = 0; i < N_OF(shifts); i++) {
		char a[100], b[100];
		bool two = i % 3 == 0;

		snprintf(a, sizeof a, "workload=%s%d isa=avx2", i < 5 ? "pp" : "tg", 16 + i);
		snprintf(b, sizeof b, "workload=%s%d isa=avx512", i < 5 ? "pp" : "tg", 16 + i);
		trial_noise(r, 30, shifts[i], spreads[i]);
		for (int k = 0; k < 30; k++)
			r[k] += 1e-5 * (k * k % 31);
		/* Ties: p is by sign flips. */
		for (int k = 0; i == 6 && k < 30; k++)
			r[k] = k % 3 ? .004 : -.004;
		r[4] += .01 * i;
		trial_pairs(x, trial_cell_of(x, a, two ? b : NULL), r, 30);
	}
	x->t.restart_pairs = 6;
	x->t.cell[4].persistent = x->t.cell[7].persistent = true;
	v = trial_verdicts(x, NULL);
	relabel(x);
	w = trial_verdicts(x, NULL);
	for (int i = 0; i < N_OF(shifts); i++)
		ok(is_mirrored(&v->cell[i], &w->cell[i]),
		   "cell %d of relabelled arms is mirrored to the last bit", i);
	ok(v->cell[6].pairs.flipped && !v->cell[1].pairs.flipped, "also where ties need sign flips");
	ok(v->cell[4].pairs.n_groups, "and where restarts make groups");
	for (int i = 0; i < v->n_families; i++) {
		const struct verdict_family *f = &v->family[i], *g = &w->family[i];

		ok(!bits_differ(f->theta, negated(g->theta)) && !bits_differ(f->family.p, g->family.p) &&
			   (!f->family.ok || (!bits_differ(f->family.lo, negated(g->family.hi)) &&
					      !bits_differ(f->family.hi, negated(g->family.lo)))) &&
			   f->verdict == verdict_mirror(g->verdict),
		   "so is family %s", f->name);
	}
	is_int(v->count[VERDICT_SLOWER], w->count[VERDICT_FASTER], "slower ones are faster ones");
	is_int(v->count[VERDICT_FASTER], w->count[VERDICT_SLOWER], "and the other way round");
	ok(v->count[VERDICT_SLOWER] && v->count[VERDICT_FASTER] && v->count[VERDICT_SAME] &&
		   v->count[VERDICT_INCONCLUSIVE] && v->count[VERDICT_CHANGED_SMALL],
	   "every verdict took part");
	verdicts_free(v);
	done(x, w);
}

/* ---- a gate ---- */

static void test_gate(void)
{
	static const struct {
		double fresh;
		bool confirmed;
		const char *name;
	} rows[] = {
		{.05, true, "fresh pairs that say the same confirm"},
		{.01, true, "so do those of a smaller effect"},
		{-.05, false, "those of the other sign do not"},
		{0, false, "nor those of none"},
	};
	struct trial_maker *x = simple(20, .05, NOISE);
	struct verdicts *v;

	x->t.purpose = TRIAL_GATE;
	x->t.q = FDR_Q_GATE;
	v = trial_verdicts(x, NULL);
	ok(v->confirmable && !v->confirming, "a gate asks for confirmation");
	is_int(v->cell[0].result.reason, VERDICT_UNCONFIRMED, "without it nothing is called");
	is_int(v->cell[0].pairs_needed, 0, "more pairs of the same would not help");
	is_int(verdicts_exit(v), 0, "and nothing fails");
	verdicts_free(v);
	for (int i = 0; i < N_OF(rows); i++) {
		struct trial_maker *y = trial_start();
		double r[20];

		/* Another cell comes first there. */
		trial_noise(r, 20, 0, NOISE);
		memset(trial_point(y, GEMM)->id, 'f', POINT_ID_SIZE - 1);
		trial_noise(r, 20, rows[i].fresh, NOISE);
		y->m->run.n_points = 0;
		trial_pairs(y, trial_cell_of(y, GEMM, NULL), r, 20);
		y->m->run.id = 9;
		y->t.purpose = TRIAL_CONFIRM;
		y->t.confirms = 7;
		v = trial_verdicts(x, y);
		is_int(v->cell[0].confirmed, rows[i].confirmed, rows[i].name);
		is_int(v->confirming_run, 9, "by that run");
		ok(v->cell[0].confirming == &v->confirming->cell[0], "in that cell");
		is_int(v->cell[0].result.verdict, rows[i].confirmed ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE,
		       "only then it is called");
		is_int(verdicts_exit(v), rows[i].confirmed, "and fails");
		verdicts_free(v);
		y->m->run.state = made_text(y->m, "interrupted");
		v = trial_verdicts(x, y);
		is_int(verdicts_exit(v), VERDICTS_INTERRUPTED, "unless that was interrupted");
		verdicts_free(v);
		y->m->run.state = made_text(y->m, "done");
		y->point[0][1]->state = POINT_FAILED;
		v = trial_verdicts(x, y);
		is_int(verdicts_exit(v), 5, "that which failed settles nothing");
		ok(verdict_cell_unsettled(&v->cell[0]), "which is told");
		verdicts_free(v);
		trial_end(y);
	}
	trial_end(x);
}

/* Cells are found by both ids, whatever their order; one that was not tried again has none. */
static void test_confirming_order(void)
{
	struct trial_maker *x = trial_start(), *y = trial_start();
	struct verdicts *v;
	double r[10];

	trial_noise(r, 10, .05, NOISE);
	for (int i = 0; i < 3; i++) {
		char keys[40];

		snprintf(keys, sizeof keys, "workload=tg%d", i + 1);
		trial_pairs(x, trial_cell_of(x, keys, NULL), r, 10);
		trial_pairs(y, trial_cell_of(y, keys, NULL), r, 10);
	}
	/* Ids are positions: 0 1 2 there, 2 0 here, and 1 is not. */
	for (int i = 0; i < 3; i++) {
		static const char *const ids[] = {"2", "f", "0"};

		memset(y->point[i][0]->id, '0', POINT_ID_SIZE - 2);
		memcpy(y->point[i][0]->id + POINT_ID_SIZE - 2, ids[i], 1);
		for (int arm = 0; arm < TRIAL_ARMS; arm++)
			memcpy(y->t.cell[i].id[arm], y->point[i][0]->id, POINT_ID_SIZE);
	}
	x->t.purpose = TRIAL_GATE;
	v = trial_verdicts(x, y);
	ok(v->cell[0].confirming == &v->confirming->cell[2], "a cell is found in another order");
	ok(!v->cell[1].confirming && !v->cell[1].confirmed, "one that was not tried again is not confirmed");
	ok(v->cell[2].confirming == &v->confirming->cell[0], "the first is the last");
	verdicts_free(v);
	trial_end(x);
	trial_end(y);
}

/* ---- what a verdict is worth ---- */

static void residual_of(struct trial_maker *x, const char *arm, double residual)
{
	struct stored_point *p = x->point[0][0];

	made_residuals(x->m, p, residual, residual);
	p->visits[p->n_visits - 1].arm = made_text(x->m, arm);
}

static void test_caveats(void)
{
	struct trial_maker *x = simple(20, .05, NOISE);
	struct verdicts *v;

	residual_of(x, "a", 1e-6);
	residual_of(x, "b", 1e-6);
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].caveat, CAVEAT_NONE, "right outputs are no caveat");
	is_near(v->cell[0].residual[1], 1e-6, 0, "and are told");
	verdicts_free(v);
	x->t.n_allowed = 1;
	x->t.allowed = mem_alloc(sizeof *x->t.allowed);
	x->t.allowed[0] = mem_strdup("build.compiler");
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].caveat, CAVEAT_ALLOWED, "what was allowed by name is one");
	is_int(verdicts_exit(v), 1, "SLOWER fails all the same: it was asked for");
	verdicts_free(v);
	x->t.calibration = (struct trial_calibration){.n = 100, .k = 20, .q99 = NAN};
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].caveat, CAVEAT_CALIBRATION, "a machine that fails its calibration weighs more");
	is_int(v->cell[0].result.verdict, VERDICT_SLOWER, "the verdict stays computed");
	is_int(verdicts_exit(v), 4, "the exit status says that it is worth nothing");
	is_near(v->false_alarms.share, .2, 0, "with how often it failed");
	verdicts_free(v);
	residual_of(x, "b", .5);
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].caveat, CAVEAT_WRONG, "wrong outputs weigh most");
	ok(v->cell[0].wrong[1] && !v->cell[0].wrong[0], "of the arm that they are of");
	is_int(verdicts_exit(v), 4, "calibration still comes first");
	verdicts_free(v);
	x->t.calibration = (struct trial_calibration){.q99 = NAN};
	v = trial_verdicts(x, NULL);
	is_int(verdicts_exit(v), 5, "the speed of something else is a failed point, not a slower one");
	is_int(v->n_failed, 1, "which is counted");
	verdicts_free(v);
	x->t.calibration = (struct trial_calibration){.n = 5, .missed = true, .q99 = NAN};
	v = trial_verdicts(x, NULL);
	is_int(v->calibration, CALIBRATION_FAILED, "missed slowdowns fail a calibration, too");
	done(x, v);
}

static void test_aa(void)
{
	struct trial_maker *x = simple(10, 0, NOISE);
	struct verdicts *v;

	for (int round = 1; round <= 5; round++)
		trial_aa(x, 0, round, .001 * round);
	v = trial_verdicts(x, NULL);
	is_int(v->n_aa, 5, "pairs of a against its copy");
	ok(isnan(v->aa_p), "five have no p");
	is_int(v->cell[0].n_pairs, 10, "and are none of a against b");
	is_int(v->cell[0].n_lost, 0, "nor lost");
	verdicts_free(v);
	trial_aa(x, trial_cell_of(x, "workload=tg16", NULL), 1, -.0005);
	v = trial_verdicts(x, NULL);
	is_int(v->n_aa, 6, "those of all cells together");
	is_near(v->aa_p, 2 * 2 / 64., 1e-12, "have one, that of signed ranks");
	is_near(v->aa_theta, .0025, TOLERANCE * 10, "and an effect");
	is_near(v->aa_q95, .00475, TOLERANCE * 10, "95 % of them lie within");
	is_int(v->cell[0].n_aa, 5, "each in its cell");
	is_near(v->cell[1].aa_pair[0].r, -.0005, TOLERANCE, "by itself");
	is_int(v->cell[0].aa.state, PAIRS_TOO_FEW, "which may have too few");
	done(x, v);
}

/* ---- what was not compared ---- */

static void test_states(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;

	for (int i = 0; i < 4; i++) {
		char keys[40];

		snprintf(keys, sizeof keys, "workload=tg%d", i + 1);
		trial_cell_of(x, keys, NULL);
	}
	free(x->t.cell[0].reason);
	x->t.cell[0].reason = mem_strdup("b: no such key");
	x->point[0][0]->state = POINT_SKIPPED;
	x->point[1][0]->state = POINT_FAILED;
	x->point[1][0]->reason = made_text(x->m, "worker died");
	x->point[2][0]->state = POINT_UNAVAILABLE;
	x->point[2][0]->reason = made_text(x->m, "isa avx512: not on this CPU");
	x->point[3][0]->state = POINT_PLANNED;
	v = trial_verdicts(x, NULL);
	is_int(v->cell[0].state, POINT_SKIPPED, "one that cannot be compared");
	is_text(v->cell[0].reason, "b: no such key", "says why");
	is_int(v->cell[1].state, POINT_FAILED, "one that failed");
	is_text(v->cell[1].reason, "worker died", "says why, too");
	is_int(v->cell[2].state, POINT_UNAVAILABLE, "one that is not there");
	is_int(v->cell[3].state, POINT_PLANNED, "one that was not reached");
	is_int(v->n_failed, 2, "failed and unavailable ones were to be compared");
	is_int(verdicts_exit(v), 5, "which is the exit status of a void run");
	is_int(v->n_families, 1, "a family is named without an interval");
	is_int(v->family[0].n, 0, "and has no members then");
	for (int i = 0; i <= VERDICT_SLOWER; i++)
		is_int(v->count[i], 0, "nothing has a verdict");
	ok(v->complete, "a run that ended is complete");
	verdicts_free(v);
	x->m->run.state = made_text(x->m, "interrupted");
	v = trial_verdicts(x, NULL);
	ok(!v->complete, "an interrupted one is not");
	is_int(verdicts_exit(v), VERDICTS_INTERRUPTED, "and that is its exit status");
	done(x, v);
}

/* Of two points the worse one's state, whichever arm it is of. */
static void test_worse(void)
{
	static const struct {
		enum point_state a, b, want;
	} rows[] = {
		{POINT_SKIPPED, POINT_FAILED, POINT_FAILED},
		{POINT_UNAVAILABLE, POINT_FAILED, POINT_FAILED},
		{POINT_SKIPPED, POINT_UNAVAILABLE, POINT_UNAVAILABLE},
		{POINT_DONE, POINT_SKIPPED, POINT_SKIPPED},
		{POINT_PLANNED, POINT_DONE, POINT_PLANNED},
	};
	struct trial_maker *x = trial_start();

	trial_cell_of(x, "workload=tg1 isa=avx2", "workload=tg1 isa=avx512");
	for (int i = 0; i < 2 * N_OF(rows); i++) {
		int arm = i % 2;
		struct verdicts *v;

		x->point[0][arm]->state = rows[i / 2].a;
		x->point[0][arm]->reason = made_text(x->m, point_state_name(rows[i / 2].a));
		x->point[0][1 - arm]->state = rows[i / 2].b;
		x->point[0][1 - arm]->reason = made_text(x->m, point_state_name(rows[i / 2].b));
		v = trial_verdicts(x, NULL);
		is_int(v->cell[0].state, rows[i / 2].want, "of two states the worse");
		if (rows[i / 2].want != POINT_PLANNED)
			is_text(v->cell[0].reason, point_state_name(rows[i / 2].want), "with its reason");
		verdicts_free(v);
	}
	trial_end(x);
}

static void test_bad(void)
{
	struct trial_maker *x = simple(10, 0, NOISE);
	struct verdicts *v = NULL;
	struct diag d = {0};

	is_int(verdicts_make(&v, &x->m->run, NULL, &d), ERR_USAGE, "a run that is no trial is refused");
	memset(x->t.cell[0].id[1], 'e', POINT_ID_SIZE - 1);
	d = (struct diag){0};
	is_int(verdicts_make(&v, trial_run(x), NULL, &d), ERR_FORMAT, "so is a point that the run has not");
	has_text(d.text, "eeeeeeee", "by its name");
	x->annotation.value = made_text(x->m, "{");
	d = (struct diag){0};
	is_int(verdicts_make(&v, &x->m->run, NULL, &d), ERR_FORMAT, "and an annotation that is no JSON");
	ok(!v, "and nothing is given");
	trial_end(x);
}

static void test_empty(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v = trial_verdicts(x, NULL);

	is_int(v->n_cells, 0, "a trial may have no cells");
	is_int(v->n_families, 0, "nor families");
	is_int(verdicts_exit(v), 0, "nothing of it is slower");
	ok(isnan(v->aa_q95) && isnan(v->aa_p), "and nothing is known");
	done(x, v);
}

/* Thousands of kinds and workloads: what is equal is found by sorting. */
static void test_large(void)
{
	enum { N = 4000 };
	struct trial_maker *x = trial_start();
	struct stored_point *point = mem_alloc(sizeof *point * N);
	struct trial_cell *cell = mem_alloc(sizeof *cell * N);
	struct verdicts *v;
	double r[10];

	trial_noise(r, 10, 0, NOISE);
	trial_pairs(x, trial_cell_of(x, GEMM, NULL), r, 10);
	for (int i = 0; i < N; i++) {
		char text[20];

		point[i] = *x->point[0][0];
		point[i].point = (struct point){0};
		snprintf(text, sizeof text, "%c%c%c%d", 'a' + i % 10, 'a' + i / 10 % 10, 'a' + i / 100 % 10,
			 i);
		point_set(&point[i].point, KEY_WORKLOAD, text);
		snprintf(point[i].id, sizeof point[i].id, "%032d", i);
		cell[i] = (struct trial_cell){.reason = mem_strdup("")};
		memcpy(cell[i].id[0], point[i].id, POINT_ID_SIZE);
		memcpy(cell[i].id[1], point[i].id, POINT_ID_SIZE);
	}
	free(x->t.cell[0].reason);
	free(x->t.cell);
	x->t.cell = cell;
	x->t.n_cells = N;
	x->m->run.points = point;
	x->m->run.n_points = N;
	v = trial_verdicts(x, NULL);
	is_int(v->n_families, 1001, "a thousand kinds, and all of them");
	is_int(v->family[999].n, 4, "each with its cells");
	is_text(v->family[1].name, "baa", "in the order of the plan");
	is_int(v->family[1000].n, N, "all of them in the last");
	is_int(v->count[VERDICT_SAME], N, "every cell is judged");
	verdicts_free(v);
	x->m->run.points = x->m->points;
	x->m->run.n_points = 1;
	for (int i = 0; i < N; i++)
		point_free(&point[i].point);
	free(point);
	trial_end(x);
}

int main(void)
{
	test_vector();
	test_verdicts();
	test_many();
	test_families();
	test_clusters();
	test_matching();
	test_throttled();
	test_repeated();
	test_two_points();
	test_groups();
	test_relabelled();
	test_gate();
	test_confirming_order();
	test_caveats();
	test_aa();
	test_states();
	test_worse();
	test_bad();
	test_empty();
	test_large();
	return tap_done();
}
