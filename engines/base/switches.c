/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/switches.h"

#include <string.h>

#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"

/* More than any pair has. */
enum { PAIR_MAX = 64 };

struct switches {
	const char *engine;
	const struct switch_row *table;
	int n;
	bool on[SWITCHES_MAX], seen[SWITCHES_MAX];
};

static int name_unknown(const struct switches *s, const char *name, struct diag *d)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	for (int i = 0; i < s->n; i++)
		nearest_offer(&near, s->table[i].name);
	if (!nearest_put(&near, &hint)) {
		strbuf_puts(&hint, ", known are");
		for (int i = 0; i < s->n; i++)
			strbuf_printf(&hint, "%s %s", i ? "," : "", s->table[i].name);
	}
	int rc = diag_set(d, ERR_UNSUPPORTED, "options: engine %s knows no \"%s\"%s", s->engine, name,
			  strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

/* "name:value" */
static int pair_read(struct switches *s, char *pair, struct diag *d)
{
	const struct switch_row *table = s->table;
	char *value = strchr(pair, ':');
	int i = 0;
	if (!value)
		return diag_set(d, ERR_UNSUPPORTED, "options: \"%s\" is no pair, expected as %s:%s", pair,
				table[0].name, table[0].value[1]);
	*value++ = '\0';
	while (i < s->n && strcmp(table[i].name, pair) != 0)
		i++;
	if (i == s->n)
		return name_unknown(s, pair, d);
	bool second = strcmp(value, table[i].value[1]) == 0;
	if (!second && strcmp(value, table[i].value[0]) != 0)
		return diag_set(d, ERR_UNSUPPORTED, "options: %s:%s, expected %s or %s", pair, value,
				table[i].value[0], table[i].value[1]);
	if (s->seen[i])
		return diag_set(d, ERR_USAGE, "options: %s is given twice", pair);
	s->seen[i] = true;
	s->on[i] = second;
	return 0;
}

int switches_parse(const char *engine, const struct switch_row *table, int n, const char *text, bool *on,
		   struct diag *d)
{
	struct switches s = {.engine = engine, .table = table, .n = n};
	char pair[PAIR_MAX];
	int rc = 0;
	for (const char *at = text; *text && at && rc == 0;) {
		size_t length = strcspn(at, "+");
		if (length >= sizeof pair)
			return diag_set(d, ERR_UNSUPPORTED, "options: \"%.60s\" is longer than any known",
					at);
		memcpy(pair, at, length);
		pair[length] = '\0';
		rc = pair_read(&s, pair, d);
		at = at[length] ? at + length + 1 : NULL;
	}
	if (rc == 0)
		memcpy(on, s.on, (size_t)n * sizeof *on);
	return rc;
}

void switches_describe(const struct switch_row *table, int n, const bool *on, struct strbuf *out)
{
	strbuf_puts(out, "options: ");
	for (int i = 0; i < n; i++)
		strbuf_printf(out, "%s%s:%s", i ? "+" : "", table[i].name, table[i].value[on[i]]);
	strbuf_putc(out, '\n');
}
