/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/spec_options.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/run/client.h"

enum {
	KEY_OF_AXIS = OPTION_SPEC,		 /* + enum point_key */
	KEY_OF_OPTION = OPTION_SPEC + KEY_COUNT, /* + enum spec_option */
	KEY_OF_WORKER = KEY_OF_OPTION + SPEC_OPTION_COUNT,
	KEY_OF_BESIDE,
};

static const char *const option_names[SPEC_OPTION_COUNT] = {
	"rounds",	"warmup", "repeat",	"min_time", "max_time", "timeout", "visit_timeout",
	"memory_limit", "idle",	  "wait_quiet", "seed",	    "counters", "verify",  "ceilings",
};

#define AXIS(name, key, arg, help)                                                                           \
	{                                                                                                    \
		name, KEY_OF_AXIS + (key), arg, 0, help, 1                                                   \
	}
#define OPTION(name, option, arg, help)                                                                      \
	{                                                                                                    \
		name, KEY_OF_OPTION + (option), arg, 0, help, 2                                              \
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
	AXIS("workload", KEY_WORKLOAD, "NAME",
	     "ppN, tgN, ppN+tgM ('tg32 @ d512': at depth 512), gemm; read, write, copy, triad, latency, fma, "
	     "forkjoin, timer"),
	AXIS("precision", KEY_PRECISION, "P",
	     "f32, tf32, f16, bf16, q8_0, q4_0, wi8ai8, file or all; what weights are converted to"),
	AXIS("kv", KEY_KV, "TYPE", "element type of the key-value cache: f32, f16, bf16, q8_0"),
	ALIAS("ctk"),
	{"threads", 't', "N", 0, "threads of the engine, or all", 1},
	AXIS("isa", KEY_ISA, "LEVEL",
	     "instruction set level: ref, avx2, avx512, vnni, bf16, neon, auto or all"),
	AXIS("sequences", KEY_SEQUENCES, "N", "sequences computed in one step"),
	ALIAS("npl"),
	{"depth", 'd', "N", 0, "tokens that each sequence holds before the measured ones", 1},
	AXIS("ubatch", KEY_UBATCH, "N", "most tokens of a step of a prompt; 0: all of it in one step"),
	ALIAS("ub"),
	AXIS("blocking", KEY_BLOCKING, "B",
	     "cache blocks MCxKCxNC, micro-tile MRxNR, or auto; on a GPU cuBLASLt's "
	     "algorithm, as 128x256/stages64x4, or tune"),
	AXIS("provider", KEY_PROVIDER, "NAME",
	     "who does matrix products: own, openblas, onednn, blis, on a GPU "
	     "cublaslt, or all"),
	AXIS("engine", KEY_ENGINE, "NAME", "engine in the worker (the one that has the device)"),
	AXIS("device", KEY_DEVICE, "NAME", "what it runs on: cpu, cuda:0, ... or all (cpu)"),
	AXIS("affinity", KEY_AFFINITY, "CPUS", "compact, scatter, nodeN, a list as 0-3+8, or auto"),
	AXIS("cache", KEY_CACHE, "STATE", "hot, or cold: emptied before each step"),
	AXIS("duration", KEY_DURATION, "HOW", "burst, or sustained: measured once the machine has settled"),
	AXIS("options", KEY_OPTIONS, "LIST", "name:value pairs that an engine knows, joined by +"),
	AXIS("inject", KEY_INJECT, "LIST",
	     "slowness put in on purpose, to see whether it is found: how:time+of:step+percent:5"),
	AXIS("gemm-m", KEY_M, "N", "gemm: rows of A"),
	AXIS("gemm-n", KEY_N, "N", "gemm: rows of W"),
	AXIS("gemm-k", KEY_K, "N", "gemm: columns of A and of W"),
	AXIS("size", KEY_SIZE, "BYTES", "memory ceilings: working set over all threads, or L1, L2, L3, DRAM"),
	AXIS("type", KEY_TYPE, "TYPE", "fma: f32, bf16 or int8; on a GPU tf32 and f16, too"),
	{NULL, 0, NULL, 0, "How long and how often", 2},
	{"rounds", 'r', "N", 0, "processes a point; an interval needs 6", 2},
	OPTION("warmup", SPEC_OPTION_WARMUP, "N", "repetitions of a process that do not count"),
	OPTION("repeat", SPEC_OPTION_REPEAT, "N",
	       "at least so many repetitions a process (3; of a product or ceiling alone on a GPU 20)"),
	OPTION("min-time", SPEC_OPTION_MIN_TIME, "SECONDS", "and at least so long"),
	OPTION("max-time", SPEC_OPTION_MAX_TIME, "SECONDS", "but no longer, once a repetition is whole"),
	OPTION("timeout", SPEC_OPTION_TIMEOUT, "SECONDS",
	       "a worker that does not answer for so long is ended"),
	OPTION("visit-timeout", SPEC_OPTION_VISIT_TIMEOUT, "SECONDS",
	       "a visit that takes so long is ended; 0: no limit (0)"),
	OPTION("memory-limit", SPEC_OPTION_MEMORY_LIMIT, "BYTES",
	       "a worker that holds more is ended, as 500M or 3G; 0: no limit (0)"),
	OPTION("idle", SPEC_OPTION_IDLE, "SECONDS",
	       "idle power is measured so long before a window whose energy is read, and after it; 0: not "
	       "(10)"),
	OPTION("wait-quiet", SPEC_OPTION_WAIT_QUIET, "SECONDS",
	       "wait at most so long for a quiet machine before each visit (0)"),
	OPTION("seed", SPEC_OPTION_SEED, "N", "of the inputs and of the order of visits"),
	OPTION("no-verify", SPEC_OPTION_VERIFY, NULL, "do not compare outputs with the ref kernels"),
	OPTION("no-ceilings", SPEC_OPTION_CEILINGS, NULL, "do not measure read and fma beside the points"),
	OPTION("counters", SPEC_OPTION_COUNTERS, "LIST",
	       "counter sources, each in visits of its own, or none"),
	{"worker", KEY_OF_WORKER, "PROGRAM", 0, "worker program (the one installed)", 2},
	{"beside", KEY_OF_BESIDE, "PROGRAM", 0,
	 "a further worker, for the points of its engine; may stand more than once", 2},
	{0},
};

static void workload_add(struct spec_options *o, const char *text)
{
	strbuf_printf(&o->workloads, "%s%s", o->workloads.len ? "," : "", text);
}

/* "128,256" -> pp128,pp256; a 0 stands for none, as in llama-bench. */
static void workload_add_lengths(struct spec_options *o, const char *prefix, const char *text,
				 struct argp_state *state)
{
	char *copy = mem_strdup(text), *rest = copy;
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		char *name = mem_printf("%s%s", prefix, word);
		if (strspn(word, "0123456789+*-") != strlen(word) || *word < '0' || *word > '9')
			argp_error(
				state,
				"\"%.60s\": expected numbers of tokens separated by commas, without blanks: "
				"128,512 or 64-512*2",
				text);
		if (strcmp(word, "0") != 0)
			workload_add(o, name);
		free(name);
	}
	free(copy);
}

static void beside_add(struct spec_options *o, const char *program, struct argp_state *state)
{
	if (o->beside.n == RUN_BESIDE_MAX)
		argp_error(state, "--beside: at most %d further workers are allowed", RUN_BESIDE_MAX);
	o->with[o->beside.n++] = program;
	o->beside.program = o->with;
}

/* The options whose keys are places in a table. Those without a value switch something off. */
static error_t parse_table(struct spec_options *o, int key, const char *arg)
{
	if (key == KEY_OF_OPTION + SPEC_OPTION_COUNTERS && strcmp(arg, "none") == 0)
		arg = ""; /* an empty list */
	if (key >= KEY_OF_OPTION && key < KEY_OF_OPTION + SPEC_OPTION_COUNT)
		o->option[key - KEY_OF_OPTION] = arg ? arg : "false";
	else if (key >= KEY_OF_AXIS && key < KEY_OF_AXIS + KEY_COUNT)
		o->axis[key - KEY_OF_AXIS] = arg;
	else
		return ARGP_ERR_UNKNOWN;
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
		o->prompt = true;
		workload_add_lengths(o, "pp", arg, state);
		break;
	case 'n':
		o->gen = true;
		workload_add_lengths(o, "tg", arg, state);
		break;
	case 't':
		o->axis[KEY_THREADS] = arg;
		break;
	case 'd':
		o->axis[KEY_DEPTH] = arg;
		break;
	case KEY_OF_AXIS + KEY_WORKLOAD:
		workload_add(o, arg);
		break;
	case 'r':
		o->option[SPEC_OPTION_ROUNDS] = arg;
		break;
	case KEY_OF_WORKER:
		o->worker = arg;
		break;
	case KEY_OF_BESIDE:
		beside_add(o, arg, state);
		break;
	case ARGP_KEY_ARG:
		if (o->spec)
			argp_error(state,
				   "unexpected argument \"%.60s\" after the spec \"%.60s\": a list has no "
				   "blanks, as "
				   "1,2,4",
				   arg, o->spec);
		o->spec = arg;
		break;
	default:
		return parse_table(o, key, arg);
	}
	return 0;
}

const struct argp spec_argp = {.options = options, .parser = parse};

/* What stands where a sweep is expected, and is a model. */
static int is_model(const char *name, struct diag *d)
{
	return diag_set(d, ERR_USAGE,
			"\"%.80s\" is a model, expected a sweep: a model is named with -m, as -m %.80s", name,
			name);
}

/* A file when it looks like one; a shipped sweep by its name. */
static int load_named(const char *name, struct spec *out, struct diag *d)
{
	const char *dot = strrchr(name, '.');
	if ((dot && strcmp(dot, ".gguf") == 0) || strncmp(name, "synthetic:", 10) == 0 ||
	    strcmp(name, "default") == 0)
		return is_model(name, d);
	bool file = strchr(name, '/') || (dot && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0));
	return file ? spec_load(out, name, d) : spec_load_named(out, name, d);
}

static bool any_axis(const struct spec_options *o)
{
	bool any = o->workloads.len > 0 || o->prompt || o->gen;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || o->axis[k];
	return any;
}

/* What llama-bench measures when nothing is said: what -p and -n do not speak of. NULL: nothing. */
static const char *usual_workloads(const struct spec_options *o)
{
	if (o->prompt && o->gen)
		return NULL;
	return o->prompt ? "tg128" : o->gen ? "pp512" : "pp512,tg128";
}

static int set_workloads(const struct spec_options *o, struct spec *s, struct diag *d)
{
	if (o->workloads.len)
		return spec_set_axis(s, KEY_WORKLOAD, strbuf_text(&o->workloads), d);
	if (o->spec && !o->prompt && !o->gen)
		return 0;
	const char *usual = o->spec ? NULL : usual_workloads(o);
	if (!usual)
		return diag_set(d, ERR_USAGE,
				"no workload is left: -p 0 and -n 0 leave prefill and decode out");
	return spec_set_axis(s, KEY_WORKLOAD, usual, d);
}

static int set_axes(const struct spec_options *o, struct spec *s, struct diag *d)
{
	int rc = set_workloads(o, s, d);
	for (int k = 0; k < KEY_COUNT && rc == 0; k++)
		if (o->axis[k])
			rc = spec_set_axis(s, (enum point_key)k, o->axis[k], d);
	return rc;
}

static int set_options(const struct spec_options *o, struct spec *s, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < SPEC_OPTION_COUNT && rc == 0; i++)
		if (o->option[i])
			rc = spec_set_option(s, option_names[i], o->option[i], d);
	return rc;
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
	if (rc == 0)
		rc = set_options(o, &s, d);
	if (rc) {
		spec_free(&s);
		return rc;
	}
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
