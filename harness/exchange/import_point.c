/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/exchange/import_point.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

void import_id(char id[POINT_ID_SIZE], const char *text)
{
	XXH128_canonical_t c;
	XXH128_canonicalFromHash(&c, XXH3_128bits(text, strlen(text)));
	for (int i = 0; i < 16; i++)
		sprintf(id + i * 2, "%02x", c.digest[i]);
}

const char *import_told(const char *text)
{
	return text && *text ? text : "unknown";
}

/* Values of `options` are joined by +, and parted from their names by a colon. */
static void option_put(struct strbuf *out, const char *name, const char *value)
{
	strbuf_printf(out, "%s%s:", out->len ? "+" : "", name);
	for (; *value; value++)
		strbuf_putc(out, *value == '+' || *value == ' ' || *value == ',' ? '_' : *value);
}

static void option_put_int(struct strbuf *out, const char *name, int64_t value, int64_t usual)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)value);
	if (value != usual)
		option_put(out, name, text);
}

/* Fields that are keys of a point themselves. */
static bool is_keyed(const char *name)
{
	static const char *const names[] = {"n_ubatch", "type_k"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Parameters that are no columns of llama-bench's table. */
static bool is_silent(const char *name)
{
	static const char *const names[] = {"tensor_buft_overrides", "fit_target", "fit_min_ctx"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Every parameter that is not the usual one: points differ in it. */
static void options_of(struct strbuf *out, const struct llama_bench *r)
{
	struct llama_bench usual;
	llama_bench_init(&usual);
	llama_text_set(&usual.type_v, r->type_k);
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		struct llama_bench *from = (struct llama_bench *)r;
		const char *at = (const char *)from + f->offset;
		if (!(llama_is_parameter(f) || is_silent(f->name)) || is_keyed(f->name) ||
		    llama_field_same(r, &usual, f))
			continue;
		if (f->type == LLAMA_TEXT)
			option_put(out, f->name, import_told(*(char *const *)at));
		else if (f->type == LLAMA_BOOL)
			option_put(out, f->name, *(const bool *)at ? "1" : "0");
		else
			option_put_int(out, f->name, *(const int64_t *)at, INT64_MIN);
	}
	llama_bench_free(&usual);
}

static void set_int(struct point *p, enum point_key key, int64_t value)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)value);
	point_set(p, key, text);
}

static void set_workload(struct point *p, int64_t n_prompt, int64_t n_gen)
{
	char *text = n_prompt == 0 ? mem_printf("tg%lld", (long long)n_gen)
		     : n_gen == 0  ? mem_printf("pp%lld", (long long)n_prompt)
				   : mem_printf("pp%lld+tg%lld", (long long)n_prompt, (long long)n_gen);
	point_set(p, KEY_WORKLOAD, text);
	free(text);
}

/* "llama 1B Q4_K - Medium" -> "Q4_K - Medium": behind architecture, size and words that say nothing. */
static const char *type_of(const char *label)
{
	static const char *const words[] = {"all ", "mostly ", "(guessed) "};
	/* "17Bx16E (Scout)": a size may have a word in brackets behind it. */
	for (int i = 0; i < 2 || (*label == '(' && strncmp(label, "(guessed) ", 10) != 0); i++) {
		const char *space = strchr(label, ' ');
		label = space ? space + 1 : "";
	}
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(label, words[i], strlen(words[i])) == 0)
			label += strlen(words[i]);
	return label;
}

/* "Q4_K - Medium" -> "q4_k_m", "IQ4_NL - 4.5 bpw" -> "iq4_nl". */
static void set_precision(struct point *p, const char *label)
{
	const char *type = type_of(label), *more = strstr(type, " - ");
	size_t n = strcspn(type, " ");
	char word[32];
	if (n == 0 || n > sizeof word - 3)
		return;
	for (size_t i = 0; i < n; i++)
		word[i] = (char)tolower((unsigned char)type[i]);
	word[n] = '\0';
	if (more && more[3] && strchr("SML", more[3]))
		snprintf(word + n, sizeof word - n, "_%c", tolower((unsigned char)more[3]));
	point_set(p, KEY_PRECISION, word);
}

static void llama_point(struct point *p, const struct llama_bench *r)
{
	struct strbuf options = {0};
	point_set(p, KEY_ENGINE, LLAMA_BENCH);
	point_set(p, KEY_MODEL, import_told(r->model_filename));
	set_workload(p, r->n_prompt, r->n_gen);
	set_precision(p, import_told(r->model_type));
	point_set(p, KEY_KV, import_told(r->type_k));
	point_set(p, KEY_DEVICE, r->gpu_info && *r->gpu_info ? import_told(r->backends) : "cpu");
	set_int(p, KEY_THREADS, r->n_threads);
	set_int(p, KEY_DEPTH, r->n_depth);
	/* A decode alone has no steps of a prompt. */
	if (r->n_prompt > 0)
		set_int(p, KEY_UBATCH, r->n_ubatch);
	options_of(&options, r);
	if (options.len)
		point_set(p, KEY_OPTIONS, strbuf_text(&options));
	strbuf_free(&options);
}

/* It names no model. */
static void batched_point(struct point *p, const struct batched_bench *r)
{
	struct strbuf options = {0};
	point_set(p, KEY_ENGINE, BATCHED_BENCH);
	set_workload(p, r->pp, r->tg);
	set_int(p, KEY_SEQUENCES, r->pl);
	set_int(p, KEY_THREADS, r->n_threads);
	set_int(p, KEY_UBATCH, r->n_ubatch);
	option_put_int(&options, "n_batch", r->n_batch, 2048);
	option_put_int(&options, "flash_attn", r->flash_attn, -1);
	option_put_int(&options, "is_pp_shared", r->is_pp_shared, 0);
	option_put_int(&options, "n_gpu_layers", r->n_gpu_layers, -1);
	option_put_int(&options, "n_threads_batch", r->n_threads_batch, r->n_threads);
	if (options.len)
		point_set(p, KEY_OPTIONS, strbuf_text(&options));
	strbuf_free(&options);
}

void import_point(struct point *p, const struct import_record *r)
{
	*p = (struct point){0};
	if (r->batched)
		batched_point(p, &r->batch);
	else
		llama_point(p, &r->llama);
}

void import_model_id(char id[POINT_ID_SIZE], const struct llama_bench *r)
{
	char *text = mem_printf(FOREIGN " %s %s %lld %lld", import_told(r->model_filename),
				import_told(r->model_type), (long long)r->model_size,
				(long long)r->model_n_params);
	import_id(id, text);
	free(text);
}

json_t *import_model(const struct llama_bench *r)
{
	char id[POINT_ID_SIZE];
	const char *label = import_told(r->model_type), *type = type_of(label);
	import_model_id(id, r);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "hash", id, "name",
			 import_told(r->model_filename), "label", label, "file_type",
			 *type ? type : "unknown", "n_params", (json_int_t)r->model_n_params, "weight_bytes",
			 (json_int_t)r->model_size, FOREIGN, (json_int_t)1);
}
