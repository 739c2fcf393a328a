/* SPDX-License-Identifier: Apache-2.0 */
/* The harness's side of a worker that runs in a thread of the test: says lines, collects answers. */
#ifndef IFM_TESTS_SERVER_PEER_H
#define IFM_TESTS_SERVER_PEER_H

#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/tap.h"
#include "engines/base/json.h"
#include "harness/measure/server.h"
#include "harness/wire/wire.h"

/* For what comes at once on a machine that is not busy. */
#define PEER_PATIENCE ((int64_t)120 * 1000000000)

struct peer {
	int fd;
	struct wire *wire, *worker_wire;
	pthread_t worker;
	int rc; /* of server_run */
	struct diag why;
	json_t *events; /* of the last answer */
};

static inline void *peer_serve(void *arg)
{
	struct peer *p = arg;
	p->rc = server_run(p->worker_wire, &p->why);
	wire_close(p->worker_wire);
	return NULL;
}

static inline struct peer *peer_start(void)
{
	struct peer *p = calloc(1, sizeof *p);
	int fd[2];
	struct diag d = {0};
	if (!p || socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		bail("no socket pair");
	p->fd = fd[0];
	if (wire_open(&p->wire, fd[0], fd[0], &d) || wire_open(&p->worker_wire, fd[1], fd[1], &d))
		bail(d.text);
	if (pthread_create(&p->worker, NULL, peer_serve, p))
		bail("no thread");
	return p;
}

/* Hangs up; the worker has ended well. */
static inline void peer_stop(struct peer *p, const char *name)
{
	wire_close(p->wire);
	pthread_join(p->worker, NULL);
	if (!ok(p->rc == 0, "%s: the worker ends well", name))
		printf("# %d: %s\n", p->rc, p->why.text);
	json_decref(p->events);
	free(p);
}

static inline void peer_say(struct peer *p, const char *line)
{
	size_t n = strlen(line);
	if (send(p->fd, line, n, MSG_NOSIGNAL) != (ssize_t)n || send(p->fd, "\n", 1, MSG_NOSIGNAL) != 1)
		bail("the worker does not listen");
}

/* The next answer (new reference); what events came before it are in p->events. */
static inline json_t *peer_hear(struct peer *p)
{
	json_decref(p->events);
	p->events = json_array();
	for (;;) {
		json_t *o = NULL;
		struct diag d = {0};
		if (wire_receive(p->wire, &o, PEER_PATIENCE, &d) != 1) {
			printf("# %s\n", d.text);
			bail("no answer");
		}
		if (!json_object_get(o, "event"))
			return o;
		json_array_append_new(p->events, o);
	}
}

/* Is it the answer to that id, and a good one? Its "ok" (belongs to answer), else NULL. */
static inline json_t *peer_good(const json_t *answer, int id, const char *name)
{
	json_t *good = json_object_get(answer, "ok");
	if (!ok(good && json_opt_int(answer, "id", -1) == id, "%s", name)) {
		char *text = json_text(answer);
		printf("# %.300s\n", text);
		free(text);
	}
	return good;
}

/* Asks, with id 1; the "ok" of the answer (new reference; an empty object when there is none). */
static inline json_t *peer_ask(struct peer *p, const char *request, const char *name)
{
	peer_say(p, request);
	json_t *answer = peer_hear(p);
	json_t *good = json_incref(peer_good(answer, 1, name));
	json_decref(answer);
	return good ? good : json_object();
}

static inline void answer_is_error(const json_t *answer, const char *code, const char *part)
{
	const json_t *e = json_object_get(answer, "error");
	is_text(json_opt_string(e, "code", "(no error)"), code, part);
	has_text(json_opt_string(e, "text", ""), part, "says so");
}

static inline void peer_refused(struct peer *p, const char *request, const char *code, const char *part)
{
	peer_say(p, request);
	json_t *answer = peer_hear(p);
	answer_is_error(answer, code, part);
	json_decref(answer);
}

#endif
