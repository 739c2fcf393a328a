/* SPDX-License-Identifier: Apache-2.0 */
/* Quality visits: are the outputs right, and what does the precision cost? */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/run/interrupt.h"
#include "harness/run/outputs.h"
#include "harness/run/sweep.h"
#include "harness/stat/stat.h"

enum {
	/* Plain C takes so many times as long as the kernels that the time limit of a request is meant for. */
	REFERENCE_PATIENCE = 10,
	N_RESIDUALS = 3,
};

struct residual {
	const char *counter;
	bool own; /* of the point's outputs; else of the reference's at the same precision: what the precision
		     costs where nothing is wrong */
	bool f32; /* against f32; else against the same precision */
	char op[300];  /* the reference */
	char why[600]; /* "" when there is a value */
	double value;
};

/* One quality visit at work. */
struct verify {
	struct sweep *sweep;
	const struct plan_point *point;
	struct process process;	  /* what is measured */
	struct process reference; /* our own */
	struct outputs outputs;
	struct residual residuals[N_RESIDUALS];
	int64_t start_wall_ns, wall_ns;
};

/* ---- outputs of a point ---- */

static int ask_outputs(struct verify *v, struct process *process, const char *worker, const struct point *p,
		       int patience, struct outputs *out, struct diag *d)
{
	const struct spec *spec = v->sweep->spec;
	int64_t timeout_ns = seconds_ns(spec->timeout_s * patience), wall_ns = 0;
	int rc = 0;
	if (!client_alive(process->client))
		rc = process_start(process, worker, d);
	if (rc)
		return rc;
	json_t *answer = NULL,
	       *body = json_pack("{s:o, s:I}", "point", point_to_json(p), "seed", (json_int_t)spec->seed);
	rc = process_ask(process, "prepare", body, timeout_ns, &answer, NULL, d);
	json_decref(body);
	json_decref(answer);
	answer = NULL;
	if (rc == 0)
		rc = process_ask(process, "verify", NULL, timeout_ns, &answer, &wall_ns, d);
	v->wall_ns += wall_ns;
	if (rc == 0)
		rc = outputs_decode(answer, out, d);
	json_decref(answer);
	return rc;
}

/* ---- references ---- */

static int reference_threads(const struct wire_hello *hello)
{
	const struct wire_device *dev = wire_hello_device(hello, point_key_default(KEY_DEVICE));
	return dev && dev->n_cpus > 0 ? dev->n_cpus : 1;
}

/* The point on the ref kernels: what makes inputs and outputs stays, how they are computed does not. */
static void reference_of(const struct verify *v, bool f32, struct point *out)
{
	static const enum point_key how[] = {KEY_ENGINE,   KEY_DEVICE,	 KEY_BLOCKING,
					     KEY_PROVIDER, KEY_AFFINITY, KEY_CACHE,
					     KEY_DURATION, KEY_OPTIONS,	 KEY_INJECT};
	const struct wire_workload *w =
		wire_hello_workload(v->sweep->hello, point_get(&v->point->point, KEY_WORKLOAD));
	char threads[16];
	point_copy(out, &v->point->point);
	for (size_t i = 0; i < sizeof how / sizeof how[0]; i++)
		point_set(out, how[i], NULL);
	snprintf(threads, sizeof threads, "%d", reference_threads(v->sweep->hello));
	point_set(out, KEY_ISA, "ref");
	point_set(out, KEY_THREADS, threads);
	/* A CPU has no products in tf32: what they are held in is the nearest. */
	if (f32 || strcmp(point_get(out, KEY_PRECISION), "tf32") == 0)
		point_set(out, KEY_PRECISION, "f32");
	if (f32 && w && w->key[KEY_KV])
		point_set(out, KEY_KV, "f32");
}

/* Belongs to the references. */
static const struct outputs *reference_outputs(struct verify *v, const struct point *p, struct diag *d)
{
	struct references *r = v->sweep->references;
	struct outputs o;
	char id[POINT_ID_SIZE];
	point_id(p, v->point->model_hash, id);
	const struct outputs *known = references_find(r, id);
	if (known)
		return known;
	if (!v->sweep->reference) {
		diag_set(d, ERR_UNAVAILABLE, "%s", v->sweep->no_reference);
		return NULL;
	}
	if (ask_outputs(v, &v->reference, v->sweep->reference, p, REFERENCE_PATIENCE, &o, d))
		return NULL;
	return references_add(r, id, &o);
}

/* No number at all is no small residual, and the store has no NaN. */
static double residual_of(const struct outputs *a, const struct outputs *b)
{
	double r = stat_residual(a->x, b->x, (long)(a->rows * a->cols));
	return isnan(r) ? INFINITY : r;
}

/* Keeps a copy of the reference's outputs at the same precision: those that are kept may go when others come. */
static int same_outputs(struct verify *v, struct outputs *out, struct diag *d)
{
	struct point same;
	reference_of(v, false, &same);
	const struct outputs *o = reference_outputs(v, &same, d);
	point_free(&same);
	if (!o)
		return d->code;
	size_t n = (size_t)(o->rows * o->cols);
	*out = *o;
	out->x = mem_try_array(n, sizeof *out->x);
	if (!out->x)
		return diag_set(d, ERR_OOM, "no memory for %zu outputs", n);
	memcpy(out->x, o->x, n * sizeof *out->x);
	return 0;
}

static void compare_outputs(struct verify *v, struct residual *r, const struct outputs *a,
			    const struct point *reference)
{
	struct diag why = {0};
	const struct outputs *b = reference_outputs(v, reference, &why);
	if (!b)
		snprintf(r->why, sizeof r->why, "the reference: %s", why.text);
	else if (a->rows != b->rows || a->cols != b->cols)
		snprintf(r->why, sizeof r->why, "outputs are %lld x %lld, the reference's %lld x %lld",
			 (long long)a->rows, (long long)a->cols, (long long)b->rows, (long long)b->cols);
	else
		r->value = residual_of(a, b);
}

static void compare(struct verify *v, struct residual *r, const struct point *reference)
{
	struct diag why = {0};
	struct outputs same = {0};
	if (r->own)
		compare_outputs(v, r, &v->outputs, reference);
	else if (same_outputs(v, &same, &why))
		snprintf(r->why, sizeof r->why, "the reference: %s", why.text);
	else
		compare_outputs(v, r, &same, reference);
	free(same.x);
}

/* why: there are no outputs; NULL when there are. */
static void make_residual(struct verify *v, struct residual *r, const struct diag *why)
{
	struct point reference;
	reference_of(v, r->f32, &reference);
	point_label(&reference, r->op, sizeof r->op);
	if (why)
		snprintf(r->why, sizeof r->why, "%s", why->text);
	else
		compare(v, r, &reference);
	point_free(&reference);
}

/* The references' own comparison comes last: where one of them is missing it is not waited for again. */
static void make_residuals(struct verify *v, const struct diag *why)
{
	struct diag missing = {0};
	/* The second Ctrl-C has killed the worker: no other is started. */
	for (int i = 0; i < N_RESIDUALS && interrupt_count() < 2; i++) {
		struct residual *r = &v->residuals[i];
		make_residual(v, r, !why && !r->own && missing.code ? &missing : why);
		if (r->why[0])
			diag_set(&missing, ERR_UNAVAILABLE, "%s", r->why);
	}
}

/* ---- the visit ---- */

static const struct wire_workload *workload_of(const struct sweep *s, const struct plan_point *p)
{
	return wire_hello_workload(sweep_measurer(s, &p->point).hello, point_get(&p->point, KEY_WORKLOAD));
}

bool verify_wants(const struct sweep *s, int i)
{
	const struct plan_point *p = &s->plan->points[i];
	const struct wire_workload *w = workload_of(s, p);
	return p->state == POINT_PLANNED && p->role == ROLE_MEASURE && w && !w->ceiling;
}

static void work(struct verify *v)
{
	struct diag why = {0};
	int rc;
	const struct spec *spec = v->sweep->spec;
	v->process.limits = v->reference.limits =
		process_limits_of(spec->visit_timeout_s, spec->memory_limit, REFERENCE_PATIENCE);
	/* An engine that states no arithmetic has done none that could be wrong. */
	if (v->point->checked && v->point->check.flops <= 0)
		rc = diag_set(&why, ERR_UNSUPPORTED, "the engine states no arithmetic: nothing to compare");
	else
		rc = ask_outputs(v, &v->process, sweep_measurer(v->sweep, &v->point->point).program,
				 &v->point->point, 1, &v->outputs, &why);
	/* The reference takes as much memory again. */
	process_stop(&v->process);
	make_residuals(v, rc ? &why : NULL);
}

static int put_row(struct verify *v, struct diag *d)
{
	struct store_reading readings[N_RESIDUALS];
	int64_t id;
	for (int i = 0; i < N_RESIDUALS; i++) {
		const struct residual *r = &v->residuals[i];
		readings[i] = (struct store_reading){
			.counter = r->counter,
			.unit = "1",
			.source = "verify",
			.op = r->op,
			.thread = -1,
			.usable = !r->why[0],
			.why = r->why,
			.real = true,
			.value_real = r->value,
		};
	}
	struct store_visit row = {
		.point_id = v->point->id,
		.kind = VISIT_QUALITY,
		.reason = "",
		.start_wall_ns = v->start_wall_ns,
		.wall_ns = v->wall_ns,
		.n_readings = N_RESIDUALS,
		.readings = readings,
	};
	sweep_describe(v->sweep, &v->point->point, &v->process, &row);
	return store_visit_put(v->sweep->store, v->sweep->run, &row, &id, d);
}

/* What the reference said last stays with the visit. */
static void join_logs(struct verify *v)
{
	char *own = v->process.end.log, *other = v->reference.end.log;
	if (!other || !other[0])
		return;
	v->process.end.log = mem_printf("%s[the reference]\n%s", own ? own : "", other);
	free(own);
}

int verify_put(struct sweep *s, int i, struct visit_end *end, struct diag *d)
{
	struct verify v = {
		.sweep = s,
		.point = &s->plan->points[i],
		.residuals = {{.counter = "residual_same", .own = true},
			      {.counter = "residual_f32", .own = true, .f32 = true},
			      {.counter = "residual_reference", .f32 = true}},
		.start_wall_ns = clock_wall_ns(),
	};
	if (!s->references)
		s->references = references_new();
	work(&v);
	process_stop(&v.reference);
	join_logs(&v);
	*end = (struct visit_end){.killed = interrupt_count() > 1};
	const struct residual *same = &v.residuals[0];
	if (same->why[0])
		snprintf(end->said, sizeof end->said, "not verified");
	else
		snprintf(end->said, sizeof end->said, "residual %.2g", same->value);
	int rc = end->killed ? 0 : put_row(&v, d);
	free(v.outputs.x);
	process_free(&v.process);
	process_free(&v.reference);
	return rc;
}
