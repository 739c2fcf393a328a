/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/wire/point.h"

#include <stdio.h>
#include <string.h>

#include "engines/base/strbuf.h"

/* The words of a label, in order: how the value of a key is written. */
static const struct {
	enum point_key key;
	const char *before;
} words[] = {
	{KEY_WORKLOAD, ""},
	{KEY_DEPTH, "@ d"},
	{KEY_MODEL, ""},
	{KEY_M, "m"},
	{KEY_N, "n"},
	{KEY_K, "k"},
	{KEY_SIZE, "size="},
	{KEY_TYPE, ""},
	{KEY_PRECISION, ""},
	{KEY_KV, "kv="},
	{KEY_SEQUENCES, "B"},
	{KEY_UBATCH, "ub"},
	{KEY_THREADS, "t"},
	{KEY_ISA, ""},
	{KEY_BLOCKING, "blocking="},
	{KEY_PROVIDER, ""},
	{KEY_ENGINE, ""},
	{KEY_DEVICE, ""},
	{KEY_AFFINITY, ""},
	{KEY_CACHE, ""},
	{KEY_DURATION, ""},
	{KEY_OPTIONS, ""},
	{KEY_INJECT, "inject="},
};
_Static_assert(sizeof words / sizeof words[0] == KEY_COUNT, "each key has its word");

/* "llama-1b" of "synthetic:llama-1b", the last part of a path. */
static const char *short_model(const char *model)
{
	const char *slash = strrchr(model, '/');
	if (strncmp(model, "synthetic:", 10) == 0)
		return model + 10;
	return slash && slash[1] ? slash + 1 : model;
}

static const char *shown(const struct point *p, enum point_key key)
{
	const char *value = p->value[key], *dflt = point_key_default(key);
	if (!value || (dflt && strcmp(value, dflt) == 0))
		return NULL;
	if (key == KEY_MODEL)
		return strcmp(value, "default") == 0 ? NULL : short_model(value);
	return value;
}

const char *point_label(const struct point *p, char *buf, int size)
{
	struct strbuf s = {0};
	for (int i = 0; i < KEY_COUNT; i++) {
		const char *value = shown(p, words[i].key);
		if (value)
			strbuf_printf(&s, "%s%s%s", s.len ? " " : "", words[i].before, value);
	}
	snprintf(buf, (size_t)size, "%s", strbuf_text(&s));
	strbuf_free(&s);
	return buf;
}
