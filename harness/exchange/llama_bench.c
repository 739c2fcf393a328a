/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/exchange/llama_bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

#define FIELD(type, name)                                                                                    \
	{                                                                                                    \
#name, type, offsetof(struct llama_bench, name)                                              \
	}

/* clang-format off */
const struct llama_field llama_fields[] = {
	FIELD(LLAMA_TEXT, build_commit),   FIELD(LLAMA_INT, build_number),
	FIELD(LLAMA_TEXT, cpu_info),       FIELD(LLAMA_TEXT, gpu_info),      FIELD(LLAMA_TEXT, backends),
	FIELD(LLAMA_TEXT, model_filename), FIELD(LLAMA_TEXT, model_type),    FIELD(LLAMA_INT, model_size),
	FIELD(LLAMA_INT, model_n_params),  FIELD(LLAMA_INT, n_batch),        FIELD(LLAMA_INT, n_ubatch),
	FIELD(LLAMA_INT, n_threads),       FIELD(LLAMA_TEXT, cpu_mask),      FIELD(LLAMA_BOOL, cpu_strict),
	FIELD(LLAMA_INT, poll),            FIELD(LLAMA_TEXT, type_k),        FIELD(LLAMA_TEXT, type_v),
	FIELD(LLAMA_INT, n_gpu_layers),    FIELD(LLAMA_INT, n_cpu_moe),      FIELD(LLAMA_TEXT, split_mode),
	FIELD(LLAMA_INT, main_gpu),        FIELD(LLAMA_BOOL, no_kv_offload), FIELD(LLAMA_INT, flash_attn),
	FIELD(LLAMA_TEXT, devices),        FIELD(LLAMA_TEXT, tensor_split),  FIELD(LLAMA_TEXT, tensor_buft_overrides),
	FIELD(LLAMA_TEXT, load_mode),      FIELD(LLAMA_TEXT, lazy_mode),     FIELD(LLAMA_BOOL, embeddings),
	FIELD(LLAMA_INT, no_op_offload),   FIELD(LLAMA_BOOL, no_host),       FIELD(LLAMA_BOOL, repack),
	FIELD(LLAMA_INT, fit_target),      FIELD(LLAMA_INT, fit_min_ctx),    FIELD(LLAMA_INT, n_prompt),
	FIELD(LLAMA_INT, n_gen),           FIELD(LLAMA_INT, n_depth),        FIELD(LLAMA_TEXT, test_time),
	FIELD(LLAMA_INT, avg_ns),          FIELD(LLAMA_INT, stddev_ns),
	FIELD(LLAMA_REAL, avg_ts),         FIELD(LLAMA_REAL, stddev_ts),
	{NULL, LLAMA_TEXT, 0},
};
/* clang-format on */

const struct llama_field *llama_field_find(const char *name, size_t n)
{
	for (const struct llama_field *f = llama_fields; f->name; f++)
		if (strlen(f->name) == n && memcmp(f->name, name, n) == 0)
			return f;
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool llama_field_same(const struct llama_bench *a, const struct llama_bench *b, const struct llama_field *f)
{
	const char *x = (const char *)a + f->offset, *y = (const char *)b + f->offset;
	if (f->type == LLAMA_TEXT)
		return same_text(*(char *const *)x, *(char *const *)y);
	if (f->type == LLAMA_BOOL)
		return *(const bool *)x == *(const bool *)y;
	return f->type == LLAMA_INT && *(const int64_t *)x == *(const int64_t *)y;
}

void llama_text_set(char **at, const char *text)
{
	free(*at);
	*at = mem_strdup(text);
}

void llama_bench_init(struct llama_bench *r)
{
	*r = (struct llama_bench){
		.n_batch = 2048,
		.n_ubatch = 512,
		.poll = 50,
		.n_gpu_layers = -1,
		.flash_attn = -1,
		.repack = true,
	};
	r->gpu_info = mem_strdup("");
	r->backends = mem_strdup("CPU");
	r->cpu_mask = mem_strdup("0x0");
	r->type_k = mem_strdup("f16");
	r->type_v = mem_strdup("f16");
	r->split_mode = mem_strdup("layer");
	r->devices = mem_strdup("auto");
	r->tensor_split = mem_strdup("0.00");
	r->tensor_buft_overrides = mem_strdup("none");
	r->load_mode = mem_strdup("auto");
	r->lazy_mode = mem_strdup("auto");
}

void llama_bench_free(struct llama_bench *r)
{
	for (const struct llama_field *f = llama_fields; f->name; f++)
		if (f->type == LLAMA_TEXT)
			free(*(char **)((char *)r + f->offset));
	free(r->samples_ns);
	free(r->samples_ts);
	*r = (struct llama_bench){0};
}

double llama_rate(const struct llama_bench *r, int64_t ns)
{
	return ns > 0 ? 1e9 * (double)(r->n_prompt + r->n_gen) / (double)ns : 0;
}

/* Mean and deviation of n numbers; of one there is no deviation. */
static void average(const double *x, int n, double *mean, double *deviation)
{
	double sum = 0, squares = 0;
	for (int i = 0; i < n; i++)
		sum += x[i];
	*mean = n > 0 ? sum / n : 0;
	for (int i = 0; i < n; i++)
		squares += (x[i] - *mean) * (x[i] - *mean);
	*deviation = n > 1 ? sqrt(squares / (n - 1)) : 0;
}

void llama_bench_average(struct llama_bench *r)
{
	double *x = mem_alloc(sizeof *x * ((size_t)r->n_samples + 1)), mean, deviation;
	for (int i = 0; i < r->n_samples; i++)
		x[i] = (double)r->samples_ns[i];
	average(x, r->n_samples, &mean, &deviation);
	r->avg_ns = (int64_t)mean;
	r->stddev_ns = (int64_t)deviation;
	for (int i = 0; i < r->n_samples; i++)
		x[i] = llama_rate(r, r->samples_ns[i]);
	average(x, r->n_samples, &r->avg_ts, &r->stddev_ts);
	free(x);
}
