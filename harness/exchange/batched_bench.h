/* SPDX-License-Identifier: Apache-2.0 */
/* llama-batched-bench's records (JSONL): prompts and decode of several sequences, each part timed by itself. */
#ifndef IFM_EXCHANGE_BATCHED_BENCH_H
#define IFM_EXCHANGE_BATCHED_BENCH_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "engines/base/err.h"

struct batched_bench {
	int64_t n_kv_max, n_batch, n_ubatch, flash_attn, is_pp_shared, n_gpu_layers, n_threads,
		n_threads_batch;
	int64_t pp, tg, pl, n_kv;
	double t_pp, t_tg; /* seconds */
};

/* What is neutral for an engine without a GPU. */
void batched_bench_init(struct batched_bench *r);
/* Tokens of the prompts: once where they are shared. */
int64_t batched_prompt_tokens(const struct batched_bench *r);

/* One line; rates are computed. Flushed. reason: why there are no times, NULL: there are. */
void batched_write(FILE *out, const struct batched_bench *r, const char *reason);

/* ERR_FORMAT naming the key. */
MUST_CHECK int batched_read(const json_t *o, struct batched_bench *out, struct diag *d);

#endif
