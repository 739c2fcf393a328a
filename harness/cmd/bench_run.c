/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/bench_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/cmd/measuring.h"
#include "harness/cmd/nothing.h"
#include "harness/cmd/terminal.h"
#include "harness/run/keeper.h"
#include "harness/run/run.h"
#include "reports/analysis/analysis.h"
#include "reports/text.h"
#include "reports/view.h"

/* One line of any text. */
static void say(const char *before, const struct strbuf *text)
{
	struct strbuf plain = {0};
	text_plain(&plain, strbuf_text(text));
	fprintf(stderr, "%s%s\n", before, strbuf_text(&plain));
	strbuf_free(&plain);
}

/* "pp8 q8_0: failed: why", and how to see it again. */
static void say_row(const struct view *v, const struct row *r)
{
	struct strbuf text = {0}, command = {0};
	row_label(&text, v, r);
	strbuf_printf(&text, ": %s: %s", row_state(r), r->reason);
	say("inferometer: ", &text);
	row_command(&command, v->a->run, r);
	say("  again: ", &command);
	strbuf_free(&text);
	strbuf_free(&command);
}

/* Rows that are no record; returns how many of them failed. */
static int say_rows(const struct analysis *a)
{
	struct view v = view_make(a);
	int n_failed = 0;
	for (int i = 0; i < a->n_rows; i++) {
		const struct row *r = &a->rows[i];
		n_failed += r->state == POINT_FAILED;
		if (r->state != POINT_DONE && r->state != POINT_PLANNED)
			say_row(&v, r);
	}
	return n_failed;
}

static void say_stored(const struct bench *b, const struct run_summary *s)
{
	struct strbuf command = {0};
	strbuf_printf(&command, "inferometer report %lld", (long long)s->run);
	if (b->store) {
		strbuf_puts(&command, " --store ");
		text_shell(&command, b->store);
	}
	fprintf(stderr, "inferometer: run %lld is stored; its intervals, ceilings and residuals: %s\n",
		(long long)s->run, strbuf_text(&command));
	strbuf_free(&command);
}

static int judge(const struct bench *b, const struct plan *plan, struct store *store,
		 const struct run_summary *s, int *status, struct diag *d)
{
	struct stored_run *stored;
	int rc = store_run_load(store, s->run, &stored, d);
	if (rc)
		return rc;
	struct analysis *a = analysis_make(stored);
	int n_failed = say_rows(a) + s->failed + s->unavailable + s->visits_failed + b->n_refused;
	*status = s->interrupted ? EXIT_INTERRUPTED : n_failed ? EXIT_POINTS : EXIT_OK;
	if (*status == EXIT_OK && s->done == 0)
		rc = nothing_ran(plan, d);
	if (!nothing_to_store(plan))
		say_stored(b, s);
	analysis_free(a);
	stored_run_free(stored);
	return rc;
}

struct job {
	struct spec spec;
	struct plan plan;
	struct wire_hello hello;
	char *worker;
};

static int measure(const struct bench *b, struct job *j, struct store *store, const char *command,
		   int *status, struct diag *d)
{
	struct run_summary summary = {0};
	struct bench_output *output = bench_output_begin(b, &j->plan, store);
	const struct run_options options = {
		.worker = j->worker,
		.labels = b->labels.label,
		.n_labels = b->labels.n,
		.command = command,
		.progress = b->progress ? stderr : NULL,
		.drawn = terminal_draws(STDERR_FILENO),
		.colour = terminal_has_colour(STDERR_FILENO),
		.delay_s = b->delay_s,
		.known = bench_output_known,
		.arg = output,
	};
	int rc = run_execute(&j->spec, &j->plan, &j->hello, store, &options, &summary, d);
	struct diag why = {0};
	int ended = bench_output_end(output, &why);
	bench_output_free(output);
	if (rc == 0 && ended) {
		*d = why;
		rc = ended;
	}
	if (summary.run && (rc || summary.interrupted))
		resume_say(&summary, b->store, &b->spec);
	return rc ? rc : judge(b, &j->plan, store, &summary, status, d);
}

/* As measure_nothing of run: its reasons are told, the run is not kept. */
static int measure_nothing(const struct bench *b, struct job *j, struct store *store, const char *command,
			   int *status, struct diag *d)
{
	int rc = store_begin(store, d);
	if (rc)
		return rc;
	rc = measure(b, j, store, command, status, d);
	store_undo(store);
	if (rc == 0)
		nothing_say();
	return rc;
}

static int run_in_store(const struct bench *b, struct job *j, const char *command, int *status,
			struct diag *d)
{
	struct store *store = NULL;
	int rc = measuring_store(&store, b->store ? b->store : store_default_path(), d);
	if (rc)
		return rc;
	keeper_begin();
	rc = run_plan(&j->spec, j->worker, &j->plan, &j->hello, d);
	if (rc == 0 && nothing_to_store(&j->plan))
		rc = measure_nothing(b, j, store, command, status, d);
	else if (rc == 0)
		rc = measure(b, j, store, command, status, d);
	keeper_end();
	store_close(store);
	return rc;
}

int bench_run(struct bench *b, const char *command, int *status, struct diag *d)
{
	struct job j = {0};
	int rc = bench_spec(b, &j.spec, d);
	if (rc == 0)
		rc = spec_options_worker(&b->spec, &j.worker, d);
	if (rc == 0)
		rc = run_in_store(b, &j, command, status, d);
	plan_free(&j.plan);
	wire_hello_free(&j.hello);
	spec_free(&j.spec);
	free(j.worker);
	return rc;
}
