/* SPDX-License-Identifier: Apache-2.0 */
/* What tells the cells of one comparison apart. */
#include "config.h"

#include <string.h>

#include "reports/view.h"

const enum point_key label_test_keys[] = {KEY_WORKLOAD, KEY_M,	  KEY_N,     KEY_K,
					  KEY_SIZE,	KEY_TYPE, KEY_DEPTH, KEY_COUNT};

bool label_in_test(enum point_key key)
{
	for (const enum point_key *k = label_test_keys; *k != KEY_COUNT; k++)
		if (*k == key)
			return true;
	return false;
}

int label_keys(const bool varies[KEY_COUNT], enum point_key *keys)
{
	int n = 0;

	if (varies[KEY_MODEL])
		keys[n++] = KEY_MODEL;
	if (varies[KEY_PRECISION])
		keys[n++] = KEY_PRECISION;
	for (int k = 0; k < KEY_COUNT; k++)
		if (varies[k] && k != KEY_MODEL && k != KEY_PRECISION && !label_in_test((enum point_key)k))
			keys[n++] = (enum point_key)k;
	return n;
}

void point_key_put(struct strbuf *out, const struct point *p, enum point_key key)
{
	if (key == KEY_MODEL)
		model_short(out, point_get(p, key));
	else
		strbuf_puts(out, point_get(p, key));
}

/* As few words as tell cells apart: a key's default goes without saying. */
void label_words(struct strbuf *out, const struct point *p, const enum point_key *keys, int n)
{
	static const struct {
		enum point_key key;
		const char *before;
	} brief[] = {{KEY_MODEL, ""},	 {KEY_PRECISION, ""},	      {KEY_ISA, ""},
		     {KEY_PROVIDER, ""}, {KEY_SEQUENCES, "\xc3\x97"}, {KEY_THREADS, "t"},
		     {KEY_UBATCH, "ub"}};

	for (int i = 0; i < n; i++) {
		const char *value = point_get(p, keys[i]), *before = NULL;
		const char *usual = point_key_default(keys[i]);

		if (!*value || (usual && strcmp(usual, value) == 0))
			continue;
		for (size_t k = 0; k < sizeof brief / sizeof brief[0]; k++)
			before = brief[k].key == keys[i] ? brief[k].before : before;
		strbuf_printf(out, " %s%s", before ? before : point_key_name(keys[i]), before ? "" : "=");
		point_key_put(out, p, keys[i]);
	}
}
