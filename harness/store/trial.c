/* SPDX-License-Identifier: Apache-2.0 */
/* Trials of a store: names, fields, and the annotation that holds one. */
#include "config.h"

#include "harness/store/trial.h"

#include <float.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/store/db.h"
#include "harness/store/store.h"
#include "harness/store/trial_text.h"

/* As of INJECT_PERCENT_MAX in harness/measure, which is not seen from here. */
#define PERCENT_MAX 1000

const char *const trial_arm_name[TRIAL_ARMS] = {"a", "b"};

static const char *const purposes[] = {
	[TRIAL_COMPARE] = "compare", [TRIAL_GATE] = "gate",	    [TRIAL_CONFIRM] = "confirm",
	[TRIAL_AA] = "aa",	     [TRIAL_INJECTED] = "injected", [TRIAL_INJECTED + 1] = NULL,
};
/* enum estimator's own names: harness/stat is not seen from here. A test holds both lists together. */
static const char *const estimators[] = {"auto", "p10", "median", "mean", NULL};

#define FIELD(kind, owner, member, ...)                                                                      \
	{                                                                                                    \
		.type = kind, .key = #member, .offset = offsetof(struct owner, member), __VA_ARGS__          \
	}
#define COUNT(owner, member, least) FIELD(FIELD_INT, owner, member, .min = (least), .max = INT_MAX)

static const struct field of_trial[] = {
	FIELD(FIELD_NAME, trial, purpose, .names = purposes),
	FIELD(FIELD_INT64, trial, confirms),
	FIELD(FIELD_REAL, trial, injected, .max = PERCENT_MAX),
	FIELD(FIELD_INSIDE, trial, delta_fail, .max = 1),
	FIELD(FIELD_INSIDE, trial, delta_eq, .max = 1),
	FIELD(FIELD_INSIDE, trial, level, .max = 1),
	FIELD(FIELD_INSIDE, trial, q, .max = 1),
	FIELD(FIELD_NAME, trial, estimator, .names = estimators),
	COUNT(trial, pairs, 0),
	COUNT(trial, pairs_max, 0),
	COUNT(trial, block, 0),
	FIELD(FIELD_REAL, trial, budget_s, .max = DBL_MAX),
	COUNT(trial, restart_pairs, 0),
	COUNT(trial, cut, -1),
	FIELD(FIELD_TEXT, trial, warmup),
	FIELD(FIELD_SEED, trial, seed),
	FIELD(FIELD_TEXT, trial, copy),
	FIELD(FIELD_TEXT, trial, no_copy),
};
static const struct field of_arm[] = {
	FIELD(FIELD_TEXT, trial_arm, title),
	FIELD(FIELD_TEXT, trial_arm, worker),
	FIELD(FIELD_TEXT, trial_arm, version),
	FIELD(FIELD_TEXT, trial_arm, build),
};
static const struct field of_cell[] = {
	FIELD(FIELD_REAL, trial_cell, delta, .max = 1), FIELD(FIELD_REAL, trial_cell, floor, .max = DBL_MAX),
	FIELD(FIELD_BOOL, trial_cell, required),	FIELD(FIELD_BOOL, trial_cell, persistent),
	FIELD(FIELD_TEXT, trial_cell, reason),
};
static const struct field of_calibration[] = {
	COUNT(trial_calibration, n, 0),
	COUNT(trial_calibration, k, 0),
	COUNT(trial_calibration, n_injected, 0),
	COUNT(trial_calibration, n_found, 0),
	FIELD(FIELD_BOOL, trial_calibration, missed),
	FIELD(FIELD_REAL_NAN, trial_calibration, q99, .max = DBL_MAX),
	COUNT(trial_calibration, campaigns, 0),
};

#define FIELDS(list)                                                                                         \
	{                                                                                                    \
		list, (int)(sizeof(list) / sizeof(list)[0])                                                  \
	}
const struct fields trial_fields = FIELDS(of_trial), trial_arm_fields = FIELDS(of_arm),
		    trial_cell_fields = FIELDS(of_cell), trial_calibration_fields = FIELDS(of_calibration);

const char *trial_purpose_name(enum trial_purpose p)
{
	return (unsigned)p <= TRIAL_INJECTED ? purposes[p] : "unknown";
}

static void lines_free(char **line, int n)
{
	for (int i = 0; line && i < n; i++)
		free(line[i]);
	free(line);
}

static void arm_free(struct trial_arm *a)
{
	free(a->title);
	free(a->worker);
	free(a->version);
	free(a->build);
	point_free(&a->keys);
}

void trial_free(struct trial *t)
{
	for (int i = 0; i < TRIAL_ARMS; i++)
		arm_free(&t->arm[i]);
	free(t->warmup);
	free(t->copy);
	free(t->no_copy);
	lines_free(t->allowed, t->n_allowed);
	lines_free(t->difference, t->n_differences);
	for (int i = 0; t->cell && i < t->n_cells; i++)
		free(t->cell[i].reason);
	free(t->cell);
	*t = (struct trial){0};
}

/* ---- in a store ---- */

int trial_kind_length(const char *workload)
{
	return (int)strspn(workload, "abcdefghijklmnopqrstuvwxyz_");
}

int store_trial_put(struct store *s, int64_t run, const struct trial *t, struct diag *d)
{
	char *text;
	int rc = trial_format(t, &text, d);

	if (rc)
		return rc;
	rc = store_begin(s, d);
	if (rc == 0) {
		rc = db_exec(s, "storing a trial", d,
			     "DELETE FROM annotation WHERE run = ? AND key = '" TRIAL_KEY "'",
			     DB_VALUES(db_int(run)));
		if (rc == 0)
			rc = store_annotate(s, run, TRIAL_KEY, text, d);
		rc = store_end(s, rc, d);
	}
	free(text);
	return rc;
}

int store_trial_confirming(struct store *s, int64_t run, int64_t *out, struct diag *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc =
		db_prepare(s,
			   "SELECT run FROM annotation WHERE key = '" TRIAL_KEY "' AND json_valid(value) AND "
			   "json_extract(value, '$.confirms') = ?1 AND run <> ?1 ORDER BY run DESC LIMIT 1",
			   "finding what confirms a run", &stmt, d);

	if (rc)
		return rc;
	sqlite3_bind_int64(stmt, 1, run);
	rc = db_step(s, stmt, "finding what confirms a run", d);
	if (rc >= 0)
		*out = rc == 1 ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_finalize(stmt);
	return rc < 0 ? rc : 0;
}

/* The text of the annotation, NULL: there is none; *n: how many there are. */
static const char *text_of(const struct stored_run *run, int *n)
{
	const char *text = NULL;

	*n = 0;
	for (int i = 0; i < run->n_annotations; i++)
		if (strcmp(run->annotations[i].key, TRIAL_KEY) == 0 && (*n)++ == 0)
			text = run->annotations[i].value;
	return text;
}

bool stored_run_is_trial(const struct stored_run *run)
{
	int n;

	return text_of(run, &n) != NULL;
}

int stored_trial(struct trial *out, const struct stored_run *run, struct diag *d)
{
	struct diag inner = {0};
	int n, rc;
	const char *text = text_of(run, &n);

	if (!text)
		return diag_set(d, ERR_USAGE, "run %lld is no comparison of two arms", (long long)run->id);
	if (n > 1)
		return diag_set(d, ERR_FORMAT, "run %lld: %d annotations \"" TRIAL_KEY "\", expected one",
				(long long)run->id, n);
	rc = trial_parse(text, strlen(text), out, &inner);
	return rc ? diag_set(d, (enum err)rc, "run %lld: annotation \"" TRIAL_KEY "\": %s",
			     (long long)run->id, inner.text)
		  : 0;
}
