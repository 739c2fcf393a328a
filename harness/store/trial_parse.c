/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text -> struct trial. Nothing of the text is believed. */
#include "config.h"

#include "harness/store/trial_text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"

/* ---- one field ---- */

static int text_take(const json_t *o, const char *key, char **out, struct diag *d)
{
	const char *text;
	int rc = json_get_string(o, key, &text, d);

	if (rc == 0)
		*out = mem_strdup(text);
	return rc;
}

static int int_take(const json_t *o, const struct field *f, int *out, struct diag *d)
{
	int64_t v;
	int rc = json_get_int(o, f->key, (int64_t)f->min, (int64_t)f->max, &v, d);

	if (rc == 0)
		*out = (int)v;
	return rc;
}

static int seed_take(const json_t *o, const char *key, uint64_t *out, struct diag *d)
{
	const char *text;
	int rc = json_get_string(o, key, &text, d);

	if (rc)
		return rc;
	errno = 0;
	*out = strtoull(text, NULL, 10);
	if (!*text || text[strspn(text, "0123456789")] || errno)
		return diag_set(d, ERR_FORMAT, "\"%s\" is \"%.40s\", expected digits of a number below 2^64",
				key, text);
	return 0;
}

static int real_take(const json_t *o, const struct field *f, double *out, struct diag *d)
{
	bool inside = f->type == FIELD_INSIDE;
	int rc = json_get_real(o, f->key, out, d);

	if (rc)
		return rc;
	if (*out < f->min || *out > f->max || (inside && (*out == f->min || *out == f->max)))
		return diag_set(d, ERR_FORMAT, "\"%s\" is %g, expected %s%g%s%g", f->key, *out,
				inside ? "above " : "", f->min, inside ? " and below " : " to ", f->max);
	return 0;
}

static int bool_take(const json_t *o, const char *key, bool *out, struct diag *d)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_boolean(v))
		return diag_set(d, ERR_FORMAT, "\"%s\" is %s, expected true or false", key,
				v ? "something else" : "absent");
	*out = json_is_true(v);
	return 0;
}

static int name_take(const json_t *o, const struct field *f, int *out, struct diag *d)
{
	const char *text;
	int rc = json_get_string(o, f->key, &text, d);

	for (int i = 0; rc == 0 && f->names[i]; i++)
		if (strcmp(text, f->names[i]) == 0) {
			*out = i;
			return 0;
		}
	return rc ? rc
		  : diag_set(d, ERR_FORMAT, "\"%s\" is \"%.40s\", expected one as \"%s\"", f->key, text,
			     f->names[0]);
}

static int field_take(const json_t *o, const struct field *f, void *at, struct diag *d)
{
	switch (f->type) {
	case FIELD_TEXT:
		return text_take(o, f->key, at, d);
	case FIELD_INT:
		return int_take(o, f, at, d);
	case FIELD_INT64:
		return json_get_int(o, f->key, 0, INT64_MAX, at, d);
	case FIELD_SEED:
		return seed_take(o, f->key, at, d);
	case FIELD_REAL_NAN:
		*(double *)at = NAN;
		return json_is_null(json_object_get(o, f->key)) ? 0 : real_take(o, f, at, d);
	case FIELD_REAL:
	case FIELD_INSIDE:
		return real_take(o, f, at, d);
	case FIELD_BOOL:
		return bool_take(o, f->key, at, d);
	case FIELD_NAME:
		return name_take(o, f, at, d);
	}
	return ERR_INTERNAL;
}

static int fields_take(const json_t *o, const struct fields *fields, void *owner, struct diag *d)
{
	int rc = json_is_object(o) ? 0 : diag_set(d, ERR_FORMAT, "expected an object");

	for (int i = 0; i < fields->n && rc == 0; i++)
		rc = field_take(o, &fields->field[i], (char *)owner + fields->field[i].offset, d);
	return rc;
}

/* ---- lists ---- */

/* The list under a key, with at most `most` members, and zeroed room for them. */
static int list_take(const json_t *o, const char *key, size_t most, size_t size, json_t **list, void **room,
		     struct diag *d)
{
	int rc = json_get_array(o, key, list, d);
	size_t n = rc ? 0 : json_array_size(*list);

	if (n > most)
		return diag_set(d, ERR_FORMAT, "\"%s\" has %zu members, at most %zu are allowed", key, n,
				most);
	if (rc)
		return rc;
	/* One more: none is no failure. */
	*room = mem_try_array(n + 1, size);
	return *room ? 0 : diag_set(d, ERR_OOM, "no memory for \"%s\" of %zu members", key, n);
}

static int lines_take(const json_t *o, const char *key, char ***out, int *n, struct diag *d)
{
	json_t *list;
	void *room = NULL;
	int rc = list_take(o, key, TRIAL_LINES_MAX, sizeof **out, &list, &room, d);

	*out = room;
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		const char *line = json_string_value(json_array_get(list, i));
		if (!line)
			return diag_set(d, ERR_FORMAT, "\"%s\": member %zu is no text", key, i + 1);
		(*out)[(*n)++] = mem_strdup(line);
	}
	return rc;
}

/* ---- arms and cells ---- */

static int arm_read(const json_t *o, struct trial_arm *out, struct diag *d)
{
	json_t *keys;
	int rc = fields_take(o, &trial_arm_fields, out, d);

	if (rc == 0)
		rc = json_get_object(o, "keys", &keys, d);
	return rc ? rc : point_from_json(keys, &out->keys, d);
}

static int ids_take(const json_t *o, struct trial_cell *out, struct diag *d)
{
	json_t *ids;
	int rc = json_get_array(o, "id", &ids, d);

	if (rc == 0 && json_array_size(ids) != TRIAL_ARMS)
		return diag_set(d, ERR_FORMAT, "\"id\" has %zu members, expected %d", json_array_size(ids),
				TRIAL_ARMS);
	for (size_t i = 0; rc == 0 && i < TRIAL_ARMS; i++) {
		const char *id = json_string_value(json_array_get(ids, i));
		if (!id || strlen(id) != POINT_ID_SIZE - 1 || id[strspn(id, "0123456789abcdef")])
			return diag_set(d, ERR_FORMAT,
					"\"id\": member %zu: expected 32 lower-case hex digits", i + 1);
		memcpy(out->id[i], id, POINT_ID_SIZE);
	}
	return rc;
}

static int cell_read(const json_t *o, struct trial_cell *out, struct diag *d)
{
	int rc = fields_take(o, &trial_cell_fields, out, d);

	return rc ? rc : ids_take(o, out, d);
}

/* An error inside of a member: where that stands goes before it. A point key that is not known here is one, too. */
static int member_fail(int rc, const char *what, size_t i, const struct diag *inner, struct diag *d)
{
	return diag_set(d, rc == ERR_OOM ? ERR_OOM : ERR_FORMAT, "%s %zu: %s", what, i + 1, inner->text);
}

static int arms_take(const json_t *o, struct trial *out, struct diag *d)
{
	json_t *list;
	struct diag inner = {0};
	int rc = json_get_array(o, "arms", &list, d);

	if (rc == 0 && json_array_size(list) != TRIAL_ARMS)
		return diag_set(d, ERR_FORMAT, "\"arms\" has %zu members, expected %d", json_array_size(list),
				TRIAL_ARMS);
	for (size_t i = 0; rc == 0 && i < TRIAL_ARMS; i++) {
		rc = arm_read(json_array_get(list, i), &out->arm[i], &inner);
		if (rc)
			return member_fail(rc, "arm", i, &inner, d);
	}
	return rc;
}

static int cells_take(const json_t *o, struct trial *out, struct diag *d)
{
	json_t *list;
	struct diag inner = {0};
	void *room = NULL;
	int rc = list_take(o, "cells", TRIAL_CELLS_MAX, sizeof *out->cell, &list, &room, d);

	out->cell = room;
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		struct trial_cell *cell = &out->cell[out->n_cells++];
		rc = cell_read(json_array_get(list, i), cell, &inner);
		if (rc)
			return member_fail(rc, "cell", i, &inner, d);
		/* Who finds the group of a pair divides by it. */
		if (cell->persistent && out->restart_pairs == 0)
			return diag_set(d, ERR_FORMAT,
					"cell %zu: \"persistent\" is true, but \"restart_pairs\" is 0",
					i + 1);
	}
	return rc;
}

static int calibration_take(const json_t *o, struct trial_calibration *out, struct diag *d)
{
	json_t *of;
	struct diag inner = {0};
	int rc = json_get_object(o, "calibration", &of, d);

	if (rc)
		return rc;
	if (fields_take(of, &trial_calibration_fields, out, &inner))
		return diag_set(d, ERR_FORMAT, "calibration: %s", inner.text);
	if (out->k > out->n || out->n_found > out->n_injected)
		return diag_set(d, ERR_FORMAT, "calibration: %d of %d and %d of %d: more than there are",
				out->k, out->n, out->n_found, out->n_injected);
	return 0;
}

static int trial_read(const json_t *o, struct trial *out, struct diag *d)
{
	int rc = fields_take(o, &trial_fields, out, d);

	if (rc == 0)
		rc = arms_take(o, out, d);
	if (rc == 0)
		rc = calibration_take(o, &out->calibration, d);
	if (rc == 0)
		rc = lines_take(o, "allowed", &out->allowed, &out->n_allowed, d);
	if (rc == 0)
		rc = lines_take(o, "differences", &out->difference, &out->n_differences, d);
	return rc ? rc : cells_take(o, out, d);
}

int trial_parse(const char *text, size_t n, struct trial *out, struct diag *d)
{
	json_error_t error;
	struct trial t = {0};
	json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
	int rc;

	if (!o)
		return diag_set(d, ERR_FORMAT, "no JSON at byte %d: %.160s", error.position, error.text);
	rc = trial_read(o, &t, d);
	json_decref(o);
	if (rc)
		trial_free(&t);
	else
		*out = t;
	return rc;
}
