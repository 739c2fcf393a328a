/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines that cannot be had for a test: a store on a file system that machines share, a wall clock that is set
 * back, a machine that is never quiet. The C library's statfs and clock_gettime are these here.
 */
#include "config.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>

#include "engines/base/json.h"
#include "harness/host/host.h"
#include "harness/run/gate.h"
#include "harness/run/jump.h"
#include "harness/run/run.h"
#include "harness/run/watch.h"
#include "tests/faults/faults.h"
#include "tests/tap.h"

#define SECOND_NS ((int64_t)1000000000)

static char work[] = "/tmp/ifm-machine.XXXXXX";
static long pretended;	 /* type of every file system; 0: the true one */
static int n_wall_reads; /* of the wall clock */
static int back_after;	 /* so many reads it is an hour behind; 0: never */

int statfs(const char *path, struct statfs *out)
{
	int rc = (int)syscall(SYS_statfs, path, out);
	if (pretended)
		out->f_type = (__typeof__(out->f_type))pretended;
	return rc;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, out);
	if (clock == CLOCK_REALTIME && back_after && ++n_wall_reads > back_after)
		out->tv_sec -= 3600;
	return rc;
}

static const char *store_path(void)
{
	static char path[200];
	snprintf(path, sizeof path, "%s/store.db", work);
	return path;
}

static void forget(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", "-lock"};
	char path[240];
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		snprintf(path, sizeof path, "%s%s", store_path(), ends[i]);
		unlink(path);
	}
}

static bool exists(const char *end)
{
	char path[240];
	snprintf(path, sizeof path, "%s%s", store_path(), end);
	return access(path, F_OK) == 0;
}

/* ---- file systems ---- */

static void test_shared(void)
{
	static const struct {
		long type;
		const char *name;
	} systems[] = {{0x6969, "on NFS, "},
		       {0xfe534d42, "on SMB2, "},
		       {0x01021997, "on 9P, "},
		       {0x65735546, "on FUSE, "},
		       {0xff534d42, "on CIFS, "}};
	struct store *s;
	struct diag d = {0};
	for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
		forget();
		pretended = systems[i].type;
		is_int(store_open(&s, store_path(), STORE_WRITE, &d), 0, systems[i].name);
		has_text(store_note(s), systems[i].name, "is noted");
		has_text(store_note(s), "a rollback journal instead of a write-ahead log",
			 "with what follows");
		ok(!exists("-wal") && !exists("-shm"), "no write-ahead log");
		store_close(s);
	}
	forget();
	pretended = 0xef53; /* ext4 */
	is_int(store_open(&s, store_path(), STORE_WRITE, &d), 0, "a local file system");
	is_text(store_note(s), "", "is nothing to note");
	ok(exists("-wal"), "has a write-ahead log");
	store_close(s);
	pretended = 0;
}

/* ---- runs ---- */

struct ran {
	int rc;
	struct diag d;
	struct run_summary sum;
	struct stored_run *run;
	char *said;
};

static void run_spec(struct ran *r, const struct spec *spec)
{
	struct plan plan;
	struct wire_hello hello;
	struct store *store;
	size_t size;
	FILE *progress = open_memstream(&r->said, &size);
	const struct run_options options = {.worker = fake_worker(), .progress = progress};
	forget();
	if (run_plan(spec, fake_worker(), &plan, &hello, &r->d) ||
	    store_open(&store, store_path(), STORE_WRITE, &r->d))
		bail(r->d.text);
	r->rc = run_execute(spec, &plan, &hello, store, &options, &r->sum, &r->d);
	fclose(progress);
	back_after = 0;
	if (store_run_load(store, 0, &r->run, &r->d))
		bail(r->d.text);
	store_close(store);
	plan_free(&plan);
	wire_hello_free(&hello);
}

static struct ran go(const char *options)
{
	struct ran r = {0};
	struct spec spec;
	char yaml[600];
	snprintf(yaml, sizeof yaml,
		 "name: m\nrounds: 3\nwarmup: 0\nrepeat: 2\nmin_time: 0\nmax_time: 0.5\nverify: false\n"
		 "ceilings: false\ncounters: []\nworkload: gemm\nm: 8\nn: 8\nk: 8\nprecision: f32\nthreads: "
		 "1\n%s",
		 options);
	if (spec_parse(&spec, yaml, strlen(yaml), "t.yaml", &r.d))
		bail(r.d.text);
	run_spec(&r, &spec);
	spec_free(&spec);
	return r;
}

static void done(struct ran *r)
{
	stored_run_free(r->run);
	free(r->said);
}

static int count(const char *text, const char *word)
{
	int n = 0;
	for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
		n++;
	return n;
}

static void test_jumps(void)
{
	struct jump j = {0};
	const int64_t hour = 3600 * SECOND_NS;
	ok(jump_look(&j, 5 * hour, hour) == 0, "the first look is none");
	ok(jump_look(&j, 6 * hour, 2 * hour) == 0, "a clock that goes");
	ok(jump_look(&j, 7 * hour + 2 * SECOND_NS, 3 * hour) == 0, "one that is set gently");
	ok(jump_look(&j, 6 * hour, 3 * hour) == -hour - 2 * SECOND_NS, "one that is set back");
	ok(jump_look(&j, 6 * hour, 3 * hour) == 0, "is told once");
	ok(jump_look(&j, 8 * hour, 4 * hour) == hour, "one that is set forward");
	ok(jump_look(&j, 8 * hour + SECOND_NS, 4 * hour) == 0, "a second is no jump");

	back_after = 8;
	struct ran r = go("");
	is_int(r.rc, 0, "a clock that is set back while a run is at work");
	is_int(r.sum.done, 1, "the point is done");
	ok(r.run->n_annotations == 1 && strcmp(r.run->annotations[0].key, "clock") == 0, "it is recorded");
	has_text(r.run->n_annotations ? r.run->annotations[0].value : "",
		 "the wall clock was set back by 3600", "with how far");
	is_int(count(r.said, "the wall clock was set back"), 1, "and said once");
	for (int i = 0; i < r.run->points[0].n_visits; i++)
		ok(r.run->points[0].visits[i].wall_ns > 0 &&
			   r.run->points[0].visits[i].wall_ns < 3600 * SECOND_NS,
		   "durations do not depend on it");
	done(&r);
	r = go("");
	is_int(r.run->n_annotations, 0, "a clock that goes: nothing to note");
	done(&r);
}

/* ---- the gate ---- */

static const char *judged(const char *first, const char *before, const char *after)
{
	static char why[120];
	json_t *f = json_loads(first, 0, NULL), *b = json_loads(before, 0, NULL),
	       *a = json_loads(after, 0, NULL);
	gate_judge(f, b, a, 1, why, sizeof why);
	json_decref(f);
	json_decref(b);
	json_decref(a);
	return why;
}

static void test_gate_judge(void)
{
	const char *quiet = "{\"cpus\": 2, \"runnable\": 1, \"pressure_cpu_us\": 100}";
	is_text(judged("{}", "{}", "{}"), "", "nothing is known: quiet");
	is_text(judged("{}", quiet, quiet), "", "quiet");
	is_text(judged("{}", quiet, "{\"cpus\": 2, \"runnable\": 3}"), "3 threads want to run on 2 CPUs",
		"more threads than CPUs");
	has_text(judged("{}", quiet, "{\"cpus\": 2, \"runnable\": 1, \"pressure_cpu_us\": 200100}"),
		 "threads waited for a CPU", "pressure");
	is_text(judged("{\"temperature_celsius\": 40}", quiet,
		       "{\"cpus\": 2, \"runnable\": 1, \"pressure_cpu_us\": 100, \"temperature_celsius\": "
		       "43.5}"),
		"the processor is 3.5 K warmer than before the first visit", "warmer");
	is_text(judged("{\"temperature_celsius\": \"unknown: no sensor\"}", quiet, quiet), "",
		"an unknown temperature is quiet");
}

static void test_gate(void)
{
	struct ran r = go("wait_quiet: 0.1\n");
	is_int(r.sum.done, 1, "a run that waits for a quiet machine is done, quiet or not");
	for (int i = 0; i < r.run->points[0].n_visits; i++) {
		const struct stored_visit *v = &r.run->points[0].visits[i];
		const char *gate = json_opt_string(v->host_before, "gate", "");
		bool quiet = strcmp(gate, "quiet") == 0;
		ok(*gate && json_opt_int(v->host_before, "gate_waited_ns", 0) >= SECOND_NS / 10,
		   "each visit says what it waited for");
		ok(v->n_series == 1 && (quiet || v->series[0].marks[0] & MARK_CONTENDED),
		   "and is marked when it was not quiet; no sample is dropped");
	}
	done(&r);
	r = go("");
	ok(!json_object_get(r.run->points[0].visits[0].host_before, "gate"),
	   "no gate: nothing is waited for");
	done(&r);
}

static void test_says(void)
{
	char text[80];
	watch_say(3200000000, 3000000000, text, sizeof text);
	is_text(text, "grew to 3.2 GB, limit 3.0 GB", "what outgrew its limit");
	watch_say(999960000, 500000, text, sizeof text);
	is_text(text, "grew to 1.0 GB, limit 500.0 kB", "in the unit that fits");
}

int main(void)
{
	if (!mkdtemp(work))
		bail("no temporary folder");
	setenv("INFEROMETER_WORKER", fake_worker(), 1);
	setenv("FAKE_WORKER", "", 1);
	test_shared();
	test_jumps();
	test_gate_judge();
	test_gate();
	test_says();
	forget();
	rmdir(work);
	return tap_done();
}
