/* SPDX-License-Identifier: Apache-2.0 */
/* run_execute: through the plan, row by row. */
#include "config.h"

#include "harness/run/run.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/run/client.h"
#include "harness/run/interrupt.h"
#include "harness/run/outcome.h"
#include "harness/run/outputs.h"
#include "harness/run/resume.h"
#include "harness/run/sweep.h"

/* ---- small things of all visits ---- */

int64_t seconds_ns(double seconds)
{
	const double most = 3e9; /* its nanoseconds fit an int64 with room for sums */
	if (!(seconds > 0))
		return 0;
	return (int64_t)((seconds < most ? seconds : most) * 1e9);
}

int64_t spec_timeout_ns(const struct spec *spec)
{
	return seconds_ns(spec->timeout_s);
}

static const char *program_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

struct measurer sweep_measurer(const struct sweep *s, const struct point *point)
{
	const struct plan_worker *w = plan_worker_of(s->plan, point);
	if (w)
		return (struct measurer){w->program, &w->hello};
	return (struct measurer){s->worker, s->hello};
}

void sweep_describe(struct sweep *s, const struct point *point, const struct process *process,
		    struct store_visit *v)
{
	const struct measurer m = sweep_measurer(s, point);
	bool started = process->pid > 0;
	v->position = s->position++;
	v->arm = s->arm ? s->arm : "own";
	v->worker = m.program;
	v->build_program = started ? program_name(m.program) : "";
	v->build_version = m.hello->version;
	v->build = m.hello->build;
	process_describe(process, v);
}

/* ---- visits ---- */

/* The visit and what it makes of its point: both or neither. */
static int keep(struct sweep *s, struct visit *made, const struct plan_visit *v, struct outcome *o,
		const struct visit_end *end, struct diag *d)
{
	bool described = o->done > 0;
	int rc = store_begin(s->store, d);
	if (rc)
		return rc;
	rc = visit_keep(made, end, d);
	bool changed = outcome_add(o, &s->plan->points[v->point], v, end);
	/* What ran is the same in each process. */
	const char *describe = end->failed || described ? NULL : end->describe;
	if (rc == 0 && (changed || describe))
		rc = sweep_put_point(s, v->point, describe, d);
	return store_end(s->store, rc, d);
}

/* Recorded each time, said once. */
int sweep_clock(struct sweep *s, struct diag *d)
{
	int64_t was = s->jump.wall_ns, now = clock_wall_ns();
	int64_t by = jump_look(&s->jump, now, jump_since_boot_ns());
	if (by == 0)
		return 0;
	char *text = jump_text(by, was, now);
	int rc = store_annotate(s->store, s->run, "clock", text, d);
	if (s->n_jumps++ == 0)
		progress_note(&s->listener.progress, text);
	free(text);
	return rc;
}

static int visit_one(struct sweep *s, int i, struct outcome *o, struct diag *d)
{
	const struct plan_visit *v = &s->plan->visits[i];
	struct visit_end end = {0};
	struct visit *made;
	bool first = o->failed == 0;
	int rc = 0;
	listen_at(s, v->point);
	visit_make(s, v, i + 1, &made, &end);
	if (!end.killed)
		rc = keep(s, made, v, o, &end, d);
	if (rc == 0 && !end.killed)
		listen_step(
			s, v->point,
			&(struct listen_step){.end = &end, .first = first, .given_up = outcome_given_up(o)});
	visit_free(made);
	free(end.describe);
	return rc;
}

static void say_known(struct sweep *s, int i, const struct outcome *o)
{
	const struct run_options *options = s->options;
	if (options->known && (o->left == 0 || outcome_given_up(o)))
		options->known(options->arg, s->run, &s->plan->points[s->plan->visits[i].point]);
}

/* In pieces: a signal may come between a look at its flag and the sleep. */
static void wait_between(const struct sweep *s)
{
	const struct timespec piece = {.tv_nsec = 100000000};
	int64_t until = clock_ns() + (int64_t)s->options->delay_s * 1000000000;
	while (s->options->delay_s > 0 && clock_ns() < until && !interrupt_count())
		nanosleep(&piece, NULL);
}

static bool is_made(const struct sweep *s, int i)
{
	return s->resumed && s->resumed->planned[i].made;
}

/* What was made before the run was interrupted counts as if it were made now. */
static void replay(struct sweep *s, struct outcome *outcomes)
{
	for (int i = 0; i < s->plan->n_visits; i++) {
		const struct plan_visit *v = &s->plan->visits[i];
		if (!is_made(s, i))
			continue;
		const struct stored_planned *was = &s->resumed->planned[i];
		struct visit_end end = {.failed = was->failed, .has_log = was->has_log};
		snprintf(end.reason, sizeof end.reason, "%s", was->reason);
		(void)outcome_add(&outcomes[v->point], &s->plan->points[v->point], v, &end);
		listen_skip(s, v->point);
	}
}

static int visit_new(struct sweep *s, int i, struct outcome *o, struct diag *d)
{
	if (s->n_visited++)
		wait_between(s);
	if (interrupt_count())
		return 0;
	int rc = visit_one(s, i, o, d);
	if (rc == 0)
		say_known(s, i, o);
	return rc;
}

static int visit_all(struct sweep *s, struct run_summary *sum, struct diag *d)
{
	struct outcome *outcomes = outcomes_new(s->plan);
	int rc = 0;
	(void)jump_look(&s->jump, clock_wall_ns(), jump_since_boot_ns());
	listen_visits(s);
	replay(s, outcomes);
	for (int i = 0; i < s->plan->n_visits && rc == 0 && !interrupt_count(); i++) {
		struct outcome *o = &outcomes[s->plan->visits[i].point];
		if (is_made(s, i))
			continue;
		if (outcome_given_up(o))
			listen_skip(s, s->plan->visits[i].point);
		else
			rc = visit_new(s, i, o, d);
		if (rc == 0)
			rc = sweep_clock(s, d);
	}
	sum->visits_planned = sum->visits_made = s->plan->n_visits;
	for (int i = 0; i < s->plan->n_points; i++) {
		sum->visits_failed += outcomes[i].failed;
		sum->visits_made -= outcomes[i].left;
	}
	outcomes_free(outcomes, s->plan);
	return rc;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Was it before the run was interrupted? */
static bool is_verified(const struct sweep *s, int i)
{
	const struct stored_progress *p = s->resumed;
	return p && p->n_verified &&
	       bsearch(s->plan->points[i].id, p->verified, (size_t)p->n_verified, sizeof *p->verified,
		       compare_ids);
}

static int verify_all(struct sweep *s, struct diag *d)
{
	bool *wanted = mem_alloc(((size_t)s->plan->n_points + 1) * sizeof *wanted);
	int n = 0, rc = 0;
	for (int i = 0; i < s->plan->n_points; i++)
		n += wanted[i] = verify_wants(s, i) && !is_verified(s, i);
	listen_verify(s, wanted, n);
	for (int i = 0; i < s->plan->n_points && rc == 0 && !interrupt_count(); i++) {
		struct visit_end end = {0};
		if (!wanted[i])
			continue;
		listen_at(s, i);
		rc = verify_put(s, i, &end, d);
		if (rc == 0 && !end.killed)
			listen_step(s, i, &(struct listen_step){.end = &end, .verify = true});
	}
	free(wanted);
	references_free(s->references);
	s->references = NULL;
	return rc;
}

/* ---- the run ---- */

static int put_labels(struct sweep *s, const struct run_options *options, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < options->n_labels && rc == 0; i++)
		rc = store_label_put(s->store, s->run, &options->labels[i], d);
	return rc;
}

/* Run, points and visits: there is a whole plan to go on with, or no run. */
static int put_run(struct sweep *s, const struct store_run *row, const struct run_options *options,
		   struct diag *d)
{
	int rc = store_begin(s->store, d);
	if (rc)
		return rc;
	rc = store_run_begin(s->store, row, &s->run, d);
	if (rc == 0)
		rc = sweep_put_plan(s, d);
	if (rc == 0)
		rc = put_labels(s, options, d);
	return store_end(s->store, rc, d);
}

int sweep_begin(struct sweep *s, const struct run_options *options, struct diag *d)
{
	char class_[33];
	json_t *machine = host_machine("", s->machine_id, class_);
	s->environment = sweep_environment(s);
	const struct store_run row = {
		.label = "",
		.command = options->command ? options->command : "",
		.spec_name = s->spec->name ? s->spec->name : "",
		.spec_text = s->spec->text ? s->spec->text : "",
		.machine_id = s->machine_id,
		.machine_class = class_,
		.machine = machine,
		.environment = s->environment,
		.build_program = program_name(s->worker),
		.build_version = s->hello->version,
		.build = s->hello->build,
		.seed = s->spec->seed,
		.rounds = s->spec->rounds,
	};
	int rc = put_run(s, &row, options, d);
	json_decref(machine);
	return rc;
}

/* How the machine is at the end stands beside how it was. */
static int put_end(struct sweep *s, struct diag *d)
{
	if (!s->environment)
		return 0;
	host_put_end(s->environment);
	return store_run_environment(s->store, s->run, s->environment, d);
}

static void count_points(const struct plan *p, struct run_summary *sum)
{
	for (int i = 0; i < p->n_points; i++) {
		bool measured = p->points[i].role == ROLE_MEASURE;
		enum point_state state = p->points[i].state;
		sum->done += measured && state == POINT_DONE;
		sum->failed += state == POINT_FAILED;
		sum->skipped += measured && state == POINT_SKIPPED;
		sum->unavailable += measured && state == POINT_UNAVAILABLE;
	}
}

/* Before the first visit: what is told of a run that ends here. */
static void count_visits(const struct sweep *s, struct run_summary *sum)
{
	sum->visits_planned = s->plan->n_visits;
	for (int i = 0; i < s->plan->n_visits; i++)
		sum->visits_made += is_made(s, i);
}

int sweep_end(struct sweep *s, bool interrupted, int rc, struct diag *d)
{
	if (rc == 0)
		rc = put_end(s, d);
	/* A store that failed may still take this one; its first error is the one to tell. */
	int ended = store_run_end(s->store, s->run, interrupted || rc != 0, rc ? NULL : d);
	return rc ? rc : ended;
}

static int sweep_all(struct sweep *s, struct run_summary *sum, struct diag *d)
{
	count_visits(s, sum);
	int rc = s->spec->verify ? verify_all(s, d) : 0;
	if (rc == 0)
		rc = visit_all(s, sum, d);
	sum->interrupted = interrupt_count() > 0;
	return sweep_end(s, sum->interrupted, rc, d);
}

/* Outputs are judged by our own worker, not by the one that made them. */
void sweep_reference(struct sweep *s, char **path)
{
	struct diag why = {0};
	if (client_find_worker(path, &why))
		diag_format(&why, s->no_reference, sizeof s->no_reference);
	s->reference = *path;
}

int run_execute(const struct spec *spec, struct plan *plan, const struct wire_hello *hello,
		struct store *store, const struct run_options *options, struct run_summary *out,
		struct diag *d)
{
	struct sweep s = {.spec = spec,
			  .plan = plan,
			  .hello = hello,
			  .store = store,
			  .worker = options->worker,
			  .resumed = options->resumed,
			  .options = options};
	struct run_summary sum = {0};
	char *reference = NULL;
	int rc = s.resumed ? resume_begin(&s, d) : sweep_begin(&s, options, d);
	if (rc == 0 && s.resumed)
		rc = put_labels(&s, options, d);
	if (rc) {
		json_decref(s.environment);
		return rc;
	}
	sweep_reference(&s, &reference);
	s.first_moment = spec->wait_quiet_s > 0 ? host_moment("") : NULL;
	sum.run = s.run;
	interrupt_begin(options->progress ? fileno(options->progress) : -1, options->drawn);
	listen_begin(&s, options);
	rc = sweep_all(&s, &sum, d);
	listen_end(&s);
	interrupt_end();
	count_points(plan, &sum);
	json_decref(s.environment);
	json_decref(s.first_moment);
	free(reference);
	*out = sum;
	return rc;
}
