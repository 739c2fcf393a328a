/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor measures: how far apart are processes that do the same? */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "harness/cmd/cmd.h"
#include "harness/cmd/doctor_asks.h"
#include "harness/host/host.h"
#include "harness/run/client.h"
#include "harness/run/jump.h"
#include "harness/stat/stat.h"

/* The least for a 95 % interval of a median, which then is from the least to the largest. */
enum { PROCESSES = 6 };
/* Multiply-adds in registers: they wait for no memory, so that what moves is the clock and who else runs. */
#define LOOP	"fma"
#define LOOP_NS ((int64_t)120 * 1000000)
/* Optimisations are often of 3 %. */
#define SEEN_SHARE 0.03

struct noise {
	double median[PROCESSES], mad_share[PROCESSES]; /* of each process: ns a step, and within it */
	int n, n_steps, n_preempted, n_others;
};

/* Steps of the first series; those that warm up are left out. */
static void take(struct noise *n, const struct wire_series *s)
{
	double *x = mem_alloc(((size_t)s->n + 1) * sizeof *x);
	int n_x = 0;
	for (int i = 0; i < s->n; i++) {
		if (s->marks[i] & MARK_WARMUP)
			continue;
		x[n_x++] = (double)s->values[i];
		n->n_preempted += (s->marks[i] & MARK_PREEMPTED) != 0;
		n->n_others += (s->marks[i] & (MARK_FAULTED | MARK_MIGRATED)) != 0;
	}
	double median = stat_quantile(x, n_x, 0.5);
	if (n_x > 0 && median > 0) {
		n->mad_share[n->n] = stat_mad(x, n_x) / 1.4826 / median;
		n->median[n->n++] = median;
		n->n_steps += n_x;
	}
	free(x);
}

static int window(struct client *c, const char *threads, struct wire_run_result *out, struct diag *d)
{
	const struct wire_run_request request = {
		.warmup = 1, .repeat = 3, .min_time_ns = LOOP_NS, .max_time_ns = 4 * LOOP_NS};
	json_t *answer = NULL,
	       *point = json_pack("{s:s, s:s, s:s}", "workload", LOOP, "type", "f32", "threads", threads);
	int rc = doctor_ask(c, "prepare", json_pack("{s:o, s:i}", "point", point, "seed", 1), &answer, d);
	json_decref(answer);
	answer = NULL;
	if (rc == 0)
		rc = doctor_ask(c, "run", wire_run_request_to_json(&request), &answer, d);
	if (rc == 0)
		rc = wire_run_result_from_json(answer, out, d);
	json_decref(answer);
	return rc;
}

static int visit(struct noise *n, const char *worker, const char *threads, struct diag *d)
{
	struct client *c = NULL;
	struct wire_run_result result = {0};
	int rc = client_start(&c, worker, d);
	if (rc)
		return rc;
	interrupt_kills(client_pid(c));
	rc = window(c, threads, &result, d);
	interrupt_kills(0);
	client_stop(c, NULL);
	if (rc == 0 && result.n_series > 0)
		take(n, &result.series[0]);
	wire_run_result_free(&result);
	return rc;
}

static void judge(struct finding *f, const struct noise *n)
{
	if (n->n < PROCESSES) {
		finding_unknown(f, "the worker sent no steps");
		return;
	}
	double median = stat_quantile(n->median, n->n, 0.5);
	struct stat_interval i = stat_quantile_interval(n->median, n->n, 0.5, 0.95);
	double width = (i.hi - i.lo) / median, within = stat_quantile(n->mad_share, n->n, 0.5);
	finding_value(
		f,
		"%.1f %% between %d processes, %.1f %% in one (median absolute deviation), %d of %d steps "
		"preempted, %d faulted or migrated",
		width * 100, n->n, within * 100, n->n_preempted, n->n_steps, n->n_others);
	finding_judge(f, width < SEEN_SHARE ? VERDICT_OK : f->severity,
		      "a difference of less than %.1f %% cannot be seen with %d processes here and now",
		      width * 100, n->n);
	if (width >= SEEN_SHARE)
		finding_fix(f,
			    "mend what stands above, take more processes (-r 20), or wait for a quiet hour");
}

static void measure(struct finding *f, const char *worker, const char *threads)
{
	struct noise n = {0};
	struct diag why = {0};
	char text[FINDING_TEXT];
	int rc = 0;
	for (int i = 0; i < PROCESSES && rc == 0 && !interrupt_seen(); i++)
		rc = visit(&n, worker, threads, &why);
	if (rc)
		finding_unknown(f, "%s", diag_format(&why, text, sizeof text));
	else
		judge(f, &n);
}

/* ---- meanwhile ---- */

static void judge_contention(struct finding *f, const json_t *before, const json_t *after, double seconds)
{
	double waited = (double)(json_opt_int(after, "pressure_cpu_us", -1) -
				 json_opt_int(before, "pressure_cpu_us", 0));
	long long steal = json_opt_int(after, "steal_ticks", -1) - json_opt_int(before, "steal_ticks", 0);
	if (waited < 0 && steal < 0) {
		finding_unknown(f, "neither pressure nor steal is told");
		return;
	}
	if (waited >= 0)
		finding_value(f, "threads waited for CPUs in %.0f %% of %.1f s, %lld ticks of steal",
			      waited * 1e-4 / seconds, seconds, steal < 0 ? 0 : steal);
	else
		finding_value(f, "%lld ticks of steal in %.1f s", steal, seconds);
	if (!host_contended(before, after, seconds))
		return;
	finding_bad(
		f,
		"others kept the machine busy while it was measured: visits like these are marked contended");
	finding_fix(f, "wait, or run with --wait-quiet 600");
}

static void judge_jump(struct finding *f, int64_t by_ns, double seconds)
{
	if (by_ns)
		finding_value(f, "by %.1f s in %.1f s", (double)by_ns * 1e-9, seconds);
	else
		finding_value(f, "none in %.1f s", seconds);
	if (by_ns)
		finding_bad(
			f,
			"somebody sets the clock: times of day of visits cannot be trusted, durations can");
}

void doctor_measure(struct findings *list, const char *worker)
{
	struct jump jump = {0};
	char all[16];
	json_t *before = host_moment("");
	int64_t begun = clock_ns();
	(void)jump_look(&jump, clock_wall_ns(), jump_since_boot_ns());
	measure(finding_add(list, "noise", "one thread", VERDICT_WARNING, "fma, a fresh window each"), worker,
		"1");
	snprintf(all, sizeof all, "%d", pool_usable_cpus());
	if (strcmp(all, "1") != 0)
		measure(finding_add(list, "noise", "all threads", VERDICT_WARNING,
				    "fma, a fresh window each"),
			worker, all);
	int64_t by = jump_look(&jump, clock_wall_ns(), jump_since_boot_ns());
	double seconds = (double)(clock_ns() - begun) * 1e-9;
	json_t *after = host_moment("");
	judge_contention(finding_add(list, "noise", "contention", VERDICT_WARNING,
				     "total of /proc/pressure/cpu and steal of /proc/stat, meanwhile"),
			 before, after, seconds);
	judge_jump(finding_add(list, "noise", "clock jump", VERDICT_WARNING,
			       "CLOCK_REALTIME against CLOCK_BOOTTIME, meanwhile"),
		   by, seconds);
	json_decref(before);
	json_decref(after);
}
