/* SPDX-License-Identifier: Apache-2.0 */
/* What a map says of its points that is no axis: delta and required. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/spec/option.h"
#include "harness/spec/parser.h"

static const char delta_key[] = "delta", required_key[] = "required";

static int delta_fail(struct parser *p, const char *text)
{
	return parser_fail(p, "%s: \"%.60s\": expected a part as 5%% or 0.05, above 0 and below 100%%",
			   delta_key, text);
}

/* "5%", "0.05" */
static int delta_read(struct parser *p, const char *text, double *out)
{
	char *end;
	double v = strtod(text, &end);
	bool percent = strcmp(end, "%") == 0;
	size_t n = (size_t)(end - text);
	/* strtod would also take spaces, hexadecimal numbers and names that are no number. */
	if (n == 0 || strspn(text, "0123456789.eE+-") != n || (*end && !percent))
		return delta_fail(p, text);
	v = percent ? v / 100 : v;
	if (!(v > 0 && v < 1))
		return delta_fail(p, text);
	*out = v;
	return 0;
}

static int required_read(struct parser *p, const char *text, int *out)
{
	bool yes;
	int rc = bool_read(&yes, required_key, text, &p->where, p->diag);
	if (rc == 0)
		*out = yes;
	return rc;
}

/* The one value of a key; NULL: the map does not have it. */
static int rule_find(struct parser *p, const struct yaml_node *map, const char *key, const char **text)
{
	const struct yaml_node *value = parser_find(map, key);
	*text = NULL;
	if (!value)
		return 0;
	p->where.line = value->line;
	if (value->kind != YAML_SCALAR || !value->text)
		return parser_fail(p, "%s: expected one value, found %s", key,
				   value->kind ? yaml_kind_name(value->kind) : "nothing");
	*text = value->text;
	return 0;
}

int rules_read(struct parser *p, const struct yaml_node *map, struct rules *out)
{
	struct rules rules = RULES_NONE;
	const char *text;
	int rc = rule_find(p, map, delta_key, &text);
	if (rc == 0 && text)
		rc = delta_read(p, text, &rules.delta);
	if (rc == 0)
		rc = rule_find(p, map, required_key, &text);
	if (rc == 0 && text)
		rc = required_read(p, text, &rules.required);
	if (rc == 0)
		*out = rules;
	return rc;
}

void rules_complete(struct rules *dst, const struct rules *src)
{
	if (dst->delta == 0)
		dst->delta = src->delta;
	if (dst->required < 0)
		dst->required = src->required;
}

const char *rules_twice(const struct rules *a, const struct rules *b)
{
	if (a->delta > 0 && b->delta > 0)
		return delta_key;
	return a->required >= 0 && b->required >= 0 ? required_key : NULL;
}

void rules_render(const struct section *s, bool always, const char *before, const char *after,
		  struct strbuf *out)
{
	if (s->delta > 0) {
		strbuf_printf(out, "%s%s: ", before, delta_key);
		number_render(s->delta, out);
		strbuf_puts(out, after);
	}
	if (s->required || always)
		strbuf_printf(out, "%s%s: %s%s", before, required_key, s->required ? "true" : "false", after);
}
