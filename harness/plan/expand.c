/* SPDX-License-Identifier: Apache-2.0 */
/* Sections -> points: the cross product of what is asked and what can be. */
#include "config.h"

#include "harness/plan/private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"

/* The order of the product: what a value depends on stands before it (the workload decides which keys
 * count, the device what there is, the model its precision), then as people read rows. */
static const enum point_key nest[] = {
	KEY_WORKLOAD,  KEY_DEVICE,  KEY_ENGINE,	 KEY_MODEL,	KEY_M,	    KEY_N,
	KEY_K,	       KEY_SIZE,    KEY_TYPE,	 KEY_PRECISION, KEY_KV,	    KEY_DEPTH,
	KEY_SEQUENCES, KEY_UBATCH,  KEY_THREADS, KEY_AFFINITY,	KEY_ISA,    KEY_BLOCKING,
	KEY_PROVIDER,  KEY_OPTIONS, KEY_CACHE,	 KEY_DURATION,	KEY_INJECT,
};
_Static_assert(sizeof nest / sizeof nest[0] == KEY_COUNT, "each key has its place");

struct expansion {
	struct plan plan;
	struct plan_index index;
	struct plan_context context;
	const struct spec *spec;
	const struct section *section;
	int n_section;		/* its index */
	struct point point;	/* chosen so far */
	const char *at_depth;	/* what its workload said of the depth; NULL: nothing */
	enum point_state state; /* of the first value that was refused */
	const char *reason;	/* belongs to that value */
	int n_tried;		/* points before merging */
	struct diag *d;
};

/* A key that must be given and is not. */
static int key_missing(const struct expansion *e, enum point_key key)
{
	const char *file = e->spec->file;
	int line = *file ? e->section->axis[KEY_WORKLOAD].line : 0;
	if (key == KEY_WORKLOAD)
		return diag_set_at(e->d, ERR_USAGE, file, 0,
				   "no workload is given: expected as pp128, tg32, gemm");
	return diag_set_at(e->d, ERR_USAGE, file, line, "workload %.60s needs key \"%s\": %s%s",
			   point_get(&e->point, KEY_WORKLOAD), point_key_name(key), point_key_help(key),
			   key == KEY_MODEL && !*file ? " (-m on the command line)" : "");
}

static int point_add(struct expansion *e)
{
	bool added;
	if (++e->n_tried > PLAN_POINTS_MAX)
		return diag_set_at(e->d, ERR_USAGE, e->spec->file, 0,
				   "the axes multiply to more than %d points", PLAN_POINTS_MAX);
	if (plan_exclude(&e->plan, e->spec, e->n_section, &e->context, &e->point)) {
		e->plan.n_dropped++;
		return 0;
	}
	const struct plan_model *m = e->context.model;
	const char *hash = m && *m->answer.hash ? m->answer.hash : NULL;
	int i = plan_put(&e->plan, &e->index, &e->point, hash, &added);
	struct plan_point *point = &e->plan.points[i];
	if (added && e->state != POINT_PLANNED)
		plan_refuse(point, e->state, e->reason);
	if (point->delta == 0)
		point->delta = e->section->delta;
	point->required = point->required || e->section->required;
	return 0;
}

static bool is_usual(const char *counter)
{
	struct spec usual;
	bool found = false;
	spec_init(&usual);
	for (int i = 0; i < usual.n_counters; i++)
		found = found || strcmp(usual.counters[i], counter) == 0;
	spec_free(&usual);
	return found;
}

/* The error of a source, where it was written: in the file, else as an option. */
static int counter_fail(const struct spec *spec, const char *text, struct diag *d)
{
	if (spec->counters_line)
		return diag_set_at(d, ERR_USAGE, spec->file, spec->counters_line, "counters: %s", text);
	return diag_set(d, ERR_USAGE, "--counters: %s", text);
}

/* `unknown source "clok" (did you mean "clock"?)`, or what there is. */
static void put_unknown(struct strbuf *out, const char *name, const struct wire_hello *hello)
{
	const struct wire_choice *item = hello->counters.item;
	struct nearest near = {.name = name};
	strbuf_printf(out, "unknown source \"%.60s\"", name);
	for (int k = 0; k < hello->counters.n; k++)
		if (!item[k].groups)
			nearest_offer(&near, item[k].name);
	if (nearest_put(&near, out))
		return;
	strbuf_puts(out, hello->counters.n ? ", the worker has" : ", the worker has none");
	for (int k = 0; k < hello->counters.n; k++)
		strbuf_printf(out, "%s %s%s", k ? "," : "", item[k].name, item[k].groups ? ":GROUP" : "");
}

/*
 * A source that nobody knows was mistyped, and one of groups is not asked for without one. One that is known and unusable is
 * a reading with its reason, and so is a usual one that this worker does not have: nobody need have asked for it.
 */
static int counter_check(const struct spec *spec, const char *name, const struct wire_hello *hello,
			 struct diag *d)
{
	const struct wire_choice *c = wire_choice_find(&hello->counters, name);
	struct strbuf why = {0};
	int rc = 0;
	if (!c && !is_usual(name))
		put_unknown(&why, name, hello);
	else if (c && c->groups)
		strbuf_printf(&why,
			      "source \"%.60s\" is asked for with a group, as %.60s:GROUP: 'inferometer list "
			      "counters' lists them",
			      name, name);
	if (why.len)
		rc = counter_fail(spec, strbuf_text(&why), d);
	strbuf_free(&why);
	return rc;
}

static int counters_check(const struct spec *spec, const struct wire_hello *hello, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < spec->n_counters && rc == 0; i++)
		rc = counter_check(spec, spec->counters[i], hello, d);
	return rc;
}

static int expand_from(struct expansion *e, int depth);

/* "tg128 @ d4096" chosen: the workload is what stands before, the depth is that one alone. */
static int workload_part(struct expansion *e, const char *text)
{
	const char *at = strstr(text, " @ d");
	const struct axis *axis = &e->section->axis[KEY_DEPTH];
	e->at_depth = at ? at + strlen(" @ d") : NULL;
	if (!at)
		return 0;
	if (axis->n)
		return diag_set_at(e->d, ERR_USAGE, e->spec->file, *e->spec->file ? axis->line : 0,
				   "depth is given twice: as a key and in workload \"%.60s\"", text);
	char *name = mem_strndup(text, (size_t)(at - text));
	point_set(&e->point, KEY_WORKLOAD, name);
	free(name);
	/* Keys that a workload does not heed are left out; this one was a part of what was asked. */
	if (e->context.workload && !e->context.workload->key[KEY_DEPTH] && e->state == POINT_PLANNED) {
		e->state = POINT_SKIPPED;
		e->reason = "this worker's workload knows no depth";
	}
	return 0;
}

/* The rest of the product with one value of the key. */
static int expand_value(struct expansion *e, int depth, const struct plan_value *v)
{
	const struct plan_context context = e->context;
	enum point_state state = e->state;
	const char *reason = e->reason;
	point_set(&e->point, nest[depth], v->text);
	plan_context_choose(&e->context, nest[depth], v->text);
	int rc = nest[depth] == KEY_WORKLOAD ? workload_part(e, v->text) : 0;
	if (state == POINT_PLANNED && v->state != POINT_PLANNED) {
		e->state = v->state;
		e->reason = v->reason;
	}
	if (rc == 0)
		rc = expand_from(e, depth + 1);
	point_set(&e->point, nest[depth], NULL);
	e->context = context;
	e->state = state;
	e->reason = reason;
	return rc;
}

/* As deep as there are keys. */
static int expand_from(struct expansion *e, int depth)
{
	while (depth < KEY_COUNT && depth > 0 &&
	       !(e->context.workload && e->context.workload->key[nest[depth]]))
		depth++;
	if (depth == KEY_COUNT)
		return point_add(e);
	enum point_key key = nest[depth];
	const struct axis *axis = &e->section->axis[key];
	const struct axis said = {.value = (char *[]){(char *)(uintptr_t)e->at_depth}, .n = 1};
	struct plan_values values;
	int rc = 0;
	if (key == KEY_DEPTH && e->at_depth)
		axis = &said;
	if (!plan_resolve(&e->context, key, axis, &values))
		return key_missing(e, key);
	for (int i = 0; i < values.n && rc == 0; i++)
		rc = expand_value(e, depth, &values.item[i]);
	plan_values_free(&values);
	return rc;
}

/* All its points are those of the sections included in it. */
static bool stands_for_others(const struct spec *s, int i)
{
	return s->sections[i].axis[KEY_WORKLOAD].n == 0 && i + 1 < s->n_sections &&
	       !s->sections[i].included && s->sections[i + 1].included;
}

int plan_check_visits(const struct plan *p, const struct spec *spec, struct diag *d)
{
	int n = 0;
	for (int i = 0; i < p->n_points; i++)
		n += p->points[i].role == ROLE_MEASURE;
	if ((int64_t)n * spec->rounds <= PLAN_VISITS_MAX)
		return 0;
	return diag_set_at(d, ERR_USAGE, spec->file, 0, "%d points in %d rounds are more than %d visits", n,
			   spec->rounds, PLAN_VISITS_MAX);
}

static int expand_all(struct expansion *e)
{
	int rc = spec_check(e->spec, e->d);
	for (int i = 0; i < e->spec->n_sections && rc == 0; i++) {
		e->section = e->context.section = &e->spec->sections[i];
		e->n_section = i;
		if (!stands_for_others(e->spec, i) &&
		    share_has_section(e->context.share, e->context.hello, e->section))
			rc = expand_from(e, 0);
	}
	if (rc == 0 && e->plan.n_points == 0 && !e->context.share)
		rc = diag_set_at(e->d, ERR_USAGE, e->spec->file, 0, "exclude leaves none of %d points",
				 e->n_tried);
	return rc ? rc : plan_check_visits(&e->plan, e->spec, e->d);
}

int plan_expand_share(struct plan *out, const struct spec *spec, const struct wire_hello *hello,
		      const struct plan_model *models, int n_models, const struct plan_share *share,
		      struct diag *d)
{
	struct expansion e = {.spec = spec, .d = d};
	int rc = share && share->further ? 0 : counters_check(spec, hello, d);
	if (rc)
		return rc;
	e.plan.n_excludes = spec->n_excludes;
	e.plan.excludes = mem_alloc(((size_t)spec->n_excludes + 1) * sizeof *e.plan.excludes);
	for (int i = 0; i < spec->n_excludes; i++)
		e.plan.excludes[i].line = spec->excludes[i].line;
	plan_context_init(&e.context, hello, models, n_models);
	e.context.share = share;
	e.context.file = spec->file;
	rc = expand_all(&e);
	plan_context_free(&e.context);
	plan_index_free(&e.index);
	if (rc)
		plan_free(&e.plan);
	else
		*out = e.plan;
	return rc;
}

int plan_expand(struct plan *out, const struct spec *spec, const struct wire_hello *hello,
		const struct plan_model *models, int n_models, struct diag *d)
{
	return plan_expand_share(out, spec, hello, models, n_models, NULL, d);
}
