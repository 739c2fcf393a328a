/* SPDX-License-Identifier: Apache-2.0 */
/* llama-bench's flags that this engine has no meaning for: what it does anyway may be asked for, nothing else. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cmd/bench.h"

enum { ALLOWED_MAX = 6 };

static const char no_gpu[] = "nothing is computed on a GPU yet: leave it out";
static const char no_fit[] = "a model that does not fit is a row that says so";
static const char no_hub[] = "models are not downloaded: give the file with -m";

struct neutral {
	const char *name, *brief, *arg; /* brief: llama-bench's short word; NULL: none */
	const char *field;		/* of the record that has the value; NULL: none */
	const char *allowed[ALLOWED_MAX];
	const char *why; /* others are refused */
};

/* clang-format off */
static const struct neutral table[] = {
	{"n-gpu-layers", "ngl", "N", "n_gpu_layers", {"-1", "0"}, no_gpu},
	{"n-cpu-moe", "ncmoe", "N", "n_cpu_moe", {"0"}, no_gpu},
	{"split-mode", "sm", "MODE", "split_mode", {"layer", "none"}, no_gpu},
	{"main-gpu", "mg", "N", "main_gpu", {"0"}, no_gpu},
	{"no-kv-offload", "nkvo", "0|1", "no_kv_offload", {"0", "1"}, no_gpu},
	{"no-op-offload", "nopo", "0|1", "no_op_offload", {"0", "1"}, no_gpu},
	{"tensor-split", "ts", "LIST", NULL, {"0"}, no_gpu},
	{"override-tensor", "ot", "PATTERN", NULL, {"none"}, "tensors stay where the engine puts them"},
	{"flash-attn", "fa", "on|off|auto", NULL, {"auto", "-1", "off", "0"},
	 "attention of engine cpu keeps the scores of a tile whole, which is no flash attention"},
	{"load-mode", "lm", "MODE", "load_mode", {"auto", "mmap"}, "files are mapped, and weights packed from there"},
	{"mmap", "mmp", "0|1", NULL, {"1"}, "files are mapped, and weights packed from there"},
	{"lazy-mode", "lzm", "MODE", "lazy_mode", {"auto"}, "weights are packed when a model is loaded"},
	{"embeddings", "embd", "0|1", "embeddings", {"0"}, "logits are computed, no embeddings"},
	{"no-host", NULL, "0|1", "no_host", {"0"}, no_gpu},
	{"repack", NULL, "0|1", "repack", {"1"}, "weights are packed as the kernels want them"},
	{"poll", NULL, "N", "poll", {"50"}, "how threads wait is the engine's own"},
	{"fit-target", "fitt", "MIB", "fit_target", {"0"}, no_fit},
	{"fit-ctx", "fitc", "N", "fit_min_ctx", {"0"}, no_fit},
	{"numa", NULL, "MODE", NULL, {NULL}, "where threads go is said by --affinity (scatter, nodeN) or -C"},
	{"hf-repo", "hf", "NAME", NULL, {NULL}, no_hub},
	{"hf-file", "hff", "FILE", NULL, {NULL}, no_hub},
	{"hf-token", "hft", "TOKEN", NULL, {NULL}, no_hub},
};
/* clang-format on */
#define N_NEUTRAL ((int)(sizeof table / sizeof table[0]))

int bench_neutral_options(struct argp_option *out, int max)
{
	int n = 0;
	for (int i = 0; i < N_NEUTRAL && n + 2 < max; i++) {
		out[n++] = (struct argp_option){table[i].name, BENCH_NEUTRAL + i, table[i].arg, 0, NULL, 4};
		if (table[i].brief)
			out[n++] = (struct argp_option){table[i].brief, 0, NULL, OPTION_ALIAS, NULL, 4};
	}
	return n;
}

static void take(struct llama_bench *usual, const char *name, const char *arg)
{
	const struct llama_field *f = name ? llama_field_find(name, strlen(name)) : NULL;
	void *at = f ? (char *)usual + f->offset : NULL;
	if (f && f->type == LLAMA_TEXT)
		llama_text_set(at, arg);
	else if (f && f->type == LLAMA_BOOL)
		*(bool *)at = *arg == '1';
	else if (f && f->type == LLAMA_INT)
		*(int64_t *)at = strtol(arg, NULL, 10);
}

error_t bench_neutral(struct bench *b, int key, const char *arg, struct argp_state *state)
{
	if (key < BENCH_NEUTRAL || key >= BENCH_NEUTRAL + N_NEUTRAL)
		return ARGP_ERR_UNKNOWN;
	const struct neutral *n = &table[key - BENCH_NEUTRAL];
	for (int i = 0; i < ALLOWED_MAX && n->allowed[i]; i++) {
		if (strcmp(n->allowed[i], arg) != 0)
			continue;
		take(&b->usual, n->field, arg);
		if (strcmp(n->name, "flash-attn") == 0)
			b->usual.flash_attn = *arg == 'a' || *arg == '-' ? -1 : 0;
		if (strcmp(n->name, "mmap") == 0)
			llama_text_set(&b->usual.load_mode, "mmap");
		return 0;
	}
	argp_error(state, "--%s \"%.40s\": %s", n->name, arg, n->why);
	return 0;
}
