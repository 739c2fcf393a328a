/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/measuring.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/cmd/mistake.h"
#include "harness/cmd/nothing.h"
#include "harness/cmd/terminal.h"
#include "harness/plan/plan.h"
#include "harness/run/keeper.h"
#include "harness/run/run.h"
#include "reports/report.h"
#include "reports/text.h"

error_t measuring_option(struct measuring *m, int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'o':
		output_format_set(&m->output, arg, state);
		break;
	case OPTION_HTML:
		m->output.html = arg;
		break;
	case OPTION_STORE:
		m->store = arg;
		break;
	case OPTION_LABEL:
		labels_add(&m->labels, arg, state);
		break;
	case OPTION_NO_COLOUR:
		m->output.no_colour = true;
		break;
	case 'q':
		m->quiet = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

char *command_line(int argc, char **argv)
{
	struct strbuf s = {0};
	strbuf_puts(&s, argv[0]);
	for (int i = 1; i < argc; i++) {
		strbuf_putc(&s, ' ');
		text_shell(&s, argv[i]);
	}
	return strbuf_take(&s);
}

/* n_failed: rows of the report; a point that ran may still be wrong. */
static int exit_status(const struct measuring *m, const struct run_summary *s, int n_failed)
{
	if (s->interrupted)
		return EXIT_INTERRUPTED;
	bool absent = s->unavailable && (!m->absent_is_fine || s->done == 0);
	return n_failed || s->failed || absent || s->visits_failed ? EXIT_POINTS : EXIT_OK;
}

void resume_say(const struct run_summary *s, const char *store, const struct spec_options *o)
{
	struct strbuf command = {0};
	strbuf_printf(&command, "inferometer run --resume %lld", (long long)s->run);
	if (store) {
		strbuf_puts(&command, " --store ");
		text_shell(&command, store);
	}
	if (o->worker) {
		strbuf_puts(&command, " --worker ");
		text_shell(&command, o->worker);
	}
	for (int i = 0; i < o->beside.n; i++) {
		strbuf_puts(&command, " --beside ");
		text_shell(&command, o->with[i]);
	}
	fprintf(stderr, "inferometer: run %lld has %d of %d visits; finish it with: %s\n", (long long)s->run,
		s->visits_made, s->visits_planned, strbuf_text(&command));
	strbuf_free(&command);
}

/* What is measured, new or of before. */
struct job {
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	struct run_resumed resumed; /* progress NULL: a new run */
};

static int measure(struct measuring *m, struct job *j, struct store *store, struct run_options *o,
		   int *status, struct diag *d)
{
	bool resumed = j->resumed.progress != NULL;
	struct plan *plan = resumed ? &j->resumed.plan : &j->plan;
	struct run_summary summary = {0};
	int n_failed = 0;
	o->resumed = j->resumed.progress;
	int rc = run_execute(resumed ? &j->resumed.spec : &j->spec, plan,
			     resumed ? &j->resumed.hello : &j->hello, store, o, &summary, d);
	if (rc == 0)
		rc = output_run(store, summary.run, &m->output, &n_failed, NULL, d);
	if (summary.run && (rc || summary.interrupted))
		resume_say(&summary, m->store, &m->spec);
	*status = exit_status(m, &summary, n_failed);
	if (rc == 0 && *status == EXIT_OK && summary.done == 0)
		rc = nothing_ran(plan, d);
	return rc;
}

/* For the eyes alone: a run in which nothing could be is no result, and must not become the newest. */
static int measure_nothing(struct measuring *m, struct job *j, struct store *store, struct run_options *o,
			   int *status, struct diag *d)
{
	int rc = store_begin(store, d);
	if (rc)
		return rc;
	m->output.unstored = true;
	rc = measure(m, j, store, o, status, d);
	store_undo(store);
	if (rc == 0)
		nothing_say();
	return rc;
}

static bool names_spec(const struct spec_options *o)
{
	bool any = o->spec || o->workloads.len || o->prompt || o->gen;
	for (int k = 0; k < KEY_COUNT; k++)
		any = any || o->axis[k];
	for (int i = 0; i < SPEC_OPTION_COUNT; i++)
		any = any || o->option[i];
	return any;
}

static int prepare(const struct measuring *m, struct job *j, struct store *store, const char *worker,
		   struct diag *d)
{
	const struct spec *asked = names_spec(&m->spec) ? &j->spec : NULL;
	int64_t run = 0;
	int rc = m->run ? store_run_find(store, m->run, &run, d) : 0;
	if (rc)
		return rc;
	if (m->resume)
		return run_resume_load(store, run, asked, worker, &m->spec.beside, &j->resumed, d);
	rc = run_plan_beside(&j->spec, worker, &m->spec.beside, &j->plan, &j->hello, d);
	if (rc == 0)
		mistake_threads(&j->plan, &j->hello);
	return rc;
}

int measuring_store(struct store **out, const char *path, struct diag *d)
{
	/* A limit of file sizes is an error of the write that meets it, not our death. */
	signal(SIGXFSZ, SIG_IGN);
	int rc = store_open(out, path, STORE_WRITE, d);
	if (rc == 0 && *store_note(*out))
		fprintf(stderr, "inferometer: the store: %s\n", store_note(*out));
	return rc;
}

static int run_in_store(struct measuring *m, struct job *j, struct run_options *o, int *status,
			struct diag *d)
{
	struct store *store = NULL;
	const char *path = m->store ? m->store : store_default_path();
	/* What is not there has nothing to finish, and is not made for that. */
	if (m->resume && access(path, F_OK) != 0)
		return diag_set_at(d, ERR_IO, path, 0, "no run of it was interrupted: it is not there");
	int rc = measuring_store(&store, path, d);
	if (rc)
		return rc;
	keeper_begin();
	rc = prepare(m, j, store, o->worker, d);
	if (rc == 0 && !m->resume && nothing_to_store(&j->plan))
		rc = measure_nothing(m, j, store, o, status, d);
	else if (rc == 0)
		rc = measure(m, j, store, o, status, d);
	keeper_end();
	store_close(store);
	return rc;
}

static int run(struct measuring *m, const char *command, int *status, struct diag *d)
{
	struct job j = {0};
	char *worker = NULL;
	int rc = 0;
	if (!m->resume || names_spec(&m->spec))
		rc = spec_options_load(&m->spec, &j.spec, d);
	if (rc == 0)
		rc = spec_options_worker(&m->spec, &worker, d);
	if (rc == 0) {
		struct run_options o = {
			.worker = worker,
			.labels = m->labels.label,
			.n_labels = m->labels.n,
			.command = command,
			.progress = m->quiet ? NULL : stderr,
			.drawn = terminal_draws(STDERR_FILENO),
			.colour = !m->output.no_colour && terminal_has_colour(STDERR_FILENO),
		};
		rc = run_in_store(m, &j, &o, status, d);
	}
	run_resumed_free(&j.resumed);
	plan_free(&j.plan);
	wire_hello_free(&j.hello);
	spec_free(&j.spec);
	free(worker);
	return rc;
}

int measuring_run(struct measuring *m, const char *command)
{
	struct diag d = {0};
	int status = EXIT_OK;
	int rc = run(m, command, &status, &d);
	spec_options_free(&m->spec);
	labels_free(&m->labels);
	return cmd_finish(rc ? cmd_fail(&d) : status);
}
