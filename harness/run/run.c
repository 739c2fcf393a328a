/* SPDX-License-Identifier: Apache-2.0 */
/* run_execute: through the plan, row by row. */
#include "config.h"

#include "harness/run/run.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/host/host.h"
#include "harness/run/client.h"
#include "harness/run/interrupt.h"
#include "harness/run/outputs.h"
#include "harness/run/sweep.h"

enum { LABEL_SIZE = 200 };

/* What became of a point's visits so far. */
struct outcome {
	int left;    /* visits of the plan not yet come to */
	int done;    /* timing visits */
	int failed;  /* visits */
	int in_row;  /* failed ones since the last that was done */
	char *first; /* why the first one failed; NULL: none did */
};

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

void sweep_describe(struct sweep *s, const struct process *process, struct store_visit *v)
{
	bool started = process->pid > 0;
	v->position = s->position++;
	v->arm = "own";
	v->worker = s->worker;
	v->build_program = started ? program_name(s->worker) : "";
	v->build_version = s->hello->version;
	v->build = s->hello->build;
	process_describe(process, v);
}

/* ---- points ---- */

static const struct wire_model *model_of(const struct plan *p, const struct plan_point *point)
{
	for (int i = 0; point->model_hash && i < p->n_models; i++)
		if (strcmp(p->models[i].hash, point->model_hash) == 0)
			return &p->models[i];
	return NULL;
}

/* describe: NULL leaves it as it is. */
static int put_point(struct sweep *s, int i, const char *describe, struct diag *d)
{
	const struct plan_point *p = &s->plan->points[i];
	const struct wire_model *m = model_of(s->plan, p);
	json_t *check = p->checked ? wire_check_to_json(&p->check) : NULL;
	json_t *model = m ? wire_model_to_json(m) : NULL;
	const struct store_point row = {
		.point = &p->point,
		.id = p->id,
		.model_hash = p->model_hash,
		.position = i,
		.role = p->role,
		.state = p->state,
		.reason = p->reason ? p->reason : "",
		.check_answer = check,
		.model = model,
		.describe = describe,
	};
	int rc = store_point_put(s->store, s->run, &row, d);
	json_decref(check);
	json_decref(model);
	return rc;
}

static int put_points(struct sweep *s, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < s->plan->n_points && rc == 0; i++)
		rc = put_point(s, i, NULL, d);
	return rc;
}

static void set_state(struct plan_point *p, enum point_state state, char *reason)
{
	free(p->reason);
	p->state = state;
	p->reason = reason;
}

/* ---- visits ---- */

static char *first_reason(const struct plan_visit *v, const struct visit_end *end)
{
	char where[40];
	snprintf(where, sizeof where, "round %d", v->round);
	return mem_printf("%s in %s%s", end->reason, v->kind == VISIT_COUNTER ? "its counter visit" : where,
			  end->has_log ? "; its log is kept" : "");
}

/* The state of a point after one more of its visits. */
static void judge(struct plan_point *p, struct outcome *o)
{
	if (o->failed && o->in_row >= RUN_FAILURES_IN_ROW && o->left)
		set_state(p, POINT_FAILED,
			  mem_printf("%s; after %d failures in a row %d more visits were not tried", o->first,
				     o->in_row, o->left));
	else if (o->failed)
		set_state(p, POINT_FAILED, mem_strdup(o->first));
	else if (o->left == 0)
		set_state(p, POINT_DONE, mem_strdup(""));
}

static int account(struct sweep *s, const struct plan_visit *v, struct outcome *o,
		   const struct visit_end *end, struct diag *d)
{
	struct plan_point *p = &s->plan->points[v->point];
	enum point_state before = p->state;
	bool described = o->done > 0;
	o->left--;
	o->failed += end->failed;
	o->in_row = end->failed ? o->in_row + 1 : 0;
	o->done += !end->failed && v->kind == VISIT_TIMING;
	if (end->failed && !o->first)
		o->first = first_reason(v, end);
	judge(p, o);
	/* What ran is the same in each process. */
	if (p->state == before && !end->failed && (described || !end->describe))
		return 0;
	return put_point(s, v->point, described ? NULL : end->describe, d);
}

static void say_step(struct sweep *s, int i, const struct visit_end *end)
{
	char label[LABEL_SIZE], *line;
	point_label(&s->plan->points[i].point, label, sizeof label);
	if (end->failed)
		line = mem_printf("%s: failed: %s", label, end->reason);
	else
		line = mem_printf("%s: %s", label, end->speed);
	progress_step(&s->progress, line);
	free(line);
}

/* A night is not spent on waiting for the same time limit again and again. */
static bool is_given_up(const struct outcome *o)
{
	return o->in_row >= RUN_FAILURES_IN_ROW;
}

static int visit_one(struct sweep *s, const struct plan_visit *v, struct outcome *o, struct diag *d)
{
	struct visit_end end = {0};
	int rc = visit_put(s, v, &end, d);
	if (rc == 0 && !end.killed)
		rc = account(s, v, o, &end, d);
	if (rc == 0 && !end.killed)
		say_step(s, v->point, &end);
	free(end.describe);
	return rc;
}

static int visit_all(struct sweep *s, struct outcome *outcomes, struct run_summary *sum, struct diag *d)
{
	int rc = 0;
	for (int i = 0; i < s->plan->n_visits; i++)
		outcomes[s->plan->visits[i].point].left++;
	progress_phase(&s->progress, "visit", s->plan->n_visits);
	for (int i = 0; i < s->plan->n_visits && rc == 0 && !interrupt_count(); i++) {
		const struct plan_visit *v = &s->plan->visits[i];
		struct outcome *o = &outcomes[v->point];
		if (is_given_up(o))
			progress_skip(&s->progress);
		else
			rc = visit_one(s, v, o, d);
	}
	for (int i = 0; i < s->plan->n_points; i++) {
		sum->visits_failed += outcomes[i].failed;
		free(outcomes[i].first);
	}
	return rc;
}

static int verify_all(struct sweep *s, struct diag *d)
{
	int n = 0, rc = 0;
	for (int i = 0; i < s->plan->n_points; i++)
		n += verify_wants(s, i);
	progress_phase(&s->progress, "verify", n);
	for (int i = 0; i < s->plan->n_points && rc == 0 && !interrupt_count(); i++) {
		struct visit_end end = {0};
		if (!verify_wants(s, i))
			continue;
		rc = verify_put(s, i, &end, d);
		if (rc == 0 && !end.killed)
			say_step(s, i, &end);
	}
	references_free(s->references);
	s->references = NULL;
	return rc;
}

/* ---- the run ---- */

static int begin(struct sweep *s, const struct run_options *options, struct diag *d)
{
	char id[33], class_[33];
	json_t *machine = host_machine("", id, class_);
	s->environment = sweep_environment(s);
	const struct store_run row = {
		.label = options->label ? options->label : "",
		.command = options->command ? options->command : "",
		.spec_name = s->spec->name ? s->spec->name : "",
		.spec_text = s->spec->text ? s->spec->text : "",
		.machine_id = id,
		.machine_class = class_,
		.machine = machine,
		.environment = s->environment,
		.seed = s->spec->seed,
		.rounds = s->spec->rounds,
	};
	int rc = store_run_begin(s->store, &row, &s->run, d);
	json_decref(machine);
	return rc;
}

/* How the machine is at the end stands beside how it was. */
static int put_end(struct sweep *s, struct diag *d)
{
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

static int sweep_all(struct sweep *s, struct run_summary *sum, struct diag *d)
{
	struct outcome *outcomes = mem_alloc(((size_t)s->plan->n_points + 1) * sizeof *outcomes);
	int rc = put_points(s, d);
	if (rc == 0 && s->spec->verify)
		rc = verify_all(s, d);
	if (rc == 0)
		rc = visit_all(s, outcomes, sum, d);
	free(outcomes);
	if (rc == 0)
		rc = put_end(s, d);
	sum->interrupted = interrupt_count() > 0;
	/* A store that failed may still take this one; its first error is the one to tell. */
	int ended = store_run_end(s->store, s->run, sum->interrupted || rc != 0, rc ? NULL : d);
	return rc ? rc : ended;
}

static int notice_fd(FILE *progress)
{
	return progress ? fileno(progress) : -1;
}

/* Outputs are judged by our own worker, not by the one that made them. */
static void reference_find(struct sweep *s, char **path)
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
	struct sweep s = {
		.spec = spec, .plan = plan, .hello = hello, .store = store, .worker = options->worker};
	struct run_summary sum = {0};
	char *reference = NULL;
	int rc = begin(&s, options, d);
	if (rc) {
		json_decref(s.environment);
		return rc;
	}
	reference_find(&s, &reference);
	sum.run = s.run;
	interrupt_begin(notice_fd(options->progress));
	progress_begin(&s.progress, options->progress);
	rc = sweep_all(&s, &sum, d);
	progress_end(&s.progress);
	interrupt_end();
	count_points(plan, &sum);
	json_decref(s.environment);
	free(reference);
	if (rc == 0)
		*out = sum;
	return rc;
}
