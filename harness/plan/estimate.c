/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/plan/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/order.h"
#include "harness/plan/counting.h"

/* Shares of the ceiling (read, fma) that a repetition reaches: what reports of llama and gemm show. */
#define SHARE_BEST  1.0
#define SHARE_USUAL 0.5
#define SHARE_WORST 0.2
/* A first repetition touches its memory: later ones take as little as half of it. */
#define PILOT_LOW    0.5
#define PILOT_HIGH   1.5
#define NS_OF_SECOND 1e9

/* What past visits of this machine say of others. */
struct machine {
	const struct store_past *past;
	int n_past;
	double start_s;	    /* of a process, without load and run; NaN: unknown */
	double load_s_byte; /* NaN: unknown */
};

const char *estimate_source_name(enum estimate_source s)
{
	static const char *const names[ESTIMATE_COUNT] = {"least", "work", "pilot", "history"};
	return names[s];
}

static double seconds(int64_t ns)
{
	return (double)ns / NS_OF_SECOND;
}

/* Sorts them; NaN of none. */
static double median(double *x, int n)
{
	if (n == 0)
		return NAN;
	qsort(x, (size_t)n, sizeof *x, order_double);
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* The window of a visit: repetitions until there are enough and they last long enough; none begins after max_time. A
 * sustained one settles first, at least so long. */
static double window_s(const struct spec *s, const struct point *p, double rep)
{
	bool sustained = point_is_sustained(p);
	double least = sustained ? fmax(s->min_time_s, POINT_SUSTAINED_S) : s->min_time_s;
	double counted = fmax(spec_repeat(s, p) * rep, least);
	if (s->max_time_s > 0)
		counted = fmin(counted, fmax(s->max_time_s, least) + rep);
	return (sustained ? POINT_SETTLE_MIN_S : 0) + s->warmup * rep + counted;
}

/* ---- history ---- */

/* The first visit of that id, n_past when there is none. */
static int past_find(const struct machine *m, const char *id)
{
	int low = 0, high = m->n_past;
	while (low < high) {
		int mid = low + (high - low) / 2;
		if (strcmp(m->past[mid].id, id) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->n_past && strcmp(m->past[low].id, id) == 0 ? low : m->n_past;
}

static int past_end(const struct machine *m, int begin)
{
	int i = begin;
	while (i < m->n_past && strcmp(m->past[i].id, m->past[begin].id) == 0)
		i++;
	return i;
}

/* A visit as the spec wants it, from one that was. How long it settled is not told apart: as long as it was, then. */
static double visit_again(const struct spec *s, const struct point *p, const struct store_past *v)
{
	if (point_is_sustained(p))
		return seconds(v->whole_ns);
	return seconds(v->whole_ns - v->run_ns) + window_s(s, p, seconds(v->run_ns) / (double)v->reps);
}

/* Of counter visits in which idle power was measured nobody knows how long. */
static bool by_history(const struct machine *m, const struct spec *s, const struct plan_point *point,
		       struct plan_estimate *out)
{
	int begin = past_find(m, point->id), end = past_end(m, begin), n = 0, n_verify = 0;
	double *visit = mem_alloc(((size_t)(end - begin) + 1) * sizeof *visit);
	double *verify = mem_alloc(((size_t)(end - begin) + 1) * sizeof *verify);
	for (int i = begin; i < end; i++) {
		const struct store_past *v = &m->past[i];
		if (v->kind == VISIT_QUALITY)
			verify[n_verify++] = seconds(v->whole_ns);
		else if (v->reps > 0 && !(v->kind == VISIT_COUNTER && out->n_idle))
			visit[n++] = visit_again(s, &point->point, v);
	}
	out->verify = n_verify ? median(verify, n_verify) : 0;
	if (n) {
		out->likely = median(visit, n);
		out->low = visit[0];
		out->high = visit[n - 1];
		out->n = n;
		out->source = ESTIMATE_HISTORY;
	}
	free(visit);
	free(verify);
	return n > 0;
}

/* ---- pilot ---- */

static bool by_pilot(const struct spec *s, const struct point *p, const struct plan_pilot *pilot,
		     struct plan_estimate *out)
{
	double besides = fmax(pilot->whole_s - pilot->rep_s, 0);
	if (!pilot->done && !pilot->cut)
		return false;
	out->source = ESTIMATE_PILOT;
	out->n = 1;
	/* What was cut off takes so long at least, and nobody knows how much longer. */
	out->low = out->likely = fmax(pilot->whole_s, window_s(s, p, 0));
	out->high = INFINITY;
	if (pilot->cut)
		return true;
	out->low = besides + window_s(s, p, PILOT_LOW * pilot->rep_s);
	out->likely = besides + window_s(s, p, pilot->rep_s);
	out->high = besides + window_s(s, p, PILOT_HIGH * pilot->rep_s);
	return true;
}

/* ---- work ---- */

/* Bytes or flops a second of a ceiling, the median of its visits; NaN: it was never measured here. */
static double ceiling_rate(const struct machine *m, const struct plan *p, int ceiling, bool flops)
{
	if (ceiling < 0)
		return NAN;
	int begin = past_find(m, p->points[ceiling].id), end = past_end(m, begin), n = 0;
	double *rate = mem_alloc(((size_t)(end - begin) + 1) * sizeof *rate);
	for (int i = begin; i < end; i++) {
		const struct store_past *v = &m->past[i];
		double work = flops ? v->flops : v->bytes;
		if (v->reps > 0 && v->run_ns > 0 && work > 0)
			rate[n++] = work * (double)v->reps / seconds(v->run_ns);
	}
	double result = median(rate, n);
	free(rate);
	return result;
}

static bool by_work(const struct machine *m, const struct spec *s, const struct plan *p, int i,
		    struct plan_estimate *out)
{
	const struct plan_point *point = &p->points[i];
	const struct wire_check *c = &point->check;
	double read = ceiling_rate(m, p, point->ceiling_read, false);
	double fma = ceiling_rate(m, p, point->ceiling_fma, true);
	double load = (double)c->weights * m->load_s_byte;
	if (!point->checked || isnan(read) || isnan(fma) || isnan(m->start_s))
		return false;
	double rep = fmax(c->bytes / read, c->flops / fma), besides = m->start_s + (isnan(load) ? 0 : load);
	out->low = besides + window_s(s, &point->point, rep / SHARE_BEST);
	out->likely = besides + window_s(s, &point->point, rep / SHARE_USUAL);
	out->high = besides + window_s(s, &point->point, rep / SHARE_WORST);
	out->source = ESTIMATE_WORK;
	return true;
}

/* ---- all ---- */

static struct machine machine_of(const struct store_past *past, int n_past)
{
	struct machine m = {.past = past, .n_past = n_past};
	double *start = mem_alloc(((size_t)n_past + 1) * sizeof *start);
	double *load = mem_alloc(((size_t)n_past + 1) * sizeof *load);
	int n_start = 0, n_load = 0;
	for (int i = 0; i < n_past; i++) {
		const struct store_past *v = &past[i];
		if (v->kind == VISIT_QUALITY)
			continue;
		start[n_start++] = seconds(v->whole_ns - v->run_ns - v->load_ns);
		if (v->weight_bytes > 0)
			load[n_load++] = seconds(v->load_ns) / (double)v->weight_bytes;
	}
	m.start_s = fmax(median(start, n_start), n_start ? 0 : NAN);
	m.load_s_byte = median(load, n_load);
	free(start);
	free(load);
	return m;
}

static void estimate_one(const struct machine *m, const struct spec *s, const struct plan *p, int i,
			 const struct plan_pilot *pilot, struct plan_estimate *out)
{
	if (by_history(m, s, &p->points[i], out) || (pilot && by_pilot(s, &p->points[i].point, pilot, out)) ||
	    by_work(m, s, p, i, out))
		return;
	out->source = ESTIMATE_LEAST;
	out->low = out->likely = window_s(s, &p->points[i].point, 0);
	out->high = INFINITY;
}

/* As harness/run does: points that are no ceilings, by workload. */
static bool is_verified(const struct plan_point *p, const struct spec *s, const struct wire_hello *hello)
{
	const struct wire_workload *w = wire_hello_workload(hello, point_get(&p->point, KEY_WORKLOAD));
	return s->verify && p->state == POINT_PLANNED && p->role == ROLE_MEASURE && w && !w->ceiling;
}

/* Of a device that is no CPU. */
static bool is_idle(const struct plan *p, const struct spec *s, const struct wire_hello *hello,
		    const struct plan_visit *v)
{
	const struct point *point = &p->points[v->point].point;
	const struct plan_worker *worker = plan_worker_of(p, point);
	struct counting c;
	if (v->kind != VISIT_COUNTER || point_is_on_cpu(point))
		return false;
	counting_make(&c, s, worker ? &worker->hello : hello, v->pass);
	bool idle = c.idles;
	counting_free(&c);
	return idle;
}

struct plan_estimate *plan_estimate(const struct plan *p, const struct spec *spec,
				    const struct wire_hello *hello, const struct store_past *past, int n_past,
				    const struct plan_pilot *pilots)
{
	struct machine m = machine_of(past, n_past);
	struct plan_estimate *out = mem_alloc(((size_t)p->n_points + 1) * sizeof *out);
	for (int i = 0; i < p->n_visits; i++) {
		struct plan_estimate *e = &out[p->visits[i].point];
		e->n_visits++;
		e->n_idle += is_idle(p, spec, hello, &p->visits[i]);
		e->idle = 2 * e->n_idle * spec->idle_s;
	}
	for (int i = 0; i < p->n_points; i++) {
		out[i].verified = is_verified(&p->points[i], spec, hello);
		if (out[i].n_visits)
			estimate_one(&m, spec, p, i, pilots ? &pilots[i] : NULL, &out[i]);
	}
	return out;
}

struct plan_time plan_time(const struct plan *p, const struct plan_estimate *estimates)
{
	struct plan_time t = {0};
	for (int i = 0; i < p->n_points; i++) {
		const struct plan_estimate *e = &estimates[i];
		if (e->n_visits == 0)
			continue;
		t.low += e->n_visits * e->low + e->idle;
		t.likely += e->n_visits * e->likely + e->idle;
		t.high += e->n_visits * e->high + e->idle;
		t.n_by[e->source]++;
		t.verify += e->verified ? e->verify : 0;
		t.n_verify_unknown += e->verified && e->verify <= 0;
	}
	return t;
}
