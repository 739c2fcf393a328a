/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/json.h"

#include <math.h>

#include "engines/base/mem.h"

static const char *type_name(const json_t *v)
{
	static const char *const names[] = {"an object",     "an array", "a string", "an integer",
					    "a real number", "true",	 "false",    "null"};
	return v ? names[json_typeof(v)] : "absent";
}

static int wrong(const char *key, const json_t *v, const char *expected, struct diag *d)
{
	return diag_set(d, ERR_FORMAT, "\"%s\" is %s, expected %s", key, type_name(v), expected);
}

int json_get_int(const json_t *o, const char *key, int64_t min, int64_t max, int64_t *out, struct diag *d)
{
	const json_t *v = json_object_get(o, key);
	if (!json_is_integer(v))
		return wrong(key, v, "an integer", d);
	int64_t i = json_integer_value(v);
	if (i < min || i > max)
		return diag_set(d, ERR_FORMAT, "\"%s\" is %lld, expected %lld to %lld", key, (long long)i,
				(long long)min, (long long)max);
	*out = i;
	return 0;
}

int json_get_real(const json_t *o, const char *key, double *out, struct diag *d)
{
	const json_t *v = json_object_get(o, key);
	if (!json_is_number(v) || !isfinite(json_number_value(v)))
		return wrong(key, v, "a number", d);
	*out = json_number_value(v);
	return 0;
}

int json_get_string(const json_t *o, const char *key, const char **out, struct diag *d)
{
	const json_t *v = json_object_get(o, key);
	if (!json_is_string(v))
		return wrong(key, v, "a string", d);
	*out = json_string_value(v);
	return 0;
}

int json_get_array(const json_t *o, const char *key, json_t **out, struct diag *d)
{
	json_t *v = json_object_get(o, key);
	if (!json_is_array(v))
		return wrong(key, v, "an array", d);
	*out = v;
	return 0;
}

int json_get_object(const json_t *o, const char *key, json_t **out, struct diag *d)
{
	json_t *v = json_object_get(o, key);
	if (!json_is_object(v))
		return wrong(key, v, "an object", d);
	*out = v;
	return 0;
}

int64_t json_opt_int(const json_t *o, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(o, key);
	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

double json_opt_real(const json_t *o, const char *key, double fallback)
{
	const json_t *v = json_object_get(o, key);
	return json_is_number(v) ? json_number_value(v) : fallback;
}

const char *json_opt_string(const json_t *o, const char *key, const char *fallback)
{
	const json_t *v = json_object_get(o, key);
	return json_is_string(v) ? json_string_value(v) : fallback;
}

int json_opt_bool(const json_t *o, const char *key, int fallback)
{
	const json_t *v = json_object_get(o, key);
	return json_is_boolean(v) ? json_boolean_value(v) : fallback;
}

char *json_text(const json_t *o)
{
	char *s = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
	return s ? s : mem_strdup("null");
}
