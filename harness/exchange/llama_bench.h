/* SPDX-License-Identifier: Apache-2.0 */
/*
 * llama-bench's records (https://github.com/ggml-org/llama.cpp, tools/llama-bench): one table of fields in its order, and
 * writers of its five formats from that table. Each record is flushed, so that what an aborted sweep wrote can be
 * read. Reading them is import.h's.
 */
#ifndef IFM_EXCHANGE_LLAMA_BENCH_H
#define IFM_EXCHANGE_LLAMA_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct llama_bench {
	char *build_commit, *cpu_info, *gpu_info, *backends, *model_filename, *model_type;
	char *cpu_mask, *type_k, *type_v, *split_mode, *devices, *tensor_split, *tensor_buft_overrides;
	char *load_mode, *lazy_mode, *test_time; /* all owned; NULL: not told, written as "" */
	int64_t build_number, model_size, model_n_params, n_batch, n_ubatch, n_threads, poll;
	int64_t n_gpu_layers, n_cpu_moe, main_gpu, flash_attn, no_op_offload, fit_target, fit_min_ctx;
	int64_t n_prompt, n_gen, n_depth, avg_ns, stddev_ns;
	bool cpu_strict, no_kv_offload, embeddings, no_host, repack;
	double avg_ts, stddev_ts;
	int n_samples;	     /* 0: their mean alone is known */
	int64_t *samples_ns; /* owned */
	double *samples_ts;  /* owned; NULL: computed from samples_ns */
};

enum llama_type { LLAMA_TEXT = 0, LLAMA_INT, LLAMA_BOOL, LLAMA_REAL };
struct llama_field {
	const char *name;
	enum llama_type type;
	size_t offset;
};
extern const struct llama_field llama_fields[]; /* in its order; ends with a NULL name */
/* NULL when there is none such. */
const struct llama_field *llama_field_find(const char *name, size_t n);

/* What is neutral for an engine without a GPU; all texts are set but for those of build, machine, model and time. */
void llama_bench_init(struct llama_bench *r);
void llama_bench_free(struct llama_bench *r);
/* Puts a copy in place of a text. */
void llama_text_set(char **at, const char *text);

/*
 * Computes avg_ns .. stddev_ts of samples_ns as it does: times are whole nanoseconds, means and deviations (n - 1)
 * of them cut off; the rates are 1e9 (n_prompt + n_gen) / ns of each repetition.
 */
void llama_bench_average(struct llama_bench *r);
double llama_rate(const struct llama_bench *r, int64_t ns);

/* ---- writing ---- */

/* Which columns a Markdown table has beside those that always are: parameters with several values or not the usual one,
 * by the index of their field. */
#define LLAMA_FIELDS_MAX 64
struct llama_columns {
	bool shown[LLAMA_FIELDS_MAX];
};
/* Whether that field makes a column of Markdown when its values are not all the usual one. */
bool llama_is_parameter(const struct llama_field *f);
/* Both have the same in a field; measured values (LLAMA_REAL) are never the same. */
bool llama_field_same(const struct llama_bench *a, const struct llama_bench *b, const struct llama_field *f);

struct llama_writer {
	FILE *out;
	const struct llama_format *format;
	struct llama_columns columns; /* of Markdown; set before the first record */
	int n;
	char *build; /* of the last record: Markdown's last line */
};

/* "md", "csv", "json", "jsonl", "sql". */
struct llama_format {
	const char *name;
	void (*begin)(struct llama_writer *w); /* may be NULL, as end */
	void (*record)(struct llama_writer *w, const struct llama_bench *r);
	void (*end)(struct llama_writer *w);
};
extern const struct llama_format llama_formats[]; /* ends with a NULL name */
const struct llama_format *llama_format_find(const char *name);

/* An error of the stream stays in it: ferror(). */
void llama_write_begin(struct llama_writer *w, FILE *out, const struct llama_format *format);
void llama_write(struct llama_writer *w, const struct llama_bench *r);
void llama_write_end(struct llama_writer *w);

#endif
