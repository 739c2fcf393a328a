/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which token comes next: a row of logits, narrowed down step by step, and a draw from what
 * is left. The steps, their order and their meaning are those of llama.cpp's usual chain: repeat penalty,
 * top-k, top-p, min-p, temperature, draw. Knows nothing of models or texts.
 */
#ifndef IFM_WORKLOADS_SAMPLER_H
#define IFM_WORKLOADS_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"

struct sampling {
	double temp;  /* 0: the largest logit, whatever the rest says; else logits are divided by it */
	int top_k;    /* keep so many of the largest; 0: all */
	double top_p; /* keep the likeliest that together have this probability; 1: all */
	double min_p; /* drop what is less likely than this share of the likeliest; 0: nothing */
	double repeat_penalty; /* of the logits of recent tokens: divides positive ones, multiplies others; 1: none */
	int repeat_last_n; /* how many tokens are recent; 0: none */
	uint64_t seed;	   /* same seed, same draws */
};

/* Greedy, as `--temp 0`; the other fields have llama.cpp's defaults or are off. */
#define SAMPLING_GREEDY                                                                                      \
	{                                                                                                    \
		.temp = 0, .top_k = 40, .top_p = 0.95, .min_p = 0.05, .repeat_penalty = 1,                   \
		.repeat_last_n = 64                                                                          \
	}

/* ERR_USAGE names the field that is out of its range. */
MUST_CHECK int sampling_check(const struct sampling *s, struct diag *d);
/* Nothing but the largest logit counts: no penalty, no draw. */
bool sampling_greedy(const struct sampling *s);

struct sampler;

/* For rows of n_vocab logits; owned by the caller. */
MUST_CHECK int sampler_open(struct sampler **out, const struct sampling *s, int n_vocab, struct diag *d);
void sampler_close(struct sampler *s); /* NULL is fine */

/* Tells of a token that stands in the text: of the prompt, or one that was drawn. */
void sampler_accept(struct sampler *s, int32_t id);

/* Draw number `draw` of the seed from a row, which stays as it is. NaN counts as minus infinity. The lowest id on
 * ties. */
int32_t sampler_draw(struct sampler *s, const float *logits, uint64_t draw);

#endif
