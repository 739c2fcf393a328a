/* SPDX-License-Identifier: Apache-2.0 */
/* check, prepare, verify: a point, from its keys to outputs. */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "harness/measure/state.h"

/* A key without effect would make one thing look like two. */
static const struct workload_ops *workload_of(const struct point *p, struct diag *d)
{
	const char *argument;
	const char *text = point_get(p, KEY_WORKLOAD);
	if (!*text) {
		diag_set(d, ERR_USAGE, "point: key \"workload\" is missing");
		return NULL;
	}
	const struct workload_ops *w = workload_find(text, &argument, d);
	for (int k = 0; w && k < KEY_COUNT; k++)
		if (p->value[k] && !workload_heeds(w, (enum point_key)k)) {
			diag_set(d, ERR_UNSUPPORTED, "point: workload %s does not heed key \"%s\"", w->name,
				 point_key_name((enum point_key)k));
			return NULL;
		}
	return w;
}

/* Opens what the point needs: its workload, engine and model. */
static int open_all(struct server *s, const struct point *p, bool passive,
		    const struct workload_ops **workload, const struct model **m, struct manner *manner,
		    struct diag *d)
{
	const struct model_options plain = {0};
	const struct workload_ops *w = workload_of(p, d);
	if (!w) {
		assert(d->code); /* workload_of has said why */
		return d->code;
	}
	int rc = state_engine(s, p, 0, passive, d);
	*m = NULL;
	if (rc == 0)
		rc = manner_of(manner, p, s->engine.ops, w, d);
	if (rc == 0 && w->uses_model)
		rc = state_model(s, point_get(p, KEY_MODEL), &plain, m, d);
	*workload = w;
	return rc;
}

int state_prepare(struct server *s, const struct point *p, uint64_t seed, bool passive, struct diag *d)
{
	struct prepared n = {.seed = seed};
	const struct model *m;
	int rc = open_all(s, p, passive, &n.workload, &m, &n.manner, d);
	if (rc)
		return rc;
	/* What the last point held is free before memory is counted. */
	state_unprepare(s);
	rc = n.workload->check(s->engine.ops, s->engine.engine, m, p, &n.work, &n.plan, d);
	if (rc == 0)
		rc = manner_plan(&n.manner, s->engine.ops, s->engine.engine, &n.plan, d);
	if (rc == 0)
		rc = manner_prepare(&n.manner, s->engine.ops, s->engine.engine, d);
	if (rc)
		return rc;
	/* The run may keep pointers to the values: it gets those that live as long. */
	point_copy(&n.point, p);
	rc = n.workload->build(s->engine.ops, s->engine.engine, m, &n.point, seed, &n.run, d);
	if (rc) {
		point_free(&n.point);
		return rc;
	}
	s->prepared = n;
	return 0;
}

static int get_point(const json_t *message, struct point *p, struct diag *d)
{
	json_t *o;
	int rc = json_get_object(message, "point", &o, d);
	return rc ? rc : point_from_json(o, p, d);
}

static void parts_of(const struct workload_work *work, struct wire_check *c)
{
	_Static_assert(WORKLOAD_PARTS_MAX <= WIRE_PARTS_MAX, "a message holds all parts");
	c->n_parts = work->n_parts;
	for (int i = 0; i < work->n_parts; i++)
		c->part[i] =
			(struct wire_part){work->part[i].flops, work->part[i].bytes, work->part[i].steps};
}

static int check_point(struct server *s, const struct point *p, json_t **ok, struct diag *d)
{
	const struct workload_ops *w;
	const struct model *m;
	struct workload_work work = {0};
	struct memory_plan plan = {0};
	struct manner manner;
	struct diag why = {0};
	int rc = open_all(s, p, s->engine.passive, &w, &m, &manner, d);
	if (rc)
		return rc;
	rc = w->check(s->engine.ops, s->engine.engine, m, p, &work, &plan, &why);
	if (rc == 0)
		rc = manner_plan(&manner, s->engine.ops, s->engine.engine, &plan, &why);
	struct wire_check c = {
		.fits = rc == 0,
		.code = (enum err)rc,
		.why = rc ? why.text : "",
		.weights = (int64_t)plan.weights,
		.kv = (int64_t)plan.kv,
		.scratch = (int64_t)plan.scratch,
		.total = (int64_t)plan.total,
		.limit = (int64_t)plan.limit,
		.flops = work.flops,
		.bytes = work.bytes,
		.tokens = work.tokens,
		.working_set = (int64_t)work.working_set,
		.calls = work.calls,
		.steps = work.steps,
	};
	parts_of(&work, &c);
	*ok = wire_check_to_json(&c);
	return 0;
}

/* {ok: ...} or {error: ...} */
static json_t *check_entry(struct server *s, const json_t *o)
{
	struct point p = {0};
	struct diag why = {0};
	json_t *ok = NULL;
	int rc = point_from_json(o, &p, &why);
	if (rc == 0)
		rc = check_point(s, &p, &ok, &why);
	point_free(&p);
	return rc ? json_pack("{s:o}", "error", server_error(rc, &why)) : json_pack("{s:o}", "ok", ok);
}

static int check_list(struct server *s, const json_t *points, json_t **ok, struct diag *d)
{
	size_t i;
	const json_t *o;
	if (!json_is_array(points))
		return diag_set(d, ERR_FORMAT, "check: points: expected a list of points");
	json_t *checks = json_array();
	/* All of them against the same free memory: nothing is taken in between. */
	mem_hold(true);
	json_array_foreach((json_t *)points, i, o) json_array_append_new(checks, check_entry(s, o));
	mem_hold(false);
	*ok = json_pack("{s:o}", "checks", checks);
	return 0;
}

int request_check(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	const json_t *points = json_object_get(message, "points");
	struct point p = {0};
	if (points)
		return check_list(s, points, ok, d);
	int rc = get_point(message, &p, d);
	if (rc == 0)
		rc = check_point(s, &p, ok, d);
	point_free(&p);
	return rc;
}

int request_prepare(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	struct point p = {0};
	struct strbuf text = {0};
	/* Whatever happens: a run after a failed prepare must not measure the point before. */
	state_unprepare(s);
	int rc = get_point(message, &p, d);
	int64_t seed = json_opt_int(message, "seed", WORKLOAD_SEED), begun = clock_ns();
	if (rc == 0)
		rc = state_prepare(s, &p, (uint64_t)seed, s->engine.passive, d);
	point_free(&p);
	if (rc)
		return rc;
	struct wire_prepared answer = {.load_ns = clock_ns() - begun - s->prepared.manner.prepare_ns};
	answer.weight_bytes = (int64_t)s->prepared.plan.weights;
	s->prepared.workload->describe(s->prepared.run, &text);
	if (s->engine.ops->describe_engine)
		s->engine.ops->describe_engine(s->engine.engine, &text);
	manner_describe(&s->prepared.manner, &text);
	answer.describe = strbuf_take(&text);
	*ok = wire_prepared_to_json(&answer);
	wire_prepared_free(&answer);
	return 0;
}

int request_verify(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	float *out = NULL;
	int64_t rows = 0, cols = 0;
	(void)message;
	if (!s->prepared.workload)
		return diag_set(d, ERR_USAGE, "verify: nothing is prepared");
	int rc = s->prepared.workload->verify(s->prepared.run, &out, &rows, &cols, d);
	if (rc == 0) {
		char *data = wire_floats_encode(out, (size_t)(rows * cols));
		*ok = json_pack("{s:I, s:I, s:s}", "rows", (json_int_t)rows, "cols", (json_int_t)cols, "data",
				data);
		free(data);
	}
	free(out);
	return rc;
}
