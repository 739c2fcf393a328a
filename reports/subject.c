/* SPDX-License-Identifier: Apache-2.0 */
/* What a run as a whole is about. */
#include "config.h"

#include <string.h>

#include "reports/view.h"

void view_models(struct strbuf *line, const struct view *v)
{
	struct strbuf seen = {0}, name = {0};

	for (int i = 0; i < v->a->n_rows; i++) {
		const char *model = point_get(&v->a->rows[i].point->point, KEY_MODEL);

		if (!*model)
			continue;
		strbuf_reset(&name);
		strbuf_putc(&name, '\n');
		model_short(&name, model);
		strbuf_putc(&name, '\n');
		if (strstr(strbuf_text(&seen), strbuf_text(&name)))
			continue;
		strbuf_puts(line, seen.len ? ", " : "");
		model_short(line, model);
		strbuf_puts(&seen, strbuf_text(&name));
	}
	if (!seen.len)
		strbuf_puts(line, "operations");
	strbuf_free(&seen);
	strbuf_free(&name);
}

void view_constants(struct strbuf *line, const struct view *v)
{
	static const struct {
		enum point_key key;
		bool unusual; /* the default goes without saying */
		const char *before, *after;
	} said[] = {{KEY_ENGINE, false, "engine ", ""},
		    {KEY_DEVICE, true, "device ", ""},
		    {KEY_ISA, false, "isa ", ""},
		    {KEY_THREADS, false, "", " threads"},
		    {KEY_KV, false, "kv ", ""},
		    {KEY_PROVIDER, false, "gemm ", ""},
		    {KEY_AFFINITY, true, "affinity ", ""},
		    {KEY_CACHE, true, "caches ", ""},
		    {KEY_DURATION, true, "", ""},
		    {KEY_OPTIONS, true, "options ", ""}};
	bool first = true;

	for (size_t i = 0; i < sizeof said / sizeof said[0] && v->a->n_rows > 0; i++) {
		const char *value = point_get(&v->a->rows[0].point->point, said[i].key);

		if (v->varies[said[i].key] || !*value)
			continue;
		if (said[i].unusual && strcmp(value, point_key_default(said[i].key)) == 0)
			continue;
		strbuf_printf(line, "%s%s%s%s", first ? "" : ", ", said[i].before, value,
			      said[i].key == KEY_THREADS && strcmp(value, "1") == 0 ? " thread"
										    : said[i].after);
		first = false;
	}
}
