/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQL as llama-bench writes it: CREATE TABLE, passed over, and INSERT INTO llama_bench (names) VALUES ('values'). It does
 * not double quotes inside of values: one that neither a comma nor a bracket follows is part of the value.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/exchange/import_private.h"

static const char *blanks_end(const char *p, const char *end)
{
	while (p < end && isspace((unsigned char)*p))
		p++;
	return p;
}

/* Behind the word, whatever its case; NULL: another stands there. */
static const char *word_end(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);
	p = blanks_end(p, end);
	return (size_t)(end - p) >= n && strncasecmp(p, word, n) == 0 ? p + n : NULL;
}

/* Up to the comma or bracket. */
static const char *bare_read(const char *p, const char *end, struct strbuf *out)
{
	const char *from = p;
	while (p < end && *p != ',' && *p != ')' && *p != ';')
		p++;
	size_t n = (size_t)(p - from);
	while (n > 0 && isspace((unsigned char)from[n - 1]))
		n--;
	strbuf_add(out, from, n);
	return p;
}

static bool ends_value(const char *quote, const char *end)
{
	const char *next = blanks_end(quote + 1, end);
	return next < end && (*next == ',' || *next == ')');
}

/* NULL: its quote is not closed. */
static const char *value_read(const char *p, const char *end, struct strbuf *out)
{
	strbuf_reset(out);
	p = blanks_end(p, end);
	if (p == end || *p != '\'')
		return bare_read(p, end, out);
	for (p++; p < end; p++) {
		bool doubled = *p == '\'' && p + 1 < end && p[1] == '\'';
		if (*p == '\'' && !doubled && ends_value(p, end))
			return blanks_end(p + 1, end);
		p += doubled;
		strbuf_putc(out, *p);
	}
	return NULL;
}

typedef int taken_fn(struct source *s, void *arg, int i, const struct strbuf *value, struct diag *d);

/* A list in brackets from *p on, each value handed to take. */
static int list_read(struct source *s, const char **p, taken_fn *take, void *arg, int *n, struct diag *d)
{
	struct strbuf value = {0};
	const char *at = word_end(*p, s->end, "(");
	int rc = at ? 0 : source_fail(s, d, "expected a list in brackets");
	*n = 0;
	for (bool more = rc == 0; more && rc == 0; at += more) {
		at = value_read(at, s->end, &value);
		if (!at || at == s->end || *at == ';') {
			rc = source_fail(s, d, "a list is not closed");
			break;
		}
		rc = take(s, arg, (*n)++, &value, d);
		more = *at == ',';
	}
	strbuf_free(&value);
	if (rc == 0)
		*p = at + 1;
	return rc;
}

static int name_take(struct source *s, void *arg, int i, const struct strbuf *value, struct diag *d)
{
	struct names *names = arg;
	if (i == NAMES_MAX)
		return source_fail(s, d, "more than %d columns", NAMES_MAX);
	names->name[names->n++] = mem_strdup(strbuf_text(value));
	return 0;
}

struct row {
	const struct names *names;
	json_t *o;
};

static int value_take(struct source *s, void *arg, int i, const struct strbuf *value, struct diag *d)
{
	const struct row *row = arg;
	if (i >= row->names->n)
		return source_fail(s, d, "more values than the %d columns", row->names->n);
	return source_put(s, row->o, row->names->name[i], strbuf_text(value), value->len, d);
}

static int values_read(struct source *s, const char **p, const struct names *names, struct diag *d)
{
	struct row row = {names, json_object()};
	const char *at = word_end(*p, s->end, "VALUES");
	int n = 0, rc = at ? 0 : source_fail(s, d, "expected VALUES");
	if (rc == 0)
		rc = list_read(s, &at, value_take, &row, &n, d);
	if (rc == 0 && n < names->n)
		rc = source_fail(s, d, "%d values, expected %d as there are columns", n, names->n);
	if (rc == 0)
		rc = source_add(s, row.o, at, d);
	json_decref(row.o);
	if (rc == 0)
		*p = at;
	return rc;
}

/* From INSERT on. llama-bench's table was once named test. */
static int insert_read(struct source *s, const char *at, struct diag *d)
{
	struct names names = {0};
	int n, rc = 0;
	at = word_end(at, s->end, "INTO");
	const char *table = at ? word_end(at, s->end, "llama_bench") : NULL;
	if (at && !table)
		table = word_end(at, s->end, "test ");
	if (!table)
		return source_fail(s, d, "expected INSERT INTO llama_bench");
	rc = list_read(s, &table, name_take, &names, &n, d);
	if (rc == 0)
		rc = values_read(s, &table, &names, d);
	import_names_free(&names);
	if (rc == 0)
		source_move(s, table);
	return rc;
}

/* Looked for here alone: a file without a semicolon would be searched to its end for each of its records. */
static int create_skip(struct source *s, struct diag *d)
{
	const char *stop =
		word_end(s->at, s->end, "CREATE") ? memchr(s->at, ';', (size_t)(s->end - s->at)) : NULL;
	if (!stop)
		return source_fail(s, d, "expected CREATE TABLE or INSERT INTO llama_bench");
	source_move(s, stop + 1);
	return 0;
}

int import_sql(struct source *s, struct diag *d)
{
	int rc = 0;
	for (source_skip_blanks(s); s->at < s->end && rc == 0; source_skip_blanks(s)) {
		const char *insert = word_end(s->at, s->end, "INSERT");
		if (*s->at == ';')
			s->at++;
		else if (insert)
			rc = insert_read(s, insert, d);
		else
			rc = create_skip(s, d);
	}
	return rc;
}
