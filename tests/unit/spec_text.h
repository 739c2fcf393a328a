/* SPDX-License-Identifier: Apache-2.0 */
/* Specs from texts, for tests. */
#ifndef IFM_TESTS_UNIT_SPEC_TEXT_H
#define IFM_TESTS_UNIT_SPEC_TEXT_H

#include "engines/base/strbuf.h"
#include "harness/spec/spec.h"
#include "tests/tap.h"

static inline int parse(struct spec *s, const char *text, struct diag *d)
{
	diag_clear(d);
	return spec_parse(s, text, strlen(text), "dir/x.yaml", d);
}

/* "1 2 4", "" when the axis is not given. */
static inline const char *values(const struct axis *a)
{
	static struct strbuf text;
	strbuf_reset(&text);
	for (int i = 0; i < a->n; i++)
		strbuf_printf(&text, "%s%s", i ? " " : "", a->value[i]);
	return strbuf_text(&text);
}

static inline bool same_axes(const struct spec *a, const struct spec *b)
{
	bool same = a->n_sections == b->n_sections;
	for (int i = 0; i < a->n_sections && same; i++)
		same = a->sections[i].delta == b->sections[i].delta &&
		       a->sections[i].required == b->sections[i].required;
	for (int i = 0; i < a->n_sections && same; i++)
		for (int k = 0; k < KEY_COUNT && same; k++) {
			const struct axis *x = &a->sections[i].axis[k], *y = &b->sections[i].axis[k];
			same = x->n == y->n;
			for (int v = 0; v < x->n && same; v++)
				same = strcmp(x->value[v], y->value[v]) == 0;
		}
	return same;
}

static inline bool same_options(const struct spec *a, const struct spec *b)
{
	bool same = a->seed == b->seed && a->rounds == b->rounds && a->warmup == b->warmup &&
		    a->repeat == b->repeat && a->min_time_s == b->min_time_s &&
		    a->max_time_s == b->max_time_s && a->timeout_s == b->timeout_s &&
		    a->visit_timeout_s == b->visit_timeout_s && a->memory_limit == b->memory_limit &&
		    a->idle_s == b->idle_s && a->wait_quiet_s == b->wait_quiet_s && a->verify == b->verify &&
		    a->ceilings == b->ceilings && a->n_counters == b->n_counters &&
		    strcmp(a->name, b->name) == 0;
	for (int i = 0; i < a->n_counters && same; i++)
		same = strcmp(a->counters[i], b->counters[i]) == 0;
	return same;
}

/* Renders s, reads it back, compares and frees both. */
static inline void is_round_trip(struct spec *s, const char *name)
{
	struct spec back;
	struct diag d;
	char said[600];
	spec_render(s);
	if (ok(parse(&back, s->text, &d) == 0, "%s: is read back", name)) {
		ok(same_axes(s, &back), "%s: same axes", name);
		ok(same_options(s, &back), "%s: same options", name);
		spec_free(&back);
	} else {
		printf("# %s\n", diag_format(&d, said, sizeof said));
	}
	spec_free(s);
}

#endif
