/* SPDX-License-Identifier: Apache-2.0 */
/* A point of a stored run becomes a record. */
#include "config.h"

#include "harness/exchange/stored.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* compare-llama-bench.py wants commits of one length. */
enum { COMMIT_LENGTH = 8 };

/* ---- workloads ---- */

/* "pp512" at *text; moves it behind. */
static bool take_length(const char **text, const char *word, int64_t *out)
{
	size_t n = strlen(word);
	char *end;
	if (strncmp(*text, word, n) != 0 || (*text)[n] < '1' || (*text)[n] > '9')
		return false;
	long v = strtol(*text + n, &end, 10);
	if (v > INT_MAX)
		return false;
	*out = v;
	*text = end;
	return true;
}

bool workload_lengths(const char *workload, int64_t *n_prompt, int64_t *n_gen)
{
	int64_t prompt = 0, gen = 0;
	bool good = take_length(&workload, "pp", &prompt);
	if (good && *workload == '+') {
		workload++;
		good = take_length(&workload, "tg", &gen);
	} else if (!good) {
		good = take_length(&workload, "tg", &gen);
	}
	if (!good || *workload)
		return false;
	*n_prompt = prompt;
	*n_gen = gen;
	return true;
}

/* ---- samples ---- */

static const struct stored_series *steps_of(const struct stored_visit *v)
{
	for (int i = 0; i < v->n_series && v->kind == VISIT_TIMING && !v->failed; i++)
		if (strcmp(v->series[i].name, "step") == 0 && strcmp(v->series[i].unit, "ns") == 0)
			return &v->series[i];
	return NULL;
}

static int count_samples(const struct stored_point *p)
{
	int n = 0;
	for (int i = 0; i < p->n_visits; i++)
		n += steps_of(&p->visits[i]) ? steps_of(&p->visits[i])->n : 0;
	return n;
}

/* The times of the repetitions of one process, added to out; *n grows. */
static void add_repetitions(const struct stored_series *s, int64_t *out, int *n)
{
	bool open = false;
	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP)
			continue;
		if (!open || s->reps[i] != s->reps[i - 1])
			out[(*n)++] = 0;
		open = true;
		out[*n - 1] += s->values[i];
	}
}

static void take_samples(struct llama_bench *r, const struct stored_point *p)
{
	r->samples_ns = mem_alloc(sizeof *r->samples_ns * ((size_t)count_samples(p) + 1));
	for (int i = 0; i < p->n_visits; i++)
		if (steps_of(&p->visits[i]))
			add_repetitions(steps_of(&p->visits[i]), r->samples_ns, &r->n_samples);
	llama_bench_average(r);
}

/* ---- what was measured ---- */

static void put_build(struct llama_bench *r, const struct stored_run *run)
{
	const char *git = run->build ? json_opt_string(run->build, "git", NULL) : NULL;
	const char *commit = git && *git && strcmp(git, "none") != 0 ? git : run->build_version;
	free(r->build_commit);
	r->build_commit = mem_strndup(commit, COMMIT_LENGTH);
}

static void put_machine(struct llama_bench *r, const struct stored_run *run)
{
	const char *name = json_opt_string(run->environment, "cpu.processor", NULL);
	if (!name)
		name = json_opt_string(run->machine, "processor", "unknown");
	llama_text_set(&r->cpu_info, name);
}

/* What was done that the record has no key for. */
static void put_backends(struct llama_bench *r, const struct stored_point *p)
{
	static const enum point_key keys[] = {KEY_ENGINE,   KEY_DEVICE,	  KEY_ISA,
					      KEY_PROVIDER, KEY_BLOCKING, KEY_CACHE,
					      KEY_DURATION, KEY_OPTIONS,  KEY_AFFINITY};
	struct strbuf text = {0};
	strbuf_puts(&text, "CPU");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *value = point_get(&p->point, keys[i]), *usual = point_key_default(keys[i]);
		bool masked = keys[i] == KEY_AFFINITY && strcmp(r->cpu_mask, "0x0") != 0;
		if (!masked && *value && usual && strcmp(value, usual) != 0)
			strbuf_printf(&text, " %s=%s", point_key_name(keys[i]), value);
	}
	free(r->backends);
	r->backends = strbuf_take(&text);
}

static void put_model(struct llama_bench *r, const struct stored_point *p)
{
	const char *type = p->model ? json_opt_string(p->model, "file_type", "") : "";
	const char *label = p->model ? json_opt_string(p->model, "label", "") : "";
	const char *precision = point_get(&p->point, KEY_PRECISION);
	struct strbuf text = {0};
	llama_text_set(&r->model_filename, point_get(&p->point, KEY_MODEL));
	if (*label)
		strbuf_puts(&text, label);
	else
		strbuf_printf(&text, "%s ?B %s", p->model ? json_opt_string(p->model, "arch", "?") : "?",
			      type);
	r->model_n_params = p->model ? json_opt_int(p->model, "n_params", 0) : 0;
	r->model_size = p->model ? json_opt_int(p->model, "weight_bytes", 0) : 0;
	if (*precision && strcmp(precision, type) != 0) {
		strbuf_printf(&text, " as %s", precision);
		for (int i = 0; i < p->n_visits; i++)
			if (p->visits[i].weight_bytes > 0)
				r->model_size = p->visits[i].weight_bytes;
	}
	free(r->model_type);
	r->model_type = strbuf_take(&text);
}

/* A prompt in one step is one batch, however long. */
static void put_batch(int64_t *n_batch, int64_t *n_ubatch, const struct stored_point *p, int64_t tokens)
{
	int64_t step = point_int_or(&p->point, KEY_UBATCH, 0);
	*n_ubatch = step ? step : tokens > *n_ubatch ? tokens : *n_ubatch;
	if (*n_batch < *n_ubatch)
		*n_batch = *n_ubatch;
}

static void put_time(struct llama_bench *r, const struct stored_point *p)
{
	char text[32];
	for (int i = 0; i < p->n_visits; i++) {
		time_t begin = (time_t)(p->visits[i].start_wall_ns / 1000000000);
		struct tm utc;
		if (!steps_of(&p->visits[i]) || !gmtime_r(&begin, &utc))
			continue;
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
		llama_text_set(&r->test_time, text);
		return;
	}
}

static void fill(struct llama_bench *r, const struct stored_run *run, const struct stored_point *p)
{
	char mask[CPUS_MAX / 4 + 3];
	put_build(r, run);
	put_machine(r, run);
	mask_of_cpus(mask, point_get(&p->point, KEY_AFFINITY));
	llama_text_set(&r->cpu_mask, mask);
	put_backends(r, p);
	put_model(r, p);
	put_batch(&r->n_batch, &r->n_ubatch, p, r->n_prompt);
	llama_text_set(&r->type_k, point_get(&p->point, KEY_KV));
	llama_text_set(&r->type_v, point_get(&p->point, KEY_KV));
	r->n_threads = point_int_or(&p->point, KEY_THREADS, 0);
	r->n_depth = point_int_or(&p->point, KEY_DEPTH, 0);
	put_time(r, p);
}

bool llama_bench_of(struct llama_bench *r, const struct stored_run *run, const struct stored_point *p)
{
	struct llama_bench out;
	int64_t n_prompt, n_gen;
	if (!workload_lengths(point_get(&p->point, KEY_WORKLOAD), &n_prompt, &n_gen) ||
	    point_int_or(&p->point, KEY_SEQUENCES, 1) != 1)
		return false;
	llama_bench_init(&out);
	out.n_prompt = n_prompt;
	out.n_gen = n_gen;
	take_samples(&out, p);
	if (out.n_samples == 0) {
		llama_bench_free(&out);
		return false;
	}
	fill(&out, run, p);
	*r = out;
	return true;
}

/* ---- several sequences ---- */

/* Steps of the prompts in a repetition, by what the worker said of its parts: prefill comes first. -1: it did not. */
static int prompt_steps(const struct stored_point *p)
{
	const json_t *parts = p->check_answer ? json_object_get(p->check_answer, "parts") : NULL;
	if (json_array_size(parts) != 2)
		return -1;
	return (int)json_opt_int(json_array_get(parts, 0), "steps", -1);
}

/* Adds the times of the two parts of all repetitions; returns how many there are. */
static int add_parts(const struct stored_series *s, int n_prompt_steps, double *t_pp, double *t_tg)
{
	int n = 0, step = 0;
	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP)
			continue;
		bool first = n == 0 || s->reps[i] != s->reps[i - 1];
		n += first;
		step = first ? 0 : step + 1;
		*(step < n_prompt_steps ? t_pp : t_tg) += (double)s->values[i] * 1e-9;
	}
	return n;
}

bool batched_bench_of(struct batched_bench *r, const struct stored_point *p)
{
	struct batched_bench out;
	int n = 0, steps = prompt_steps(p);
	batched_bench_init(&out);
	if (!workload_lengths(point_get(&p->point, KEY_WORKLOAD), &out.pp, &out.tg) || out.pp == 0 ||
	    out.tg == 0)
		return false;
	out.pl = point_int_or(&p->point, KEY_SEQUENCES, 1);
	out.n_threads = out.n_threads_batch = point_int_or(&p->point, KEY_THREADS, 0);
	out.n_kv = out.n_kv_max = out.pl * (out.pp + out.tg);
	put_batch(&out.n_batch, &out.n_ubatch, p, out.pl * out.pp);
	for (int i = 0; i < p->n_visits && steps > 0; i++)
		if (steps_of(&p->visits[i]))
			n += add_parts(steps_of(&p->visits[i]), steps, &out.t_pp, &out.t_tg);
	out.t_pp /= n > 0 ? n : 1;
	out.t_tg /= n > 0 ? n : 1;
	*r = out;
	return n > 0;
}
