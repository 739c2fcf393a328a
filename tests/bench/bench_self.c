/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the harness costs: a sweep of points that compute nothing (engine "null"), and the time it takes beside
 * starting a worker and loading. Prints medians with 95 % intervals; raw data stay in the folder.
 *
 *   bench_self PROGRAM WORKER FOLDER
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/run/client.h"
#include "harness/stat/stat.h"
#include "harness/store/store.h"

/* The bars of what is tolerable, for the eye: nothing fails above them. */
#define BAR_STEP_US  1.0
#define BAR_POINT_MS 30.0

enum { STARTS = 41 };

struct sample {
	const char *name;
	int n;
	double *x; /* ns */
};

static void fail(const char *what, const struct diag *d)
{
	fprintf(stderr, "bench_self: %s: %s\n", what, d && d->text[0] ? d->text : strerror(errno));
	exit(2);
}

/* ---- a worker without a harness ---- */

static json_t *prepare_body(void)
{
	return json_pack("{s:{s:s, s:s, s:s, s:s, s:s}, s:i}", "point", "engine", "null", "model", "default",
			 "precision", "f32", "threads", "1", "workload", "tg32", "seed", 1);
}

/* From before its start to the answer of `prepare`. */
static struct sample starts_measure(const char *worker)
{
	struct sample s = {"process start and load", STARTS, mem_alloc(STARTS * sizeof *s.x)};
	json_t *body = prepare_body();
	for (int i = 0; i < STARTS; i++) {
		struct client *c;
		struct diag d = {0};
		json_t *answer = NULL;
		int64_t begun = clock_ns();
		if (client_start(&c, worker, &d) ||
		    client_ask(c, "prepare", body, (int64_t)60 * 1000000000, NULL, NULL, &answer, NULL, &d))
			fail(worker, &d);
		s.x[i] = (double)(clock_ns() - begun);
		json_decref(answer);
		client_stop(c, NULL);
	}
	json_decref(body);
	return s;
}

/* ---- the sweep ---- */

static void sweep_exec(const char *program, const char *store, const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(127);
	/* The threads are only told to an engine that starts none: so many points alike. */
	execl(program, program, "run", "--engine=null", "-m", "default", "-p", "0", "-n", "32", "-t", "1-8",
	      "--precision=f32", "--rounds=7", "--warmup=1", "--repeat=1", "--min-time=0", "--no-verify",
	      "--no-ceilings", "--counters=none", "-q", "--store", store, (char *)NULL);
	_exit(127);
}

static void sweep_run(const char *program, const char *store, const char *log)
{
	int status;
	pid_t pid = fork();
	if (pid == 0)
		sweep_exec(program, store, log);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail(program, NULL);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench_self: %s run: status %d, see %s\n", program, status, log);
		exit(2);
	}
}

/* Of a timing visit. */
struct visit_times {
	int64_t start_wall_ns, wall_ns; /* of its request `run` */
	double step_cost_ns;		/* NaN: not told */
};

static int visit_compare(const void *a, const void *b)
{
	const struct visit_times *p = a, *q = b;
	return (p->start_wall_ns > q->start_wall_ns) - (p->start_wall_ns < q->start_wall_ns);
}

static struct visit_times times_of(const struct stored_visit *v)
{
	struct visit_times t = {v->start_wall_ns, v->wall_ns, NAN};
	for (int i = 0; i < v->n_readings; i++)
		if (strcmp(v->readings[i].counter, "step_cost") == 0)
			t.step_cost_ns = v->readings[i].value;
	return t;
}

/* All timing visits in the order they were made. */
static struct visit_times *visits_of(const struct stored_run *run, int *n)
{
	size_t all = 1;
	for (int i = 0; i < run->n_points; i++)
		all += (size_t)run->points[i].n_visits;
	struct visit_times *list = mem_alloc(all * sizeof *list);
	*n = 0;
	for (int i = 0; i < run->n_points; i++)
		for (int j = 0; j < run->points[i].n_visits; j++) {
			const struct stored_visit *v = &run->points[i].visits[j];
			if (v->kind == VISIT_TIMING && !v->failed)
				list[(*n)++] = times_of(v);
		}
	qsort(list, (size_t)*n, sizeof *list, visit_compare);
	return list;
}

static struct sample steps_of(const struct visit_times *v, int n)
{
	struct sample s = {"a step in the window", 0, mem_alloc(((size_t)n + 1) * sizeof *s.x)};
	for (int i = 0; i < n; i++)
		if (isfinite(v[i].step_cost_ns))
			s.x[s.n++] = v[i].step_cost_ns;
	return s;
}

/* From one request to the next without the request itself and what a worker takes by itself. */
static struct sample points_of(const struct visit_times *v, int n, double start_ns)
{
	struct sample s = {"a point beside them", 0, mem_alloc(((size_t)n + 1) * sizeof *s.x)};
	for (int i = 0; i + 1 < n; i++)
		s.x[s.n++] = (double)(v[i + 1].start_wall_ns - v[i].start_wall_ns - v[i].wall_ns) - start_ns;
	return s;
}

/* ---- what is told ---- */

static void sample_print(const struct sample *s, double unit_ns, const char *unit, double bar)
{
	struct stat_interval i = stat_quantile_interval(s->x, s->n, 0.5, 0.95);
	printf("%-24s %8.3f %s  [%.3f, %.3f] 95 %%, n = %d", s->name,
	       stat_quantile(s->x, s->n, 0.5) / unit_ns, unit, i.lo / unit_ns, i.hi / unit_ns, s->n);
	if (isfinite(bar))
		printf("  (bar %g %s)", bar, unit);
	printf("%s\n", i.ok ? "" : "  n too small: these are the extremes");
}

static void samples_write(const char *path, const struct sample *s, int n)
{
	FILE *f = fopen(path, "w");
	if (!f)
		fail(path, NULL);
	fprintf(f, "what,number,ns\n");
	for (int i = 0; i < n; i++)
		for (int k = 0; k < s[i].n; k++)
			fprintf(f, "%s,%d,%.0f\n", s[i].name, k, s[i].x[k]);
	if (fclose(f))
		fail(path, NULL);
}

static struct stored_run *run_load(const char *path)
{
	struct store *store;
	struct stored_run *run;
	struct diag d = {0};
	if (store_open(&store, path, STORE_READ, &d) || store_run_load(store, 0, &run, &d))
		fail(path, &d);
	store_close(store);
	return run;
}

int main(int argc, char **argv)
{
	if (argc != 4) {
		fprintf(stderr, "usage: bench_self PROGRAM WORKER FOLDER\n");
		return 2;
	}
	char *store = mem_printf("%s/self.db", argv[3]), *log = mem_printf("%s/report.txt", argv[3]);
	char *csv = mem_printf("%s/self.csv", argv[3]);
	int n;
	struct sample s[3] = {{NULL, 0, NULL}, starts_measure(argv[2]), {NULL, 0, NULL}};
	sweep_run(argv[1], store, log);
	struct stored_run *run = run_load(store);
	struct visit_times *visits = visits_of(run, &n);
	s[0] = steps_of(visits, n);
	s[2] = points_of(visits, n, stat_quantile(s[1].x, s[1].n, 0.5));
	sample_print(&s[0], 1e3, "us", BAR_STEP_US);
	sample_print(&s[1], 1e6, "ms", NAN);
	sample_print(&s[2], 1e6, "ms", BAR_POINT_MS);
	samples_write(csv, s, 3);
	printf("raw data: %s, %s\n", store, csv);
	for (int i = 0; i < 3; i++)
		free(s[i].x);
	free(visits);
	stored_run_free(run);
	free(store);
	free(log);
	free(csv);
	return 0;
}
