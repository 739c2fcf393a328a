/* SPDX-License-Identifier: Apache-2.0 */
/* Sampling: what each step keeps, and how often what is left is drawn. */
#include "config.h"

#include "workloads/sampler.h"

#include <math.h>

#include "tests/tap.h"

enum { VOCAB = 8, DRAWS = 20000 };

/* Probabilities 0.5 0.25 0.125 0.0625 ...: logits of whole powers of two. */
static const float halves[VOCAB] = {0,
				    -0.693147181F,
				    -1.386294361F,
				    -2.079441542F,
				    -2.772588722F,
				    -3.465735903F,
				    -4.158883083F,
				    -4.852030264F};

/* Which ids come at all, as bits, and in counts how often. */
static unsigned drawn(const struct sampling *how, const float *logits, int counts[VOCAB])
{
	struct sampler *s;
	struct diag d = {0};
	unsigned seen = 0;
	if (sampler_open(&s, how, VOCAB, &d))
		bail(d.text);
	for (int i = 0; i < VOCAB; i++)
		counts[i] = 0;
	for (int i = 0; i < DRAWS; i++) {
		int32_t id = sampler_draw(s, logits, (uint64_t)i);
		if (id < 0 || id >= VOCAB)
			bail("an id outside of the vocabulary");
		counts[id]++;
		seen |= 1u << id;
	}
	sampler_close(s);
	return seen;
}

static void test_kept(void)
{
	static const struct {
		struct sampling how;
		unsigned seen;
		const char *what;
	} cases[] = {
		{{.temp = 1, .top_p = 1, .repeat_penalty = 1}, 0xff, "nothing narrows: all"},
		{{.temp = 1, .top_k = 3, .top_p = 1, .repeat_penalty = 1}, 0x07, "top-k 3"},
		{{.temp = 1, .top_k = 100, .top_p = 1, .repeat_penalty = 1},
		 0xff,
		 "top-k beyond the vocabulary"},
		{{.temp = 1, .top_p = 0.7, .repeat_penalty = 1},
		 0x03,
		 "top-p 0.7: the one that reaches it is in"},
		{{.temp = 1, .top_p = 1e-9, .repeat_penalty = 1}, 0x01, "a tiny top-p leaves one"},
		{{.temp = 1, .top_p = 1, .min_p = 0.2, .repeat_penalty = 1}, 0x07, "min-p 0.2"},
		{{.temp = 1, .top_p = 1, .min_p = 1, .repeat_penalty = 1},
		 0x01,
		 "min-p 1 leaves the likeliest"},
		/* After top-k 3 the shares are 4/7, 2/7, 1/7. */
		{{.temp = 1, .top_k = 3, .top_p = 0.8, .repeat_penalty = 1},
		 0x03,
		 "top-p counts what top-k left"},
		{{.temp = 100, .top_k = 2, .top_p = 1, .repeat_penalty = 1}, 0x03, "heat comes last"},
		{{.temp = 0, .top_p = 1, .repeat_penalty = 1}, 0x01, "no heat: the likeliest"},
	};
	int counts[VOCAB];
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		is_int(drawn(&cases[i].how, halves, counts), cases[i].seen, cases[i].what);
}

/* Five standard deviations of a count. */
static void counts_are(const int counts[VOCAB], const double *p, int n, const char *what)
{
	int bad = 0;
	for (int i = 0; i < n; i++)
		bad += fabs(counts[i] - DRAWS * p[i]) > 5 * sqrt(DRAWS * p[i] * (1 - p[i])) + 1;
	is_int(bad, 0, what);
}

static void test_frequencies(void)
{
	static const double plain[] = {4. / 7, 2. / 7, 1. / 7};
	/* Logits doubled: 16, 4, 1. */
	static const double cold[] = {16. / 21, 4. / 21, 1. / 21};
	struct sampling how = {.temp = 1, .top_k = 3, .top_p = 1, .repeat_penalty = 1, .seed = 7};
	int counts[VOCAB], again[VOCAB];
	drawn(&how, halves, counts);
	counts_are(counts, plain, 3, "draws are as likely as their tokens (seed 7)");
	drawn(&how, halves, again);
	ok(memcmp(counts, again, sizeof counts) == 0, "same seed, same draws");
	how.seed = 8;
	drawn(&how, halves, again);
	ok(memcmp(counts, again, sizeof counts) != 0, "another seed, others");
	how.temp = 0.5;
	drawn(&how, halves, counts);
	counts_are(counts, cold, 3, "temperature 0.5 squares them");
}

static void test_odd_logits(void)
{
	static const float ties[VOCAB] = {1, 2, 2, 2, 0, 0, 0, 0};
	const float broken[VOCAB] = {NAN, 1, -INFINITY, 1, NAN, -INFINITY, -INFINITY, -INFINITY};
	const float all_broken[VOCAB] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	const float infinite[VOCAB] = {0, INFINITY, 0, INFINITY, 0, 0, 0, 0};
	struct sampling how = {.temp = 1, .top_k = 2, .top_p = 1, .repeat_penalty = 1};
	int counts[VOCAB];
	is_int(drawn(&how, ties, counts), 0x06, "of equals the lower ids are kept");
	how.top_k = 0;
	is_int(drawn(&how, broken, counts), 0x0a, "NaN and minus infinity are never drawn");
	is_int(drawn(&how, infinite, counts), 0x0a, "infinite logits share all there is");
	drawn(&how, all_broken, counts);
	ok(1, "logits that are no numbers at all give some token");
	how.temp = 0;
	is_int(drawn(&how, ties, counts), 0x02, "the likeliest is the lowest of equals");
}

static void test_penalty(void)
{
	static const float logits[VOCAB] = {4, 3, -1, -2, -9, -9, -9, -9};
	struct sampling how = {.temp = 0, .top_p = 1, .repeat_penalty = 2, .repeat_last_n = 2};
	struct sampler *s;
	struct diag d = {0};
	ok(!sampling_greedy(&how), "a penalty is more than the largest logit");
	if (sampler_open(&s, &how, VOCAB, &d))
		bail(d.text);
	is_int(sampler_draw(s, logits, 0), 0, "nothing was said yet");
	sampler_accept(s, 0);
	is_int(sampler_draw(s, logits, 0), 1, "4 / 2 is below 3");
	sampler_accept(s, 0);
	is_int(sampler_draw(s, logits, 0), 1, "said twice, it is penalised once");
	sampler_accept(s, 1);
	is_int(sampler_draw(s, logits, 0), 0, "2 is above 1.5");
	sampler_accept(s, 5);
	sampler_accept(s, 6);
	is_int(sampler_draw(s, logits, 0), 0, "what was said long ago is forgotten");
	sampler_close(s);
}

static void refused(struct sampling how, const char *field)
{
	struct diag d = {0};
	struct sampler *s = NULL;
	ok(sampler_open(&s, &how, VOCAB, &d) == ERR_USAGE && !s, "%s out of its range is refused", field);
	has_text(d.text, field, "and named");
}

static void test_refused(void)
{
	struct sampling how = SAMPLING_GREEDY, bad = how;
	ok(sampling_greedy(&how), "what is greedy says so");
	bad.temp = -1;
	refused(bad, "temp");
	bad = how;
	bad.top_p = 0;
	refused(bad, "top_p");
	bad = how;
	bad.min_p = 1.5;
	refused(bad, "min_p");
	bad = how;
	bad.repeat_penalty = 0;
	refused(bad, "repeat_penalty");
	bad = how;
	bad.repeat_last_n = 1 << 20;
	refused(bad, "repeat_last_n");
	bad = how;
	bad.temp = (double)NAN;
	refused(bad, "temp");
}

int main(void)
{
	test_kept();
	test_frequencies();
	test_odd_logits();
	test_penalty();
	test_refused();
	return tap_done();
}
