/* SPDX-License-Identifier: Apache-2.0 */
/* struct trial -> JSON text. */
#include "config.h"

#include "harness/store/trial_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"

/* NULL for text that is no UTF-8 and numbers that are not finite: JSON has neither. */
static json_t *value_of(const struct field *f, const void *at)
{
	switch (f->type) {
	case FIELD_TEXT: {
		const char *text = *(char *const *)at;
		return json_string(text ? text : "");
	}
	case FIELD_INT:
		return json_integer(*(const int *)at);
	case FIELD_INT64:
		return json_integer(*(const int64_t *)at);
	case FIELD_SEED:
		return json_sprintf("%" PRIu64, *(const uint64_t *)at);
	case FIELD_REAL_NAN:
		return isnan(*(const double *)at) ? json_null() : json_real(*(const double *)at);
	case FIELD_REAL:
	case FIELD_INSIDE:
		return json_real(*(const double *)at);
	case FIELD_BOOL:
		return json_boolean(*(const bool *)at);
	case FIELD_NAME:
		for (int i = 0; f->names[i]; i++)
			if (i == *(const int *)at)
				return json_string(f->names[i]);
		return NULL;
	}
	return NULL;
}

/* What has no value is left out; trial_format finds that when it reads. */
static json_t *object_of(const struct fields *fields, const void *owner)
{
	json_t *o = json_object();

	for (int i = 0; i < fields->n; i++)
		json_object_set_new(
			o, fields->field[i].key,
			value_of(&fields->field[i], (const char *)owner + fields->field[i].offset));
	return o;
}

static json_t *lines_of(char *const *line, int n)
{
	json_t *list = json_array();

	for (int i = 0; i < n; i++)
		json_array_append_new(list, json_string(line[i]));
	return list;
}

static json_t *arm_of(const struct trial_arm *arm)
{
	json_t *o = object_of(&trial_arm_fields, arm);

	json_object_set_new(o, "keys", point_to_json(&arm->keys));
	return o;
}

static json_t *cell_of(const struct trial_cell *cell)
{
	json_t *o = object_of(&trial_cell_fields, cell);

	json_object_set_new(o, "id", json_pack("[s, s]", cell->id[0], cell->id[1]));
	return o;
}

static json_t *json_of(const struct trial *t)
{
	json_t *o = object_of(&trial_fields, t), *arms = json_array(), *cells = json_array();

	for (int i = 0; i < TRIAL_ARMS; i++)
		json_array_append_new(arms, arm_of(&t->arm[i]));
	for (int i = 0; i < t->n_cells; i++)
		json_array_append_new(cells, cell_of(&t->cell[i]));
	json_object_set_new(o, "arms", arms);
	json_object_set_new(o, "calibration", object_of(&trial_calibration_fields, &t->calibration));
	json_object_set_new(o, "allowed", lines_of(t->allowed, t->n_allowed));
	json_object_set_new(o, "differences", lines_of(t->difference, t->n_differences));
	json_object_set_new(o, "cells", cells);
	return o;
}

static int n_set(const struct point *p)
{
	int n = 0;

	for (int k = 0; k < KEY_COUNT; k++)
		n += p->value[k] != NULL;
	return n;
}

/* What was dropped because JSON cannot hold it, and what would be refused when it is read. */
static int check(const struct trial *t, const char *text, struct diag *d)
{
	struct trial again = {0};
	struct diag inner = {0};
	bool lost;
	int rc = trial_parse(text, strlen(text), &again, &inner);

	if (rc == ERR_OOM)
		return diag_set(d, ERR_OOM, "%s", inner.text);
	if (rc)
		return diag_set(d, ERR_USAGE,
				"a trial cannot be stored (a text that is no UTF-8, or a number out of "
				"range): %s",
				inner.text);
	lost = again.n_allowed != t->n_allowed || again.n_differences != t->n_differences;
	for (int i = 0; i < TRIAL_ARMS; i++)
		lost = lost || n_set(&again.arm[i].keys) != n_set(&t->arm[i].keys);
	trial_free(&again);
	return lost ? diag_set(d, ERR_USAGE, "a trial cannot be stored: a text of it is no UTF-8") : 0;
}

int trial_format(const struct trial *t, char **out, struct diag *d)
{
	json_t *o = json_of(t);
	char *text = json_text(o);
	int rc = check(t, text, d);

	json_decref(o);
	if (rc)
		free(text);
	else
		*out = text;
	return rc;
}
