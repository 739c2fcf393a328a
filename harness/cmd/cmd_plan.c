/* SPDX-License-Identifier: Apache-2.0 */
/* plan: what run would do and how long it would take, without doing it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/nothing.h"
#include "harness/cmd/plan_print.h"
#include "harness/cmd/spec_options.h"
#include "harness/cmd/terminal.h"
#include "harness/host/host.h"
#include "harness/run/pilot.h"
#include "harness/run/run.h"
#include "harness/store/history.h"

enum { OPTION_STORE = OPTION_OWN, OPTION_ORDER, OPTION_PILOT };

/* Of a pilot: a visit with a short repetition and its load. */
#define PILOT_SECONDS	  10.0
#define PILOT_SECONDS_MAX 86400.0

struct arguments {
	struct spec_options spec;
	const char *store;
	bool order, json;
	double pilot_s; /* 0: none */
};

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What is printed", 3},
	{"output", 'o', "FORMAT", 0, "text or json (text)", 3},
	{"order", OPTION_ORDER, NULL, 0, "the visits, too, in the order in which they would run", 3},
	{"pilot", OPTION_PILOT, "SECONDS", OPTION_ARG_OPTIONAL,
	 "make a short visit of each point that was never measured here, of at most so long (10), to tell "
	 "how long "
	 "it takes",
	 3},
	{"store", OPTION_STORE, "FILE", 0,
	 "where to look how long the points took before ($INFEROMETER_STORE, else inferometer.db)", 3},
	{0},
};

static double pilot_seconds(struct argp_state *state, const char *text)
{
	char *end;
	double v = text ? strtod(text, &end) : PILOT_SECONDS;
	if (text && (strspn(text, "0123456789.") != strlen(text) || !*text || *end || !(v > 0) ||
		     v > PILOT_SECONDS_MAX))
		argp_error(state, "--pilot \"%.40s\": expected seconds above 0, at most %.0f", text,
			   PILOT_SECONDS_MAX);
	return v;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->spec;
		break;
	case 'o':
		a->json = strcmp(arg, "json") == 0;
		if (!a->json && strcmp(arg, "text") != 0)
			argp_error(state, "-o \"%.40s\": expected text or json", arg);
		break;
	case OPTION_ORDER:
		a->order = true;
		break;
	case OPTION_PILOT:
		a->pilot_s = pilot_seconds(state, arg);
		break;
	case OPTION_STORE:
		a->store = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&spec_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[SPEC]",
	.doc = "Prints the points that run would measure with the same arguments, those that cannot run with "
	       "the "
	       "reason, the ceilings beside them, how many visits that makes, and how long it takes: by the "
	       "history "
	       "of the same points on this machine, a pilot, their work and the ceilings, or min_time alone. "
	       "The exit status is 5 when something that was named is unavailable, as that of run would be.",
};

struct job {
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	char *worker;
	struct store_past *past;
	int n_past;
	struct plan_pilot *pilots; /* NULL: none */
	struct plan_estimate *estimates;
	const char *store; /* NULL: none */
	char note[600];
};

/* ---- history ---- */

static int history_read(const char *path, struct job *j, struct diag *d)
{
	char id[33], class_[33];
	struct store *s;
	int rc = store_open(&s, path, STORE_READ, d);
	if (rc)
		return rc;
	json_decref(host_machine("", id, class_));
	rc = store_history(s, id, &j->past, &j->n_past, d);
	store_close(s);
	return rc;
}

/* A store that was named must be readable; the usual one need not be there. */
static int history_load(const struct arguments *a, struct job *j, struct diag *d)
{
	struct diag why = {0};
	const char *path = a->store ? a->store : store_default_path();
	if (!a->store && access(path, F_OK) != 0)
		return 0;
	j->store = path;
	int rc = history_read(path, j, a->store ? d : &why);
	if (rc && a->store)
		return rc;
	if (rc)
		diag_format(&why, j->note, sizeof j->note);
	return 0;
}

/* ---- pilots ---- */

static void say_pilot(const struct plan *p, int i, int n, int all)
{
	char label[200];
	if (terminal_draws(STDERR_FILENO))
		fprintf(stderr, "\r\033[Kpilot %d/%d %.60s", n, all,
			point_label(&p->points[i].point, label, sizeof label));
}

/* Of all that history does not tell of. */
static void pilots_make(const struct arguments *a, struct job *j)
{
	int n = 0, all = 0;
	j->pilots = mem_alloc(((size_t)j->plan.n_points + 1) * sizeof *j->pilots);
	for (int i = 0; i < j->plan.n_points; i++)
		all += j->estimates[i].n_visits && j->estimates[i].source != ESTIMATE_HISTORY;
	for (int i = 0; i < j->plan.n_points; i++) {
		if (!j->estimates[i].n_visits || j->estimates[i].source == ESTIMATE_HISTORY)
			continue;
		say_pilot(&j->plan, i, ++n, all);
		const struct plan_worker *w = plan_worker_of(&j->plan, &j->plan.points[i].point);
		pilot_make(&j->spec, w ? w->program : j->worker, &j->plan.points[i], a->pilot_s,
			   &j->pilots[i]);
	}
	if (n && terminal_draws(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

static void estimate(struct job *j)
{
	free(j->estimates);
	j->estimates = plan_estimate(&j->plan, &j->spec, &j->hello, j->past, j->n_past, j->pilots);
}

/* ---- all of it ---- */

static int make(const struct arguments *a, struct job *j, struct diag *d)
{
	int rc = spec_options_load(&a->spec, &j->spec, d);
	if (rc == 0)
		rc = spec_options_worker(&a->spec, &j->worker, d);
	if (rc == 0)
		rc = history_load(a, j, d);
	if (rc == 0)
		rc = run_plan_beside(&j->spec, j->worker, &a->spec.beside, &j->plan, &j->hello, d);
	if (rc)
		return rc;
	estimate(j);
	if (a->pilot_s > 0) {
		pilots_make(a, j);
		estimate(j);
	}
	return 0;
}

static void print(const struct arguments *a, const struct job *j)
{
	const struct plan_view v = {
		.spec = &j->spec,
		.plan = &j->plan,
		.estimates = j->estimates,
		.pilots = j->pilots,
		.time = plan_time(&j->plan, j->estimates),
		.store = j->store,
		.note = j->note,
		.order = a->order,
	};
	if (a->json)
		plan_print_json(&v);
	else
		plan_print_text(&v);
}

static void job_free(struct job *j)
{
	for (int i = 0; i < j->plan.n_points && j->pilots; i++)
		free(j->pilots[i].why);
	free(j->pilots);
	free(j->estimates);
	free(j->past);
	plan_free(&j->plan);
	wire_hello_free(&j->hello);
	spec_free(&j->spec);
	free(j->worker);
}

int cmd_plan(int argc, char **argv)
{
	struct arguments a = {0};
	struct job j = {0};
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &a);
	int status = EXIT_OK, rc = make(&a, &j, &d);
	if (rc == 0) {
		print(&a, &j);
		status = some_unavailable(&j.plan) ? EXIT_POINTS : EXIT_OK;
		rc = nothing_planned(&j.plan, &d);
	}
	job_free(&j);
	spec_options_free(&a.spec);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
