/* SPDX-License-Identifier: Apache-2.0 */
/* harness/run/client.h against a worker that dies, hangs and lies. */
#include "config.h"

#include "harness/run/client.h"

#include <signal.h>
#include <time.h>

#include "tests/faults/faults.h"
#include "tests/tap.h"

#define LONG_NS	 ((int64_t)60000000000)
#define SHORT_NS ((int64_t)300000000)

static struct client *start(const char *faults)
{
	struct client *c = NULL;
	struct diag d = {0};
	setenv("FAKE_WORKER", faults, 1);
	if (client_start(&c, fake_worker(), &d))
		bail(d.text);
	return c;
}

/* A fault of hello, what is said of it, and how the worker ended. */
static const struct {
	const char *fault, *text, *ended;
	int code;
	bool hangs, alive;
} faults[] = {
	/* clang-format off */
	{"die",            "worker died: exit 3",                         "exit 3",    ERR_DEVICE,      false, false},
	{"signal",         "worker died: signal 11",                      "signal 11", ERR_DEVICE,      false, false},
	{"kill",           "worker died: signal 9 (killed from out",      "signal 9",  ERR_DEVICE,      false, false},
	{"half",           "worker died: signal 11",                      "signal 11", ERR_DEVICE,      false, false},
	{"hang",           "no answer for 0.3 s (hello)",                 "signal 9",  ERR_CANCELLED,   true,  false},
	{"events-endless", "no answer for 0.3 s (hello)",                 "signal 9",  ERR_CANCELLED,   true,  false},
	{"garbage",        "worker sent no JSON: \"this is no JSON\"",    "signal 9",  ERR_FORMAT,      false, false},
	{"endless",        "from the worker: wire: line longer",          "signal 9",  ERR_IO,          false, false},
	{"bad-id",         "worker answered request 2, not 1",            "signal 9",  ERR_FORMAT,      false, false},
	{"bad-event",      "worker sent an event of request 4711, n",     "signal 9",  ERR_FORMAT,      false, false},
	{"neither",        "neither \"ok\" nor an error",                 "signal 9",  ERR_FORMAT,      false, false},
	{"ok-error",       "neither \"ok\" nor an error",                 "signal 9",  ERR_FORMAT,      false, false},
	{"close",          "worker closed its connection but did not",    "signal 9",  ERR_DEVICE,      false, false},
	{"oom",            "told to say so",                              "exit 0",    ERR_OOM,         false, true},
	{"unavailable",    "told to say so",                              "exit 0",    ERR_UNAVAILABLE, false, true},
	/* clang-format on */
};

static void test_fault(int i)
{
	char words[64], name[96];
	struct diag d = {0};
	struct client_end end;
	json_t *answer = NULL;
	int64_t wall_ns = -1;
	snprintf(words, sizeof words, "hello=%s", faults[i].fault);
	struct client *c = start(words);
	int rc = client_ask(c, "hello", NULL, faults[i].hangs ? SHORT_NS : LONG_NS, NULL, NULL, &answer,
			    &wall_ns, &d);
	snprintf(name, sizeof name, "%s: code", faults[i].fault);
	is_int(rc, faults[i].code, name);
	snprintf(name, sizeof name, "%s: reason", faults[i].fault);
	has_text(d.text, faults[i].text, name);
	ok(client_alive(c) == faults[i].alive && !answer && wall_ns > 0, "%s: %s", faults[i].fault,
	   faults[i].alive ? "the worker goes on" : "the worker is dead");
	if (!faults[i].alive)
		ok(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, NULL) == ERR_DEVICE,
		   "%s: nothing more is asked of it", faults[i].fault);
	client_stop(c, &end);
	snprintf(name, sizeof name, "%s: its end", faults[i].fault);
	is_text(end.ended, faults[i].ended, name);
	free(end.log);
}

static int count_event(void *arg, const json_t *event)
{
	int *n = arg;
	ok(json_integer_value(json_object_get(event, "done")) == *n, "event %d comes in order", *n);
	(*n)++;
	return 0;
}

static int stop_at_event(void *arg, const json_t *event)
{
	(void)arg;
	(void)event;
	return 1;
}

static void test_events(void)
{
	struct diag d = {0};
	json_t *answer = NULL;
	int n = 0;
	struct client *c = start("hello=events");
	is_int(client_ask(c, "hello", NULL, LONG_NS, count_event, &n, &answer, NULL, &d), 0,
	       "events: answered");
	is_int(n, 3, "events: all of them came before the answer");
	json_decref(answer);
	answer = NULL;
	is_int(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, &d), 0,
	       "events: nobody need listen");
	json_decref(answer);
	is_int(client_ask(c, "hello", NULL, LONG_NS, stop_at_event, NULL, &answer, NULL, &d), ERR_CANCELLED,
	       "events: a listener may cancel");
	has_text(d.text, "hello was cancelled", "events: and is told so");
	ok(!client_alive(c), "events: the worker is then dead");
	client_stop(c, NULL);
}

static void test_good(void)
{
	struct diag d = {0};
	struct client_end end;
	struct wire_hello hello;
	json_t *answer = NULL, *body = json_pack("{s:i}", "protocol", 1);
	struct client *c = start("");
	ok(client_pid(c) > 0 && getpgid(client_pid(c)) == client_pid(c), "a process group of its own");
	for (int i = 0; i < 3; i++) {
		is_int(client_ask(c, "hello", body, -1, NULL, NULL, &answer, NULL, &d), 0,
		       "hello is answered");
		is_int(wire_hello_from_json(answer, &hello, &d), 0, "and can be read");
		wire_hello_free(&hello);
		json_decref(answer);
	}
	is_int((int)json_object_size(body), 1, "the body is the caller's");
	json_decref(body);
	client_stop(c, &end);
	is_text(end.ended, "exit 0", "a good worker ends by itself");
	is_text(end.log, "", "and said nothing");
	ok(end.peak_bytes > 0, "its size is known");
	free(end.log);
}

static void test_log(void)
{
	struct diag d = {0};
	struct client_end end;
	json_t *answer = NULL;
	struct client *c = start("hello=flood");
	is_int(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, &d), 0,
	       "a flood of output stops nobody");
	json_decref(answer);
	client_stop(c, &end);
	has_text(end.log, "line 39999 of the flood", "the last line is kept");
	ok(strstr(end.log, "line 39800 of") && !strstr(end.log, "line 39799 of"), "and 199 before it");
	ok(end.log[0] == '[' && strstr(end.log, "bytes before this were not kept]\n"),
	   "what is left out is said");
	free(end.log);
	c = start("start=die");
	is_int(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, &d), ERR_DEVICE,
	       "a worker that ends at once");
	has_text(d.text, "worker died: exit 3", "says how");
	client_stop(c, NULL);
}

static void test_child(void)
{
	struct diag d = {0};
	struct client_end end;
	json_t *answer = NULL;
	struct client *c = start("hello=child");
	is_int(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, &d), 0,
	       "a worker with a child");
	json_decref(answer);
	client_stop(c, &end);
	int pid = strncmp(end.log, "child ", 6) == 0 ? atoi(end.log + 6) : 0;
	is_text(end.ended, "exit 0", "ends");
	ok(pid > 0, "its output is kept though the child holds the pipe");
	for (int i = 0; i < 1000 && pid > 0 && !is_gone(pid); i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	ok(pid > 0 && is_gone(pid), "and the child ends with it");
	free(end.log);
}

static void on_alarm(int signal)
{
	(void)signal;
}

static void test_signal(void)
{
	struct diag d = {0};
	json_t *answer = NULL;
	const struct sigaction act = {.sa_handler = on_alarm};
	timer_t timer;
	const struct itimerspec often = {{.tv_nsec = 20000000}, {.tv_nsec = 20000000}}, never = {{0}, {0}};
	sigaction(SIGALRM, &act, NULL);
	if (timer_create(CLOCK_MONOTONIC, NULL, &timer))
		bail("no timer");
	struct client *c = start("hello=hang");
	timer_settime(timer, 0, &often, NULL);
	is_int(client_ask(c, "hello", NULL, SHORT_NS, NULL, NULL, &answer, NULL, &d), ERR_CANCELLED,
	       "signals do not end the wait");
	has_text(d.text, "no answer for 0.3 s", "the clock does");
	client_stop(c, NULL);
	c = start("");
	is_int(client_ask(c, "hello", NULL, LONG_NS, NULL, NULL, &answer, NULL, &d), 0,
	       "nor spoil an answer");
	json_decref(answer);
	timer_settime(timer, 0, &never, NULL);
	timer_delete(timer);
	client_stop(c, NULL);
}

static void test_start(void)
{
	struct client *c = NULL;
	struct diag d = {0};
	is_int(client_start(&c, "/nonexistent/worker", &d), ERR_IO, "no such program");
	is_text(d.text, "cannot run /nonexistent/worker: No such file or directory", "says so");
	diag_clear(&d);
	is_int(client_start(&c, "/dev/null", &d), ERR_IO, "no program");
	is_text(d.text, "cannot run /dev/null: Permission denied", "says so, too");
	ok(!c, "there is no client then");
	client_stop(NULL, NULL);
}

static void test_find(void)
{
	struct diag d = {0};
	char *path = NULL;
	setenv("INFEROMETER_WORKER", fake_worker(), 1);
	is_int(client_find_worker(&path, &d), 0, "$INFEROMETER_WORKER is found");
	is_text(path, fake_worker(), "as named");
	free(path);
	path = NULL;
	setenv("INFEROMETER_WORKER", "/nonexistent/worker", 1);
	is_int(client_find_worker(&path, &d), ERR_IO, "a wrong one is an error, and no other is taken");
	has_text(d.text, "/nonexistent/worker", "which names it");
	diag_clear(&d);
	unsetenv("INFEROMETER_WORKER");
	int rc = client_find_worker(&path, &d);
	ok(rc == 0 || (rc == ERR_IO && strstr(d.text, "faults/inferometer-worker")),
	   "else beside the program");
	free(path);
}

/* The process that started it is killed: the kernel takes the worker along. */
static void test_orphan(void)
{
	int pids[2], worker = 0;
	if (pipe(pids))
		bail("no pipe");
	pid_t harness = fork();
	if (harness == 0) {
		struct client *c = start("");
		worker = client_pid(c);
		if (write(pids[1], &worker, sizeof worker) != sizeof worker)
			_exit(1);
		for (;;)
			pause();
	}
	bool told = read(pids[0], &worker, sizeof worker) == sizeof worker;
	kill(harness, SIGKILL);
	waitpid(harness, NULL, 0);
	for (int i = 0; i < 10000 && told && !is_gone(worker); i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	ok(told && is_gone(worker), "a worker does not outlive its harness");
	close(pids[0]);
	close(pids[1]);
}

int main(void)
{
	signal(SIGPIPE, SIG_DFL);
	test_good();
	int before = n_descriptors();
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		test_fault((int)i);
	test_events();
	test_log();
	test_child();
	test_signal();
	test_orphan();
	test_start();
	test_find();
	is_int(n_descriptors(), before, "no descriptor is left open");
	ok(has_no_children(), "no process is left over");
	return tap_done();
}
