/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/run/keeper.h"
#include "harness/run/spawn.h"
#include "harness/run/tail.h"

#define SECOND_NS      ((int64_t)1000000000)
#define MILLISECOND_NS ((int64_t)1000000)
/* From quit to its end: a worker gives back its memory, which takes about a second for 10 GB. */
#define QUIT_NS (5 * SECOND_NS)
/* From the end of its connection, or a line that is no answer, to the end of its process. */
#define DYING_NS SECOND_NS
/* Between two looks whether it still lives: a child of it that has its socket would keep the connection open. */
#define LOOK_NS SECOND_NS
/* A killed process may still hang in the kernel (a dead file server): not with us. */
#define KILLED_NS (10 * SECOND_NS)

struct client {
	pid_t pid;
	int pidfd; /* readable once it has ended; -1: the kernel is older than 5.3 */
	struct wire *wire;
	struct tail *tail;
	json_int_t last_id;
	bool dead;	    /* ended or not to be trusted */
	siginfo_t info;	    /* of its end; si_pid 0: it has not ended. It stays a zombie until client_stop */
	int64_t peak_bytes; /* 0: not known yet */
};

/* A request at work. */
struct exchange {
	const char *what;
	json_int_t id;
	int64_t timeout_ns, deadline; /* deadline < 0: none */
	client_event_fn *fn;
	void *arg;
	json_t *answer;
};

int client_start(struct client **out, const char *path, struct diag *d)
{
	return client_start_at(out, path, NULL, d);
}

int client_start_at(struct client **out, const char *path, const struct layout *layout, struct diag *d)
{
	struct spawned s;
	int rc = spawn_worker(path, layout, &s, d);
	if (rc)
		return rc;
	struct client *c = mem_alloc(sizeof *c);
	c->pid = s.pid;
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	keeper_know(c->pid);
	rc = tail_open(&c->tail, s.log_fd, d);
	if (rc == 0)
		rc = wire_open(&c->wire, s.fd, s.fd, d);
	if (rc) {
		close(s.fd);
		client_stop(c, NULL);
		return rc;
	}
	*out = c;
	return 0;
}

bool client_alive(const struct client *c)
{
	return c && !c->dead;
}

int client_pid(const struct client *c)
{
	return c->pid;
}

/* ---- the end of a process ---- */

/* Its high-water mark since exec. That of wait4 would hold our own size when it was forked. */
static int64_t peak_now(pid_t pid)
{
	char path[64], line[256];
	long long kib = 0;
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	while (kib == 0 && fgets(line, sizeof line, f))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtoll(line + 6, NULL, 10);
	fclose(f);
	return kib > 0 && kib < INT64_MAX / 1024 ? kib * 1024 : 0;
}

/* Sleeps until it has ended, or a little where the kernel cannot tell. */
static void wait_for_end(const struct client *c, int64_t within_ns)
{
	struct pollfd f = {.fd = c->pidfd, .events = POLLIN};
	const struct timespec nap = {.tv_nsec = MILLISECOND_NS};
	if (c->pidfd < 0)
		nanosleep(&nap, NULL);
	else
		(void)poll(&f, 1, (int)(within_ns / MILLISECOND_NS) + 1);
}

/* True when it has ended by itself in that time; it stays a zombie, so that its number stays its own. */
static bool has_ended(struct client *c, int64_t within_ns)
{
	int64_t deadline = clock_ns() + within_ns;
	for (;;) {
		if (c->info.si_pid != c->pid &&
		    waitid(P_PID, (id_t)c->pid, &c->info, WEXITED | WNOHANG | WNOWAIT))
			c->info.si_pid = 0;
		int64_t left = deadline - clock_ns();
		if (c->info.si_pid == c->pid || left <= 0)
			return c->info.si_pid == c->pid;
		wait_for_end(c, left);
	}
}

/* Leaves nothing of its group running. */
static void put_down(struct client *c, int64_t grace_ns)
{
	if (!c->peak_bytes)
		c->peak_bytes = peak_now(c->pid);
	has_ended(c, grace_ns);
	kill(-c->pid, SIGKILL);
	has_ended(c, KILLED_NS);
	c->dead = true;
}

static bool was_killed_by(const struct client *c, int signal)
{
	return c->info.si_code != CLD_EXITED && (signal == 0 || c->info.si_status == signal);
}

static void say_end(const struct client *c, char *text, size_t size)
{
	if (c->info.si_pid != c->pid)
		snprintf(text, size, "not ended after SIGKILL");
	else
		snprintf(text, size, "%s %d", was_killed_by(c, 0) ? "signal" : "exit", c->info.si_status);
}

/* Its connection has ended. */
static int died(struct client *c, struct diag *d)
{
	char ended[64];
	bool alone = has_ended(c, DYING_NS);
	put_down(c, 0);
	if (!alone)
		return diag_set(d, ERR_DEVICE, "worker closed its connection but did not end");
	say_end(c, ended, sizeof ended);
	return diag_set(d, ERR_DEVICE, "worker died: %s%s", ended,
			was_killed_by(c, SIGKILL) ? " (killed from outside, perhaps for want of memory)"
						  : "");
}

/* ---- asking ---- */

static int timed_out(struct client *c, const struct exchange *x, struct diag *d)
{
	put_down(c, 0);
	return diag_set(d, ERR_CANCELLED, "no answer for %g s (%s)", (double)x->timeout_ns * 1e-9, x->what);
}

static int broken(struct client *c, int rc, const struct diag *why, struct diag *d)
{
	/* Half a line is what a worker leaves that dies while it writes. */
	bool ended = has_ended(c, DYING_NS);
	put_down(c, 0);
	if (ended && was_killed_by(c, 0))
		return died(c, d);
	return diag_set(d, (enum err)rc, rc == ERR_FORMAT ? "worker sent %s" : "from the worker: %s",
			why->text);
}

static int lied(struct client *c, struct diag *d, const json_t *id, json_int_t expected, const char *what)
{
	char *text = json_text(id);
	put_down(c, 0);
	int rc =
		diag_set(d, ERR_FORMAT, "worker %s request %.40s, not %lld", what, text, (long long)expected);
	free(text);
	return rc;
}

static int answered_error(struct client *c, const json_t *error, struct diag *d)
{
	enum err code = err_from_name(json_opt_string(error, "code", NULL));
	if (!json_is_object(error) || code == ERR_OK) {
		put_down(c, 0);
		return diag_set(d, ERR_FORMAT, "worker sent an answer that is neither \"ok\" nor an error");
	}
	return diag_set(d, code, "%s", json_opt_string(error, "text", "the worker gives no reason"));
}

/* 1: an event, go on; 0: the answer. */
static int take_message(struct client *c, struct exchange *x, const json_t *m, struct diag *d)
{
	const json_t *id = json_object_get(m, "id");
	const char *event = json_opt_string(m, "event", NULL);
	if (!json_is_integer(id) || json_integer_value(id) != x->id)
		return lied(c, d, id, x->id, event ? "sent an event of" : "answered");
	if (event && (!x->fn || x->fn(x->arg, m) == 0))
		return 1;
	if (event) {
		put_down(c, 0);
		return diag_set(d, ERR_CANCELLED, "%s was cancelled", x->what);
	}
	json_t *ok = json_object_get(m, "ok");
	if (!json_is_object(ok))
		return answered_error(c, json_object_get(m, "error"), d);
	x->answer = json_incref(ok);
	return 0;
}

static int await(struct client *c, struct exchange *x, struct diag *d)
{
	for (int rc = 1; rc == 1;) {
		struct diag why = {0};
		json_t *m = NULL;
		int64_t left = x->deadline < 0 ? -1 : x->deadline - clock_ns();
		/* Events do not prolong it: a worker may send them for ever. */
		if (x->deadline >= 0 && left <= 0)
			return timed_out(c, x, d);
		rc = wire_receive(c->wire, &m, left < 0 || left > LOOK_NS ? LOOK_NS : left, &why);
		if (rc == 0)
			return died(c, d);
		if (rc < 0 && rc != ERR_CANCELLED)
			return broken(c, rc, &why, d);
		if (rc == 1)
			rc = take_message(c, x, m, d);
		else if (has_ended(c, 0))
			rc = died(c, d);
		else
			rc = 1; /* a signal, or time to look at the clock */
		json_decref(m);
		if (rc != 1)
			return rc;
	}
	return 0;
}

static int send_request(struct client *c, const struct exchange *x, const json_t *body, struct diag *d)
{
	struct diag why = {0};
	/* A shallow copy: body itself is not changed. */
	json_t *m = body ? json_copy((json_t *)body) : json_object();
	json_object_set_new(m, "id", json_integer(x->id));
	json_object_set_new(m, "do", json_string(x->what));
	int rc = wire_send(c->wire, m, x->timeout_ns, &why);
	json_decref(m);
	if (rc == 0)
		return 0;
	if (rc == ERR_CANCELLED)
		return timed_out(c, x, d);
	if (rc == ERR_IO)
		return died(c, d);
	put_down(c, 0);
	return diag_set(d, (enum err)rc, "%s: %s", x->what, why.text);
}

/* That begins now. */
static struct exchange exchange_of(const char *what, json_int_t id, int64_t timeout_ns)
{
	int64_t now = clock_ns();
	bool endless = timeout_ns < 0 || timeout_ns > INT64_MAX - now;
	return (struct exchange){
		.what = what,
		.id = id,
		.timeout_ns = timeout_ns,
		.deadline = endless ? -1 : now + timeout_ns,
	};
}

static int dead(const char *what, struct diag *d)
{
	return diag_set(d, ERR_DEVICE, "%s: the worker is dead", what);
}

int client_ask(struct client *c, const char *what, json_t *body, int64_t timeout_ns, client_event_fn *fn,
	       void *arg, json_t **answer, int64_t *wall_ns, struct diag *d)
{
	if (c->dead)
		return dead(what, d);
	int64_t begun = clock_ns();
	struct exchange x = exchange_of(what, ++c->last_id, timeout_ns);
	x.fn = fn;
	x.arg = arg;
	int rc = send_request(c, &x, body, d);
	if (rc == 0)
		rc = await(c, &x, d);
	if (wall_ns)
		*wall_ns = clock_ns() - begun;
	if (rc == 0)
		*answer = x.answer;
	return rc;
}

int client_send(struct client *c, const char *what, const json_t *body, int64_t timeout_ns,
		struct client_request *out, struct diag *d)
{
	if (c->dead)
		return dead(what, d);
	struct exchange x = exchange_of(what, ++c->last_id, timeout_ns);
	int rc = send_request(c, &x, body, d);
	if (rc == 0)
		*out = (struct client_request){what, x.id, timeout_ns};
	return rc;
}

int client_receive(struct client *c, const struct client_request *r, json_t **answer, struct diag *d)
{
	if (c->dead)
		return dead(r->what, d);
	struct exchange x = exchange_of(r->what, r->id, r->timeout_ns);
	int rc = await(c, &x, d);
	if (rc == 0)
		*answer = x.answer;
	return rc;
}

/* ---- stopping ---- */

/* Asks it to end and listens until it has: one that cannot say "bye" would end with an error. */
static void quit(struct client *c)
{
	int64_t deadline = clock_ns() + QUIT_NS;
	json_t *m = json_pack("{s:I, s:s}", "id", ++c->last_id, "do", "quit");
	int rc = wire_send(c->wire, m, QUIT_NS, NULL);
	json_decref(m);
	while (rc == 0) {
		int64_t left = deadline - clock_ns();
		m = NULL;
		int got = left > 0 ? wire_receive(c->wire, &m, left, NULL) : ERR_IO;
		json_decref(m);
		rc = got == 1 || got == ERR_CANCELLED || got == ERR_FORMAT ? 0 : -1;
	}
}

void client_stop(struct client *c, struct client_end *end)
{
	struct client_end none;
	struct rusage u = {0};
	if (!c)
		return;
	if (!end)
		end = &none;
	if (!c->dead && c->wire) {
		c->peak_bytes = peak_now(c->pid);
		quit(c);
		put_down(c, QUIT_NS);
	}
	put_down(c, 0);
	/* One that hangs in the kernel is left to whoever inherits it. */
	if (wait4(c->pid, NULL, WNOHANG, &u) == c->pid)
		keeper_forget(c->pid);
	if (c->pidfd >= 0)
		close(c->pidfd);
	keeper_sweep();
	wire_close(c->wire);
	*end = (struct client_end){.peak_bytes = c->peak_bytes ? c->peak_bytes : (int64_t)u.ru_maxrss * 1024};
	say_end(c, end->ended, sizeof end->ended);
	end->log = c->tail ? tail_close(c->tail) : mem_strdup("");
	if (end == &none)
		free(none.log);
	free(c);
}
