/* SPDX-License-Identifier: Apache-2.0 */
/* A point of a stored run as a record of others' formats. */
#ifndef IFM_EXCHANGE_STORED_H
#define IFM_EXCHANGE_STORED_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/exchange/batched_bench.h"
#include "harness/exchange/llama_bench.h"
#include "harness/store/store.h"

/* The lengths of workload "ppN", "tgN" or "ppN+tgM"; false for another, which those formats do not have. */
bool workload_lengths(const char *workload, int64_t *n_prompt, int64_t *n_gen);

/*
 * Fills r, which is overwritten: the repetitions of all timing visits in their order. What llama-bench has no key for is
 * said in backends ("CPU isa=avx2") and, where weights were converted, in model_type. False, and nothing, for another
 * workload, several sequences, or no whole repetition.
 */
bool llama_bench_of(struct llama_bench *r, const struct stored_run *run, const struct stored_point *p);

/* Likewise for ppN+tgM of any number of sequences; the times are means over its repetitions. */
bool batched_bench_of(struct batched_bench *r, const struct stored_point *p);

/* ---- CPUs: "0x3f" and "0-5" ---- */
#define CPUS_MAX 512
/* The list of a mask in hex; false when it is none, or empty. out has room for CPUS_TEXT bytes. */
#define CPUS_TEXT (CPUS_MAX * 5)
bool cpus_of_mask(char *out, const char *mask);
/* The mask of a list; "0x0" for what is no list of numbers. out has room for CPUS_MAX / 4 + 3 bytes. */
void mask_of_cpus(char *out, const char *cpus);

#endif
