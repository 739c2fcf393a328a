/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/json.h"

#include <math.h>

#include "reports/text.h"

json_t *json_of_text(const char *text)
{
	struct strbuf clean = {0};
	json_t *value;

	text_lines(&clean, text ? text : "");
	value = json_string(strbuf_text(&clean));
	strbuf_free(&clean);
	return value;
}

json_t *json_of_texts(const char *const *text, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_of_text(text[i]));
	return list;
}

json_t *json_of_number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

json_t *json_of_estimate(const struct estimate *e)
{
	return json_pack("{s:o, s:o, s:o, s:i, s:b}", "value", json_of_number(e->value), "lo",
			 json_of_number(e->interval ? e->lo : NAN), "hi",
			 json_of_number(e->interval ? e->hi : NAN), "n", e->n, "interval", e->interval);
}

void json_put_text(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, json_of_text(text));
}

void json_put_number(json_t *o, const char *key, double x)
{
	json_object_set_new(o, key, json_of_number(x));
}
