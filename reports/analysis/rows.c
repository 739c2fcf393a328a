/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/analysis/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"

/* Fewest samples whose 99th percentile has an equal-tailed 95 % interval (facts: statistics). */
#define P99_SAMPLES 368
/* Sums of parts are added up in another order than the whole. */
#define PARTS_TOLERANCE 1e-9

struct estimate estimate_none(void)
{
	return (struct estimate){.value = NAN, .lo = NAN, .hi = NAN};
}

struct estimate estimate_of(const double *x, int n)
{
	struct stat_interval interval;

	if (n == 0)
		return estimate_none();
	interval = stat_quantile_interval(x, n, 0.5, 0.95);
	return (struct estimate){.value = stat_quantile(x, n, 0.5),
				 .lo = interval.lo,
				 .hi = interval.hi,
				 .n = n,
				 .interval = interval.ok};
}

void row_fail(struct row *row, char *reason)
{
	free(row->reason);
	row->reason = reason;
	row->state = POINT_FAILED;
}

static const struct stored_series *series_find(const struct stored_visit *v, const char *name)
{
	for (int i = 0; i < v->n_series; i++)
		if (strcmp(v->series[i].name, name) == 0 && strcmp(v->series[i].unit, "ns") == 0)
			return &v->series[i];
	return NULL;
}

const struct stored_series *series_step(const struct stored_visit *v)
{
	return series_find(v, "step");
}

const struct stored_series *series_host(const struct stored_visit *v)
{
	const struct stored_series *host = series_find(v, "host");

	return host ? host : series_step(v);
}

static void marks_count(struct row *row, const struct stored_series *s)
{
	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP) {
			row->n_warmup++;
			continue;
		}
		row->n_samples++;
		row->n_faulted += (s->marks[i] & MARK_FAULTED) != 0;
		row->n_preempted += (s->marks[i] & MARK_PREEMPTED) != 0;
		row->n_migrated += (s->marks[i] & MARK_MIGRATED) != 0;
		row->n_contended += (s->marks[i] & MARK_CONTENDED) != 0;
		row->n_throttled += (s->marks[i] & MARK_THROTTLED) != 0;
		row->n_power_limited += (s->marks[i] & MARK_POWER_LIMITED) != 0;
	}
}

/* Part of a whole; 0 of nothing. */
static double fraction(const json_t *part, const json_t *whole, const char *key)
{
	double all = json_opt_real(whole, key, 0);

	return all > 0 ? json_opt_real(part, key, 0) / all : 0;
}

/* sum: of the fractions. */
static bool is_whole(double sum, const json_t *whole, const char *key)
{
	return fabs(sum - (json_opt_real(whole, key, 0) > 0)) < PARTS_TOLERANCE;
}

/* One part is all of it; so it is, too, where those in the store do not add up: it may be anybody's. */
static void parts_read(struct row *row, const json_t *check)
{
	const json_t *list = check ? json_object_get(check, "parts") : NULL, *item;
	double flops = 0, bytes = 0;
	size_t n = json_array_size(list), i;
	bool good = n > 1 && n <= ROW_PARTS_MAX;

	for (i = 0; good && i < n; i++) {
		struct row_part *part = &row->part[i];

		item = json_array_get(list, i);
		*part = (struct row_part){.flops = fraction(item, check, "flops"),
					  .bytes = fraction(item, check, "bytes")};
		flops += part->flops;
		bytes += part->bytes;
		good = part->flops >= 0 && part->bytes >= 0;
	}
	good = good && is_whole(flops, check, "flops") && is_whole(bytes, check, "bytes");
	row->n_parts = good ? (int)n : 1;
	if (!good)
		row->part[0] = (struct row_part){.flops = 1, .bytes = 1};
}

/*
 * Rate of summed time: repetitions without a warm-up sample, their time added up. step_ms receives the
 * duration of each of their samples; returns how many.
 */
static int process_measure(struct process_value *p, const struct stored_series *s, bool alike,
			   double *step_ms)
{
	double sum_ns = 0;
	int n = 0;

	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP)
			continue;
		if (n == 0 || s->reps[i] != s->reps[i - 1])
			p->n_reps++;
		sum_ns += (double)s->values[i];
		step_ms[n++] = (double)s->values[i] * 1e-6;
	}
	p->rep_s = p->n_reps > 0 && sum_ns > 0 ? sum_ns * 1e-9 / p->n_reps : NAN;
	/* The middle of prefills and decode steps is the latency of nothing. */
	p->step_ms = n > 0 && alike ? stat_quantile(step_ms, n, 0.5) : NAN;
	return n;
}

/* Of a step's time by the host's clock, whichever of the two it goes by. Both series hold the same samples, or the store is
 * anybody's. */
static double device_share(const struct stored_visit *v)
{
	const struct stored_series *host = series_host(v), *device = series_find(v, "device");
	double all = 0, at_work = 0;

	if (!device && host != series_step(v))
		device = series_step(v);
	if (!device || device->n != host->n)
		return NAN;
	for (int i = 0; i < host->n; i++)
		if (!(host->marks[i] & MARK_WARMUP)) {
			all += (double)host->values[i];
			at_work += (double)device->values[i];
		}
	return all > 0 ? at_work / all : NAN;
}

/* An estimate of one number of each process; values that are no number are left out. */
static struct estimate row_estimate(const struct row *row, double (*get)(const struct process_value *))
{
	double *x = mem_alloc(sizeof *x * (size_t)(row->n_values + 1));
	struct estimate e;
	int n = 0;

	for (int i = 0; i < row->n_values; i++) {
		double v = get(&row->values[i]);

		if (isfinite(v))
			x[n++] = v;
	}
	e = estimate_of(x, n);
	free(x);
	return e;
}

static double get_rep_s(const struct process_value *p)
{
	return p->rep_s;
}

static double get_step_ms(const struct process_value *p)
{
	return p->step_ms;
}

static double get_load_s(const struct process_value *p)
{
	return p->load_s;
}

static double get_device_share(const struct process_value *p)
{
	return p->device_share;
}

/* Work that was not stated (0) has no rate. */
static double get_tokens_s(const struct process_value *p)
{
	return p->tokens > 0 ? p->tokens / p->rep_s : NAN;
}

static double get_gflops_s(const struct process_value *p)
{
	return p->flops > 0 ? p->flops / p->rep_s * 1e-9 : NAN;
}

static double get_gbytes_s(const struct process_value *p)
{
	return p->bytes > 0 ? p->bytes / p->rep_s * 1e-9 : NAN;
}

static double get_call_ns(const struct process_value *p)
{
	return p->calls > 0 ? p->rep_s / p->calls * 1e9 : NAN;
}

static int samples_all(const struct stored_point *point)
{
	int n = 0;

	for (int i = 0; i < point->n_visits; i++) {
		const struct stored_series *s = series_step(&point->visits[i]);

		n += s ? s->n : 0;
	}
	return n;
}

/* Goes through the timing visits; returns the number of steps written to step_ms. */
static int row_collect(struct row *row, const struct stored_point *point, double *step_ms)
{
	double calls = point->check_answer ? json_opt_real(point->check_answer, "calls", 0) : 0;
	int n_steps = 0;

	for (int i = 0; i < point->n_visits; i++) {
		const struct stored_visit *v = &point->visits[i];
		const struct stored_series *s = series_step(v);
		struct process_value p = {.visit = v->id,
					  .round = v->round,
					  .load_s = v->load_ns > 0 ? (double)v->load_ns * 1e-9 : NAN,
					  .tokens = v->tokens,
					  .flops = v->flops,
					  .bytes = v->bytes,
					  .calls = calls};

		row->visits_failed += v->failed;
		row->peak_bytes = fmax(row->peak_bytes, (double)v->peak_bytes);
		if (v->kind != VISIT_TIMING || v->failed || !s)
			continue;
		marks_count(row, s);
		p.device_share = device_share(v);
		n_steps += process_measure(&p, s, row->n_parts == 1, step_ms + n_steps);
		if (isfinite(p.rep_s))
			row->values[row->n_values++] = p;
	}
	return n_steps;
}

/* A row that is not done says why; one that claims to be done and has no sample is not. */
static void row_judge(struct row *row)
{
	if (row->state == POINT_DONE && row->n_values == 0)
		row_fail(row, mem_strdup("no timing visit gave a whole repetition"));
	else if (row->state == POINT_PLANNED && row->reason[0] == '\0') {
		free(row->reason);
		row->reason = mem_printf("the run ended before this point was complete (%d %s measured)",
					 row->n_values, row->n_values == 1 ? "process" : "processes");
	}
}

void row_measure(struct row *row, const struct stored_point *point)
{
	double *step_ms = mem_alloc(sizeof *step_ms * (size_t)(samples_all(point) + 1));
	int n_steps;

	row->point = point;
	row->state = point->state;
	row->reason = mem_strdup(point->state == POINT_DONE ? "" : point->reason);
	row->values = mem_alloc(sizeof *row->values * (size_t)(point->n_visits + 1));
	parts_read(row, point->check_answer);
	n_steps = row_collect(row, point, step_ms);
	row->rep_s = row_estimate(row, get_rep_s);
	row->tokens_s = row_estimate(row, get_tokens_s);
	row->gflops_s = row_estimate(row, get_gflops_s);
	row->gbytes_s = row_estimate(row, get_gbytes_s);
	row->call_ns = row_estimate(row, get_call_ns);
	row->step_ms = row_estimate(row, get_step_ms);
	row->load_s = row_estimate(row, get_load_s);
	row->device_share = row_estimate(row, get_device_share);
	row->step_p99_ms =
		n_steps >= P99_SAMPLES && row->n_parts == 1 ? stat_quantile(step_ms, n_steps, 0.99) : NAN;
	free(step_ms);
	row_judge(row);
}

struct estimate row_speed_up(const struct row *r, const struct row *base)
{
	double *x = mem_alloc(sizeof *x * (size_t)(r->n_values + 1));
	struct estimate e;
	int n = 0;

	for (int i = 0; i < r->n_values; i++)
		for (int j = 0; j < base->n_values; j++)
			if (base->values[j].round == r->values[i].round) {
				x[n++] = base->values[j].rep_s / r->values[i].rep_s;
				break;
			}
	e = estimate_of(x, n);
	free(x);
	return e;
}

double row_number(const struct row *r, enum point_key key)
{
	return strtod(point_get(&r->point->point, key), NULL);
}
