/* SPDX-License-Identifier: Apache-2.0 */
/* bench: llama-bench's command line and formats over a run of ours. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "engines/base/mem.h"
#include "harness/cmd/bench.h"
#include "harness/cmd/bench_run.h"
#include "harness/cmd/measuring.h"
#include "harness/exchange/stored.h"

enum {
	OPTION_PG = OPTION_MEASURING_END,
	OPTION_UB,
	OPTION_CTK,
	OPTION_CTV,
	OPTION_STRICT,
	OPTION_OE,
	OPTION_DELAY,
	OPTION_PRIO,
	OPTION_PROGRESS,
	OPTION_NO_WARMUP,
	OPTION_NPL,
	OPTION_PROCESSES,
	OPTION_DEVICE,
	OPTION_DEVICES,
	OPTION_OFFLINE,
};

#define FORMATS "md, csv, json, jsonl or sql, as llama-bench has them, or batched"

static const struct argp_option own_options[] = {
	{NULL, 0, NULL, 0, "As llama-bench has them: a list as 1,2,4 or a range as 1-8*2; may be repeated",
	 1},
	{"model", 'm', "MODEL", 0, "GGUF file (default)", 1},
	{"n-prompt", 'p', "N", 0, "tokens of a prompt; 0: none (512)", 1},
	{"n-gen", 'n', "N", 0, "tokens to decode; 0: none (128)", 1},
	{"pg", OPTION_PG, "PP,TG", 0, "a prompt and tokens after it, timed together", 1},
	{"n-depth", 'd', "N", 0, "tokens in the cache before (0)", 1},
	{"depth", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"batch-size", 'b', "N", 0, "most tokens of a batch (2048)", 1},
	{"ubatch-size", OPTION_UB, "N", 0, "most tokens of a step (512)", 1},
	{"ub", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"ubatch", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"cache-type-k", OPTION_CTK, "TYPE", 0, "element type of keys (f16); -ctv must be the same", 1},
	{"ctk", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"cache-type-v", OPTION_CTV, "TYPE", 0, "element type of values (f16)", 1},
	{"ctv", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"threads", 't', "N", 0, "threads of the engine (all)", 1},
	{"cpu-mask", 'C', "HEX", 0, "CPUs that they run on; 0x0: the last ones allowed (0x0)", 1},
	{"cpu-strict", OPTION_STRICT, "0|1", 0, "1 needs -C: each thread has a CPU of its mask", 1},
	{"device", OPTION_DEVICE, "NAME", 0, "auto, none, or what it runs on (auto)", 1},
	{"dev", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"npl", OPTION_NPL, "N", 0, "sequences computed in one step; prints -o batched (1)", 1},
	{"sequences", 0, NULL, OPTION_ALIAS, NULL, 1},
	{"repetitions", 'r', "N", 0, "repetitions in a process (5)", 2},
	{"processes", OPTION_PROCESSES, "N", 0, "fresh processes a test; an interval needs 6 (1)", 2},
	{"delay", OPTION_DELAY, "SECONDS", 0, "to wait between tests (0)", 2},
	{"prio", OPTION_PRIO, "N", 0, "priority of the process, -1 to 3 (0)", 2},
	{"no-warmup", OPTION_NO_WARMUP, NULL, 0, "no repetition that does not count", 2},
	{NULL, 0, NULL, 0, "What is kept and printed", 3},
	{"output", 'o', "FORMAT", 0, FORMATS " (md)", 3},
	{"output-err", OPTION_OE, "FORMAT", 0, "the same on standard error", 3},
	{"oe", 0, NULL, OPTION_ALIAS, NULL, 3},
	{"progress", OPTION_PROGRESS, NULL, 0, "tell how far it is", 3},
	{"verbose", 'v', NULL, OPTION_ALIAS, NULL, 3},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 3},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 3},
	{NULL, 0, NULL, 0, "Accepted as long as they ask for what is done anyway", 4},
	{"list-devices", OPTION_DEVICES, NULL, 0, NULL, 4},
	{"offline", OPTION_OFFLINE, NULL, 0, NULL, 4},
};
enum { N_OWN = sizeof own_options / sizeof own_options[0], N_NEUTRAL_MAX = 64, N_SHARED_MAX = 64 };
/* Those of the table of neutral ones follow. */
static struct argp_option options[N_OWN + N_NEUTRAL_MAX + 1];

/* "512,128": one test. */
static void pair_add(struct bench *b, const char *text, struct argp_state *state)
{
	char *end, *name;
	long prompt = strtol(text, &end, 10), gen = *end == ',' ? strtol(end + 1, &end, 10) : -1;
	bool good =
		*text >= '0' && *text <= '9' && *end == '\0' && prompt >= 0 && gen >= 0 && prompt + gen > 0;
	if (!good)
		argp_error(state,
			   "-pg \"%.60s\": expected tokens of a prompt and tokens after it, as 512,128",
			   text);
	if (gen == 0)
		name = mem_printf("pp%ld", prompt);
	else
		name = prompt ? mem_printf("pp%ld+tg%ld", prompt, gen) : mem_printf("tg%ld", gen);
	bench_list_add(&b->pairs, name);
	free(name);
}

static void masks_add(struct bench *b, const char *text, struct argp_state *state)
{
	char *copy = mem_strdup(text), *rest = copy, list[CPUS_TEXT];
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		bool none = word[strspn(word, "0x")] == '\0';
		if (!none && !cpus_of_mask(list, word))
			argp_error(state, "-C \"%.60s\": expected a mask of CPUs in hex, as 0xf", word);
		bench_list_add(&b->cpus, none ? "auto" : list);
	}
	free(copy);
}

static const char *format_check(const char *option, const char *text, struct argp_state *state)
{
	if (strcmp(text, BENCH_BATCHED) != 0 && !llama_format_find(text))
		argp_error(state, "%s \"%.40s\": expected " FORMATS, option, text);
	return text;
}

/* ---- the end of the command line ---- */

static bool is_batched(const char *format)
{
	return format && strcmp(format, BENCH_BATCHED) == 0;
}

static void steps_check(const struct bench_numbers *n, const char *option, struct argp_state *state)
{
	for (int i = 0; i < n->n; i++)
		if (n->value[i] < 1)
			argp_error(state, "%s %lld: expected at least 1", option, (long long)n->value[i]);
}

static void arguments_check(struct bench *b, struct argp_state *state)
{
	bool several = b->has_sequences && strcmp(strbuf_text(&b->sequences), "1") != 0;
	if (!b->format)
		b->format = b->has_sequences ? BENCH_BATCHED : "md";
	if (b->format_err && is_batched(b->format) != is_batched(b->format_err))
		argp_error(state, "-o %s and -oe %s are records of different tests", b->format,
			   b->format_err);
	if (several && !is_batched(b->format))
		argp_error(state, "-npl: llama-bench's records have no key for sequences: use -o batched, or "
				  "'inferometer run --sequences'");
	if (is_batched(b->format) && b->depth.len && strcmp(strbuf_text(&b->depth), "0") != 0)
		argp_error(state, "-d: llama-batched-bench's records have no key for a depth");
	steps_check(&b->batch, "-b", state);
	steps_check(&b->ubatch, "-ub", state);
	if (b->usual.cpu_strict && b->cpus.len == 0)
		argp_error(state, "--cpu-strict 1: give the CPUs with -C");
}

static error_t parse_lists(struct bench *b, int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'm':
		bench_list_add(&b->model, arg);
		break;
	case 'p':
		b->has_prompt = true;
		bench_numbers_add(&b->prompt, "-p", arg, state);
		break;
	case 'n':
		b->has_gen = true;
		bench_numbers_add(&b->gen, "-n", arg, state);
		break;
	case 'b':
		bench_numbers_add(&b->batch, "-b", arg, state);
		break;
	case OPTION_UB:
		bench_numbers_add(&b->ubatch, "-ub", arg, state);
		break;
	case 'd':
		bench_list_add(&b->depth, arg);
		break;
	case 't':
		bench_list_add(&b->threads, arg);
		break;
	case OPTION_CTK:
		bench_list_add(&b->type_k, arg);
		break;
	case OPTION_CTV:
		bench_list_add(&b->type_v, arg);
		break;
	case OPTION_NPL:
		b->has_sequences = true;
		bench_list_add(&b->sequences, arg);
		break;
	case OPTION_PG:
		pair_add(b, arg, state);
		break;
	case 'C':
		masks_add(b, arg, state);
		break;
	case OPTION_DEVICE:
		if (strcmp(arg, "auto") != 0 && strcmp(arg, "none") != 0)
			bench_list_add(&b->device, arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse_rest(struct bench *b, int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'r':
		b->repetitions = arg;
		break;
	case OPTION_PROCESSES:
		b->processes = arg;
		break;
	case OPTION_STRICT:
		b->usual.cpu_strict = cmd_number(state, "--cpu-strict", arg, 0, 1) != 0;
		break;
	case OPTION_DELAY:
		b->delay_s = (int)cmd_number(state, "--delay", arg, 0, 86400);
		break;
	case OPTION_PRIO:
		b->prio = (int)cmd_number(state, "--prio", arg, -1, 3);
		break;
	case OPTION_NO_WARMUP:
		b->no_warmup = true;
		break;
	case OPTION_PROGRESS:
		b->progress = true;
		break;
	case 'o':
		b->format = format_check("-o", arg, state);
		break;
	case OPTION_OE:
		b->format_err = format_check("-oe", arg, state);
		break;
	case OPTION_STORE:
		b->store = arg;
		break;
	case OPTION_LABEL:
		labels_add(&b->labels, arg, state);
		break;
	case OPTION_DEVICES:
		argp_error(state, "--list-devices: 'inferometer list devices' tells them");
		break;
	case OPTION_OFFLINE:
		break; /* nothing is ever fetched */
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct bench *b = state->input;
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = &b->spec;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		argp_error(state, "unexpected argument \"%.60s\": models are given with -m", arg);
	if (key == ARGP_KEY_END)
		arguments_check(b, state);
	error_t rc = parse_lists(b, key, arg, state);
	if (rc == ARGP_ERR_UNKNOWN)
		rc = parse_rest(b, key, arg, state);
	return rc == ARGP_ERR_UNKNOWN ? bench_neutral(b, key, arg, state) : rc;
}

/* Options of run that are others here, or that tests of llama-bench have no use for. */
static bool is_hidden(const char *name)
{
	static const char *const names[] = {"model",	"n-prompt", "n-gen",	 "threads", "depth",
					    "rounds",	"repeat",   "sequences", "ubatch",  "device",
					    "workload", "ctk",	    "npl",	 "ub",	    "gemm-m",
					    "gemm-n",	"gemm-k",   "size",	 "type",    "beside"};
	for (size_t i = 0; name && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* The options of run without those, and without the heads of their groups. */
static struct argp_option shared_options[N_SHARED_MAX + 1];

static void shared_make(void)
{
	int n = 0;
	bool hidden = false; /* aliases go with their option */
	for (const struct argp_option *o = spec_argp.options; n < N_SHARED_MAX && (o->name || o->doc); o++) {
		bool alias = o->flags & OPTION_ALIAS;
		hidden = is_hidden(o->name) || (alias && hidden);
		if (!hidden && o->name)
			shared_options[n++] = *o;
	}
}

static struct argp shared_argp;
static const struct argp_child children[] = {{&shared_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Takes llama-bench's command line and prints its records, of a run that is stored as any "
	       "other "
	       "is: 'inferometer report' tells its intervals, ceilings and residuals. The options of "
	       "'inferometer "
	       "run' stand beside, but for -r, which counts repetitions as it does there.",
};

/* "--n_prompt" is "--n-prompt", as llama-bench has it. */
static void underscores_replace(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		for (char *p = argv[i]; strncmp(argv[i], "--", 2) == 0 && *p && *p != '='; p++)
			if (*p == '_')
				*p = '-';
}

/* Niceness of its levels; workers inherit it. */
static int prio_set(int prio, struct diag *d)
{
	static const int nice[] = {5, 0, -5, -10, -20};
	if (prio == 0 || setpriority(PRIO_PROCESS, 0, nice[prio + 1]) == 0)
		return 0;
	return diag_set(d, ERR_USAGE, "--prio %d: niceness %d: %s", prio, nice[prio + 1], strerror(errno));
}

int cmd_bench(int argc, char **argv)
{
	static struct bench b;
	struct diag d = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv); /* parsing may reorder it */
	memcpy(options, own_options, sizeof own_options);
	bench_neutral_options(options + N_OWN, N_NEUTRAL_MAX);
	shared_make();
	shared_argp = (struct argp){.options = shared_options, .parser = spec_argp.parser};
	llama_bench_init(&b.usual);
	underscores_replace(argc, argv);
	cmd_parse(&argp, argc, argv, &b);
	int rc = prio_set(b.prio, &d);
	if (rc == 0)
		rc = bench_run(&b, command, &status, &d);
	labels_free(&b.labels);
	bench_free(&b);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
