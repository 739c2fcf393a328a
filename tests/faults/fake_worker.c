/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker that measures nothing and misbehaves as told. $FAKE_WORKER holds words "request=fault[@workload][:n]":
 * at the request (or "start") for a point of that workload, the n-th time, does the fault. Times are counted
 * over processes by the size of $FAKE_STATE.<request>, a file. Everything else is answered plausibly. The word "lists"
 * has it know lists of checks: "list" is the request then, and "check" each of its points. While it runs
 * or verifies there is a file $FAKE_WINDOW; each time, $FAKE_WINDOW.n grows by a byte.
 */
#include "config.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/wire.h"
#include "tests/faults/fake_hello.h"

struct fake {
	int fd;
	struct wire *wire;
	struct point point; /* prepared */
	json_t *id;	    /* of the request at work */
	char fault[32];	    /* for this request, "" for none */
};

/* ---- which fault ---- */

static long times_seen(const char *request)
{
	struct stat st = {0};
	const char *state = getenv("FAKE_STATE");
	if (!state)
		return 1;
	char *path = mem_printf("%s.%s", state, request);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bool good = fd >= 0 && write(fd, "x", 1) == 1 && fstat(fd, &st) == 0;
	if (fd >= 0)
		close(fd);
	free(path);
	return good ? (long)st.st_size : 1;
}

/* "request=fault[@workload][:n]"; the count goes up once for each matching word. */
static bool word_matches(char *word, const char *request, const char *workload, char *fault, size_t size)
{
	char *equals = strchr(word, '='), *colon = strchr(word, ':'), *at = strchr(word, '@');
	if (!equals)
		return false;
	*equals = '\0';
	if (colon)
		*colon = '\0';
	if (at)
		*at = '\0';
	if (strcmp(word, request) != 0 || (at && strcmp(at + 1, workload) != 0))
		return false;
	if (colon && times_seen(request) != atol(colon + 1))
		return false;
	snprintf(fault, size, "%s", equals + 1);
	return true;
}

static void choose_fault(struct fake *f, const char *request, const char *workload)
{
	const char *all = getenv("FAKE_WORKER");
	char *copy = mem_strdup(all ? all : ""), *save = NULL;
	f->fault[0] = '\0';
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		if (word_matches(word, request, workload, f->fault, sizeof f->fault))
			break;
	free(copy);
}

static bool is(const struct fake *f, const char *fault)
{
	return strcmp(f->fault, fault) == 0;
}

/* ---- faults ---- */

static void put(const struct fake *f, const char *text)
{
	if (write(f->fd, text, strlen(text)) < 0)
		_exit(9);
}

static void die_by_signal(void)
{
	struct rlimit none = {0};
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL); /* a sanitizer would make an exit of it */
	raise(SIGSEGV);
}

static void flood(void)
{
	for (int i = 0; i < 40000; i++)
		fprintf(stderr, "line %d of the flood, which no reader waits for\n", i);
}

static void endless_line(const struct fake *f)
{
	static char many[1 << 20];
	memset(many, 'x', sizeof many);
	while (write(f->fd, many, sizeof many) > 0)
		;
}

/* apart: in a session of its own, so that it is not of our group. */
static void leave_child(bool apart)
{
	pid_t pid = fork();
	if (pid == 0 && apart)
		setsid();
	if (pid == 0)
		for (;;)
			pause();
	printf("child %d\n", (int)pid);
	fflush(stdout);
}

/* Holds more and more, 8 MiB at a time, until it is killed; at 2 GiB it has been forgotten. */
static void grow(void)
{
	enum { PIECE = 8 << 20, PIECES = 256 };
	printf("about to grow\n");
	fflush(stdout);
	for (int i = 0; i < PIECES; i++) {
		char *more = mem_alloc(PIECE);
		memset(more, 1 + i % 100, PIECE);
		usleep(5000);
	}
}

static void send_event(const struct fake *f, json_t *id, int i)
{
	json_t *event = json_pack("{s:O, s:s, s:i}", "id", id, "event", "progress", "done", i);
	if (wire_send(f->wire, event, -1, NULL))
		_exit(9);
	json_decref(event);
}

static void events(const struct fake *f, int n)
{
	for (int i = 0; n < 0 || i < n; i++)
		send_event(f, f->id, i);
}

/* Somebody tidies up while a run is at work. */
static void harm_store(const char *end, bool replace)
{
	char *path = mem_printf("%s%s", getenv("INFEROMETER_STORE"), end);
	if (unlink(path))
		_exit(7);
	int fd = replace ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd >= 0)
		close(fd);
	free(path);
}

/* Faults before anything is answered. */
static void misbehave(struct fake *f)
{
	if (is(f, "die")) {
		fprintf(stderr, "about to end\n");
		_exit(3);
	}
	if (is(f, "signal")) {
		fprintf(stderr, "about to die\n");
		die_by_signal();
	}
	if (is(f, "kill")) {
		fprintf(stderr, "about to be killed\n");
		raise(SIGKILL);
	}
	if (is(f, "hang"))
		fprintf(stderr, "about to hang\n");
	while (is(f, "hang"))
		pause();
	if (is(f, "garbage")) {
		fprintf(stderr, "about to babble\n");
		put(f, "this is no JSON\n");
	}
	if (is(f, "half")) {
		put(f, "{\"id\": 1, \"ok\": {\"half");
		die_by_signal();
	}
	if (is(f, "endless"))
		endless_line(f);
	if (is(f, "flood"))
		flood();
	if (is(f, "child") || is(f, "child-apart"))
		leave_child(is(f, "child-apart"));
	if (is(f, "child-hang")) {
		leave_child(true);
		for (;;)
			pause();
	}
	if (is(f, "delete-store") || is(f, "replace-store"))
		harm_store("", is(f, "replace-store"));
	if (is(f, "delete-lock"))
		harm_store("-lock", false);
	if (is(f, "grow"))
		grow();
	if (is(f, "slow"))
		usleep(400000);
	if (is(f, "events"))
		events(f, 3);
	if (is(f, "events-endless"))
		events(f, -1);
	if (is(f, "bad-event")) {
		json_t *other = json_integer(4711);
		send_event(f, other, 0);
		json_decref(other);
	}
	if (is(f, "lie-sum"))
		fprintf(stderr, "about to lie\n");
	if (is(f, "interrupt") || is(f, "interrupt-twice"))
		kill(getppid(), SIGINT);
	if (is(f, "interrupt-twice")) {
		/* Two that come at once are one. */
		usleep(200000);
		kill(getppid(), SIGINT);
		for (;;)
			pause();
	}
	if (is(f, "close")) {
		wire_close(f->wire);
		for (;;)
			pause();
	}
}

static void answer(struct fake *f, json_t *body)
{
	json_t *m = json_object();
	json_object_set(m, "id", f->id);
	if (is(f, "bad-id"))
		json_object_set_new(m, "id", json_integer(json_integer_value(f->id) + 1));
	if (is(f, "oom") || is(f, "unavailable") || is(f, "unsupported"))
		json_object_set_new(m, "error",
				    json_pack("{s:s, s:s}", "code", f->fault, "text", "told to say so"));
	else if (is(f, "ok-error"))
		json_object_set_new(m, "error", json_pack("{s:s, s:s}", "code", "ok", "text", "all is well"));
	else if (!is(f, "neither"))
		json_object_set(m, "ok", body);
	if (wire_send(f->wire, m, -1, NULL))
		_exit(9);
	json_decref(m);
	json_decref(body);
}

/* ---- plausible answers ---- */

static json_t *hello(const struct fake *f)
{
	json_t *o = json_loads(hello_text, 0, NULL);
	if (is(f, "future"))
		json_object_set_new(o, "protocol", json_integer(2));
	return o;
}

static json_t *model(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "hash", "0123456789abcdef0123456789abcdef",
			 "name", "fake", "arch", "llama", "file_type", "f32", "n_params", 1000, "n_context",
			 4096, "n_vocab", 100);
}

/* The number behind the letters of "tg32". */
static double tokens_of(const struct point *p)
{
	const char *w = point_get(p, KEY_WORKLOAD);
	return strtod(w + strcspn(w, "0123456789"), NULL);
}

static json_t *check(const struct point *p)
{
	const struct wire_check c = {.fits = true,
				     .why = "",
				     .weights = 1000,
				     .total = 2000,
				     .limit = 1000000000,
				     .flops = 1e6,
				     .bytes = 1e5,
				     .tokens = tokens_of(p),
				     .working_set = 1 << 20,
				     .steps = 2};
	return wire_check_to_json(&c);
}

/* The ref kernels at f32 give 1, 2, ...; another precision is 1 % off, another ISA 0.01 %. */
static json_t *verify(const struct fake *f)
{
	float x[6], off = 1;
	off *= strcmp(point_get(&f->point, KEY_PRECISION), "f32") == 0 ? 1 : 1.01f;
	off *= strcmp(point_get(&f->point, KEY_ISA), "ref") == 0 ? 1 : 1.0001f;
	int rows = is(f, "other-shape") ? 3 : 2;
	for (int i = 0; i < 6; i++)
		x[i] = (float)(i + 1) * off;
	x[3] = is(f, "nan") ? NAN : x[3];
	char *data = wire_floats_encode(x, is(f, "short-data") ? 5 : 6);
	json_t *o = json_pack("{s:i, s:i, s:s}", "rows", rows, "cols", 6 / rows, "data", data);
	if (is(f, "vast"))
		json_object_set_new(o, "rows", json_integer(1LL << 62));
	free(data);
	return o;
}

static void fill(struct wire_series *s, const struct fake *f, const struct wire_run_request *q)
{
	int reps = q->warmup + (is(f, "lie-few") ? 1 : q->repeat), steps = is(f, "lie-steps") ? 3 : 2;
	s->n = is(f, "lie-none") ? 0 : reps * steps;
	int64_t *memory = mem_alloc(4 * ((size_t)s->n + 1) * sizeof *memory);
	s->values = memory;
	s->offsets = memory + s->n;
	s->marks = s->offsets + s->n;
	s->reps = s->marks + s->n;
	for (int i = 0; i < s->n; i++) {
		s->values[i] = is(f, "lie-sum") ? 1000000000000 : is(f, "lie-zero") ? 0 : 100;
		s->offsets[i] = i * 100;
		s->reps[i] = i / steps;
		s->marks[i] = s->reps[i] < q->warmup ? MARK_WARMUP : 0;
	}
}

static json_t *run(const struct fake *f, const json_t *message)
{
	struct wire_run_request q = {0};
	struct diag d = {0};
	if (wire_run_request_from_json(message, &q, &d))
		_exit(8);
	struct wire_series s = {.name = "step", .unit = "ns", .clock = "fake"};
	struct wire_reading reading = {.counter = "elapsed", .unit = "ns", .source = "clock", .thread = -1};
	reading.usable = true;
	reading.value = 800;
	fill(&s, f, &q);
	struct wire_run_result r = {.n_series = 1, .series = &s, .window_version = 1, .peak_bytes = 1 << 20};
	r.tokens_per_rep = is(f, "lie-tokens") ? 1e9 : tokens_of(&f->point);
	r.flops_per_rep = is(f, "lie-flops") ? 1e15 : 1e6;
	r.bytes_per_rep = 1e5;
	r.n_readings = q.n_counters && !is(f, "lie-readings");
	r.readings = &reading;
	json_t *o = wire_run_result_to_json(&r);
	if (is(f, "lie-negative"))
		json_object_set_new(o, "tokens_per_rep", json_real(-1));
	if (is(f, "lie-name"))
		json_object_set_new(json_array_get(json_object_get(o, "series"), 0), "name",
				    json_string("other"));
	free(s.values);
	wire_run_request_free(&q);
	return o;
}

/* ---- the loop ---- */

static bool is_request(const json_t *m, const char *name)
{
	return strcmp(json_opt_string(m, "do", ""), name) == 0;
}

/* Each point of a list may do its fault; then the whole of it. */
static json_t *check_list(struct fake *f, const json_t *points)
{
	json_t *list = json_array(), *o;
	size_t i;
	json_array_foreach((json_t *)points, i, o)
	{
		struct point p;
		if (point_from_json(o, &p, NULL))
			_exit(8);
		choose_fault(f, "check", point_get(&p, KEY_WORKLOAD));
		misbehave(f);
		json_array_append_new(list, json_pack("{s:o}", "ok", check(&p)));
		point_free(&p);
	}
	choose_fault(f, "list", "");
	misbehave(f);
	if (is(f, "short-list"))
		json_array_remove(list, 0);
	return json_pack("{s:o}", "checks", list);
}

static bool knows_lists(void)
{
	const char *words = getenv("FAKE_WORKER");
	return words && strncmp(words, "lists", 5) == 0;
}

static json_t *answer_of(struct fake *f, const json_t *m, const struct point *p)
{
	if (is_request(m, "hello"))
		return hello(f);
	if (is_request(m, "ask"))
		return model();
	if (is_request(m, "check"))
		return check(p);
	if (is_request(m, "verify"))
		return verify(f);
	if (is_request(m, "run"))
		return run(f, m);
	if (is_request(m, "prepare"))
		return json_pack("{s:i, s:i, s:s}", "load_ns", 1000, "weight_bytes", 1000, "describe",
				 "kernel: fake\n");
	return json_object();
}

/* The window opens or closes, for those who watch. */
static void window_show(bool open_now)
{
	const char *path = getenv("FAKE_WINDOW");
	if (!path)
		return;
	char *times = mem_printf("%s.n", path);
	int fd = open_now ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
	int count = open_now ? open(times, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (open_now ? fd < 0 || count < 0 || write(count, "x", 1) != 1 : unlink(path))
		_exit(6);
	if (fd >= 0)
		close(fd);
	if (count >= 0)
		close(count);
	free(times);
}

static void serve(struct fake *f, const json_t *m)
{
	struct point p = {0};
	if (json_object_get(m, "point") && point_from_json(json_object_get(m, "point"), &p, NULL))
		_exit(8);
	if (is_request(m, "prepare")) {
		point_free(&f->point);
		point_copy(&f->point, &p);
	}
	f->id = json_object_get(m, "id");
	if (knows_lists() && json_is_array(json_object_get(m, "points"))) {
		point_free(&p);
		json_t *list = check_list(f, json_object_get(m, "points"));
		answer(f, list);
		return;
	}
	bool prepared = is_request(m, "run") || is_request(m, "verify");
	choose_fault(f, json_opt_string(m, "do", ""), point_get(prepared ? &f->point : &p, KEY_WORKLOAD));
	if (prepared)
		window_show(true);
	misbehave(f);
	json_t *body = answer_of(f, m, &p);
	if (prepared)
		window_show(false);
	answer(f, body);
	point_free(&p);
}

int main(void)
{
	const char *text = getenv(WIRE_ENV_FD);
	struct fake f = {.fd = text ? atoi(text) : -1};
	json_t *m;
	if (f.fd < 0 || wire_open(&f.wire, f.fd, f.fd, NULL))
		return 2;
	choose_fault(&f, "start", "");
	misbehave(&f);
	for (bool ended = false; !ended && wire_receive(f.wire, &m, -1, NULL) == 1;) {
		serve(&f, m);
		ended = is_request(m, "quit");
		json_decref(m);
	}
	point_free(&f.point);
	wire_close(f.wire);
	return 0;
}
