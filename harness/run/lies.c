/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/lies.h"

#include <math.h>
#include <string.h>

/* Numbers travel as decimal text of 17 digits. */
#define WORK_TOLERANCE 1e-12

/* All samples, the warm-up too, took place inside the request. */
static double sum_of(const struct wire_series *s)
{
	double sum = 0;
	for (int i = 0; i < s->n; i++)
		sum += (double)s->values[i];
	return sum;
}

static struct measured measure(const struct wire_series *s)
{
	struct measured m = {0};
	int64_t rep = -1;
	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP)
			continue;
		m.reps += s->reps[i] != rep;
		rep = s->reps[i];
		m.samples++;
		m.ns += (double)s->values[i];
	}
	return m;
}

/* By whatever clock. */
static int check_sums(const struct wire_run_result *r, int64_t wall_ns, struct diag *d)
{
	for (int i = 0; i < r->n_series; i++) {
		double sum = sum_of(&r->series[i]);
		if (strcmp(r->series[i].unit, "ns") == 0 && sum > (double)wall_ns)
			return diag_set(d, ERR_FORMAT,
					"worker lied: samples sum to %.6g s in a request of %.6g s",
					sum * 1e-9, (double)wall_ns * 1e-9);
	}
	return 0;
}

static int check_time(const struct wire_series *s, const struct measured *m, int64_t wall_ns, struct diag *d)
{
	double last = s->n ? (double)s->offsets[s->n - 1] : 0, wall = (double)wall_ns;
	if (last > wall)
		return diag_set(d, ERR_FORMAT,
				"worker lied: a sample began after %.6g s of a request of %.6g s",
				last * 1e-9, wall * 1e-9);
	if (m->reps < 1)
		return diag_set(d, ERR_FORMAT, "worker lied: %d samples, none after the warm-up", s->n);
	if (m->ns <= 0)
		return diag_set(d, ERR_FORMAT, "worker lied: %d repetitions in no time", m->reps);
	return 0;
}

/* Only the time limit ends a window earlier than asked. */
static int check_reps(const struct measured *m, const struct wire_run_request *q, int64_t wall_ns,
		      struct diag *d)
{
	bool late = q->max_time_ns > 0 && wall_ns >= q->max_time_ns;
	if (m->reps >= q->repeat || late)
		return 0;
	return diag_set(d, ERR_FORMAT, "worker lied: %d repetitions of %d asked for, with time left", m->reps,
			q->repeat);
}

/* What a repetition is was said before it was paid for. */
static int check_work(const struct wire_run_result *r, const struct wire_check *check,
		      const struct measured *m, struct diag *d)
{
	const struct {
		const char *what;
		double said, now;
	} work[] = {
		{"tokens", check->tokens, r->tokens_per_rep},
		{"FLOP", check->flops, r->flops_per_rep},
		{"bytes", check->bytes, r->bytes_per_rep},
		{"steps", check->steps, (double)m->samples / m->reps},
	};
	for (size_t i = 0; i < sizeof work / sizeof work[0]; i++)
		if (fabs(work[i].now - work[i].said) > WORK_TOLERANCE * fabs(work[i].said))
			return diag_set(d, ERR_FORMAT, "worker lied: %g %s a repetition, its check said %g",
					work[i].now, work[i].what, work[i].said);
	return 0;
}

/* Counters alone were asked for, and none can be had: nothing was run. */
static bool is_refused(const struct wire_run_result *r, const struct wire_run_request *asked)
{
	for (int i = 0; i < r->n_readings; i++)
		if (r->readings[i].usable)
			return false;
	return asked->n_counters > 0 && r->n_readings > 0 && r->n_series == 0;
}

int lies_check(const struct wire_run_result *r, const struct wire_run_request *asked,
	       const struct wire_check *check, int64_t wall_ns, struct measured *out, struct diag *d)
{
	const struct wire_series *s = wire_run_result_steps(r);
	if (!s && is_refused(r, asked)) {
		*out = (struct measured){0};
		return 0;
	}
	if (!s)
		return diag_set(d, ERR_FORMAT, "worker lied: no series \"step\" in ns among its %d",
				r->n_series);
	struct measured m = measure(s);
	int rc = check_sums(r, wall_ns, d);
	if (rc == 0)
		rc = check_time(s, &m, wall_ns, d);
	if (rc == 0)
		rc = check_reps(&m, asked, wall_ns, d);
	if (rc)
		return rc;
	rc = check ? check_work(r, check, &m, d) : 0;
	if (rc)
		return rc;
	if (asked->n_counters && r->n_readings == 0)
		return diag_set(d, ERR_FORMAT, "worker lied: no reading of the %d counter sources asked for",
				asked->n_counters);
	*out = m;
	return 0;
}
