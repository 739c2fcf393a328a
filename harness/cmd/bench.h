/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `bench` share: its command line as llama-bench has it, and the records that it writes. */
#ifndef IFM_CMD_BENCH_H
#define IFM_CMD_BENCH_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "harness/cmd/labels.h"
#include "harness/cmd/spec_options.h"
#include "harness/exchange/llama_bench.h"
#include "harness/plan/plan.h"
#include "harness/store/store.h"

#define BENCH_VALUES_MAX 1024 /* of a list, as of an axis */

struct bench_numbers {
	int n;
	int64_t value[BENCH_VALUES_MAX];
};

/* -b and -ub, and the tokens of a step that they come to. */
struct bench_batch {
	int64_t n_batch, n_ubatch, step;
};

struct bench {
	struct spec_options spec;
	struct bench_numbers prompt, gen, batch, ubatch;
	struct strbuf pairs; /* workloads of -pg */
	struct strbuf model, threads, depth, sequences, type_k, type_v, cpus, device, steps, workloads, kv;
	bool has_prompt, has_gen, has_sequences;
	int n_batches;
	struct bench_batch *batches;
	struct llama_bench usual; /* what flags said of fields that are the same in all records */
	const char *format, *format_err, *store, *processes, *repetitions;
	struct labels labels;
	bool no_warmup, progress;
	int delay_s, prio;
	int n_refused; /* pairs of -ctk and -ctv that are not measured */
};

#define BENCH_BATCHED "batched" /* the format of llama-batched-bench */

/* Flags that are accepted when they ask for what is done anyway: a table. Keys begin with this one. */
enum { BENCH_NEUTRAL = OPTION_OWN + 0x40 };
/* Room for options[n_neutral] behind the own ones; returns how many were put. */
int bench_neutral_options(struct argp_option *out, int max);
/* ARGP_ERR_UNKNOWN for a key of no such flag; ends the program when it asks for something else. */
error_t bench_neutral(struct bench *b, int key, const char *arg, struct argp_state *state);

/* "1,2,4", "1-8", "1-9+2", "1-8*2": llama-bench's lists of numbers, added. What is wrong is argp_error()'s. */
void bench_numbers_add(struct bench_numbers *out, const char *option, const char *text,
		       struct argp_state *state);

/* "a" -> "a,b". */
void bench_list_add(struct strbuf *list, const char *text);

/* The spec of all that was said. */
MUST_CHECK int bench_spec(struct bench *b, struct spec *out, struct diag *d);
void bench_free(struct bench *b);

/* ---- records ---- */

struct bench_output;
/* Writes what stands before the first record. plan and store must live as long. */
struct bench_output *bench_output_begin(const struct bench *b, const struct plan *plan, struct store *store);
/* As run_options.known, with the output as arg; the point is one of that plan. */
void bench_output_known(void *arg, int64_t run, const struct plan_point *point);
/* What is left, and the end. ERR_* of the store since the begin. */
MUST_CHECK int bench_output_end(struct bench_output *o, struct diag *d);
void bench_output_free(struct bench_output *o);

#endif
