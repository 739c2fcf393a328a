/* SPDX-License-Identifier: Apache-2.0 */
/* A trial into a store and out of it, and annotations that are none. */
#include "config.h"

#include "harness/store/trial.h"

#include "harness/stat/estimator.h"
#include "harness/store/store.h"
#include "harness/store/trial_text.h"
#include "tests/unit/store_example.h"
#include "tests/unit/temp_folder.h"
#include "tests/unit/trial_example.h"

static char *text_of(const struct trial *t)
{
	struct diag d = {0};
	char *text;

	if (trial_format(t, &text, &d))
		bail(d.text);
	return text;
}

static bool same_arm(const struct trial_arm *x, const struct trial_arm *y)
{
	bool same = strcmp(x->title, y->title) == 0 && strcmp(x->worker, y->worker) == 0 &&
		    strcmp(x->version, y->version) == 0 && strcmp(x->build, y->build) == 0;

	for (int k = 0; k < KEY_COUNT; k++) {
		const char *a = x->keys.value[k], *b = y->keys.value[k];
		same = same && (a && b ? strcmp(a, b) == 0 : a == b);
	}
	return same;
}

static bool same_cell(const struct trial_cell *x, const struct trial_cell *y)
{
	return memcmp(x->id, y->id, sizeof x->id) == 0 && x->delta == y->delta &&
	       x->required == y->required && x->persistent == y->persistent &&
	       strcmp(x->reason, y->reason) == 0;
}

static bool same_rules(const struct trial *x, const struct trial *y)
{
	return x->purpose == y->purpose && x->confirms == y->confirms && x->injected == y->injected &&
	       x->delta_fail == y->delta_fail && x->delta_eq == y->delta_eq && x->level == y->level &&
	       x->q == y->q && x->estimator == y->estimator && x->pairs == y->pairs &&
	       x->pairs_max == y->pairs_max && x->budget_s == y->budget_s &&
	       x->restart_pairs == y->restart_pairs && x->cut == y->cut && x->seed == y->seed &&
	       strcmp(x->warmup, y->warmup) == 0 && strcmp(x->copy, y->copy) == 0 &&
	       strcmp(x->no_copy, y->no_copy) == 0;
}

static bool same_calibration(const struct trial_calibration *x, const struct trial_calibration *y)
{
	return x->n == y->n && x->k == y->k && x->n_injected == y->n_injected && x->n_found == y->n_found &&
	       x->missed == y->missed && x->campaigns == y->campaigns &&
	       (x->q99 == y->q99 || (isnan(x->q99) && isnan(y->q99)));
}

static void same_as(const struct trial *x, const struct trial *y, const char *what)
{
	bool lists = x->n_allowed == y->n_allowed && x->n_differences == y->n_differences &&
		     x->n_cells == y->n_cells;

	ok(same_rules(x, y), "%s: rules", what);
	ok(same_arm(&x->arm[0], &y->arm[0]) && same_arm(&x->arm[1], &y->arm[1]), "%s: arms", what);
	ok(same_calibration(&x->calibration, &y->calibration), "%s: calibration", what);
	ok(lists, "%s: how many", what);
	for (int i = 0; lists && i < x->n_allowed; i++)
		is_text(y->allowed[i], x->allowed[i], "allowed");
	for (int i = 0; lists && i < x->n_differences; i++)
		is_text(y->difference[i], x->difference[i], "difference");
	for (int i = 0; lists && i < x->n_cells; i++)
		ok(same_cell(&x->cell[i], &y->cell[i]), "%s: cell %d", what, i);
}

/* ---- in a store ---- */

static void test_stored(void)
{
	char path[400];
	struct store *s;
	struct stored_run *run;
	struct example e;
	struct trial t, again;
	struct diag d = {0};

	snprintf(path, sizeof path, "%s/store.db", temp_folder());
	trial_example(&t);
	example_make(&e, "tg32");
	if (store_open(&s, path, STORE_WRITE, &d) || example_begin(s, &e, &d) ||
	    store_run_load(s, 0, &run, &d))
		bail(d.text);
	ok(!stored_run_is_trial(run), "a run is no trial");
	is_int(stored_trial(&again, run, &d), ERR_USAGE, "asked for its trial");
	has_text(d.text, "run 1 is no comparison", "is told so");
	stored_run_free(run);

	diag_clear(&d);
	is_int(store_trial_put(s, e.run, &t, &d), 0, "put");
	if (store_run_load(s, 0, &run, &d))
		bail(d.text);
	ok(stored_run_is_trial(run), "now it is one");
	is_int(run->n_annotations, 1, "by one annotation");
	is_int(stored_trial(&again, run, &d), 0, "taken");
	same_as(&t, &again, "stored");
	trial_free(&again);
	stored_run_free(run);

	t.pairs++;
	is_int(store_trial_put(s, e.run, &t, &d), 0, "put once more");
	if (store_run_load(s, 0, &run, &d))
		bail(d.text);
	is_int(stored_trial(&again, run, &d), 0, "there is still one");
	is_int(again.pairs, t.pairs, "the new one");
	trial_free(&again);
	stored_run_free(run);

	is_int(store_annotate(s, e.run, TRIAL_KEY, "{}", &d), 0, "another one");
	if (store_run_load(s, 0, &run, &d))
		bail(d.text);
	is_int(stored_trial(&again, run, &d), ERR_FORMAT, "two are not sound");
	has_text(d.text, "run 1: 2 annotations", "the run is named");
	stored_run_free(run);
	store_close(s);
	example_free(&e);
	trial_free(&t);
}

/* The annotation as it may stand in a store. */
static void wrong(const char *text, const char *part)
{
	char key[] = TRIAL_KEY;
	struct stored_annotation x = {key, mem_strdup(text)};
	const struct stored_run run = {.id = 9, .n_annotations = 1, .annotations = &x};
	struct trial out = {.pairs = 77};
	struct diag d = {0};

	is_int(stored_trial(&out, &run, &d), ERR_FORMAT, part);
	has_text(d.text, "run 9: annotation \"trial\": ", "run and annotation are named");
	has_text(d.text, part, "and what is wrong");
	is_int(out.pairs, 77, "nothing is given out");
	free(x.value);
}

/* A good text with one value replaced: where is a path of keys and numbers, as "cells.0.delta"; value is JSON, NULL removes. */
static char *edited(const char *where, const char *value)
{
	struct trial t;
	trial_example(&t);
	char *text = text_of(&t), path[100], *key, *rest = path;
	json_t *all = json_loads(text, 0, NULL), *at = all;
	trial_free(&t);
	free(text);
	snprintf(path, sizeof path, "%s", where);
	while ((key = strsep(&rest, ".")) && rest)
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(key)) : json_object_get(at, key);
	json_t *v = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
	if (value && !v)
		bail("JSON of a test");
	if (json_is_array(at))
		json_array_set_new(at, (size_t)atoi(key), v);
	else if (v)
		json_object_set_new(at, key, v);
	else
		json_object_del(at, key);
	text = json_dumps(all, 0);
	json_decref(all);
	return text;
}

static void wrong_at(const char *where, const char *value, const char *part)
{
	char *text = edited(where, value);

	wrong(text, part);
	free(text);
}

static void good_at(const char *where, const char *value)
{
	char *text = edited(where, value);
	struct trial t = {0};
	struct diag d = {0};

	ok(trial_parse(text, strlen(text), &t, &d) == 0, "%s may be %s: %s", where, value, d.text);
	trial_free(&t);
	free(text);
}

static void test_broken(void)
{
	static const char *const top[] = {
		"purpose", "confirms", "injected",  "delta_fail",  "delta_eq", "level",		"q",
		"pairs",   "cut",      "estimator", "pairs_max",   "budget_s", "restart_pairs", "warmup",
		"seed",	   "copy",     "no_copy",   "calibration", "allowed",  "differences",	"cells",
		"arms",
	};

	for (size_t i = 0; i < sizeof top / sizeof top[0]; i++) {
		wrong_at(top[i], NULL, top[i]);
		wrong_at(top[i], "null", top[i]);
		wrong_at(top[i], "true", top[i]);
	}
	wrong("", "no JSON");
	wrong("[]", "expected an object");
	wrong("{\"purpose\": \"gate\", \"purpose\": \"gate\"}", "no JSON");
	wrong("{\"warmup\": \"\\u0000\"}", "no JSON");
}

static void test_ranges(void)
{
	wrong_at("purpose", "\"fun\"", "\"purpose\" is \"fun\"");
	wrong_at("confirms", "-1", "\"confirms\" is -1");
	wrong_at("confirms", "1.5", "a real number");
	wrong_at("injected", "1001", "expected 0 to 1000");
	wrong_at("delta_fail", "0", "above 0 and below 1");
	wrong_at("delta_eq", "1", "above 0 and below 1");
	wrong_at("level", "1.0", "above 0 and below 1");
	wrong_at("q", "-0.5", "\"q\"");
	wrong_at("estimator", "\"minimum\"", "\"estimator\"");
	wrong_at("pairs", "2147483648", "\"pairs\"");
	wrong_at("budget_s", "-1", "\"budget_s\"");
	wrong_at("cut", "-2", "\"cut\" is -2");
	wrong_at("seed", "7", "expected a string");
	wrong_at("seed", "\"\"", "digits");
	wrong_at("seed", "\"-1\"", "digits");
	wrong_at("seed", "\"18446744073709551616\"", "digits");
	wrong_at("restart_pairs", "0", "cell 2: \"persistent\" is true");
	good_at("pairs", "0");
	good_at("cut", "-1");
	good_at("budget_s", "0");
	good_at("injected", "1000");
	good_at("something_newer", "[1]");
}

static void test_members(void)
{
	wrong_at("calibration.q99", NULL, "calibration: \"q99\"");
	wrong_at("calibration.q99", "-1", "calibration: \"q99\"");
	wrong_at("calibration.k", "101", "more than there are");
	wrong_at("calibration.n_found", "21", "more than there are");
	wrong_at("calibration.missed", "0", "\"missed\"");
	good_at("calibration.q99", "null");
	wrong_at("allowed.0", "7", "\"allowed\": member 1");
	wrong_at("differences.1", "null", "\"differences\": member 2");
	wrong_at("arms", "[]", "\"arms\" has 0");
	wrong_at("arms.1", "[]", "arm 2: expected an object");
	wrong_at("arms.1.title", NULL, "arm 2: \"title\" is absent");
	wrong_at("arms.0.keys", "[]", "arm 1: \"keys\"");
	wrong_at("arms.0.keys", "{\"colour\": \"red\"}", "arm 1: ");
	wrong_at("arms.0.keys", "{\"threads\": 4}", "arm 1: ");
	wrong_at("cells.0", "null", "cell 1: expected an object");
	wrong_at("cells.1.delta", "\"5%\"", "cell 2: \"delta\"");
	wrong_at("cells.1.delta", "1.5", "cell 2: \"delta\" is 1.5");
	wrong_at("cells.1.required", "1", "cell 2: \"required\"");
	wrong_at("cells.1.reason", "[]", "cell 2: \"reason\"");
	wrong_at("cells.0.id", "[]", "cell 1: \"id\" has 0");
	wrong_at("cells.0.id.1", "\"0011\"", "cell 1: \"id\": member 2");
	wrong_at("cells.0.id.0", "\"00112233445566778899AABBCCDDEEFF\"", "cell 1: \"id\": member 1");
	good_at("cells", "[]");
}

/* ---- limits ---- */

static void test_many(void)
{
	struct trial t, again;
	struct diag d = {0};
	char *text;
	struct trial_cell *old;

	trial_example(&t);
	old = t.cell;
	t.n_cells = TRIAL_CELLS_MAX + 1;
	t.cell = mem_alloc(sizeof *t.cell * (size_t)t.n_cells);
	for (int i = 0; i < t.n_cells; i++)
		t.cell[i] = old[0];
	is_int(trial_format(&t, &text, &d), ERR_USAGE, "too many cells are not stored");
	has_text(d.text, "at most 100000", "how many are");
	t.n_cells--;
	text = text_of(&t);
	ok(trial_parse(text, strlen(text), &again, &d) == 0 && again.n_cells == TRIAL_CELLS_MAX,
	   "the most that are allowed");
	trial_free(&again);
	free(text);
	free(t.cell);
	t.cell = old;
	t.n_cells = 2;
	trial_free(&t);
}

/* What JSON cannot hold is refused, not lost. */
static void test_unwritable(void)
{
	static const char bad[] = "\xff";
	struct trial t;
	struct diag d = {0};
	char *text = NULL;

	trial_example(&t);
	char **const all[] = {&t.warmup, &t.arm[1].worker, &t.difference[0],
			      &t.arm[0].keys.value[KEY_PRECISION], &t.cell[1].reason};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		char *good = *all[i];
		*all[i] = mem_strdup(bad);
		diag_clear(&d);
		is_int(trial_format(&t, &text, &d), ERR_USAGE, "bytes that are no text");
		has_text(d.text, "no UTF-8", "are told");
		free(*all[i]);
		*all[i] = good;
	}
	t.delta_fail = NAN;
	is_int(trial_format(&t, &text, NULL), ERR_USAGE, "no number");
	t.delta_fail = 0.03;
	t.purpose = (enum trial_purpose)99;
	is_int(trial_format(&t, &text, NULL), ERR_USAGE, "no purpose");
	ok(!text, "nothing is given out");
	trial_free(&t);
}

static void test_round_trip(void)
{
	struct trial t, again;
	struct diag d = {0};

	trial_example(&t);
	t.calibration.q99 = NAN;
	t.confirms = INT64_MAX;
	t.seed = 0;
	for (int e = 0; e < ESTIMATOR_COUNT; e++) {
		t.estimator = e;
		char *text = text_of(&t), part[40];
		snprintf(part, sizeof part, "\"estimator\":\"%s\"", estimator_name((enum estimator)e));
		has_text(text, part, "an estimator by its own name");
		has_text(text, "\"q99\":null", "NaN is null");
		if (trial_parse(text, strlen(text), &again, &d))
			bail(d.text);
		same_as(&t, &again, "again");
		trial_free(&again);
		free(text);
	}
	trial_free(&t);
	trial_free(&t);
	struct trial zero = {0};
	trial_free(&zero);
}

static void test_names(void)
{
	is_text(trial_purpose_name(TRIAL_COMPARE), "compare", "compare");
	is_text(trial_purpose_name(TRIAL_GATE), "gate", "gate");
	is_text(trial_purpose_name(TRIAL_CONFIRM), "confirm", "confirm");
	is_text(trial_purpose_name(TRIAL_AA), "aa", "aa");
	is_text(trial_purpose_name(TRIAL_INJECTED), "injected", "injected");
	is_text(trial_arm_name[0], "a", "arm a");
	is_text(trial_arm_name[1], "b", "arm b");
}

int main(void)
{
	test_names();
	test_round_trip();
	test_stored();
	test_broken();
	test_ranges();
	test_members();
	test_many();
	test_unwritable();
	return tap_done();
}
