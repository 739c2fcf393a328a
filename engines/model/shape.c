/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/model/shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/family/family.h"
#include "engines/model/number.h"

enum { KEY_SIZE = 64, VALUE_SIZE = 32, FIELDS_MAX = 32 };
#define TIED	     "tied"
#define ARCHITECTURE "architecture"

/* A line under the reader. */
struct line {
	const char *file;
	int number;
	char key[KEY_SIZE];
	char value[VALUE_SIZE];
};

static int line_error(const struct line *l, const char *expected, struct diag *d)
{
	return diag_set_at(d, ERR_FORMAT, l->file, l->number, "key %s: \"%s\", expected %s", l->key, l->value,
			   expected);
}

/* Copies a word that ends before one of the bytes of stop; false when it is empty or too long. */
static bool word_take(const char **s, const char *stop, char *out, size_t size)
{
	size_t n = strcspn(*s, stop);
	if (n == 0 || n >= size)
		return false;
	memcpy(out, *s, n);
	out[n] = '\0';
	*s += n;
	return true;
}

static void spaces_skip(const char **s)
{
	*s += strspn(*s, " \t");
}

/* Splits n bytes; *blank: nothing but spaces or a comment. */
static int line_split(struct line *l, const char *text, bool *blank, struct diag *d)
{
	const char *s = text;
	spaces_skip(&s);
	*blank = *s == '#' || *s == '\n' || *s == '\0';
	if (*blank)
		return 0;
	s = text;
	bool good = word_take(&s, ": \t#\n", l->key, sizeof l->key) && *s == ':';
	if (good) {
		s++;
		good = *s == ' ';
		spaces_skip(&s);
	}
	good = good && word_take(&s, " \t#\n", l->value, sizeof l->value);
	spaces_skip(&s);
	if (good && (*s == '#' || *s == '\n' || *s == '\0'))
		return 0;
	return diag_set_at(d, ERR_FORMAT, l->file, l->number, "\"%.*s\", expected `key: value`",
			   (int)strcspn(text, "\n"), text);
}

static int real_set(struct hparams *hp, const struct hparams_field *f, const struct line *l, struct diag *d)
{
	char *end;
	double x = strtod(l->value, &end);
	if (*end || !hparams_set_real(hp, f, x))
		return line_error(l, "a positive number", d);
	return 0;
}

static int int_set(struct hparams *hp, const struct hparams_field *f, const struct line *l, struct diag *d)
{
	char expected[64];
	if (number_parse(l->value, f->max, hparams_int(hp, f)))
		return 0;
	snprintf(expected, sizeof expected, "a whole number from 1 to %d", f->max);
	return line_error(l, expected, d);
}

static int tied_set(struct shape *s, const struct line *l, struct diag *d)
{
	s->tied = strcmp(l->value, "true") == 0;
	return s->tied || strcmp(l->value, "false") == 0 ? 0 : line_error(l, "true or false", d);
}

static int key_unknown(const struct family *family, const struct line *l, struct diag *d)
{
	struct strbuf keys = {0};
	for (const struct hparams_field *f = family->fields; f->key; f++)
		strbuf_printf(&keys, "%s, ", f->key);
	int rc = diag_set_at(d, ERR_FORMAT, l->file, l->number,
			     "unknown key %s, expected one of %s" ARCHITECTURE " and " TIED, l->key,
			     strbuf_text(&keys));
	strbuf_free(&keys);
	return rc;
}

/* The architecture decides which keys there are, wherever it stands: it is read before the others. */
static int architecture_apply(struct shape *s, const struct line *l, bool *seen, struct diag *d)
{
	struct strbuf names = {0};
	if (strcmp(l->key, ARCHITECTURE) != 0)
		return 0;
	if (*seen)
		return diag_set_at(d, ERR_FORMAT, l->file, l->number, "a second value of key %s", l->key);
	*seen = true;
	s->family = family_find(l->value, strlen(l->value));
	if (s->family)
		return 0;
	family_names(&names);
	int rc = line_error(l, strbuf_text(&names), d);
	strbuf_free(&names);
	return rc;
}

/* seen: a flag a field, the one behind the last is of TIED. */
static int line_apply(struct shape *s, const struct line *l, bool *seen, struct diag *d)
{
	const struct hparams_field *f = s->family->fields;
	if (strcmp(l->key, ARCHITECTURE) == 0)
		return 0;
	while (f->key && strcmp(f->key, l->key) != 0)
		f++;
	if (!f->key && strcmp(l->key, TIED) != 0)
		return key_unknown(s->family, l, d);
	if (seen[f - s->family->fields])
		return diag_set_at(d, ERR_FORMAT, l->file, l->number, "a second value of key %s", l->key);
	seen[f - s->family->fields] = true;
	if (!f->key)
		return tied_set(s, l, d);
	return f->real ? real_set(&s->hp, f, l, d) : int_set(&s->hp, f, l, d);
}

static int missing_check(const struct family *f, const bool *seen, const char *file, struct diag *d)
{
	for (int i = 0;; i++) {
		const char *key = f->fields[i].key;
		if (!seen[i])
			return diag_set_at(d, ERR_FORMAT, file, 0, "key %s is missing", key ? key : TIED);
		if (!key)
			return 0;
	}
}

typedef int apply_fn(struct shape *s, const struct line *l, bool *seen, struct diag *d);

/* fn for each line that is not blank. */
static int lines_apply(struct shape *s, const char *text, const char *file, apply_fn *fn, bool *seen,
		       struct diag *d)
{
	struct line l = {.file = file};
	int rc = 0;
	for (const char *next = text; *next && !rc; next += *next == '\n') {
		bool blank;
		l.number++;
		rc = line_split(&l, next, &blank, d);
		if (!rc && !blank)
			rc = fn(s, &l, seen, d);
		next += strcspn(next, "\n");
	}
	return rc;
}

int shape_parse(struct shape *out, const char *text, const char *file, struct diag *d)
{
	struct shape s = {.family = family_default(), .hp.rope_scale = 1};
	bool named = false, seen[FIELDS_MAX] = {0};
	int rc = lines_apply(&s, text, file, architecture_apply, &named, d);
	if (!rc)
		rc = lines_apply(&s, text, file, line_apply, seen, d);
	if (!rc)
		rc = missing_check(s.family, seen, file, d);
	if (!rc)
		rc = hparams_check(&s.hp, file, d);
	if (!rc)
		*out = s;
	return rc;
}
