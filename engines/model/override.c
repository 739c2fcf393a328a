/* SPDX-License-Identifier: Apache-2.0 */
/* Overrides of a shape: "layers=4&vocab=1000". */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "engines/model/family/family.h"
#include "engines/model/number.h"
#include "engines/model/shape.h"

#define TIED "tied"
enum { WORD_SIZE = 32, FIELDS_MAX = 32 };

/* One NAME=VALUE under the reader. */
struct item {
	const char *model;
	char name[WORD_SIZE];
	char value[WORD_SIZE];
};

struct override {
	struct shape shape;
	bool given[FIELDS_MAX]; /* a flag a field, the one behind the last is of TIED */
};

/* Takes the item that text begins with, and the & behind it; NULL when it is none. */
static const char *item_take(struct item *item, const char *text)
{
	size_t n = strcspn(text, "=&");
	if (n == 0 || n >= sizeof item->name || text[n] != '=')
		return NULL;
	memcpy(item->name, text, n);
	item->name[n] = '\0';
	text += n + 1;
	n = strcspn(text, "=&");
	if (n == 0 || n >= sizeof item->value || text[n] == '=' || (text[n] == '&' && !text[n + 1]))
		return NULL;
	memcpy(item->value, text, n);
	item->value[n] = '\0';
	return text + n + (text[n] == '&');
}

static int name_unknown(const struct family *f, const struct item *item, struct diag *d)
{
	struct strbuf names = {0};
	for (const struct hparams_field *field = f->fields; field->key; field++)
		if (field->brief)
			strbuf_printf(&names, "%s, ", field->brief);
	int rc = diag_set(d, ERR_USAGE, "synthetic model %s has no override \"%s\", expected one of %s" TIED,
			  item->model, item->name, strbuf_text(&names));
	strbuf_free(&names);
	return rc;
}

static int value_bad(const struct item *item, const char *expected, struct diag *d)
{
	return diag_set(d, ERR_USAGE, "synthetic model %s: override %s is \"%s\", expected %s", item->model,
			item->name, item->value, expected);
}

static int field_set(struct shape *s, const struct hparams_field *field, const struct item *item,
		     struct diag *d)
{
	char expected[64];
	if (number_parse(item->value, field->max, hparams_int(&s->hp, field)))
		return 0;
	snprintf(expected, sizeof expected, "a whole number from 1 to %d", field->max);
	return value_bad(item, expected, d);
}

static int tied_set(struct shape *s, const struct item *item, struct diag *d)
{
	s->tied = strcmp(item->value, "true") == 0;
	return s->tied || strcmp(item->value, "false") == 0 ? 0 : value_bad(item, "true or false", d);
}

static int item_apply(struct override *o, const struct item *item, struct diag *d)
{
	const struct hparams_field *fields = o->shape.family->fields;
	int i = 0;
	while (fields[i].key && !(fields[i].brief && strcmp(fields[i].brief, item->name) == 0))
		i++;
	if (!fields[i].key && strcmp(item->name, TIED) != 0)
		return name_unknown(o->shape.family, item, d);
	if (o->given[i])
		return diag_set(d, ERR_USAGE, "synthetic model %s: a second value of override %s",
				item->model, item->name);
	o->given[i] = true;
	return fields[i].key ? field_set(&o->shape, &fields[i], item, d) : tied_set(&o->shape, item, d);
}

static bool is_given(const struct override *o, const char *brief)
{
	const struct hparams_field *fields = o->shape.family->fields;
	int i = 0;
	while (!(fields[i].brief && strcmp(fields[i].brief, brief) == 0))
		i++;
	return o->given[i];
}

/* What was not asked but was made of what was. */
static int follow(struct override *o, const struct hparams *was, const char *model, struct diag *d)
{
	struct hparams *hp = &o->shape.hp;
	if (!is_given(o, "kv_heads") && was->n_kv_heads == was->n_heads)
		hp->n_kv_heads = hp->n_heads;
	bool divided = !is_given(o, "head_dim") && (int64_t)was->n_heads * was->head_dim == was->n_embd;
	if (divided && (hp->n_embd % hp->n_heads != 0 || hp->n_embd / hp->n_heads > HEAD_DIM_MAX))
		return diag_set(
			d, ERR_USAGE,
			"synthetic model %s: %d heads do not divide a width of %d into at most %d elements, "
			"expected override head_dim",
			model, hp->n_heads, hp->n_embd, HEAD_DIM_MAX);
	if (divided)
		hp->head_dim = hp->n_embd / hp->n_heads;
	if (was->n_rot == was->head_dim)
		hp->n_rot = hp->head_dim;
	return 0;
}

static bool same(struct shape *a, struct shape *b)
{
	bool same = a->tied == b->tied;
	for (const struct hparams_field *f = a->family->fields; f->key && same; f++)
		same = f->real || *hparams_int(&a->hp, f) == *hparams_int(&b->hp, f);
	return same;
}

/* The same shape has the same name, in whatever order it was asked for. */
static void name_append(struct strbuf *name, struct override *o)
{
	const struct hparams_field *fields = o->shape.family->fields;
	char sep = '?';
	int i = 0;
	for (; fields[i].key; i++) {
		if (!o->given[i])
			continue;
		strbuf_printf(name, "%c%s=%d", sep, fields[i].brief, *hparams_int(&o->shape.hp, &fields[i]));
		sep = '&';
	}
	if (o->given[i])
		strbuf_printf(name, "%c" TIED "=%s", sep, o->shape.tied ? "true" : "false");
}

int shape_override(struct shape *s, const char *text, const char *model, struct strbuf *name, struct diag *d)
{
	struct override o = {.shape = *s};
	struct item item = {.model = model};
	int rc = 0;
	do {
		const char *next = item_take(&item, text);
		if (!next)
			return diag_set(d, ERR_USAGE,
					"synthetic model %s: \"%.60s\", expected NAME=VALUE, more behind &",
					model, text);
		rc = item_apply(&o, &item, d);
		text = next;
	} while (*text && !rc);
	if (!rc)
		rc = follow(&o, &s->hp, model, d);
	if (!rc)
		rc = hparams_check(&o.shape.hp, model, d);
	if (rc)
		return rc;
	if (!same(&o.shape, s))
		name_append(name, &o);
	*s = o.shape;
	return 0;
}
