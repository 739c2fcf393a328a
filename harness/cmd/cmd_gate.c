/* SPDX-License-Identifier: Apache-2.0 */
/* gate: the nightly job. A candidate against a pinned control in the same run; what looks changed is tried again. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/cmd/calibration.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/fresh.h"
#include "harness/cmd/verdicts_output.h"
#include "harness/stat/fdr.h"
#include "harness/store/decision.h"
#include "reports/files.h"
#include "reports/verdicts/verdicts.h"

enum {
	OPTION_CONTROL = OPTION_OWN,
	OPTION_CANDIDATE,
	OPTION_HTML,
	OPTION_MD,
	OPTION_JUNIT,
	OPTION_JSON,
	OPTION_STORE,
	OPTION_LABEL,
	OPTION_NO_COLOUR
};

/* Files beside what is printed. */
enum { FILE_MD = 0, FILE_JUNIT, FILE_JSON, N_FILES };
static const char *const file_formats[N_FILES] = {"md", "junit", "json"};

struct arguments {
	struct fresh fresh;
	const char *file[N_FILES];
	double begun_s; /* monotonic */
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What is judged", 1},
	{"control", OPTION_CONTROL, "PROGRAM", 0,
	 "the worker that was good: pinned, and measured in the same run", 1},
	{"candidate", OPTION_CANDIDATE, "PROGRAM", 0, "the worker that is judged (the one installed)", 1},
	{NULL, 0, NULL, 0, "What is kept and printed", 4},
	{"output", 'o', "FORMAT", 0, "terminal, md, csv, json, html or junit (terminal)", 4},
	{"html", OPTION_HTML, "DIR", 0,
	 "write the comparison as compare.html with its pictures to this folder", 4},
	{"md", OPTION_MD, "FILE", 0, "write it as Markdown for a pull request, too", 4},
	{"junit", OPTION_JUNIT, "FILE", 0, "write it as JUnit XML, too", 4},
	{"json", OPTION_JSON, "FILE", 0, "write it as JSON, too", 4},
	{"store", OPTION_STORE, "FILE", 0, "the store ($INFEROMETER_STORE, else inferometer.db)", 4},
	{"label", OPTION_LABEL, "LABEL", 0,
	 "a word by which people know the run again, or KEY=VALUE; may stand more than once", 4},
	{"no-color", OPTION_NO_COLOUR, NULL, 0, "no colours, whatever the terminal can do", 4},
	{"quiet", 'q', NULL, 0, "no progress", 4},
	{0},
};

static void check(struct arguments *a, struct argp_state *state)
{
	if (!a->fresh.side[0].worker)
		argp_error(state, "expected --control PROGRAM: the worker to compare with, as that of the "
				  "last release");
	if (a->fresh.side[1].worker && a->fresh.spec.worker)
		argp_error(
			state,
			"--candidate and --worker both name the worker to be judged: expected one of them");
	if (!a->fresh.output.format)
		a->fresh.output.format = "terminal";
}

static error_t parse_own(struct arguments *a, int key, char *arg, struct argp_state *state)
{
	struct fresh *f = &a->fresh;
	switch (key) {
	case 'o':
		verdicts_format_set(&f->output, arg, state);
		break;
	case OPTION_HTML:
		f->output.html = arg;
		break;
	case OPTION_STORE:
		f->store = arg;
		break;
	case OPTION_LABEL:
		labels_add(&f->labels, arg, state);
		break;
	case OPTION_NO_COLOUR:
		f->output.no_colour = true;
		break;
	case 'q':
		f->quiet = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->fresh;
		break;
	case OPTION_CONTROL:
		a->fresh.side[0].worker = arg;
		break;
	case OPTION_CANDIDATE:
		a->fresh.side[1].worker = arg;
		break;
	case OPTION_MD:
	case OPTION_JUNIT:
	case OPTION_JSON:
		a->file[key - OPTION_MD] = arg;
		break;
	case ARGP_KEY_END:
		check(a, state);
		break;
	default:
		return parse_own(a, key, arg, state);
	}
	return 0;
}

static const struct argp_child children[] = {{&fresh_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "--control PROGRAM [SPEC]",
	.doc = "The nightly job: measures a candidate against a pinned control in turns, on the points of "
	       "SPEC (the "
	       "shipped sweep nightly), and tries what looks slower or faster again on fresh pairs before it "
	       "is called. "
	       "Points that a spec marks as required must come to a verdict. The exit status says it: 0 "
	       "nothing slower, "
	       "1 slower, 2 wrong use or not comparable, 3 a required point is open, 4 this machine's "
	       "calibration failed, "
	       "5 points failed, 130 interrupted.",
};

/* ---- the first trial, and that of what it called ---- */

/* Points of arm a in cells that wait for a confirmation. */
static int candidates(const struct verdicts *v, char (*id)[POINT_ID_SIZE])
{
	int n = 0;
	for (int i = 0; i < v->n_cells; i++)
		if (v->cell[i].state == POINT_DONE && v->cell[i].result.reason == VERDICT_UNCONFIRMED)
			memcpy(id[n++], v->cell[i].cell->id[0], POINT_ID_SIZE);
	return n;
}

/* Of the budget a third at least is for what is to be confirmed. */
#define FIRST_SHARE (2.0 / 3)

static int confirm(const struct arguments *a, const char *command, int64_t run,
		   const char (*only)[POINT_ID_SIZE], int n, bool *interrupted, struct diag *d)
{
	struct fresh f = a->fresh;
	struct fresh_job job = {.ask = {.purpose = TRIAL_CONFIRM,
					.confirms = run,
					.q = FDR_Q_GATE,
					.only = only,
					.n_only = n}};
	struct trial_summary sum = {0};
	if (f.budget_s > 0)
		f.budget_s = fmax(f.budget_s - (trial_now() - a->begun_s), f.budget_s * (1 - FIRST_SHARE));
	int rc = fresh_begin(&job, &f, command, d);
	/* Another number draws other orders and layouts. */
	if (rc == 0)
		rc = fresh_trial(&job, 1, &sum, d);
	*interrupted = sum.interrupted;
	fresh_end(&job);
	return rc;
}

static int first(const struct arguments *a, const char *command, int64_t *run, char (**only)[POINT_ID_SIZE],
		 int *n, bool *interrupted, struct diag *d)
{
	struct fresh_job job = {.ask = {.purpose = TRIAL_GATE, .q = FDR_Q_GATE}};
	struct trial_summary sum = {0};
	struct loaded_verdicts x = {0};
	struct fresh f = a->fresh;
	f.budget_s *= FIRST_SHARE;
	int rc = fresh_begin(&job, &f, command, d);
	if (rc == 0)
		rc = fresh_trial(&job, 0, &sum, d);
	*interrupted = sum.interrupted;
	*run = sum.run;
	if (rc == 0)
		rc = verdicts_load(job.store, sum.run, &x, d);
	if (rc == 0 && !sum.interrupted)
		rc = calibration_keep(job.store, x.v, d);
	if (rc == 0) {
		*only = mem_alloc(((size_t)x.v->n_cells + 1) * sizeof **only);
		*n = candidates(x.v, *only);
	}
	verdicts_unload(&x);
	fresh_end(&job);
	return rc;
}

/* ---- what is said and kept ---- */

static int write_files(const struct arguments *a, const struct verdicts *v, struct diag *d)
{
	const struct report_options plain = {0};
	int rc = 0;
	for (int i = 0; i < N_FILES && rc == 0; i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *f = a->file[i] ? open_memstream(&text, &size) : NULL;
		if (!f)
			continue;
		rc = verdicts_emit(f, v, file_formats[i], &plain, d);
		fclose(f);
		if (rc == 0)
			rc = file_write(a->file[i], text, size, d);
		free(text);
	}
	return rc;
}

static int keep(struct store *s, const struct verdicts *v, struct diag *d)
{
	json_t *inputs = json_pack("{s:I, s:f, s:f, s:f}", "confirming_run", (json_int_t)v->confirming_run,
				   "delta", v->trial.delta_fail, "same", v->trial.delta_eq, "q", v->trial.q);
	json_t *outcome = json_pack("{s:i, s:s, s:i, s:i, s:i, s:i}", "exit_status", verdicts_exit(v),
				    "reason", verdicts_exit_reason(v), "slower", v->count[VERDICT_SLOWER],
				    "faster", v->count[VERDICT_FASTER], "open",
				    v->count[VERDICT_INCONCLUSIVE], "failed", v->n_failed);
	int rc = store_decision_put(s, v->run->id, DECISION_GATE, inputs, outcome, d);
	json_decref(inputs);
	json_decref(outcome);
	return rc;
}

static int conclude(const struct arguments *a, int64_t run, int *status, struct diag *d)
{
	struct store *s;
	struct loaded_verdicts x = {0};
	int rc = store_open(&s, a->fresh.store ? a->fresh.store : store_default_path(), STORE_WRITE, d);
	if (rc)
		return rc;
	rc = verdicts_load(s, run, &x, d);
	if (rc == 0)
		rc = keep(s, x.v, d);
	if (rc == 0)
		rc = verdicts_print(&x, &a->fresh.output, d);
	if (rc == 0)
		rc = write_files(a, x.v, d);
	if (rc == 0)
		*status = verdicts_exit(x.v);
	verdicts_unload(&x);
	store_close(s);
	return rc;
}

static int run(struct arguments *a, const char *command, int *status, struct diag *d)
{
	char(*only)[POINT_ID_SIZE] = NULL;
	bool interrupted = false;
	int64_t run = 0;
	int n = 0;
	a->begun_s = trial_now();
	int rc = first(a, command, &run, &only, &n, &interrupted, d);
	if (rc == 0 && n && !interrupted)
		rc = confirm(a, command, run, (const char(*)[POINT_ID_SIZE])only, n, &interrupted, d);
	if (rc == 0)
		rc = conclude(a, run, status, d);
	if (rc == 0 && interrupted)
		*status = EXIT_INTERRUPTED;
	free(only);
	return rc;
}

static void usual_spec(struct spec_options *s)
{
	bool any = s->spec || s->workloads.len || s->prompt || s->gen;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || s->axis[k];
	if (!any)
		s->spec = "nightly";
}

int cmd_gate(int argc, char **argv)
{
	static struct arguments a;
	struct diag d = {0};
	int status = EXIT_OK;
	char *command = command_line(argc, argv); /* parsing may reorder it */
	cmd_parse(&argp, argc, argv, &a);
	usual_spec(&a.fresh.spec);
	int rc = run(&a, command, &status, &d);
	spec_options_free(&a.fresh.spec);
	labels_free(&a.fresh.labels);
	free(command);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
