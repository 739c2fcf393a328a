/* SPDX-License-Identifier: Apache-2.0 */
/* CSV (RFC 4180): a line of names, then records whose values may be quoted. */
#include "config.h"

#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/exchange/import_private.h"

/* One value from *at on; *at is then at the comma, the line's end or the file's. False: a quote is not closed. */
static bool value_read(const char **at, const char *end, struct strbuf *out)
{
	const char *p = *at;
	strbuf_reset(out);
	if (p < end && *p == '"') {
		for (p++; p < end; p++) {
			if (*p == '"' && !(p + 1 < end && p[1] == '"'))
				break;
			p += *p == '"';
			strbuf_putc(out, *p);
		}
		if (p == end)
			return false;
		p++;
	}
	for (; p < end && *p != ',' && *p != '\n' && *p != '\r'; p++)
		strbuf_putc(out, *p);
	*at = p;
	return true;
}

static int names_read(struct source *s, struct names *names, struct diag *d)
{
	struct strbuf value = {0};
	const char *p = s->at;
	int rc = 0;
	for (bool more = true; more && rc == 0; p += more) {
		if (names->n == NAMES_MAX || !value_read(&p, s->end, &value))
			rc = source_fail(s, d, "expected a line of at most %d names", NAMES_MAX);
		else
			names->name[names->n++] = mem_strdup(strbuf_text(&value));
		more = p < s->end && *p == ',';
	}
	strbuf_free(&value);
	source_move(s, p);
	return rc;
}

/* The values of a line by their names; *end is behind it. */
static int row_read(struct source *s, const struct names *names, json_t *o, const char **end, struct diag *d)
{
	struct strbuf value = {0};
	const char *p = s->at;
	int rc = 0, n = 0;
	for (bool more = true; more && rc == 0; p += more) {
		if (!value_read(&p, s->end, &value))
			rc = source_fail(s, d, "a quote is not closed");
		else if (n == names->n)
			rc = source_fail(s, d, "more values than the %d names of the first line", names->n);
		else
			rc = source_put(s, o, names->name[n], strbuf_text(&value), value.len, d);
		n++;
		more = p < s->end && *p == ',';
	}
	if (rc == 0 && n < names->n)
		rc = source_fail(s, d, "%d values, expected %d as the first line has names", n, names->n);
	strbuf_free(&value);
	*end = p;
	return rc;
}

static int rows_read(struct source *s, const struct names *names, struct diag *d)
{
	int rc = 0;
	for (source_skip_blanks(s); s->at < s->end && rc == 0; source_skip_blanks(s)) {
		const char *end = s->at;
		json_t *o = json_object();
		rc = row_read(s, names, o, &end, d);
		if (rc == 0)
			rc = source_add(s, o, end, d);
		json_decref(o);
		source_move(s, end);
	}
	return rc;
}

static bool has_name(const struct names *names, const char *name)
{
	for (int i = 0; i < names->n; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

int import_csv(struct source *s, struct diag *d)
{
	struct names names = {0};
	int rc = names_read(s, &names, d);
	if (rc == 0 && !has_name(&names, "avg_ns") && !has_name(&names, "avg_ts"))
		rc = source_fail(s, d,
				 "neither JSON nor SQL nor a line of names with avg_ns: no records of "
				 "llama-bench; have it write them with -o jsonl");
	if (rc == 0)
		rc = rows_read(s, &names, d);
	import_names_free(&names);
	return rc;
}
