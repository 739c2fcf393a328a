/* SPDX-License-Identifier: Apache-2.0 */
/* JSON and JSONL alike: objects one after the other, in an array or not, the last one maybe cut off. */
#include "config.h"

#include "harness/exchange/import_private.h"

/* The object that begins at s->at has its last brace: what is wrong with it is not that the file was cut off. */
static bool has_end(const struct source *s)
{
	int depth = 0;
	bool quoted = false;
	for (const char *p = s->at; p < s->end; p++) {
		if (quoted && *p == '\\')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && (*p == '{' || *p == '}'))
			depth += *p == '{' ? 1 : -1;
		if (depth == 0)
			return true;
	}
	return false;
}

static int object_read(struct source *s, struct diag *d)
{
	json_error_t error;
	json_t *o = json_loadb(s->at, (size_t)(s->end - s->at), JSON_DISABLE_EOF_CHECK, &error);
	if (!o && !has_end(s)) {
		s->out->cut_off = true;
		s->at = s->end;
		return 0;
	}
	if (!o) {
		s->line += error.line > 0 ? error.line - 1 : 0;
		return source_fail(s, d, "no JSON: %.120s", error.text);
	}
	const char *end = s->at + error.position;
	int rc = source_add(s, o, end, d);
	json_decref(o);
	source_move(s, end);
	return rc;
}

int import_json(struct source *s, struct diag *d)
{
	bool array = *s->at == '[', closed = !array;
	int rc = 0;
	s->at += array;
	for (source_skip_blanks(s); s->at < s->end && rc == 0; source_skip_blanks(s)) {
		if (*s->at == '{')
			rc = object_read(s, d);
		else if (array && *s->at == ',')
			s->at++;
		else if (array && *s->at == ']')
			s->at++, array = false, closed = true;
		else
			rc = source_fail(s, d, "'%c', expected an object of a record",
					 *s->at > ' ' && *s->at < 127 ? *s->at : '?');
	}
	s->out->cut_off = s->out->cut_off || !closed;
	return rc;
}
