/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/exchange/value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

static int missing(const char *key, struct diag *d)
{
	return diag_set(d, ERR_FORMAT, "key \"%.60s\" is missing", key);
}

static int wrong(const json_t *value, const char *key, const char *expected, struct diag *d)
{
	if (json_is_string(value))
		return diag_set(d, ERR_FORMAT, "key \"%.60s\": \"%.60s\", expected %s", key,
				json_string_value(value), expected);
	return diag_set(d, ERR_FORMAT, "key \"%.60s\": expected %s", key, expected);
}

/* All of a text as a number. */
static bool text_int(const char *text, int64_t *out)
{
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	*out = v;
	return end != text && !*end && !errno;
}

static bool text_real(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && !*end && isfinite(*out);
}

int value_int(const json_t *value, const char *key, int64_t min, int64_t max, int64_t *out, struct diag *d)
{
	int64_t v = 0;
	bool good = true;
	if (!value)
		return missing(key, d);
	if (json_is_integer(value))
		v = json_integer_value(value);
	else if (json_is_boolean(value))
		v = json_is_true(value); /* flash_attn was one */
	else
		good = json_is_string(value) && text_int(json_string_value(value), &v);
	if (!good)
		return wrong(value, key, "a whole number", d);
	if (v < min || v > max)
		return diag_set(d, ERR_FORMAT, "key \"%.60s\": %" PRId64 ", expected %" PRId64 " to %" PRId64,
				key, v, min, max);
	*out = v;
	return 0;
}

int value_real(const json_t *value, const char *key, double *out, struct diag *d)
{
	double v = 0;
	if (!value)
		return missing(key, d);
	if (json_is_number(value))
		v = json_number_value(value);
	else if (!json_is_string(value) || !text_real(json_string_value(value), &v))
		return wrong(value, key, "a number", d);
	*out = v;
	return 0;
}

int value_bool(const json_t *value, const char *key, bool *out, struct diag *d)
{
	const char *text = value ? json_string_value(value) : NULL;
	int64_t v = 0;
	if (!value)
		return missing(key, d);
	if (text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		v = text[0] == 't';
	else if (value_int(value, key, 0, 1, &v, NULL))
		return wrong(value, key, "true or false", d);
	*out = v != 0;
	return 0;
}

int value_text(const json_t *value, const char *key, char **out, struct diag *d)
{
	if (!value)
		return missing(key, d);
	if (json_is_string(value))
		*out = mem_strdup(json_string_value(value));
	else if (json_is_integer(value))
		*out = mem_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		return wrong(value, key, "a text", d);
	return 0;
}
