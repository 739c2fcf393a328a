/* SPDX-License-Identifier: Apache-2.0 */
/* llama-bench's Markdown table: columns that always are, and those of parameters that are not the usual ones. */
#include "config.h"

#include "harness/exchange/llama_private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"

#define MIB ((double)(1 << 20))
#define GIB ((double)(1 << 30))

struct md_column {
	const char *field, *head;
	int width;   /* least, in characters */
	bool figure; /* right-aligned */
	bool always;
	/* NULL: the field's value. */
	void (*put)(struct strbuf *out, const struct llama_bench *r);
};

static void put_size(struct strbuf *out, const struct llama_bench *r)
{
	bool small = (double)r->model_size < GIB;
	strbuf_printf(out, "%.2f %s", (double)r->model_size / (small ? MIB : GIB), small ? "MiB" : "GiB");
}

static void put_params(struct strbuf *out, const struct llama_bench *r)
{
	bool small = r->model_n_params < 1000000000;
	strbuf_printf(out, "%.2f %s", (double)r->model_n_params / (small ? 1e6 : 1e9), small ? "M" : "B");
}

static void put_test(struct strbuf *out, const struct llama_bench *r)
{
	if (r->n_prompt > 0)
		strbuf_printf(out, "pp%lld", (long long)r->n_prompt);
	if (r->n_gen > 0)
		strbuf_printf(out, "%stg%lld", r->n_prompt > 0 ? "+" : "", (long long)r->n_gen);
	if (r->n_depth > 0)
		strbuf_printf(out, " @ d%lld", (long long)r->n_depth);
}

static void put_rate(struct strbuf *out, const struct llama_bench *r)
{
	strbuf_printf(out, "%.2f \302\261 %.2f", r->avg_ts, r->stddev_ts);
}

/* clang-format off */
static const struct md_column columns[] = {
	{"model_type", "model", 30, false, true, NULL},
	{"model_size", "size", 10, true, true, put_size},
	{"model_n_params", "params", 10, true, true, put_params},
	{"backends", "backend", 10, false, true, NULL},
	{"n_gpu_layers", "ngl", 3, true, false, NULL},
	{"n_cpu_moe", "n_cpu_moe", 10, true, false, NULL},
	{"n_threads", "threads", 7, true, true, NULL},
	{"cpu_mask", "cpu_mask", 10, false, false, NULL},
	{"cpu_strict", "cpu_strict", 10, true, false, NULL},
	{"poll", "poll", 10, true, false, NULL},
	{"n_batch", "n_batch", 7, true, false, NULL},
	{"n_ubatch", "n_ubatch", 8, true, false, NULL},
	{"type_k", "type_k", 6, true, false, NULL},
	{"type_v", "type_v", 6, true, false, NULL},
	{"main_gpu", "main_gpu", 10, true, false, NULL},
	{"split_mode", "sm", 6, true, false, NULL},
	{"no_kv_offload", "nkvo", 13, true, false, NULL},
	{"flash_attn", "fa", 3, true, false, NULL},
	{"devices", "dev", 12, false, false, NULL},
	{"tensor_split", "ts", 12, false, false, NULL},
	{"load_mode", "lm", 10, true, false, NULL},
	{"lazy_mode", "lazy_mode", 10, false, false, NULL},
	{"embeddings", "embd", 10, true, false, NULL},
	{"no_op_offload", "nopo", 4, true, false, NULL},
	{"no_host", "noh", 4, true, false, NULL},
	{"repack", "rpk", 3, true, false, NULL},
	{NULL, "test", 15, true, true, put_test},
	{NULL, "t/s", 20, true, true, put_rate},
};
/* clang-format on */
#define N_COLUMNS (sizeof columns / sizeof columns[0])

bool llama_is_parameter(const struct llama_field *f)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (columns[i].field && strcmp(columns[i].field, f->name) == 0)
			return !columns[i].always;
	return false;
}

static bool is_shown(const struct llama_writer *w, const struct md_column *c)
{
	if (c->always)
		return true;
	const struct llama_field *f = llama_field_find(c->field, strlen(c->field));
	return f && w->columns.shown[f - llama_fields];
}

/* Characters: bytes but for those that continue one. */
static int text_width(const char *text)
{
	int n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void put_cell(FILE *out, const struct md_column *c, const char *text)
{
	int pad = c->width - text_width(text);
	pad = pad > 0 ? pad : 0;
	fprintf(out, " %*s%s%*s |", c->figure ? pad : 0, "", text, c->figure ? 0 : pad, "");
}

void llama_md_begin(struct llama_writer *w)
{
	fputc('|', w->out);
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (is_shown(w, &columns[i]))
			put_cell(w->out, &columns[i], columns[i].head);
	fputs("\n|", w->out);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		if (!is_shown(w, &columns[i]))
			continue;
		fputc(' ', w->out);
		for (int k = columns[i].width - columns[i].figure; k > 0; k--)
			fputc('-', w->out);
		fputs(columns[i].figure ? ": |" : " |", w->out);
	}
	fputc('\n', w->out);
}

/* A bar would end the cell. */
static void put_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			strbuf_putc(out, '\\');
		strbuf_putc(out, *text);
	}
}

static void put_value(struct strbuf *out, const struct llama_bench *r, const struct md_column *c)
{
	struct strbuf plain = {0};
	if (c->put)
		c->put(&plain, r);
	else
		llama_value(&plain, r, llama_field_find(c->field, strlen(c->field)));
	put_escaped(out, strbuf_text(&plain));
	strbuf_free(&plain);
}

void llama_md_record(struct llama_writer *w, const struct llama_bench *r)
{
	fputc('|', w->out);
	for (size_t i = 0; i < N_COLUMNS; i++) {
		struct strbuf text = {0};
		if (!is_shown(w, &columns[i]))
			continue;
		put_value(&text, r, &columns[i]);
		put_cell(w->out, &columns[i], strbuf_text(&text));
		strbuf_free(&text);
	}
	fputc('\n', w->out);
}

void llama_md_end(struct llama_writer *w)
{
	if (w->build)
		fprintf(w->out, "\nbuild: %s\n", w->build);
}
