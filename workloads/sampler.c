/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"

/* A token that may still be drawn. */
struct candidate {
	float logit;
	int32_t id;
	double p; /* not normalised: exp(logit - largest) */
};

struct sampler {
	struct sampling how;
	int n_vocab;
	int32_t *recent; /* a ring of repeat_last_n ids */
	int n_recent, next;
	struct candidate *list; /* n_vocab of them */
	int n;
};

static const struct {
	const char *name, *expected;
} fields[] = {
	{"temp", "a number from 0 on"},		{"top_k", "a whole number from 0 on"},
	{"top_p", "a number above 0, up to 1"}, {"min_p", "a number from 0 to 1"},
	{"repeat_penalty", "a number above 0"}, {"repeat_last_n", "a whole number from 0 to 65536"},
};

int sampling_check(const struct sampling *s, struct diag *d)
{
	const bool good[] = {
		s->temp >= 0 && s->temp <= 1e6,
		s->top_k >= 0,
		s->top_p > 0 && s->top_p <= 1,
		s->min_p >= 0 && s->min_p <= 1,
		s->repeat_penalty > 0 && s->repeat_penalty <= 1e6,
		s->repeat_last_n >= 0 && s->repeat_last_n <= 65536,
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!good[i])
			return diag_set(d, ERR_USAGE, "%s: expected %s", fields[i].name, fields[i].expected);
	return 0;
}

bool sampling_greedy(const struct sampling *s)
{
	return s->temp == 0 && (s->repeat_penalty == 1 || s->repeat_last_n == 0);
}

int sampler_open(struct sampler **out, const struct sampling *s, int n_vocab, struct diag *d)
{
	int rc = sampling_check(s, d);
	if (rc)
		return rc;
	struct sampler *new = mem_alloc(sizeof *new);
	new->how = *s;
	new->n_vocab = n_vocab;
	new->recent = mem_try_array((size_t)s->repeat_last_n + 1, sizeof *new->recent);
	new->list = mem_try_array((size_t)n_vocab, sizeof *new->list);
	if (!new->recent || !new->list) {
		sampler_close(new);
		return diag_set(d, ERR_OOM, "no memory to choose among %d tokens", n_vocab);
	}
	*out = new;
	return 0;
}

void sampler_close(struct sampler *s)
{
	if (!s)
		return;
	free(s->recent);
	free(s->list);
	free(s);
}

void sampler_accept(struct sampler *s, int32_t id)
{
	if (s->how.repeat_last_n == 0)
		return;
	s->recent[s->next] = id;
	s->next = (s->next + 1) % s->how.repeat_last_n;
	if (s->n_recent < s->how.repeat_last_n)
		s->n_recent++;
}

static void candidates_make(struct sampler *s, const float *logits)
{
	s->n = s->n_vocab;
	for (int i = 0; i < s->n; i++)
		s->list[i] = (struct candidate){isnan(logits[i]) ? -INFINITY : logits[i], i, 0};
}

/* Each recent token once, however often it stands there. */
static void repeats_penalise(struct sampler *s, const float *logits)
{
	float penalty = (float)s->how.repeat_penalty;
	for (int i = 0; i < s->n_recent && penalty != 1; i++) {
		int32_t id = s->recent[i];
		if (id < 0 || id >= s->n_vocab || isnan(logits[id]))
			continue;
		s->list[id].logit = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
	}
}

/* Largest first, the lower id before its equals. */
static int compare(const void *a, const void *b)
{
	const struct candidate *p = a, *q = b;
	if (p->logit != q->logit)
		return p->logit > q->logit ? -1 : 1;
	return p->id < q->id ? -1 : p->id > q->id;
}

static void top_k_keep(struct sampler *s)
{
	if (s->how.top_k && s->n > s->how.top_k)
		s->n = s->how.top_k;
}

/* exp(logit / temp - largest) of what is left; their sum. Infinite logits share all there is. */
static double weigh(struct sampler *s, double temp)
{
	double most = s->list[0].logit, sum = 0;
	for (int i = 0; i < s->n; i++) {
		double l = s->list[i].logit;
		s->list[i].p = l == most ? 1 : isinf(most) ? 0 : exp((l - most) / temp);
		sum += s->list[i].p;
	}
	return sum;
}

static void top_p_keep(struct sampler *s)
{
	double sum = weigh(s, 1), seen = 0;
	if (s->how.top_p >= 1)
		return;
	for (int i = 0; i < s->n; i++) {
		seen += s->list[i].p;
		if (seen >= s->how.top_p * sum) {
			s->n = i + 1;
			return;
		}
	}
}

/* The list is sorted: what is likely enough stands first. */
static void min_p_keep(struct sampler *s)
{
	int n = 1;
	while (n < s->n && s->list[n].p >= s->how.min_p)
		n++;
	s->n = n;
}

int32_t sampler_draw(struct sampler *s, const float *logits, uint64_t draw)
{
	candidates_make(s, logits);
	repeats_penalise(s, logits);
	qsort(s->list, (size_t)s->n, sizeof *s->list, compare);
	if (s->how.temp == 0)
		return s->list[0].id;
	top_k_keep(s);
	top_p_keep(s);
	min_p_keep(s);
	/* 53 bits: every double in [0, 1) that they make is exact. */
	double u = (double)(rng_at(s->how.seed, draw) >> 11) * 0x1p-53;
	double left = u * weigh(s, s->how.temp);
	int i = 0;
	while (i + 1 < s->n && left >= s->list[i].p)
		left -= s->list[i++].p;
	return s->list[i].id;
}
