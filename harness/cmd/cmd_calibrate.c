/* SPDX-License-Identifier: Apache-2.0 */
/* calibrate: what a verdict of this machine is worth. Equal things are compared, and slowed down ones. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/calibration.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/fresh.h"
#include "harness/cmd/verdicts_output.h"
#include "reports/analysis/campaign.h"
#include "reports/campaign.h"

enum { OPTION_COMPARISONS = OPTION_OWN, OPTION_INJECT, OPTION_TRIES, OPTION_STORE, OPTION_LABEL };
/* A budget that is spent still has so much for what follows: it says so in its report. */
#define BUDGET_LEAST_S 1.0
enum { COMPARISONS = 40, TRIES = 20, PAIRS = 20, SLOWDOWNS_MAX = 8, CAMPAIGNS_MAX = SLOWDOWNS_MAX + 1 };

struct arguments {
	struct fresh fresh;
	int comparisons, tries;
	double percent[SLOWDOWNS_MAX];
	int n_percent;
	bool given; /* --slowdown */
};

static const struct argp_option options[] = {
	{"comparisons", OPTION_COMPARISONS, "N", 0, "comparisons of the worker with its copy, a point (40)",
	 1},
	{"slowdown", OPTION_INJECT, "LIST", 0,
	 "percent that are put into each step of the second arm; 0: none (2,5)", 1},
	{"tries", OPTION_TRIES, "N", 0, "comparisons with each slowdown, a point (20)", 1},
	{NULL, 0, NULL, 0, "What is kept and printed", 4},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv or json (terminal)", 4},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 4},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 4},
	{"quiet", 'q', NULL, 0, "no progress", 4},
	{0},
};

static void slowdowns_set(struct arguments *a, const char *text, struct argp_state *state)
{
	char *copy = mem_strdup(text), *rest = copy;
	a->given = true;
	for (char *word; (word = strsep(&rest, ",")) != NULL;) {
		char *end;
		double x = strtod(word, &end);
		if (end == word || *end || !(x >= 0) || x > 100 || a->n_percent == SLOWDOWNS_MAX)
			argp_error(state, "--slowdown: \"%.60s\", expected at most %d percentages, as 2,5",
				   text, SLOWDOWNS_MAX);
		if (x > 0)
			a->percent[a->n_percent++] = x;
	}
	free(copy);
}

static void defaults(struct arguments *a)
{
	static const double usual[] = {2, 5};
	struct spec_options *s = &a->fresh.spec;
	bool any = s->spec || s->workloads.len || s->prompt || s->gen;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || s->axis[k];
	if (!any)
		s->spec = "calibrate";
	for (size_t i = 0; !a->given && i < sizeof usual / sizeof usual[0]; i++)
		a->percent[a->n_percent++] = usual[i];
	if (!a->fresh.output.format)
		a->fresh.output.format = "terminal";
	if (!a->fresh.pairs)
		a->fresh.pairs = PAIRS;
}

/* What counts is whether an interval excludes 1: it must be there, and nothing is called. */
static void check(const struct arguments *a, struct argp_state *state)
{
	const struct fresh *f = &a->fresh;
	if (f->pairs && f->pairs < signed_rank_min_n(PAIRS_LEVEL))
		argp_error(state, "--pairs %d: an interval takes %d pairs", f->pairs,
			   signed_rank_min_n(PAIRS_LEVEL));
	if (f->delta_fail > 0 || f->delta_eq > 0)
		argp_error(state, "--delta and --same say what is called; calibrate counts intervals");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->fresh;
		break;
	case OPTION_COMPARISONS:
		a->comparisons = (int)cmd_number(state, "comparisons", arg, 1, TRIAL_PAIRS_MAX);
		break;
	case OPTION_TRIES:
		a->tries = (int)cmd_number(state, "tries", arg, 1, TRIAL_PAIRS_MAX);
		break;
	case OPTION_INJECT:
		slowdowns_set(a, arg, state);
		break;
	case 'o':
		if (!campaigns_has_format(arg))
			argp_error(state, "-o \"%.40s\": expected terminal, md, csv or json", arg);
		a->fresh.output.format = arg;
		break;
	case OPTION_STORE:
		a->fresh.store = arg;
		break;
	case OPTION_LABEL:
		labels_add(&a->fresh.labels, arg, state);
		break;
	case 'q':
		a->fresh.quiet = true;
		break;
	case ARGP_KEY_END:
		check(a, state);
		defaults(a);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&fresh_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[SPEC]",
	.doc = "Says what a verdict of this machine is worth: compares the worker with a byte-identical copy "
	       "many times, "
	       "and with itself slowed down on purpose, and counts false alarms and finds, with intervals. "
	       "SPEC is what "
	       "it is tried on, else the shipped sweep calibrate. The result is kept in the store: compare "
	       "and gate "
	       "raise what they call SLOWER to what equal things reach here, and demote their verdicts when "
	       "false "
	       "alarms are too many.",
};

/* ---- campaigns ---- */

struct campaigns {
	int n;
	double begun_s;
	struct loaded_verdicts loaded[CAMPAIGNS_MAX];
	struct campaign campaign[CAMPAIGNS_MAX];
};

/* Of the budget for all, what is left in equal parts. */
static double budget_left(const struct arguments *a, const struct campaigns *c)
{
	double left = a->fresh.budget_s - (trial_now() - c->begun_s);
	if (!(a->fresh.budget_s > 0))
		return 0;
	return fmax(left, BUDGET_LEAST_S) / (a->n_percent + 1 - c->n);
}

/* slowdown 0: against the copy. */
static int campaign_run(const struct arguments *a, const char *command, double slowdown,
			struct campaigns *out, bool *interrupted, struct diag *d)
{
	struct fresh f = a->fresh;
	f.budget_s = budget_left(a, out);
	const int n = slowdown > 0 ? a->tries : a->comparisons, block = f.pairs;
	struct fresh_job job = {.ask = {.purpose = slowdown > 0 ? TRIAL_INJECTED : TRIAL_AA,
					.injected = slowdown,
					.block = block,
					.no_aa = true}};
	struct trial_summary sum = {0};
	char *copy = NULL, *worker = NULL, *inject = NULL;
	f.pairs = n * block;
	int rc = n > TRIAL_PAIRS_MAX / block
			 ? diag_set(d, ERR_USAGE, "%d comparisons of %d pairs are more than %d pairs", n,
				    block, TRIAL_PAIRS_MAX)
			 : 0;
	if (rc == 0)
		rc = spec_options_worker(&f.spec, &worker, d);
	if (rc == 0 && slowdown > 0)
		job.ask.side[1].value[KEY_INJECT] = inject =
			mem_printf("how:time+of:step+percent:%g", slowdown);
	else if (rc == 0)
		rc = trial_copy(worker, &copy, d);
	job.ask.side[1].worker = copy;
	if (copy)
		job.ask.side[1].title = "a copy of it";
	if (rc == 0)
		rc = fresh_begin(&job, &f, command, d);
	if (rc == 0)
		rc = fresh_trial(&job, 0, &sum, d);
	*interrupted = sum.interrupted;
	if (rc == 0) {
		rc = verdicts_load(job.store, sum.run, &out->loaded[out->n], d);
		if (rc == 0)
			campaign_make(&out->campaign[out->n], out->loaded[out->n].v, block);
		out->n++;
	}
	fresh_end(&job);
	trial_copy_remove(copy);
	free(worker);
	free(inject);
	return rc;
}

/* Keeps it; *failed: by what is known now. */
static int keep(const struct arguments *a, const struct campaigns *c, bool *failed, struct diag *d)
{
	struct known_calibration known = {0};
	struct store *s;
	int rc = store_open(&s, a->fresh.store ? a->fresh.store : store_default_path(), STORE_WRITE, d);
	if (rc)
		return rc;
	rc = calibration_put(s, c->campaign, c->n, d);
	if (rc == 0)
		rc = calibration_known(s, &known, d);
	if (rc == 0) {
		const struct calibration_share share = calibration_count(known.all.k, known.all.n);
		*failed = calibration_judge(&share, known.all.missed) == CALIBRATION_FAILED;
	}
	calibration_known_free(&known);
	store_close(s);
	return rc;
}

/* Points that gave no comparison at all, of any campaign. */
static int count_empty(const struct campaigns *c)
{
	int n = 0;
	for (int i = 0; i < c->n; i++)
		for (int k = 0; k < c->campaign[i].v->n_cells; k++)
			n += c->campaign[i].cell[k].seen.n == 0;
	return n;
}

static int run(const struct arguments *a, const char *command, int *status, struct diag *d)
{
	struct campaigns c = {.begun_s = trial_now()};
	bool interrupted = false, failed = false;
	int rc = campaign_run(a, command, 0, &c, &interrupted, d);
	for (int i = 0; i < a->n_percent && rc == 0 && !interrupted; i++)
		rc = campaign_run(a, command, a->percent[i], &c, &interrupted, d);
	/* What says nothing takes no other's place. */
	if (rc == 0 && !interrupted && c.campaign[0].all.seen.n)
		rc = keep(a, &c, &failed, d);
	if (rc == 0)
		rc = campaigns_emit(stdout, c.campaign, c.n, a->fresh.output.format, d);
	/* The report is of these campaigns alone. */
	if (rc == 0 && failed && !calibration_failed(c.campaign, c.n))
		fputs("inferometer: calibration failed by all that the store knows: too many false alarms, "
		      "or slowdowns of 5 "
		      "% missed in two of the last five campaigns\n",
		      stderr);
	*status = interrupted					  ? EXIT_INTERRUPTED
		  : failed || calibration_failed(c.campaign, c.n) ? EXIT_UNCALIBRATED
		  : count_empty(&c)				  ? EXIT_POINTS
								  : EXIT_OK;
	for (int i = 0; i < c.n; i++) {
		campaign_free(&c.campaign[i]);
		verdicts_unload(&c.loaded[i]);
	}
	return rc;
}

int cmd_calibrate(int argc, char **argv)
{
	static struct arguments a = {.comparisons = COMPARISONS, .tries = TRIES};
	struct diag d = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv); /* parsing may reorder it */
	cmd_parse(&argp, argc, argv, &a);
	int rc = run(&a, command, &status, &d);
	spec_options_free(&a.fresh.spec);
	labels_free(&a.fresh.labels);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
