/* SPDX-License-Identifier: Apache-2.0 */
/* CSV, JSON, JSONL and SQL from the table of fields. Markdown is llama_md.c's. */
#include "config.h"

#include "harness/exchange/llama_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/plain.h"
#include "engines/base/strbuf.h"

const void *llama_at(const struct llama_bench *r, const struct llama_field *f)
{
	return (const char *)r + f->offset;
}

void llama_value(struct strbuf *out, const struct llama_bench *r, const struct llama_field *f)
{
	const void *at = llama_at(r, f);
	const char *text;
	switch (f->type) {
	case LLAMA_TEXT:
		text = *(char *const *)at;
		plain_text(out, text ? text : "", false);
		break;
	case LLAMA_INT:
		strbuf_printf(out, "%" PRId64, *(const int64_t *)at);
		break;
	case LLAMA_BOOL:
		strbuf_puts(out, *(const bool *)at ? "1" : "0");
		break;
	case LLAMA_REAL:
		strbuf_printf(out, "%f", *(const double *)at);
		break;
	}
}

/* ---- texts as a format has them ---- */

/* Between quotes, which are doubled inside. */
static void put_doubled(FILE *out, const char *text, char quote)
{
	fputc(quote, out);
	for (; *text; text++) {
		if (*text == quote)
			fputc(quote, out);
		fputc(*text, out);
	}
	fputc(quote, out);
}

/* llama_value left no control characters in it. */
static void put_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_quoted(FILE *out, const struct llama_bench *r, const struct llama_field *f, char quote)
{
	struct strbuf text = {0};
	llama_value(&text, r, f);
	put_doubled(out, strbuf_text(&text), quote);
	strbuf_free(&text);
}

static void put_json(FILE *out, const struct llama_bench *r, const struct llama_field *f)
{
	struct strbuf text = {0};
	llama_value(&text, r, f);
	fprintf(out, "\"%s\": ", f->name);
	if (f->type == LLAMA_TEXT)
		put_json_text(out, strbuf_text(&text));
	else if (f->type == LLAMA_BOOL)
		fputs(*(const bool *)llama_at(r, f) ? "true" : "false", out);
	else
		fputs(strbuf_text(&text), out);
	strbuf_free(&text);
}

static void put_samples(FILE *out, const struct llama_bench *r, const char *between)
{
	fputs("\"samples_ns\": [ ", out);
	for (int i = 0; i < r->n_samples; i++)
		fprintf(out, "%s%" PRId64, i ? ", " : "", r->samples_ns[i]);
	fprintf(out, " ]%s\"samples_ts\": [ ", between);
	for (int i = 0; i < r->n_samples; i++)
		fprintf(out, "%s%g", i ? ", " : "",
			r->samples_ts ? r->samples_ts[i] : llama_rate(r, r->samples_ns[i]));
	fputs(" ]", out);
}

static void put_names(FILE *out, const char *between)
{
	for (const struct llama_field *f = llama_fields; f->name; f++)
		fprintf(out, "%s%s", f == llama_fields ? "" : between, f->name);
}

/* ---- the formats ---- */

static void csv_begin(struct llama_writer *w)
{
	put_names(w->out, ",");
	fputc('\n', w->out);
}

static void csv_record(struct llama_writer *w, const struct llama_bench *r)
{
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		fputs(f == llama_fields ? "" : ",", w->out);
		put_quoted(w->out, r, f, '"');
	}
	fputc('\n', w->out);
}

static void json_begin(struct llama_writer *w)
{
	fputs("[\n", w->out);
}

static void json_record(struct llama_writer *w, const struct llama_bench *r)
{
	fputs(w->n ? ",\n  {\n" : "  {\n", w->out);
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		fputs("    ", w->out);
		put_json(w->out, r, f);
		fputs(",\n", w->out);
	}
	fputs("    ", w->out);
	put_samples(w->out, r, ",\n    ");
	fputs("\n  }", w->out);
}

static void json_end(struct llama_writer *w)
{
	fputs(w->n ? "\n]\n" : "]\n", w->out);
}

static void jsonl_record(struct llama_writer *w, const struct llama_bench *r)
{
	fputc('{', w->out);
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		put_json(w->out, r, f);
		fputs(", ", w->out);
	}
	put_samples(w->out, r, ", ");
	fputs("}\n", w->out);
}

static void sql_begin(struct llama_writer *w)
{
	static const char *const types[] = {"TEXT", "INTEGER", "INTEGER", "REAL"};
	fputs("CREATE TABLE IF NOT EXISTS llama_bench (\n", w->out);
	for (const struct llama_field *f = llama_fields; f->name; f++)
		fprintf(w->out, "  %s %s%s\n", f->name, types[f->type], f[1].name ? "," : "");
	fputs(");\n\n", w->out);
}

static void sql_record(struct llama_writer *w, const struct llama_bench *r)
{
	fputs("INSERT INTO llama_bench (", w->out);
	put_names(w->out, ", ");
	fputs(") VALUES (", w->out);
	for (const struct llama_field *f = llama_fields; f->name; f++) {
		fputs(f == llama_fields ? "" : ", ", w->out);
		put_quoted(w->out, r, f, '\'');
	}
	fputs(");\n", w->out);
}

const struct llama_format llama_formats[] = {
	{"csv", csv_begin, csv_record, NULL}, {"json", json_begin, json_record, json_end},
	{"jsonl", NULL, jsonl_record, NULL},  {"md", llama_md_begin, llama_md_record, llama_md_end},
	{"sql", sql_begin, sql_record, NULL}, {NULL, NULL, NULL, NULL},
};

const struct llama_format *llama_format_find(const char *name)
{
	for (const struct llama_format *f = llama_formats; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

void llama_write_begin(struct llama_writer *w, FILE *out, const struct llama_format *format)
{
	w->out = out;
	w->format = format;
	w->n = 0;
	w->build = NULL;
	if (format->begin)
		format->begin(w);
	fflush(out);
}

void llama_write(struct llama_writer *w, const struct llama_bench *r)
{
	w->format->record(w, r);
	w->n++;
	free(w->build);
	w->build = mem_printf("%s (%" PRId64 ")", r->build_commit ? r->build_commit : "", r->build_number);
	fflush(w->out);
}

void llama_write_end(struct llama_writer *w)
{
	if (w->format->end)
		w->format->end(w);
	fflush(w->out);
	free(w->build);
	w->build = NULL;
}
