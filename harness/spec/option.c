/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/spec/option.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"
#include "harness/wire/wire.h"

enum {
	NAME_BYTES_MAX = 200, /* of a name: it heads reports */
	NAMES_MAX = 64,	      /* counter sources: no worker has as many */
	REPETITIONS_MAX = 1000000,
	SECONDS_MAX = 1000000, /* twelve days: as nanoseconds far from the end of an int64 */
};

#define ROW(name, type, member, least, most)                                                                 \
	{                                                                                                    \
		name, type, offsetof(struct spec, member), least, most                                       \
	}
const struct option options[] = {
	/* clang-format off */
	ROW("name",     OPTION_TEXT,    name,       0, 0),
	ROW("seed",     OPTION_INT64,   seed,       0, 0),
	ROW("rounds",   OPTION_INT,     rounds,     1, SPEC_ROUNDS_MAX),
	ROW("warmup",   OPTION_INT,     warmup,     0, REPETITIONS_MAX),
	ROW("repeat",   OPTION_AUTO,    repeat,     1, REPETITIONS_MAX),
	ROW("min_time", OPTION_SECONDS, min_time_s, 0, SECONDS_MAX),
	ROW("max_time", OPTION_SECONDS, max_time_s, 0, SECONDS_MAX),
	/* Within a hundredth no process answers anything. */
	ROW("timeout",  OPTION_SECONDS, timeout_s,  0.01, SECONDS_MAX),
	ROW("visit_timeout", OPTION_SECONDS, visit_timeout_s, 0, SECONDS_MAX),
	ROW("memory_limit",  OPTION_BYTES,   memory_limit,    0, 1e15),
	ROW("idle",          OPTION_SECONDS, idle_s,          0, WIRE_IDLE_MAX_S),
	ROW("wait_quiet",    OPTION_SECONDS, wait_quiet_s,    0, SECONDS_MAX),
	ROW("verify",   OPTION_BOOL,    verify,     0, 0),
	ROW("ceilings", OPTION_BOOL,    ceilings,   0, 0),
	ROW("counters", OPTION_NAMES,   counters,   0, 0),
	ROW(NULL,       OPTION_TEXT,    name,       0, 0),
	/* clang-format on */
};

const struct option *option_find(const char *name)
{
	for (const struct option *o = options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

static void *field_of(struct spec *s, const struct option *o)
{
	return (char *)s + o->offset;
}

static const void *value_of(const struct spec *s, const struct option *o)
{
	return (const char *)s + o->offset;
}

/* ---- reading ---- */

static int text_set(char **out, const struct option *o, const char *text, const struct where *w,
		    struct diag *d)
{
	size_t n = strlen(text), bad;
	if (!text_is_clean(text, n, false, &bad) || n > NAME_BYTES_MAX)
		return where_fail(w, d, "%s: expected UTF-8 of up to %d bytes without control characters",
				  o->name, NAME_BYTES_MAX);
	free(*out);
	*out = mem_strdup(text);
	return 0;
}

static bool whole_number(const char *text, long long *out)
{
	char *end;
	size_t sign = *text == '-';
	errno = 0;
	*out = strtoll(text, &end, 10);
	return text[sign] >= '0' && text[sign] <= '9' && *end == '\0' && errno == 0;
}

static int int_set(int *out, const struct option *o, const char *text, const struct where *w, struct diag *d)
{
	long long v;
	if (!whole_number(text, &v) || v < (long long)o->least || v > (long long)o->most)
		return where_fail(w, d, "%s: \"%.60s\": expected a whole number from %.0f to %.0f", o->name,
				  text, o->least, o->most);
	*out = (int)v;
	return 0;
}

static int auto_set(int *out, const struct option *o, const char *text, const struct where *w, struct diag *d)
{
	if (strcmp(text, "auto") != 0)
		return int_set(out, o, text, w, d);
	*out = 0;
	return 0;
}

static int int64_set(int64_t *out, const struct option *o, const char *text, const struct where *w,
		     struct diag *d)
{
	long long v;
	if (!whole_number(text, &v))
		return where_fail(w, d, "%s: \"%.60s\": expected a whole number of 64 bits", o->name, text);
	*out = v;
	return 0;
}

static bool seconds_fit(const struct option *o, double v)
{
	return isfinite(v) && v >= o->least && v <= o->most;
}

static int seconds_set(double *out, const struct option *o, const char *text, const struct where *w,
		       struct diag *d)
{
	char *end;
	double v = strtod(text, &end);
	/* strtod would also take spaces, signs, hexadecimal numbers and names of infinity. */
	if (strspn(text, "0123456789.eE+-") != strlen(text) || strspn(text, "0123456789.") == 0 || *end ||
	    !seconds_fit(o, v))
		return where_fail(w, d, "%s: \"%.60s\": expected seconds from %g to %.0f", o->name, text,
				  o->least, o->most);
	*out = v;
	return 0;
}

/* Decimal, as reports print bytes: 3G are 3,000,000,000. */
static int bytes_set(int64_t *out, const struct option *o, const char *text, const struct where *w,
		     struct diag *d)
{
	static const char suffixes[] = "KMGT";
	char *end;
	double v = strtod(text, &end);
	const char *suffix = *end ? strchr(suffixes, *end) : NULL;
	for (long i = suffix ? suffix - suffixes : -1; i >= 0; i--)
		v *= 1000;
	if (*text < '0' || *text > '9' || strspn(text, "0123456789.") != (size_t)(end - text) ||
	    (*end && (!suffix || end[1])) || !(v <= o->most))
		return where_fail(w, d, "%s: \"%.60s\": expected bytes, as 500M or 3G; 0 for no limit",
				  o->name, text);
	*out = (int64_t)v;
	return 0;
}

int bool_read(bool *out, const char *name, const char *text, const struct where *w, struct diag *d)
{
	static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
	enum { N_WORDS = sizeof words / sizeof words[0] };
	for (int i = 0; i < N_WORDS; i++) {
		if (strcmp(text, words[i]) != 0)
			continue;
		*out = i >= N_WORDS / 2;
		return 0;
	}
	return where_fail(w, d, "%s: \"%.60s\": expected true or false", name, text);
}

/* Frees names[0, n). */
static void names_free(char **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int names_set(struct spec *s, const struct option *o, const char *const *text, int n,
		     const struct where *w, struct diag *d)
{
	if (n > NAMES_MAX)
		return where_fail(w, d, "%s: %d names, at most %d are allowed", o->name, n, NAMES_MAX);
	char **names = mem_alloc(((size_t)n + 1) * sizeof *names);
	for (int i = 0; i < n; i++) {
		int rc = *text[i] ? text_set(&names[i], o, text[i], w, d)
				  : where_fail(w, d, "%s: a name is empty", o->name);
		if (rc) {
			names_free(names, i);
			return rc;
		}
	}
	names_free(s->counters, s->n_counters);
	s->counters = names;
	s->n_counters = n;
	s->counters_line = w->line;
	return 0;
}

int option_set(struct spec *s, const struct option *o, const char *const *text, int n, const struct where *w,
	       struct diag *d)
{
	void *field = field_of(s, o);
	if (o->type == OPTION_NAMES)
		return names_set(s, o, text, n, w, d);
	if (n != 1)
		return where_fail(w, d, "%s: expected one value", o->name);
	switch (o->type) {
	case OPTION_TEXT:
		return text_set(field, o, *text, w, d);
	case OPTION_INT:
		return int_set(field, o, *text, w, d);
	case OPTION_AUTO:
		return auto_set(field, o, *text, w, d);
	case OPTION_INT64:
		return int64_set(field, o, *text, w, d);
	case OPTION_SECONDS:
		return seconds_set(field, o, *text, w, d);
	case OPTION_BYTES:
		return bytes_set(field, o, *text, w, d);
	default:
		return bool_read(field, o->name, *text, w, d);
	}
}

/* Cuts text at its commas, in place. */
static int names_cut(char *text, const char **names, int max)
{
	int n = 0;
	for (char *next; text && n <= max; text = next) {
		next = strchr(text, ',');
		if (next)
			*next++ = '\0';
		if (n < max)
			names[n] = text;
		n++;
	}
	return n;
}

static int unknown_option(const char *name, struct diag *d)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	for (const struct option *o = options; o->name; o++)
		nearest_offer(&near, o->name);
	nearest_put(&near, &hint);
	int rc = diag_set(d, ERR_USAGE, "unknown key \"%.60s\"%s", name, strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

int spec_set_option(struct spec *s, const char *name, const char *text, struct diag *d)
{
	const struct option *o = option_find(name);
	const struct where flag = {0};
	const char *names[NAMES_MAX + 1];
	if (!o)
		return unknown_option(name, d);
	if (o->type != OPTION_NAMES)
		return option_set(s, o, &text, 1, &flag, d);
	char *copy = mem_strdup(text);
	int n = *copy ? names_cut(copy, names, NAMES_MAX) : 0;
	int rc = option_set(s, o, names, n, &flag, d);
	free(copy);
	return rc;
}

/* ---- checking ---- */

int spec_check(const struct spec *s, struct diag *d)
{
	for (const struct option *o = options; o->name; o++) {
		const void *v = value_of(s, o);
		if (o->type == OPTION_SECONDS && !seconds_fit(o, *(const double *)v))
			return diag_set(d, ERR_USAGE, "%s: %g: expected seconds from %g to %.0f", o->name,
					*(const double *)v, o->least, o->most);
		const bool number = o->type == OPTION_INT || (o->type == OPTION_AUTO && *(const int *)v);
		if (number && (*(const int *)v < o->least || *(const int *)v > o->most))
			return diag_set(d, ERR_USAGE, "%s: %d: expected a whole number from %.0f to %.0f",
					o->name, *(const int *)v, o->least, o->most);
	}
	if (s->min_time_s > s->max_time_s)
		return diag_set(d, ERR_USAGE, "min_time %g is above max_time %g", s->min_time_s,
				s->max_time_s);
	return 0;
}

/* ---- writing ---- */

static void names_render(const struct spec *s, struct strbuf *out)
{
	strbuf_putc(out, '[');
	for (int i = 0; i < s->n_counters; i++) {
		strbuf_puts(out, i ? ", " : "");
		text_render(s->counters[i], out);
	}
	strbuf_putc(out, ']');
}

void number_render(double v, struct strbuf *out)
{
	char text[40] = "";
	for (int digits = 6; digits <= 17 && (!*text || strtod(text, NULL) != v); digits++)
		snprintf(text, sizeof text, "%.*g", digits, v);
	strbuf_puts(out, text);
}

void option_render(const struct spec *s, const struct option *o, struct strbuf *out)
{
	const void *v = value_of(s, o);
	switch (o->type) {
	case OPTION_TEXT:
		text_render(*(char *const *)v, out);
		break;
	case OPTION_AUTO:
		if (*(const int *)v == 0) {
			strbuf_puts(out, "auto");
			break;
		}
		/* fallthrough */
	case OPTION_INT:
		strbuf_printf(out, "%d", *(const int *)v);
		break;
	case OPTION_INT64:
	case OPTION_BYTES:
		strbuf_printf(out, "%" PRId64, *(const int64_t *)v);
		break;
	case OPTION_SECONDS:
		number_render(*(const double *)v, out);
		break;
	case OPTION_BOOL:
		strbuf_puts(out, *(const bool *)v ? "true" : "false");
		break;
	case OPTION_NAMES:
		names_render(s, out);
		break;
	}
}
