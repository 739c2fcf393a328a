/* SPDX-License-Identifier: Apache-2.0 */
/* A trial as the JSON text of its annotation, both ways. For harness/store, its tests and its fuzz target. */
#ifndef IFM_STORE_TRIAL_TEXT_H
#define IFM_STORE_TRIAL_TEXT_H

#include <jansson.h>
#include <stddef.h>

#include "harness/store/trial.h"

/* Lines of each list, allowed facts and differences. */
#define TRIAL_LINES_MAX 10000

/* The n bytes of a text; out is overwritten, and left alone on failure: ERR_FORMAT naming the key ("cell 3: "delta" is
 * ..."), ERR_OOM. Keys it does not know are passed by. */
MUST_CHECK int trial_parse(const char *text, size_t n, struct trial *out, struct diag *d);
/* free() it. ERR_USAGE for what could not be read again: text that is no UTF-8, numbers out of range. */
MUST_CHECK int trial_format(const struct trial *t, char **out, struct diag *d);

/* ---- within these files ---- */
/* What stands in an object under a key and in a struct at an offset. */
enum field_type {
	FIELD_TEXT = 0, /* char *, owned */
	FIELD_INT,	/* int in [min, max] */
	FIELD_INT64,	/* int64_t, not negative */
	FIELD_SEED,	/* uint64_t, a text of decimal digits: JSON readers lose large integers */
	FIELD_REAL,	/* double in [min, max] */
	FIELD_INSIDE,	/* double in (min, max) */
	FIELD_REAL_NAN, /* as FIELD_REAL; NaN is null */
	FIELD_BOOL,	/* bool */
	FIELD_NAME,	/* an enum or int by its name */
};
struct field {
	const char *key;
	size_t offset;
	const char *const *names; /* FIELD_NAME; ends with NULL */
	double min, max;
	enum field_type type;
};
struct fields {
	const struct field *field;
	int n;
};
extern const struct fields trial_fields, trial_arm_fields, trial_cell_fields, trial_calibration_fields;

#endif
