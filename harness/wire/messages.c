/* SPDX-License-Identifier: Apache-2.0 */
/* The short messages: model, check, prepared, the request of a run. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/codec.h"
#include "harness/wire/wire.h"

enum { COUNTERS_MAX = 256 };
#define IDLE_MAX_NS ((int64_t)WIRE_IDLE_MAX_S * 1000000000)

/* Sums of the parts are added up in another order than the whole. */
#define PARTS_TOLERANCE 1e-9

/* ---- model ---- */

static const struct field model_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_model, hash),	     FIELD_OF(FIELD_STRING, wire_model, name),
	FIELD_OF(FIELD_TEXT, wire_model, arch),	     FIELD_OF(FIELD_TEXT, wire_model, file_type),
	FIELD_OF(FIELD_INT64, wire_model, n_params), FIELD_OF(FIELD_INT64, wire_model, n_context),
	FIELD_OF(FIELD_INT64, wire_model, n_vocab),  FIELD_TABLE_END,
};

/* Told together or not at all: workers of others need not. */
static const struct field model_label_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_model, label),
	FIELD_OF(FIELD_INT64, wire_model, weight_bytes),
	FIELD_TABLE_END,
};

json_t *wire_model_to_json(const struct wire_model *m)
{
	json_t *o = json_object();
	codec_put(o, model_fields, m);
	if (m->label[0])
		codec_put(o, model_label_fields, m);
	return o;
}

int wire_model_from_json(const json_t *o, struct wire_model *out, struct diag *d)
{
	struct wire_model m = {0};
	int rc = codec_get(o, model_fields, &m, d);
	if (rc == 0 && json_object_get(o, "label"))
		rc = codec_get(o, model_label_fields, &m, d);
	if (rc) {
		wire_model_free(&m);
		return rc;
	}
	*out = m;
	return 0;
}

void wire_model_free(struct wire_model *m)
{
	free(m->name);
	memset(m, 0, sizeof *m);
}

/* ---- check ---- */

static const struct field check_fields[] = {
	FIELD_OF(FIELD_BOOL, wire_check, fits),
	FIELD_OF(FIELD_STRING, wire_check, why),
	FIELD_OF(FIELD_INT64, wire_check, weights),
	FIELD_OF(FIELD_INT64, wire_check, kv),
	FIELD_OF(FIELD_INT64, wire_check, scratch),
	FIELD_OF(FIELD_INT64, wire_check, total),
	FIELD_OF(FIELD_INT64, wire_check, limit),
	FIELD_OF(FIELD_REAL, wire_check, flops),
	FIELD_OF(FIELD_REAL, wire_check, bytes),
	FIELD_OF(FIELD_REAL, wire_check, tokens),
	FIELD_OF(FIELD_INT64, wire_check, working_set),
	FIELD_OF(FIELD_INT, wire_check, steps),
	FIELD_TABLE_END,
};

/* Those that a worker may leave out when it has nothing to say. */
static const struct field check_calls_fields[] = {
	FIELD_OF(FIELD_REAL, wire_check, calls),
	FIELD_TABLE_END,
};

static const struct field part_fields[] = {
	FIELD_OF(FIELD_REAL, wire_part, flops),
	FIELD_OF(FIELD_REAL, wire_part, bytes),
	FIELD_OF(FIELD_INT, wire_part, steps),
	FIELD_TABLE_END,
};

static void put_parts(json_t *o, const struct wire_check *c)
{
	json_t *list = json_array();
	for (int i = 0; i < c->n_parts; i++) {
		json_t *part = json_object();
		codec_put(part, part_fields, &c->part[i]);
		json_array_append_new(list, part);
	}
	json_object_set_new(o, "parts", list);
}

json_t *wire_check_to_json(const struct wire_check *c)
{
	json_t *o = json_object();
	codec_put(o, check_fields, c);
	if (c->calls > 0)
		codec_put(o, check_calls_fields, c);
	if (c->n_parts)
		put_parts(o, c);
	json_object_set_new(o, "code", json_string(err_name(c->code)));
	return o;
}

static bool is_sum(double sum, double whole)
{
	return fabs(sum - whole) <= PARTS_TOLERANCE * whole;
}

/* Parts that are no parts of the whole would make a ceiling of anything. */
static int check_parts(const struct wire_check *c, struct diag *d)
{
	double flops = 0, bytes = 0, steps = 0;
	for (int i = 0; i < c->n_parts; i++) {
		flops += c->part[i].flops;
		bytes += c->part[i].bytes;
		steps += c->part[i].steps;
	}
	if (c->n_parts == 0 ||
	    (is_sum(flops, c->flops) && is_sum(bytes, c->bytes) && is_sum(steps, c->steps)))
		return 0;
	return diag_set(d, ERR_FORMAT, "check: %d parts do not add up to the repetition", c->n_parts);
}

static int get_part(const json_t *o, void *item, struct diag *d)
{
	return codec_get(o, part_fields, item, d);
}

static int get_parts(const json_t *o, struct wire_check *c, struct diag *d)
{
	void *items = NULL;
	int n = 0;
	if (!json_object_get(o, "parts"))
		return 0;
	int rc = codec_get_array(o, "parts", WIRE_PARTS_MAX, sizeof c->part[0], get_part, &items, &n, d);
	if (rc == 0) {
		memcpy(c->part, items, (size_t)n * sizeof c->part[0]);
		c->n_parts = n;
		rc = check_parts(c, d);
	}
	free(items);
	return rc;
}

int wire_check_from_json(const json_t *o, struct wire_check *out, struct diag *d)
{
	struct wire_check c = {0};
	const char *code = NULL;
	int rc = codec_get(o, check_fields, &c, d);
	if (rc == 0 && json_object_get(o, "calls"))
		rc = codec_get(o, check_calls_fields, &c, d);
	if (rc == 0)
		rc = json_get_string(o, "code", &code, d);
	if (rc == 0)
		rc = get_parts(o, &c, d);
	c.code = err_from_name(code);
	if (rc == 0 && c.fits != (c.code == ERR_OK))
		rc = diag_set(d, ERR_FORMAT, "check: \"fits\" and code \"%.40s\" contradict", code);
	if (rc) {
		wire_check_free(&c);
		return rc;
	}
	*out = c;
	return 0;
}

void wire_check_free(struct wire_check *c)
{
	free(c->why);
	memset(c, 0, sizeof *c);
}

/* ---- prepared ---- */

static const struct field prepared_fields[] = {
	FIELD_OF(FIELD_INT64, wire_prepared, load_ns),
	FIELD_OF(FIELD_INT64, wire_prepared, weight_bytes),
	FIELD_OF(FIELD_STRING, wire_prepared, describe),
	FIELD_TABLE_END,
};

json_t *wire_prepared_to_json(const struct wire_prepared *p)
{
	json_t *o = json_object();
	codec_put(o, prepared_fields, p);
	return o;
}

int wire_prepared_from_json(const json_t *o, struct wire_prepared *out, struct diag *d)
{
	struct wire_prepared p = {0};
	int rc = codec_get(o, prepared_fields, &p, d);
	if (rc) {
		wire_prepared_free(&p);
		return rc;
	}
	*out = p;
	return 0;
}

void wire_prepared_free(struct wire_prepared *p)
{
	free(p->describe);
	memset(p, 0, sizeof *p);
}

/* ---- the request of a run ---- */

static const struct field run_request_fields[] = {
	FIELD_OF(FIELD_INT, wire_run_request, warmup),
	FIELD_OF(FIELD_INT, wire_run_request, repeat),
	FIELD_OF(FIELD_INT64, wire_run_request, min_time_ns),
	FIELD_OF(FIELD_INT64, wire_run_request, max_time_ns),
	FIELD_OF(FIELD_INT, wire_run_request, pass),
	FIELD_TABLE_END,
};

json_t *wire_run_request_to_json(const struct wire_run_request *r)
{
	json_t *o = json_object(), *counters = json_array();
	codec_put(o, run_request_fields, r);
	for (int i = 0; i < r->n_counters; i++)
		json_array_append_new(counters, codec_text(r->counters[i]));
	json_object_set_new(o, "counters", counters);
	if (r->idle_ns)
		json_object_set_new(o, "idle_ns", json_integer(r->idle_ns));
	return o;
}

static int get_counter(const json_t *o, void *item, struct diag *d)
{
	if (!json_is_string(o) || json_string_length(o) >= WIRE_NAME)
		return diag_set(d, ERR_FORMAT, "counters: expected texts of at most %d bytes", WIRE_NAME - 1);
	*(char **)item = mem_strdup(json_string_value(o));
	return 0;
}

int wire_run_request_from_json(const json_t *o, struct wire_run_request *out, struct diag *d)
{
	struct wire_run_request r = {0};
	int rc = codec_get(o, run_request_fields, &r, d);
	if (rc == 0)
		rc = codec_get_array(o, "counters", COUNTERS_MAX, sizeof *r.counters, get_counter,
				     (void **)&r.counters, &r.n_counters, d);
	if (rc == 0 && json_object_get(o, "idle_ns"))
		rc = json_get_int(o, "idle_ns", 0, IDLE_MAX_NS, &r.idle_ns, d);
	if (rc) {
		wire_run_request_free(&r);
		return rc;
	}
	*out = r;
	return 0;
}

void wire_run_request_free(struct wire_run_request *r)
{
	for (int i = 0; i < r->n_counters; i++)
		free(r->counters[i]);
	free(r->counters);
	memset(r, 0, sizeof *r);
}
