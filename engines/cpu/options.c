/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/options.h"

#include <stddef.h>
#include <string.h>

#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"

/* A name and its two values; the second one sets the flag. */
static const struct option {
	const char *name;
	const char *value[2];
	size_t offset;
} table[] = {
	{"wait", {"spin", "passive"}, offsetof(struct cpu_options, passive)},
	{"hugepages", {"on", "off"}, offsetof(struct cpu_options, small_pages)},
	{"packcache", {"on", "off"}, offsetof(struct cpu_options, pack_always)},
	{"memory", {"local", "interleave"}, offsetof(struct cpu_options, interleave)},
};
enum { N_OPTIONS = sizeof table / sizeof table[0], PAIR_MAX = 64 };

static bool *flag_of(struct cpu_options *o, int i)
{
	return (bool *)((char *)o + table[i].offset);
}

static int name_unknown(const char *name, struct diag *d)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	for (int i = 0; i < N_OPTIONS; i++)
		nearest_offer(&near, table[i].name);
	if (!nearest_put(&near, &hint)) {
		strbuf_puts(&hint, ", known are");
		for (int i = 0; i < N_OPTIONS; i++)
			strbuf_printf(&hint, "%s %s", i ? "," : "", table[i].name);
	}
	int rc = diag_set(d, ERR_UNSUPPORTED, "options: engine cpu knows no \"%s\"%s", name,
			  strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

/* "name:value"; seen: those before. */
static int pair_read(struct cpu_options *o, char *pair, bool seen[N_OPTIONS], struct diag *d)
{
	char *value = strchr(pair, ':');
	int i = 0;
	if (!value)
		return diag_set(d, ERR_UNSUPPORTED, "options: \"%s\" is no pair, expected as wait:passive",
				pair);
	*value++ = '\0';
	while (i < N_OPTIONS && strcmp(table[i].name, pair) != 0)
		i++;
	if (i == N_OPTIONS)
		return name_unknown(pair, d);
	bool second = strcmp(value, table[i].value[1]) == 0;
	if (!second && strcmp(value, table[i].value[0]) != 0)
		return diag_set(d, ERR_UNSUPPORTED, "options: %s:%s, expected %s or %s", pair, value,
				table[i].value[0], table[i].value[1]);
	if (seen[i])
		return diag_set(d, ERR_USAGE, "options: %s is given twice", pair);
	seen[i] = true;
	*flag_of(o, i) = second;
	return 0;
}

int cpu_options_parse(struct cpu_options *out, const char *text, struct diag *d)
{
	struct cpu_options o = {0};
	bool seen[N_OPTIONS] = {0};
	char pair[PAIR_MAX];
	int rc = 0;
	for (const char *at = text; *text && at && rc == 0;) {
		size_t n = strcspn(at, "+");
		if (n >= sizeof pair)
			return diag_set(d, ERR_UNSUPPORTED, "options: \"%.60s\" is longer than any known",
					at);
		memcpy(pair, at, n);
		pair[n] = '\0';
		rc = pair_read(&o, pair, seen, d);
		at = at[n] ? at + n + 1 : NULL;
	}
	if (rc == 0)
		*out = o;
	return rc;
}

void cpu_options_describe(const struct cpu_options *o, struct strbuf *out)
{
	struct cpu_options copy = *o;
	strbuf_puts(out, "options: ");
	for (int i = 0; i < N_OPTIONS; i++)
		strbuf_printf(out, "%s%s:%s", i ? "+" : "", table[i].name,
			      table[i].value[*flag_of(&copy, i)]);
	strbuf_putc(out, '\n');
}
