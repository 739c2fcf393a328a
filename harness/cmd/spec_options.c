/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/spec_options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/run/client.h"

enum {
	OPTION_AXIS = OPTION_SPEC,		 /* + enum point_key */
	OPTION_PROMPT = OPTION_SPEC + KEY_COUNT, /* and those without a letter */
	OPTION_WARMUP,
	OPTION_REPEAT,
	OPTION_MIN_TIME,
	OPTION_MAX_TIME,
	OPTION_TIMEOUT,
	OPTION_SEED,
	OPTION_NO_VERIFY,
	OPTION_NO_CEILINGS,
	OPTION_COUNTERS,
	OPTION_WORKER,
};

#define AXIS(name, key, arg, help)                                                                           \
	{                                                                                                    \
		name, OPTION_AXIS + (key), arg, 0, help, 1                                                   \
	}
#define ALIAS(name)                                                                                          \
	{                                                                                                    \
		name, 0, NULL, OPTION_ALIAS, NULL, 1                                                         \
	}

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "Axes: a list as 1,2,4 or a range as 1-8*2 gives a point a value", 1},
	{"model", 'm', "MODEL", 0, "GGUF file, synthetic:NAME, or 'default' for the shipped model", 1},
	{"n-prompt", 'p', "N", 0, "workload ppN: prefill of N tokens; 0: none", 1},
	{"n-gen", 'n', "N", 0, "workload tgN: decode of N tokens; 0: none", 1},
	AXIS("workload", KEY_WORKLOAD, "NAME", "ppN, tgN, gemm, read or fma"),
	AXIS("precision", KEY_PRECISION, "P", "f32, f16, q8_0, file or all; what weights are converted to"),
	AXIS("kv", KEY_KV, "TYPE", "element type of the key-value cache: f32, f16"),
	ALIAS("ctk"),
	{"threads", 't', "N", 0, "threads of the engine, or all", 1},
	AXIS("isa", KEY_ISA, "LEVEL", "instruction set level: ref, avx2, avx512, vnni, auto or all"),
	AXIS("sequences", KEY_SEQUENCES, "N", "sequences computed in one step"),
	ALIAS("npl"),
	AXIS("blocking", KEY_BLOCKING, "B", "cache blocks MCxKCxNC, micro-tile MRxNR, or auto"),
	AXIS("provider", KEY_PROVIDER, "NAME", "who does matrix products: own, openblas or all"),
	AXIS("engine", KEY_ENGINE, "NAME", "engine in the worker"),
	AXIS("device", KEY_DEVICE, "NAME", "what it runs on"),
	AXIS("gemm-m", KEY_M, "N", "gemm: rows of A"),
	AXIS("gemm-n", KEY_N, "N", "gemm: rows of W"),
	AXIS("gemm-k", KEY_K, "N", "gemm: columns of A and of W"),
	AXIS("size", KEY_SIZE, "BYTES", "read: working set over all threads"),
	AXIS("type", KEY_TYPE, "TYPE", "fma: f32 or int8"),
	{NULL, 0, NULL, 0, "How long and how often", 2},
	{"rounds", 'r', "N", 0, "processes a point; an interval needs 6", 2},
	{"warmup", OPTION_WARMUP, "N", 0, "repetitions of a process that do not count", 2},
	{"repeat", OPTION_REPEAT, "N", 0, "at least so many repetitions a process", 2},
	{"min-time", OPTION_MIN_TIME, "SECONDS", 0, "and at least so long", 2},
	{"max-time", OPTION_MAX_TIME, "SECONDS", 0, "but no longer, once a repetition is whole", 2},
	{"timeout", OPTION_TIMEOUT, "SECONDS", 0, "a worker that does not answer for so long is ended", 2},
	{"seed", OPTION_SEED, "N", 0, "of the inputs and of the order of visits", 2},
	{"no-verify", OPTION_NO_VERIFY, NULL, 0, "do not compare outputs with the ref kernels", 2},
	{"no-ceilings", OPTION_NO_CEILINGS, NULL, 0, "do not measure read and fma beside the points", 2},
	{"counters", OPTION_COUNTERS, "LIST", 0, "counter sources, each in visits of its own, or none", 2},
	{"worker", OPTION_WORKER, "PROGRAM", 0, "worker program (the one installed)", 2},
	{0},
};

static void workload_add(struct spec_options *o, const char *text)
{
	strbuf_printf(&o->workloads, "%s%s", o->workloads.len ? "," : "", text);
}

/* "128,256" -> pp128,pp256; a 0 stands for none, as in llama-bench. */
static void workload_add_lengths(struct spec_options *o, const char *prefix, const char *text)
{
	char *copy = mem_strdup(text), *save = NULL;
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		char *name = mem_printf("%s%s", prefix, word);
		if (strcmp(word, "0") != 0)
			workload_add(o, name);
		free(name);
	}
	free(copy);
}

static error_t parse_amount(struct spec_options *o, int key, const char *arg, struct argp_state *state)
{
	switch (key) {
	case 'r':
		o->rounds = (int)cmd_number(state, "--rounds", arg, 1, 1000);
		break;
	case OPTION_WARMUP:
		o->warmup = (int)cmd_number(state, "--warmup", arg, 0, 1000000);
		break;
	case OPTION_REPEAT:
		o->repeat = (int)cmd_number(state, "--repeat", arg, 1, 1000000);
		break;
	case OPTION_MIN_TIME:
		o->min_time = cmd_real(state, "--min-time", arg, 0, 86400);
		break;
	case OPTION_MAX_TIME:
		o->max_time = cmd_real(state, "--max-time", arg, 0, 86400);
		break;
	case OPTION_TIMEOUT:
		o->timeout = cmd_real(state, "--timeout", arg, 0.1, 86400);
		break;
	case OPTION_SEED:
		cmd_number(state, "--seed", arg, 0, LONG_MAX);
		o->seed = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct spec_options *o = state->input;
	switch (key) {
	case 'm':
		o->axis[KEY_MODEL] = arg;
		break;
	case 'p':
		workload_add_lengths(o, "pp", arg);
		break;
	case 'n':
		workload_add_lengths(o, "tg", arg);
		break;
	case 't':
		o->axis[KEY_THREADS] = arg;
		break;
	case OPTION_AXIS + KEY_WORKLOAD:
		workload_add(o, arg);
		break;
	case OPTION_NO_VERIFY:
		o->no_verify = true;
		break;
	case OPTION_NO_CEILINGS:
		o->no_ceilings = true;
		break;
	case OPTION_COUNTERS:
		o->counters = arg;
		break;
	case OPTION_WORKER:
		o->worker = arg;
		break;
	case ARGP_KEY_ARG:
		if (o->spec)
			argp_error(state, "unexpected argument \"%.60s\" after the spec \"%.60s\"", arg,
				   o->spec);
		o->spec = arg;
		break;
	default:
		if (key < OPTION_AXIS || key >= OPTION_AXIS + KEY_COUNT)
			return parse_amount(o, key, arg, state);
		o->axis[key - OPTION_AXIS] = arg;
	}
	return 0;
}

const struct argp spec_argp = {.options = options, .parser = parse, .args_doc = "[SPEC]"};

/* A file when it looks like one; a shipped sweep by its name. */
static int load_named(const char *name, struct spec *out, struct diag *d)
{
	const char *dot = strrchr(name, '.');
	bool file = strchr(name, '/') || (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0));
	return file ? spec_load(out, name, d) : spec_load_named(out, name, d);
}

static bool any_axis(const struct spec_options *o)
{
	bool any = o->workloads.len > 0;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || o->axis[k];
	return any;
}

/* What llama-bench measures when nothing is said, at the precision the file has. */
static int fill_in(struct spec *s, struct diag *d)
{
	const struct axis *axis = s->sections[0].axis;
	int rc = 0;
	if (axis[KEY_WORKLOAD].n == 0)
		rc = spec_set_axis(s, KEY_WORKLOAD, "pp512,tg128", d);
	if (rc == 0 && axis[KEY_PRECISION].n == 0 && axis[KEY_MODEL].n > 0)
		rc = spec_set_axis(s, KEY_PRECISION, "file", d);
	return rc;
}

static int set_axes(const struct spec_options *o, struct spec *s, struct diag *d)
{
	int rc = o->workloads.len ? spec_set_axis(s, KEY_WORKLOAD, strbuf_text(&o->workloads), d) : 0;
	for (int k = 0; k < KEY_COUNT && rc == 0; k++)
		if (o->axis[k])
			rc = spec_set_axis(s, (enum point_key)k, o->axis[k], d);
	if (rc == 0 && !o->spec)
		rc = fill_in(s, d);
	return rc;
}

static void counters_clear(struct spec *s)
{
	for (int i = 0; i < s->n_counters; i++)
		free(s->counters[i]);
	free(s->counters);
	s->counters = NULL;
	s->n_counters = 0;
}

static void set_counters(struct spec *s, const char *list)
{
	char *copy = mem_strdup(list), *save = NULL;
	counters_clear(s);
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (strcmp(word, "none") == 0)
			continue;
		s->counters = mem_realloc(s->counters, ((size_t)s->n_counters + 1) * sizeof *s->counters);
		s->counters[s->n_counters++] = mem_strdup(word);
	}
	free(copy);
}

static void set_amounts(const struct spec_options *o, struct spec *s)
{
	if (o->rounds >= 0)
		s->rounds = o->rounds;
	if (o->warmup >= 0)
		s->warmup = o->warmup;
	if (o->repeat >= 0)
		s->repeat = o->repeat;
	if (o->min_time >= 0)
		s->min_time_s = o->min_time;
	if (o->max_time >= 0)
		s->max_time_s = o->max_time;
	if (o->timeout >= 0)
		s->timeout_s = o->timeout;
	if (o->seed)
		s->seed = strtoll(o->seed, NULL, 10);
	if (o->no_verify)
		s->verify = false;
	if (o->no_ceilings)
		s->ceilings = false;
	if (o->counters)
		set_counters(s, o->counters);
}

int spec_options_load(const struct spec_options *o, struct spec *out, struct diag *d)
{
	struct spec s;
	int rc = 0;
	if (!o->spec && !any_axis(o))
		return diag_set(d, ERR_USAGE,
				"nothing to run: name a sweep (as quick), a YAML file, or a model with -m");
	if (o->spec)
		rc = load_named(o->spec, &s, d);
	else
		spec_init(&s);
	if (rc)
		return rc;
	rc = set_axes(o, &s, d);
	if (rc) {
		spec_free(&s);
		return rc;
	}
	set_amounts(o, &s);
	spec_render(&s);
	*out = s;
	return 0;
}

int spec_options_worker(const struct spec_options *o, char **path, struct diag *d)
{
	if (!o->worker)
		return client_find_worker(path, d);
	*path = mem_strdup(o->worker);
	return 0;
}

void spec_options_free(struct spec_options *o)
{
	strbuf_free(&o->workloads);
}
