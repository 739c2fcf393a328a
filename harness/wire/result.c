/* SPDX-License-Identifier: Apache-2.0 */
/* What a run gives: series of raw samples, and readings of counters. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/codec.h"
#include "harness/wire/wire.h"

enum {
	SERIES_MAX = 256,
	READINGS_MAX = 1 << 20,
	SAMPLES_MAX = 1 << 25, /* more do not fit into a line */
};

static const struct field series_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_series, name),
	FIELD_OF(FIELD_TEXT, wire_series, unit),
	FIELD_OF(FIELD_TEXT, wire_series, clock),
	FIELD_OF(FIELD_INT64, wire_series, t0),
	FIELD_TABLE_END,
};
/* The arrays of a series; `rising`: an element is never below the one before. */
static const struct {
	const char *key;
	size_t offset;
	bool rising;
} columns[] = {
	{"values", offsetof(struct wire_series, values), false},
	{"offsets", offsetof(struct wire_series, offsets), true},
	{"marks", offsetof(struct wire_series, marks), false},
	{"reps", offsetof(struct wire_series, reps), true},
};
enum { N_COLUMNS = sizeof columns / sizeof columns[0] };

static const struct field reading_fields[] = {
	FIELD_OF(FIELD_TEXT, wire_reading, counter),	 FIELD_OF(FIELD_TEXT, wire_reading, unit),
	FIELD_OF(FIELD_TEXT, wire_reading, source),	 FIELD_OF(FIELD_INT, wire_reading, pass),
	FIELD_OF(FIELD_BOOL, wire_reading, usable),	 FIELD_OF(FIELD_TEXT, wire_reading, why),
	FIELD_OF(FIELD_INT64, wire_reading, value),	 FIELD_OF(FIELD_INT64, wire_reading, enabled_ns),
	FIELD_OF(FIELD_INT64, wire_reading, running_ns), FIELD_TABLE_END,
};
static const struct field result_fields[] = {
	FIELD_OF(FIELD_INT64, wire_run_result, peak_bytes),
	FIELD_OF(FIELD_INT, wire_run_result, window_version),
	FIELD_OF(FIELD_REAL, wire_run_result, tokens_per_rep),
	FIELD_OF(FIELD_REAL, wire_run_result, flops_per_rep),
	FIELD_OF(FIELD_REAL, wire_run_result, bytes_per_rep),
	FIELD_TABLE_END,
};

static int64_t **column_of(const struct wire_series *s, int i)
{
	return (int64_t **)((char *)s + columns[i].offset);
}

/* ---- to JSON ---- */

static json_t *series_to_json(const struct wire_series *s)
{
	json_t *o = json_object();
	codec_put(o, series_fields, s);
	for (int c = 0; c < N_COLUMNS; c++) {
		json_t *a = json_array();
		for (int i = 0; i < s->n; i++)
			json_array_append_new(a, json_integer((*column_of(s, c))[i]));
		json_object_set_new(o, columns[c].key, a);
	}
	return o;
}

json_t *wire_run_result_to_json(const struct wire_run_result *r)
{
	json_t *o = json_object(), *series = json_array(), *readings = json_array();
	codec_put(o, result_fields, r);
	for (int i = 0; i < r->n_series; i++)
		json_array_append_new(series, series_to_json(&r->series[i]));
	for (int i = 0; i < r->n_readings; i++) {
		json_t *reading = json_object();
		codec_put(reading, reading_fields, &r->readings[i]);
		json_object_set_new(reading, "thread", json_integer(r->readings[i].thread));
		json_array_append_new(readings, reading);
	}
	if (r->describe)
		json_object_set_new(o, "describe", codec_text(r->describe));
	json_object_set_new(o, "series", series);
	json_object_set_new(o, "readings", readings);
	if (r->step_cost_ns)
		json_object_set_new(o, "step_cost_ns", json_integer(r->step_cost_ns));
	return o;
}

/* ---- from JSON ---- */

static int get_column(const json_t *array, int c, int n, int64_t *out, struct diag *d)
{
	for (int i = 0; i < n; i++) {
		const json_t *v = json_array_get(array, (size_t)i);
		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return diag_set(d, ERR_FORMAT, "series: %s[%d]: expected a whole number not below 0",
					columns[c].key, i);
		out[i] = json_integer_value(v);
		if (columns[c].rising && i && out[i] < out[i - 1])
			return diag_set(d, ERR_FORMAT, "series: %s[%d] = %lld is below the one before",
					columns[c].key, i, (long long)out[i]);
	}
	return 0;
}

static int get_series(const json_t *o, void *item, struct diag *d)
{
	struct wire_series *s = item;
	json_t *array;
	int rc = codec_get(o, series_fields, s, d);
	for (int c = 0; c < N_COLUMNS && rc == 0; c++) {
		rc = json_get_array(o, columns[c].key, &array, d);
		if (rc)
			return rc;
		size_t n = json_array_size(array);
		if (n > SAMPLES_MAX || (c && n != (size_t)s->n))
			return diag_set(d, ERR_FORMAT, "series: %zu %s, expected %d", n, columns[c].key,
					c ? s->n : SAMPLES_MAX);
		int64_t *memory = mem_try_array(n + 1, sizeof *memory);
		if (!memory)
			return diag_set(d, ERR_OOM, "series: no memory for %zu samples", n);
		*column_of(s, c) = memory;
		s->n = (int)n;
		rc = get_column(array, c, (int)n, memory, d);
	}
	return rc;
}

static int get_reading(const json_t *o, void *item, struct diag *d)
{
	struct wire_reading *r = item;
	int64_t thread;
	int rc = codec_get(o, reading_fields, r, d);
	if (rc == 0)
		rc = json_get_int(o, "thread", -1, 1 << 20, &thread, d);
	if (rc == 0)
		r->thread = (int)thread;
	return rc;
}

int wire_run_result_from_json(const json_t *o, struct wire_run_result *out, struct diag *d)
{
	struct wire_run_result r = {0};
	int rc = codec_get(o, result_fields, &r, d);
	if (rc == 0 && json_object_get(o, "step_cost_ns"))
		rc = json_get_int(o, "step_cost_ns", 0, INT64_MAX, &r.step_cost_ns, d);
	if (rc == 0)
		rc = codec_get_array(o, "series", SERIES_MAX, sizeof *r.series, get_series,
				     (void **)&r.series, &r.n_series, d);
	if (rc == 0)
		rc = codec_get_array(o, "readings", READINGS_MAX, sizeof *r.readings, get_reading,
				     (void **)&r.readings, &r.n_readings, d);
	if (rc == 0 && json_object_get(o, "describe")) {
		const char *text = NULL;
		rc = json_get_string(o, "describe", &text, d);
		r.describe = rc ? NULL : mem_strdup(text);
	}
	if (rc) {
		wire_run_result_free(&r);
		return rc;
	}
	*out = r;
	return 0;
}

const struct wire_series *wire_run_result_steps(const struct wire_run_result *r)
{
	for (int i = 0; r && i < r->n_series; i++)
		if (strcmp(r->series[i].name, "step") == 0 && strcmp(r->series[i].unit, "ns") == 0)
			return &r->series[i];
	return NULL;
}

void wire_run_result_free(struct wire_run_result *r)
{
	for (int i = 0; i < r->n_series; i++)
		for (int c = 0; c < N_COLUMNS; c++)
			free(*column_of(&r->series[i], c));
	free(r->series);
	free(r->readings);
	free(r->describe);
	memset(r, 0, sizeof *r);
}
