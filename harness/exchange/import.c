/* SPDX-License-Identifier: Apache-2.0 */
/* A file becomes records, whichever format it is in. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/exchange/import_private.h"

void source_move(struct source *s, const char *to)
{
	for (; s->at < to; s->at++)
		s->line += *s->at == '\n';
}

void source_skip_blanks(struct source *s)
{
	while (s->at < s->end && isspace((unsigned char)*s->at))
		source_move(s, s->at + 1);
}

int source_fail(const struct source *s, struct diag *d, const char *fmt, ...)
{
	char text[300];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return diag_set_at(d, ERR_FORMAT, s->name, s->line, "%s", text);
}

int source_put(const struct source *s, json_t *object, const char *key, const char *text, size_t n,
	       struct diag *d)
{
	json_t *value = json_stringn(text, n);
	if (!value)
		return source_fail(s, d, "key \"%.60s\": expected UTF-8", key);
	json_object_set_new(object, key, value);
	return 0;
}

void import_names_free(struct names *names)
{
	for (int i = 0; i < names->n; i++)
		free(names->name[i]);
	names->n = 0;
}

static void record_free(struct import_record *r)
{
	llama_bench_free(&r->llama);
	free(r->text);
}

int source_add(struct source *s, const json_t *object, const char *end, struct diag *d)
{
	struct import *im = s->out;
	struct diag inner = {0};
	if (im->n == IMPORT_RECORDS_MAX)
		return source_fail(s, d, "more than %d records", IMPORT_RECORDS_MAX);
	/* Doubles when n is a power of two: no capacity to keep. */
	if ((im->n & (im->n - 1)) == 0)
		im->record = mem_realloc(im->record, sizeof *im->record * (size_t)(im->n ? im->n * 2 : 1));
	struct import_record *r = &im->record[im->n];
	*r = (struct import_record){.line = s->line};
	if (import_take(r, object, &inner)) {
		record_free(r);
		return source_fail(s, d, "%s", inner.text);
	}
	r->text = mem_strndup(s->at, (size_t)(end - s->at));
	im->n++;
	return 0;
}

static bool begins(const struct source *s, const char *word)
{
	size_t n = strlen(word);
	return (size_t)(s->end - s->at) >= n && strncasecmp(s->at, word, n) == 0;
}

static int parse(struct source *s, struct diag *d)
{
	if (s->end - s->at >= 3 && memcmp(s->at, "\357\273\277", 3) == 0)
		s->at += 3; /* a byte order mark */
	source_skip_blanks(s);
	if (s->at == s->end)
		return source_fail(s, d, "the file is empty, expected records of llama-bench");
	if (memchr(s->at, '\0', (size_t)(s->end - s->at)))
		return source_fail(s, d, "a NUL byte: no text, expected records of llama-bench");
	if (*s->at == '{' || *s->at == '[')
		return import_json(s, d);
	return begins(s, "CREATE ") || begins(s, "INSERT ") ? import_sql(s, d) : import_csv(s, d);
}

int import_parse(struct import *out, const char *text, size_t n, const char *name, struct diag *d)
{
	struct import im = {0};
	struct source s = {.name = name, .at = text, .end = text + n, .line = 1, .out = &im};
	int rc = parse(&s, d);
	if (rc == 0 && im.n == 0)
		rc = source_fail(&s, d, "no whole record of llama-bench or llama-batched-bench");
	if (rc) {
		import_free(&im);
		return rc;
	}
	*out = im;
	return 0;
}

static int file_read(FILE *f, const char *path, struct strbuf *out, struct diag *d)
{
	if (!strbuf_read(out, f, IMPORT_BYTES_MAX))
		return diag_set_at(d, ERR_IO, path, 0, "%s", strerror(errno));
	if (out->len > IMPORT_BYTES_MAX)
		return diag_set_at(d, ERR_FORMAT, path, 0, "more than %zu bytes: no file of records",
				   IMPORT_BYTES_MAX);
	return 0;
}

int import_load(struct import *out, const char *path, struct diag *d)
{
	struct strbuf text = {0};
	FILE *f = fopen(path, "re");
	if (!f)
		return diag_set_at(d, ERR_IO, path, 0, "%s", strerror(errno));
	int rc = file_read(f, path, &text, d);
	fclose(f);
	if (rc == 0)
		rc = import_parse(out, strbuf_text(&text), text.len, path, d);
	strbuf_free(&text);
	return rc;
}

void import_free(struct import *im)
{
	for (int i = 0; i < im->n; i++)
		record_free(&im->record[i]);
	free(im->record);
	*im = (struct import){0};
}
