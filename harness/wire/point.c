/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/wire/point.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* A value longer than the longest path the kernel takes is garbage. */
enum { VALUE_MAX = 4096 };

static const struct {
	const char *name;
	const char *dflt;
	const char *help;
} keys[KEY_COUNT] = {
#define KEY(id, text, dflt, help) {text, dflt, help},
#include "harness/wire/keys.inc"
#undef KEY
};

const char *point_key_name(enum point_key key)
{
	return keys[key].name;
}

const char *point_key_default(enum point_key key)
{
	return keys[key].dflt;
}

const char *point_key_help(enum point_key key)
{
	return keys[key].help;
}

enum point_key point_key_find(const char *name)
{
	int k = 0;
	while (k < KEY_COUNT && strcmp(keys[k].name, name) != 0)
		k++;
	return (enum point_key)k;
}

void point_set(struct point *p, enum point_key key, const char *value)
{
	/* The value may be the one that is held already. */
	char *copy = value ? mem_strdup(value) : NULL;
	free(p->value[key]);
	p->value[key] = copy;
}

const char *point_get(const struct point *p, enum point_key key)
{
	if (p->value[key])
		return p->value[key];
	return keys[key].dflt ? keys[key].dflt : "";
}

int point_get_int(const struct point *p, enum point_key key, int64_t min, int64_t max, int64_t *out,
		  struct diag *d)
{
	const char *text = point_get(p, key);
	if (!*text)
		return diag_set(d, ERR_USAGE, "point: key \"%s\" is missing", keys[key].name);
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	/* Digits only: no sign, space, base prefix or leading zero that a text compare would tell apart. */
	bool plain = strspn(text, "0123456789") == strlen(text) && (text[0] != '0' || !text[1]);
	if (!plain || *end || errno || v < min || v > max)
		return diag_set(d, ERR_USAGE,
				"point: %s \"%.60s\": expected a whole number from %lld to %lld",
				keys[key].name, text, (long long)min, (long long)max);
	*out = v;
	return 0;
}

int64_t point_int_or(const struct point *p, enum point_key key, int64_t fallback)
{
	int64_t v;
	return point_get_int(p, key, 0, INT32_MAX, &v, NULL) == 0 ? v : fallback;
}

void point_copy(struct point *dst, const struct point *src)
{
	for (int k = 0; k < KEY_COUNT; k++)
		dst->value[k] = src->value[k] ? mem_strdup(src->value[k]) : NULL;
}

void point_free(struct point *p)
{
	for (int k = 0; k < KEY_COUNT; k++)
		point_set(p, (enum point_key)k, NULL);
}

static bool is_default(const struct point *p, int key)
{
	return keys[key].dflt && strcmp(p->value[key], keys[key].dflt) == 0;
}

static void add_escaped(struct strbuf *out, const char *value)
{
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		if (*c < ' ' || *c == 0x7f || *c == '%')
			strbuf_printf(out, "%%%02X", *c);
		else
			strbuf_putc(out, (char)*c);
	}
}

void point_canonical(const struct point *p, const char *model_hash, struct strbuf *out)
{
	bool first = true;
	for (int k = 0; k < KEY_COUNT; k++) {
		if (!p->value[k] || is_default(p, k))
			continue;
		strbuf_printf(out, "%s%s=", first ? "" : "\n", keys[k].name);
		add_escaped(out, k == KEY_MODEL && model_hash ? model_hash : p->value[k]);
		first = false;
	}
}

void point_id(const struct point *p, const char *model_hash, char id[POINT_ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	struct strbuf text = {0};
	XXH128_canonical_t c;
	point_canonical(p, model_hash, &text);
	XXH128_canonicalFromHash(&c, XXH3_128bits(strbuf_text(&text), text.len));
	strbuf_free(&text);
	for (int i = 0; i < 16; i++) {
		id[2 * i] = digits[c.digest[i] >> 4];
		id[2 * i + 1] = digits[c.digest[i] & 15];
	}
	id[32] = '\0';
}

json_t *point_to_json(const struct point *p)
{
	json_t *o = json_object();
	for (int k = 0; k < KEY_COUNT; k++)
		if (p->value[k])
			json_object_set_new(o, keys[k].name, json_string(p->value[k]));
	return o;
}

static int get_value(struct point *p, const char *name, const json_t *value, struct diag *d)
{
	enum point_key key = point_key_find(name);
	if (key == KEY_COUNT)
		return diag_set(d, ERR_UNSUPPORTED, "unknown point key \"%.60s\"", name);
	if (!json_is_string(value))
		return diag_set(d, ERR_FORMAT, "point: %s: expected a text", name);
	if (json_string_length(value) > VALUE_MAX)
		return diag_set(d, ERR_FORMAT, "point: %s: %zu bytes, at most %d are allowed", name,
				json_string_length(value), VALUE_MAX);
	point_set(p, key, json_string_value(value));
	return 0;
}

int point_from_json(const json_t *o, struct point *out, struct diag *d)
{
	struct point p = {0};
	const char *name;
	json_t *value;
	int rc = 0;
	if (!json_is_object(o))
		return diag_set(d, ERR_FORMAT, "point: expected an object of texts");
	json_object_foreach((json_t *)o, name, value)
	{
		rc = get_value(&p, name, value, d);
		if (rc) {
			point_free(&p);
			return rc;
		}
	}
	*out = p;
	return 0;
}

bool point_is_sustained(const struct point *p)
{
	return strcmp(point_get(p, KEY_DURATION), "sustained") == 0;
}

bool device_is_cpu(const char *name)
{
	const char *usual = point_key_default(KEY_DEVICE);
	size_t n = strlen(usual);
	return strncmp(name, usual, n) == 0 && (name[n] == '\0' || name[n] == ':');
}

bool point_is_on_cpu(const struct point *p)
{
	return device_is_cpu(point_get(p, KEY_DEVICE));
}

const char *point_fma_type(const struct point *p)
{
	static const struct {
		const char *precision, *cpu, *other;
	} types[] = {
		{"f32", "f32", "f32"},	    {"tf32", "f32", "tf32"}, {"f16", "f32", "f16"},
		{"bf16", "bf16", "bf16"},   {"q8_0", "int8", "f16"}, {"q4_0", "int8", "f16"},
		{"wi8ai8", "int8", "int8"},
	};
	bool cpu = point_is_on_cpu(p);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strcmp(point_get(p, KEY_PRECISION), types[i].precision) == 0)
			return cpu ? types[i].cpu : types[i].other;
	return "f32";
}
