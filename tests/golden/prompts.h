/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prompts with the logits and the greedy ids that something else computed, and engine "cpu"
 * on them in f32 with f32 cells, on every usable level: whole, in chunks, token by token, and two
 * sequences of different length in a batch.
 */
#ifndef IFM_TESTS_GOLDEN_PROMPTS_H
#define IFM_TESTS_GOLDEN_PROMPTS_H

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/engine.h"
#include "engines/model/model.h"
#include "tests/tap.h"

#define GOLDEN_BOUND 1e-4
enum { GOLDEN_IDS_MAX = 512, GOLDEN_SEQS_MAX = 2, GOLDEN_CHUNK = 7 };

extern const struct engine_ops cpu_engine;

struct golden {
	const char *name;
	int n_ids, n_greedy;
	int32_t ids[GOLDEN_IDS_MAX], greedy[GOLDEN_IDS_MAX];
	int n_rows;	     /* the last so many tokens have logits here */
	const float *logits; /* [n_rows][n_vocab] */
};

/* Some prompts in one session, side by side. */
struct golden_run {
	struct session *session;
	int n_vocab, n_seqs;
	const struct golden *g[GOLDEN_SEQS_MAX];
	int fed[GOLDEN_SEQS_MAX]; /* tokens */
	int32_t next[GOLDEN_SEQS_MAX];
	int32_t token[2 * GOLDEN_IDS_MAX], pos[2 * GOLDEN_IDS_MAX], seq[2 * GOLDEN_IDS_MAX];
	uint8_t want_row[2 * GOLDEN_IDS_MAX];
	struct batch batch;
	double diff, most; /* largest difference, largest magnitude expected */
	bool greedy_same;
	float *row;
};

static inline void golden_add(struct golden_run *r, int seq, int32_t token)
{
	int i = r->batch.n++;
	r->token[i] = token;
	r->pos[i] = r->fed[seq]++;
	r->seq[i] = seq;
	r->want_row[i] = 1;
}

/* Compares row i, of a token at pos, where something is expected there. */
static inline int golden_compare(struct golden_run *r, int i, int pos, const struct golden *g, struct diag *d)
{
	int at = pos - (g->n_ids - g->n_rows);
	if (at < 0 || pos >= g->n_ids)
		return 0;
	int rc = cpu_engine.fetch(r->session, i, r->row, d);
	const float *want = g->logits + (size_t)at * (size_t)r->n_vocab;
	for (int k = 0; k < r->n_vocab && !rc; k++) {
		r->diff = fmax(r->diff, isfinite(r->row[k]) ? fabs((double)r->row[k] - want[k]) : INFINITY);
		r->most = fmax(r->most, fabs((double)want[k]));
	}
	return rc;
}

/* Runs the batch, compares its rows, and takes what comes after each sequence. */
static inline int golden_step(struct golden_run *r, struct diag *d)
{
	struct step_info info;
	int rc = cpu_engine.submit(r->session, &r->batch, d);
	if (!rc)
		rc = cpu_engine.wait(r->session, &info, d);
	for (int i = 0; i < r->batch.n && !rc; i++) {
		rc = golden_compare(r, i, r->pos[i], r->g[r->seq[i]], d);
		if (!rc)
			rc = cpu_engine.argmax(r->session, i, &r->next[r->seq[i]], d);
	}
	r->batch.n = 0;
	return rc;
}

static inline int golden_prefill(struct golden_run *r, int chunk, struct diag *d)
{
	int rc = 0;
	do {
		for (int s = 0; s < r->n_seqs; s++)
			for (int k = 0; k < chunk && r->fed[s] < r->g[s]->n_ids; k++)
				golden_add(r, s, r->g[s]->ids[r->fed[s]]);
		if (r->batch.n == 0)
			return 0;
		rc = golden_step(r, d);
	} while (!rc);
	return rc;
}

static inline int golden_generate(struct golden_run *r, struct diag *d)
{
	int rc = 0;
	r->greedy_same = true;
	for (int i = 0; !rc; i++) {
		for (int s = 0; s < r->n_seqs; s++) {
			const struct golden *g = r->g[s];
			if (i < g->n_greedy && r->next[s] != g->greedy[i])
				r->greedy_same = false;
			if (i + 1 < g->n_greedy)
				golden_add(r, s, g->greedy[i]);
		}
		if (r->batch.n == 0)
			return 0;
		rc = golden_step(r, d);
	}
	return rc;
}

/* chunk tokens of each sequence a step. */
static inline int golden_run(struct golden_run *r, struct engine *e, const struct model *m, int chunk,
			     struct diag *d)
{
	int n_cells = 0;
	for (int s = 0; s < r->n_seqs; s++)
		n_cells += r->g[s]->n_ids + r->g[s]->n_greedy;
	const struct job_config job = {
		.precision = DTYPE_F32,
		.kv = DTYPE_F32,
		.n_cells = n_cells,
		.n_seqs = r->n_seqs,
		.max_tokens = n_cells,
		.max_rows = n_cells,
		.blocking = "auto",
		.provider = "own",
	};
	r->n_vocab = m->hp.n_vocab;
	r->batch = (struct batch){0, r->token, r->pos, r->seq, r->want_row};
	int rc = cpu_engine.load(e, m, &job, &r->session, d);
	if (rc)
		return rc;
	r->row = mem_alloc((size_t)r->n_vocab * sizeof *r->row);
	rc = golden_prefill(r, chunk, d);
	if (!rc)
		rc = golden_generate(r, d);
	cpu_engine.unload(r->session);
	free(r->row);
	return rc;
}

static inline void golden_check(struct engine *e, const struct model *m, const struct golden *a,
				const struct golden *b, int chunk, const char *what)
{
	struct golden_run *r = mem_alloc(sizeof *r);
	struct diag d = {0};
	*r = (struct golden_run){.n_seqs = b ? 2 : 1, .g = {a, b}};
	int rc = golden_run(r, e, m, chunk, &d);
	double residual = r->diff / r->most;
	if (!ok(rc == 0 && residual <= GOLDEN_BOUND && r->greedy_same, "%s %s%s%s: logits and greedy ids",
		what, a->name, b ? "+" : "", b ? b->name : ""))
		printf("# residual %g, greedy ids %s; %s\n", residual, r->greedy_same ? "same" : "differ",
		       d.text);
	else if (getenv("GOLDEN_SHOW"))
		printf("# residual %.2e\n", residual);
	free(r);
}

/* n prompts on one level; the last two, when there is a pair, also side by side. */
static inline void golden_check_level(const struct model *m, const struct golden *g, int n, bool pair,
				      const char *name, enum isa isa)
{
	static const struct {
		const char *name;
		int tokens;
	} chunks[] = {{"whole", GOLDEN_IDS_MAX}, {"chunked", GOLDEN_CHUNK}, {"one by one", 1}};
	/* The reference has one thread, so that both ways of sharing the work are seen. */
	const struct engine_config config = {
		.device = "cpu", .isa = isa_name(isa), .n_threads = isa == ISA_REF ? 1 : 2};
	struct engine *e;
	struct diag d = {0};
	char what[160];
	if (cpu_engine.open(&e, &config, &d)) {
		ok(0, "%s %s: %s", name, isa_name(isa), d.text);
		return;
	}
	for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
		snprintf(what, sizeof what, "%s %s %s", name, isa_name(isa), chunks[c].name);
		for (int i = 0; i < n; i++)
			golden_check(e, m, &g[i], NULL, chunks[c].tokens, what);
		if (pair)
			golden_check(e, m, &g[n - 2], &g[n - 1], chunks[c].tokens, what);
	}
	cpu_engine.close(e);
}

static inline void golden_check_levels(const struct model *m, const struct golden *g, int n, bool pair,
				       const char *name)
{
	for (enum isa isa = ISA_REF; isa < ISA_COUNT; isa++)
		if (!isa_why_not(isa))
			golden_check_level(m, g, n, pair, name, isa);
}

#endif
