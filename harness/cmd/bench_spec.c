/* SPDX-License-Identifier: Apache-2.0 */
/* llama-bench's flags become a spec. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/bench.h"
#include "harness/exchange/stored.h"

/* ---- numbers ---- */

static void number_add(struct bench_numbers *out, const char *option, int64_t value, struct argp_state *state)
{
	if (out->n == BENCH_VALUES_MAX)
		argp_error(state, "%s: more than %d values", option, BENCH_VALUES_MAX);
	out->value[out->n++] = value;
}

/* "4", "1-4", "1-9+2" or "1-8*2". */
static void range_add(struct bench_numbers *out, const char *option, const char *word,
		      struct argp_state *state)
{
	long first, last, step = 1;
	char op = '+';
	int end = 0, n = sscanf(word, "%9ld%n-%9ld%n%c%9ld%n", &first, &end, &last, &end, &op, &step, &end);
	bool good = n >= 1 && n != 3 && word[end] == '\0' && *word >= '0' && *word <= '9' &&
		    (op == '+' || op == '*');
	if (good && n == 1)
		last = first;
	/* A range that does not grow would never end. */
	bool grows = good && (first == last || (op == '+' ? step > 0 : step > 1 && first > 0));
	if (!good || !grows || first > last)
		argp_error(state, "%s \"%.60s\": expected numbers as 1,2,4 or ranges as 1-4, 1-9+2, 1-8*2",
			   option, word);
	for (int64_t v = first; v <= last; v = op == '+' ? v + step : v * step) {
		number_add(out, option, v, state);
		if (first == last)
			break;
	}
}

void bench_numbers_add(struct bench_numbers *out, const char *option, const char *text,
		       struct argp_state *state)
{
	char *copy = mem_strdup(text), *rest = copy;
	for (char *word; (word = strsep(&rest, ",")) != NULL;)
		range_add(out, option, word, state);
	free(copy);
}

/* ---- axes ---- */

void bench_list_add(struct strbuf *list, const char *text)
{
	strbuf_printf(list, "%s%s", list->len ? "," : "", text);
}

static void join_length(struct strbuf *out, const char *prefix, int64_t n)
{
	char text[40];
	snprintf(text, sizeof text, "%s%lld", prefix, (long long)n);
	bench_list_add(out, text);
}

/* Each prompt before each decode, as llama-batched-bench does it. */
static void join_products(struct bench *b)
{
	for (int i = 0; i < b->prompt.n; i++)
		for (int k = 0; k < b->gen.n; k++) {
			char text[60];
			snprintf(text, sizeof text, "pp%lld+tg%lld", (long long)b->prompt.value[i],
				 (long long)b->gen.value[k]);
			if (b->prompt.value[i] > 0 && b->gen.value[k] > 0)
				bench_list_add(&b->workloads, text);
		}
}

/* A 0 stands for none. */
static void workloads_make(struct bench *b)
{
	if (!b->has_prompt)
		b->prompt = (struct bench_numbers){.n = 1, .value = {512}};
	if (!b->has_gen)
		b->gen = (struct bench_numbers){.n = 1, .value = {128}};
	if (strcmp(b->format, BENCH_BATCHED) == 0) {
		join_products(b);
	} else {
		for (int i = 0; i < b->prompt.n; i++)
			if (b->prompt.value[i] > 0)
				join_length(&b->workloads, "pp", b->prompt.value[i]);
		for (int i = 0; i < b->gen.n; i++)
			if (b->gen.value[i] > 0)
				join_length(&b->workloads, "tg", b->gen.value[i]);
	}
	if (b->pairs.len)
		bench_list_add(&b->workloads, strbuf_text(&b->pairs));
	b->spec.workloads = b->workloads;
	b->workloads = (struct strbuf){0};
	b->spec.prompt = b->spec.gen = true;
}

/* Steps are as long as the smaller of both: pairs that come to the same are measured once, by the first. */
static void batches_make(struct bench *b)
{
	if (b->batch.n == 0)
		b->batch = (struct bench_numbers){.n = 1, .value = {b->usual.n_batch}};
	if (b->ubatch.n == 0)
		b->ubatch = (struct bench_numbers){.n = 1, .value = {b->usual.n_ubatch}};
	b->batches = mem_alloc(sizeof *b->batches * (size_t)b->batch.n * (size_t)b->ubatch.n);
	for (int i = 0; i < b->batch.n * b->ubatch.n; i++) {
		int64_t n_batch = b->batch.value[i / b->ubatch.n],
			n_ubatch = b->ubatch.value[i % b->ubatch.n];
		int64_t step = n_batch < n_ubatch ? n_batch : n_ubatch;
		int k = 0;
		while (k < b->n_batches && b->batches[k].step != step)
			k++;
		if (k < b->n_batches)
			continue;
		b->batches[b->n_batches++] = (struct bench_batch){n_batch, n_ubatch, step};
		join_length(&b->steps, "", step);
	}
	if (b->n_batches < b->batch.n * b->ubatch.n)
		fprintf(stderr,
			"inferometer: -b and -ub: values that come to the same steps are measured once\n");
	b->spec.axis[KEY_UBATCH] = strbuf_text(&b->steps);
}

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == n && strncmp(p, word, n) == 0)
			return true;
	return false;
}

static int count_words(const char *list)
{
	int n = 1;
	for (; *list; list++)
		n += *list == ',';
	return n;
}

/* Keys and values have one type here: of all pairs of both lists those of equal types are measured. */
static int cache_types_make(struct bench *b, struct diag *d)
{
	if (b->spec.axis[KEY_KV] || (!b->type_k.len && !b->type_v.len))
		return 0;
	const char *k = b->type_k.len ? strbuf_text(&b->type_k) : "f16";
	const char *v = b->type_v.len ? strbuf_text(&b->type_v) : "f16";
	char *copy = mem_strdup(k), *rest = copy;
	for (char *word; (word = strsep(&rest, ",")) != NULL;)
		if (has_word(v, word))
			bench_list_add(&b->kv, word);
	free(copy);
	b->n_refused = count_words(k) * count_words(v) - (b->kv.len ? count_words(strbuf_text(&b->kv)) : 0);
	if (b->kv.len == 0)
		return diag_set(d, ERR_USAGE,
				"-ctk %.60s with -ctv %.60s: keys and values have one type in engine cpu: "
				"give both "
				"the same",
				k, v);
	if (b->n_refused)
		fprintf(stderr,
			"inferometer: -ctk and -ctv: %d pairs of unequal types are not measured: keys and "
			"values have one type in engine cpu\n",
			b->n_refused);
	b->spec.axis[KEY_KV] = strbuf_text(&b->kv);
	return 0;
}

static void axis_take(struct bench *b, enum point_key key, const struct strbuf *list)
{
	if (list->len)
		b->spec.axis[key] = strbuf_text(list);
}

/* What llama-bench does when nothing is said. */
static void options_make(struct bench *b)
{
	const char **option = b->spec.option;
	option[SPEC_OPTION_ROUNDS] = b->processes ? b->processes : "1";
	option[SPEC_OPTION_REPEAT] = b->repetitions ? b->repetitions : "5";
	if (b->no_warmup)
		option[SPEC_OPTION_WARMUP] = "0";
	if (!option[SPEC_OPTION_MIN_TIME])
		option[SPEC_OPTION_MIN_TIME] = "0";
	if (!option[SPEC_OPTION_MAX_TIME])
		option[SPEC_OPTION_MAX_TIME] = "86400"; /* -r counts, not the clock */
	if (!option[SPEC_OPTION_COUNTERS])
		option[SPEC_OPTION_COUNTERS] = "";
}

int bench_spec(struct bench *b, struct spec *out, struct diag *d)
{
	int rc = cache_types_make(b, d);
	if (rc)
		return rc;
	workloads_make(b);
	if (b->spec.workloads.len == 0 && strcmp(b->format, BENCH_BATCHED) == 0)
		return diag_set(
			d, ERR_USAGE,
			"-o batched: a test is a prompt and tokens after it: expected numbers with -p and -n "
			"that are above 0");
	batches_make(b);
	options_make(b);
	if (b->model.len == 0)
		strbuf_puts(&b->model, "default");
	axis_take(b, KEY_MODEL, &b->model);
	axis_take(b, KEY_THREADS, &b->threads);
	axis_take(b, KEY_DEPTH, &b->depth);
	axis_take(b, KEY_SEQUENCES, &b->sequences);
	axis_take(b, KEY_AFFINITY, &b->cpus);
	axis_take(b, KEY_DEVICE, &b->device);
	return spec_options_load(&b->spec, out, d);
}

void bench_free(struct bench *b)
{
	struct strbuf *texts[] = {&b->pairs,	 &b->model,	&b->threads, &b->depth,
				  &b->sequences, &b->type_k,	&b->type_v,  &b->cpus,
				  &b->device,	 &b->workloads, &b->steps,   &b->kv};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		strbuf_free(texts[i]);
	free(b->batches);
	llama_bench_free(&b->usual);
	spec_options_free(&b->spec);
}
