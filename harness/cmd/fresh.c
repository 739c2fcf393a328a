/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/fresh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "harness/cmd/calibration.h"
#include "harness/cmd/measuring.h"
#include "harness/cmd/terminal.h"
#include "harness/run/keeper.h"
#include "harness/stat/pairs.h"
#include "harness/stat/verdict.h"
#include "reports/text.h"

enum {
	OPTION_PAIRS = OPTION_FRESH,
	OPTION_BUDGET,
	OPTION_DELTA,
	OPTION_SAME,
	OPTION_ESTIMATOR,
	OPTION_RESTARTS,
	OPTION_NO_PILOT,
	OPTION_NO_AA,
	OPTION_ALLOW_DIFF,
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "How pairs are made and judged", 3},
	{"pairs", OPTION_PAIRS, "N", 0,
	 "exactly so many pairs a point; else until the interval is narrow enough", 3},
	{"budget", OPTION_BUDGET, "TIME", 0,
	 "time for all of it, as 60s, 10m or 1h; a gate keeps a third for what is to be confirmed (60s a "
	 "point, none "
	 "with --pairs)",
	 3},
	{"delta", OPTION_DELTA, "RATIO", 0,
	 "what is SLOWER or FASTER: this much at least, as 3% or 0.03 (3%)", 3},
	{"same", OPTION_SAME, "RATIO", 0, "what is the SAME: the interval within this much (1.5%)", 3},
	{"estimator", OPTION_ESTIMATOR, "NAME", 0,
	 "what a process says of a point: p10, median or mean of its repetitions; auto: mean where tokens "
	 "are made, "
	 "else p10 (auto)",
	 3},
	{"restarts", OPTION_RESTARTS, "N", 0,
	 "let a worker serve several pairs, and start it anew so many times, at least 6; 0: never (where "
	 "loading is "
	 "dear)",
	 3},
	{"no-pilot", OPTION_NO_PILOT, NULL, 0, "do not look how long a process warms up", 3},
	{"no-aa", OPTION_NO_AA, NULL, 0, "do not measure the first arm against its copy beside the pairs", 3},
	{"allow-diff", OPTION_ALLOW_DIFF, "KEY", 0,
	 "compare though this fact of the runs or arms differs, as build.* for all of a group; may stand "
	 "more than "
	 "once; the comparison is then unverified",
	 3},
	{0},
};

/* ---- values ---- */

double fresh_duration(struct argp_state *state, const char *option, const char *text)
{
	static const struct {
		const char *unit;
		double seconds;
	} units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}};
	const double most = 1e7;
	char *end;
	double x = strtod(text, &end);
	for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++)
		if (strcmp(end, units[i].unit) == 0 && x > 0 && x * units[i].seconds <= most)
			return x * units[i].seconds;
	argp_error(state, "--%s: \"%.60s\", expected a time above 0, as 60s, 10m or 1h", option, text);
	return 0;
}

double fresh_ratio(struct argp_state *state, const char *option, const char *text)
{
	char *end;
	double x = strtod(text, &end);
	if (end != text && strcmp(end, "%") == 0) {
		x /= 100;
		end++;
	}
	if (end == text || *end || !(x > 0) || x >= 1)
		argp_error(state, "--%s: \"%.60s\", expected a part above 0 and below 1, as 3%% or 0.03",
			   option, text);
	return x;
}

static void side_unknown(const char *option, const char *name, struct argp_state *state)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	nearest_offer(&near, "worker");
	nearest_offer(&near, "name");
	for (int k = 0; k < KEY_COUNT; k++)
		nearest_offer(&near, point_key_name((enum point_key)k));
	if (!nearest_put(&near, &hint))
		strbuf_puts(&hint, ", expected worker, name or a key of points");
	argp_error(state, "--%s: unknown key \"%.60s\"%s", option, name, strbuf_text(&hint));
	strbuf_free(&hint);
}

void fresh_side_set(struct fresh_side *side, const char *option, const char *text, struct argp_state *state)
{
	const char *equal = strchr(text, '=');
	if (!equal || !equal[1])
		argp_error(
			state,
			"--%s: \"%.60s\", expected KEY=VALUE, as worker=./new/inferometer-worker or isa=avx2",
			option, text);
	char *name = mem_strndup(text, (size_t)(equal - text));
	enum point_key key = point_key_find(name);
	const char **place = strcmp(name, "worker") == 0 ? &side->worker
			     : strcmp(name, "name") == 0 ? &side->name
			     : key != KEY_COUNT		 ? &side->value[key]
							 : NULL;
	if (!place) {
		side_unknown(option, name, state);
	} else {
		if (*place)
			argp_error(state, "--%s: %s is given twice", option, name);
		*place = equal + 1;
		side->n++;
	}
	free(name);
}

static void estimator_set(struct fresh *f, const char *text, struct argp_state *state)
{
	f->estimator = estimator_find(text);
	if (f->estimator == ESTIMATOR_COUNT)
		argp_error(state, "--estimator: \"%.60s\", expected auto, p10, median or mean", text);
}

static void allowed_add(struct fresh *f, const char *text, struct argp_state *state)
{
	if (f->n_allowed == FRESH_ALLOWED_MAX || !*text)
		argp_error(state, "--allow-diff: expected at most %d keys of facts", FRESH_ALLOWED_MAX);
	f->allowed[f->n_allowed++] = text;
}

static void restarts_set(struct fresh *f, const char *text, struct argp_state *state)
{
	f->restarts = (int)cmd_number(state, "restarts", text, 0, SPEC_ROUNDS_MAX);
	if (f->restarts == 0)
		f->restarts = -1;
	else if (f->restarts < TRIAL_RESTARTS_MIN)
		argp_error(state, "--restarts: %d, expected %d at least, or 0", f->restarts,
			   TRIAL_RESTARTS_MIN);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct fresh *f = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &f->spec;
		break;
	case OPTION_PAIRS:
		f->pairs = (int)cmd_number(state, "pairs", arg, 1, PAIRS_MAX);
		break;
	case OPTION_BUDGET:
		f->budget_s = fresh_duration(state, "budget", arg);
		break;
	case OPTION_DELTA:
		f->delta_fail = fresh_ratio(state, "delta", arg);
		break;
	case OPTION_SAME:
		f->delta_eq = fresh_ratio(state, "same", arg);
		break;
	case OPTION_ESTIMATOR:
		estimator_set(f, arg, state);
		break;
	case OPTION_RESTARTS:
		restarts_set(f, arg, state);
		break;
	case OPTION_NO_PILOT:
		f->no_pilot = true;
		break;
	case OPTION_NO_AA:
		f->no_aa = true;
		break;
	case OPTION_ALLOW_DIFF:
		allowed_add(f, arg, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&spec_argp, 0, NULL, 0}, {0}};
const struct argp fresh_argp = {.options = options, .parser = parse, .children = children};

/* ---- at work ---- */

/* Many short repetitions say more of a pair than few long ones; a process that is started for a pair shall not live on
 * starting. */
static int shorten(const struct fresh *f, struct spec *s, struct diag *d)
{
	int rc = 0;
	if (!f->spec.spec && !f->spec.option[SPEC_OPTION_MIN_TIME])
		rc = spec_set_option(s, "min_time", "0.02", d);
	if (rc == 0)
		spec_render(s);
	return rc;
}

int fresh_spec(const struct fresh *f, struct spec *out, struct diag *d)
{
	struct spec s;
	int rc = spec_options_load(&f->spec, &s, d);
	if (rc)
		return rc;
	rc = shorten(f, &s, d);
	if (rc)
		spec_free(&s);
	else
		*out = s;
	return rc;
}

static int check_options(const struct fresh *f, struct diag *d)
{
	if (f->spec.option[SPEC_OPTION_ROUNDS])
		return diag_set(d, ERR_USAGE,
				"-r counts rounds of a run; of a comparison --pairs says how many");
	const char *counters = f->spec.option[SPEC_OPTION_COUNTERS];
	if (counters && strcmp(counters, "none") != 0)
		return diag_set(d, ERR_USAGE, "--counters is for runs; a comparison compares times");
	if (f->spec.beside.n)
		return diag_set(
			d, ERR_USAGE,
			"--beside is for runs; a comparison has a worker an arm, as --b worker=%.100s",
			f->spec.with[0]);
	const double delta = f->delta_fail > 0 ? f->delta_fail : VERDICT_DELTA_FAIL;
	if (f->delta_eq > delta)
		return diag_set(d, ERR_USAGE,
				"--same is above --delta (%g %%): what is the same would be slower, too",
				delta * 100);
	return 0;
}

static void put_sides(struct fresh_job *j)
{
	for (int i = 0; i < TRIAL_ARMS; i++) {
		struct trial_side *out = &j->ask.side[i];
		const struct fresh_side *side = &j->fresh->side[i];
		if (!out->worker)
			out->worker = side->worker ? side->worker : j->worker;
		if (!out->title)
			out->title = side->name;
		for (int k = 0; k < KEY_COUNT; k++)
			if (!out->value[k])
				out->value[k] = side->value[k];
	}
}

static void put_ask(struct fresh_job *j)
{
	const struct fresh *f = j->fresh;
	struct trial_ask *a = &j->ask;
	a->spec = &j->spec;
	a->delta_fail = f->delta_fail;
	a->delta_eq = f->delta_eq;
	a->estimator = f->estimator;
	a->pairs = f->pairs;
	a->budget_s = f->budget_s;
	a->restarts = f->restarts;
	a->no_pilot = f->no_pilot;
	a->no_aa = a->no_aa || f->no_aa;
	a->allowed = f->allowed;
	a->n_allowed = f->n_allowed;
	put_sides(j);
}

/* What differs is printed as it is, line by line. */
static void refuse(char *refusal)
{
	struct strbuf plain = {0};
	if (refusal) {
		text_lines(&plain, refusal);
		fputs(strbuf_text(&plain), stderr);
	}
	strbuf_free(&plain);
	free(refusal);
}

static void put_options(struct fresh_job *j, const char *command)
{
	const struct fresh *f = j->fresh;
	j->options = (struct trial_options){
		.command = command,
		.n_labels = f->labels.n,
		.labels = f->labels.label,
		.progress = f->quiet ? NULL : stderr,
		.drawn = terminal_draws(STDERR_FILENO),
		.colour = !f->output.no_colour && terminal_has_colour(STDERR_FILENO),
		.calibration = &j->known.all,
	};
}

void fresh_keep(struct fresh_job *j)
{
	if (!j->kept)
		keeper_begin();
	j->kept = true;
}

int fresh_begin(struct fresh_job *j, const struct fresh *f, const char *command, struct diag *d)
{
	char *refusal = NULL;
	j->fresh = f;
	int rc = check_options(f, d);
	if (rc == 0)
		rc = fresh_spec(f, &j->spec, d);
	if (rc == 0)
		rc = spec_options_worker(&f->spec, &j->worker, d);
	if (rc == 0)
		rc = measuring_store(&j->store, f->store ? f->store : store_default_path(), d);
	if (rc)
		return rc;
	fresh_keep(j);
	put_ask(j);
	put_options(j, command);
	rc = calibration_known(j->store, &j->known, d);
	j->options.n_floors = j->known.n_floors;
	j->options.floors = j->known.floor;
	if (rc == 0)
		rc = trial_plan(&j->plan, &j->ask, &refusal, d);
	refuse(refusal);
	return rc;
}

int fresh_trial(struct fresh_job *j, int number, struct trial_summary *out, struct diag *d)
{
	char *refusal = NULL;
	int rc = trial_execute(j->plan, j->store, &j->options, number, out, &refusal, d);
	refuse(refusal);
	return rc;
}

void fresh_end(struct fresh_job *j)
{
	trial_plan_free(j->plan);
	if (j->kept)
		keeper_end();
	store_close(j->store);
	calibration_known_free(&j->known);
	spec_free(&j->spec);
	free(j->worker);
}
