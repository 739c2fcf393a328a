/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts made by hand, without a store: every verdict there is, failed points, points without an interval, A/A pairs,
 * contended visits and names from people who mean ill; or as many plain points as asked. Invented, not measured.
 */
#ifndef IFM_TESTS_GOLDEN_EXAMPLE_VERDICTS_H
#define IFM_TESTS_GOLDEN_EXAMPLE_VERDICTS_H

#include "reports/analysis/verdicts.h"
#include "tests/golden/example_run.h"

struct made_verdicts {
	struct maker *m;
	struct verdicts v;
	struct trial_cell *declared;
	unsigned seed;
	int n_planned; /* cells: a round visits each of them */
};

struct made_cell {
	const char *keys;
	double percent, noise; /* true effect, and the standard deviation of a pair, in percent */
	int pairs, n_aa;
	int busy; /* every so many pairs are contended; 0: none */
};

static const struct made_cell made_cells[] = {
	{"workload=pp512 model=synthetic:llama-160m precision=q4_0 threads=4", 5.8, 1.1, 30, 4, 0},
	{"workload=pp512 model=synthetic:llama-160m precision=q8_0 threads=4", -8.9, 1.6, 30, 3, 0},
	{"workload=tg128 model=synthetic:llama-160m precision=q8_0 threads=4", -6.5, 1.0, 30, 3, 0},
	{"workload=pp512 model=synthetic:llama-160m precision=f16 threads=4", 0.3, 1.2, 30, 2, 0},
	{"workload=tg128 model=synthetic:llama-160m precision=q4_0 threads=4", -0.2, 1.1, 30, 2, 9},
	{"workload=gemm m=256 n=256 k=256 precision=f32 threads=1", 0, 0.4, 30, 4, 0},
	{"workload=tg128 model=synthetic:llama-160m precision=f32 threads=4", 1.9, 0.9, 30, 2, 0},
	{"workload=tg128 depth=4096 model=synthetic:llama-160m precision=f16 threads=4", 2.4, 7.3, 30, 2, 3},
	{"workload=tg128 sequences=16 model=synthetic:llama-160m precision=q4_0 threads=4", 0.7, 3.8, 22, 1,
	 0},
	{"workload=pp512 model=/m/<script>alert(1)</script>`id`'\".gguf precision=q8_0 threads=4", 4.6, 2.0,
	 12, 0, 4},
	{"workload=tg128 model=synthetic:llama-160m precision=f16 threads=1", 1, 1, 4, 0, 0},
};
#define N_MADE_CELLS ((int)(sizeof made_cells / sizeof made_cells[0]))

/* About normal, of deviation 1, the same every time. */
static double made_noise(struct made_verdicts *x)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += (double)((x->seed = x->seed * 1103515245u + 12345u) >> 8) / (1 << 24);
	return sum - 6;
}

static void made_arm_visit(struct made_verdicts *x, struct stored_point *p, int arm, int round, int position)
{
	struct stored_visit *v = &p->visits[p->n_visits++];
	static char arms[TRIAL_ARMS][2] = {"a", "b"}, empty[] = "";

	*v = (struct stored_visit){.id = ++x->m->next_visit,
				   .round = round,
				   .position = position,
				   .kind = VISIT_TIMING,
				   .reason = empty,
				   .arm = arms[arm],
				   .ended = empty,
				   .log = empty};
}

static void made_pairs(struct made_verdicts *x, struct verdict_cell *c, const struct made_cell *is,
		       struct stored_point *p)
{
	double *r = made_own(x->m, mem_alloc(sizeof *r * 64)), base = 0.1 + 0.01 * p->position;

	p->visits = made_own(x->m, mem_alloc(sizeof *p->visits * 128));
	c->pair = made_own(x->m, mem_alloc(sizeof *c->pair * 64));
	c->n_pairs = is->pairs;
	for (int i = 0; i < is->pairs; i++) {
		struct verdict_pair *pair = &c->pair[i];
		bool busy = is->busy && i % is->busy == 1;

		*pair = (struct verdict_pair){.round = i + 1, .first = (int)((x->seed >> 16) & 1)};
		r[i] = log1p(is->percent / 100) + is->noise / 100 * made_noise(x) * (busy ? 2 : 1);
		/* One pair is far out. */
		r[i] += is->noise > 7 && i == 10 ? 0.9 : 0;
		pair->value[0] = base * (1 + 0.004 * made_noise(x));
		pair->value[1] = pair->value[0] * exp(r[i]);
		pair->r = r[i];
		pair->contended[1] = busy;
		pair->n_reps[0] = pair->n_reps[1] = 20;
		c->n_contended += busy;
		for (int k = 0; k < TRIAL_ARMS; k++)
			made_arm_visit(x, p, k ? 1 - pair->first : pair->first, i + 1,
				       2 * (i * x->n_planned + p->position) + k + 1);
	}
	c->pairs = pairs_compare(r, is->pairs, NULL, NULL);
	c->median[0] = base;
	c->median[1] = base * (1 + is->percent / 100);
}

static void made_aa(struct made_verdicts *x, struct verdict_cell *c, const struct made_cell *is)
{
	c->aa_pair = made_own(x->m, mem_alloc(sizeof *c->aa_pair * 8));
	c->n_aa = is->n_aa;
	for (int i = 0; i < is->n_aa; i++)
		c->aa_pair[i] = (struct verdict_pair){.round = i + 1, .r = is->noise / 100 * made_noise(x)};
	x->v.n_aa += is->n_aa;
}

static void made_verdict(struct made_verdicts *x, struct verdict_cell *c)
{
	const struct effect e = effect_of_pairs(&c->pairs);
	const struct verdict_ask ask = {.survives = c->pairs.p <= 0.03};

	c->survives = ask.survives;
	c->result = verdict_of(&e, &ask);
	c->delta = VERDICT_DELTA_FAIL;
	if (c->result.verdict == VERDICT_INCONCLUSIVE)
		c->pairs_needed = verdict_pairs_needed(&c->pairs, VERDICT_DELTA_EQ);
	x->v.count[c->result.verdict]++;
}

static struct verdict_cell *made_cell_start(struct made_verdicts *x, enum point_state state,
					    const char *reason, const char *keys)
{
	struct verdict_cell *c = &x->v.cell[x->v.n_cells];
	struct stored_point *p = made_point(x->m, ROLE_MEASURE, state, reason, keys);

	*c = (struct verdict_cell){.cell = &x->declared[x->v.n_cells++],
				   .point = {p, p},
				   .state = state,
				   .reason = made_text(x->m, reason),
				   .estimator = ESTIMATOR_P10,
				   .residual = {NAN, NAN},
				   .tokens_s = NAN};
	return c;
}

static void made_cell_add(struct made_verdicts *x, const struct made_cell *is)
{
	struct verdict_cell *c = made_cell_start(x, POINT_DONE, "", is->keys);
	struct stored_point *p = &x->m->points[x->m->run.n_points - 1];

	made_pairs(x, c, is, p);
	made_aa(x, c, is);
	made_verdict(x, c);
}

static struct made_verdicts *made_verdicts_start(int cells)
{
	struct made_verdicts *x = mem_alloc(sizeof *x);

	x->m = made_start();
	x->seed = 7;
	x->n_planned = cells;
	x->m->run.machine_id = made_text(x->m, "0123456789abcdef0123456789abcdef");
	x->m->run.machine = json_pack("{s:s, s:i}", "processor", "Example <CPU> & Co", "cpus", 4);
	x->m->run.command =
		made_text(x->m, "inferometer compare --a worker=./old --b worker=./new sweep.yaml");
	x->declared = made_own(x->m, mem_alloc(sizeof *x->declared * (size_t)(cells + 1)));
	x->v = (struct verdicts){.run = &x->m->run, .aa_p = NAN, .aa_q95 = NAN, .complete = true};
	x->v.cell = made_own(x->m, mem_alloc(sizeof *x->v.cell * (size_t)(cells + 1)));
	x->v.false_alarms = calibration_count(0, 0);
	x->v.trial = (struct trial){.delta_fail = VERDICT_DELTA_FAIL,
				    .delta_eq = VERDICT_DELTA_EQ,
				    .level = PAIRS_LEVEL,
				    .q = FDR_Q_REPORT,
				    .pairs_max = 60,
				    .seed = 7,
				    .cut = -1,
				    .calibration = {.q99 = NAN}};
	x->v.trial.arm[0].title = made_text(x->m, "worker=./old");
	x->v.trial.arm[1].title = made_text(x->m, "worker=./new");
	return x;
}

static void made_family(struct made_verdicts *x, const char *name, int n, bool ok, double theta,
			enum verdict verdict)
{
	x->v.family[x->v.n_families++] = (struct verdict_family){
		.name = made_text(x->m, name),
		.n = n,
		.theta = theta,
		.verdict = verdict,
		.family = {.ok = ok, .theta = theta, .lo = theta - 0.006, .hi = theta + 0.005, .p = 0.02}};
}

/* What people named, and what there is to be said of the whole. */
static void example_trial_words(struct made_verdicts *x)
{
	static char *words[2];
	struct trial *t = &x->v.trial;

	x->m->run.label = made_text(x->m, hostile);
	t->arm[0].version = made_text(x->m, "0.1.0-<old>");
	t->arm[1].title = made_text(x->m, hostile);
	t->arm[1].worker = made_text(x->m, "./new'\"<b>/inferometer-worker");
	t->arm[1].build = made_text(x->m, "{\"flags\": \"-O2 <img src=x onerror=alert(3)>\"}");
	words[0] = made_text(x->m, hostile);
	words[1] = made_text(x->m, "memory.thp: always | madvise (warning)");
	t->n_differences = 2;
	t->difference = words;
	t->n_allowed = 1;
	t->allowed = words;
	t->budget_s = 600;
	t->cut = 3;
	t->warmup = made_text(x->m, "warm-up of 3 in tg128 q8_0");
	t->copy = made_text(x->m, "/tmp/<copy>");
	t->calibration = (struct trial_calibration){
		.n = 400, .k = 17, .n_injected = 30, .n_found = 29, .q99 = NAN, .campaigns = 10};
	x->v.false_alarms = calibration_count(17, 400);
	x->v.calibration = CALIBRATION_CALIBRATED;
	x->v.aa_p = 0.41;
	x->v.aa_theta = 0.0008;
	x->v.aa_q95 = 0.021;
}

static void example_troubled_cells(struct made_verdicts *x)
{
	struct verdict_cell *c = x->v.cell;

	c[0].confirmed = true;
	c[0].confirming = &x->v.cell[9];
	x->v.confirming_run = 8;
	c[2].tokens_s = 24.4;
	c[2].residual[0] = 4.9e-3;
	c[2].residual[1] = 0.31;
	c[2].wrong[1] = true;
	c[2].caveat = CAVEAT_WRONG;
	c[7].n_lost = 2;
	c[7].drifting[0] = 1;
	c[8].drifting[1] = 5;
	x->declared[8].required = true;
	x->v.n_required_open = 1;
	made_cell_start(x, POINT_FAILED, hostile,
			"workload=pp512 model=synthetic:llama-160m precision=q6_k threads=4");
	made_cell_start(x, POINT_UNAVAILABLE, "arm b: isa vnni: not on this CPU",
			"workload=tg128 model=synthetic:llama-160m precision=bf16 threads=4");
	/* Never planned: nothing of it is in the store. */
	c = made_cell_start(x, POINT_SKIPPED, "", "workload=tg128 threads=4");
	c->point[0] = c->point[1] = NULL;
	snprintf(x->declared[x->v.n_cells - 1].id[0], POINT_ID_SIZE, "%s",
		 "00112233445566778899aabbccddeeff");
	x->v.n_failed = 3;
}

__attribute__((unused)) static struct made_verdicts *example_verdicts(void)
{
	struct made_verdicts *x = made_verdicts_start(N_MADE_CELLS + 3);

	x->v.family = made_own(x->m, mem_alloc(sizeof *x->v.family * 3));
	for (int i = 0; i < N_MADE_CELLS; i++)
		made_cell_add(x, &made_cells[i]);
	example_troubled_cells(x);
	example_trial_words(x);
	made_family(x, "pp", 4, false, 0.004, VERDICT_INCONCLUSIVE);
	made_family(x, "tg<b>'\"", 6, true, 0.0003, VERDICT_SAME);
	made_family(x, "all", 11, true, -0.007, VERDICT_CHANGED_SMALL);
	return x;
}

/* Up to MADE_POINTS of them. */
__attribute__((unused)) static struct made_verdicts *many_verdicts(int cells)
{
	struct made_verdicts *x = made_verdicts_start(cells);

	for (int i = 0; i < cells; i++) {
		char keys[200];
		const struct made_cell is = {keys, 0.02 * (i % 401 - 200), 0.3 + 0.005 * (i % 250), 30, i % 3,
					     i % 7};

		snprintf(
			keys, sizeof keys,
			"workload=gemm m=%d n=512 k=512 precision=%s threads=%d isa=avx2 blocking=64x128x512",
			16 * (1 + i / 8), i % 2 ? "f32" : "q8_0", 1 << i / 2 % 4);
		made_cell_add(x, &is);
	}
	return x;
}

__attribute__((unused)) static void made_verdicts_free(struct made_verdicts *x)
{
	made_free(x->m);
	free(x);
}

#endif
