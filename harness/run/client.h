/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One worker process: starts it, asks, waits no longer than allowed, ends it,
 * keeps its last words. A worker that dies, hangs or lies is an error with a
 * reason here, never a hang or a crash of ours. One thread at a time uses a client, and the
 * thread that started a worker must live as long as it.
 */
#ifndef IFM_RUN_CLIENT_H
#define IFM_RUN_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/wire.h"

struct client;
struct layout;

/*
 * path: the worker program. The process is killed with its parent, stands in a process group of its own
 * (Ctrl-C in the terminal does not reach it; whoever wants it dead signals the group), and is the first to go
 * when memory runs out. ERR_IO "cannot run PATH: why".
 */
MUST_CHECK int client_start(struct client **out, const char *path, struct diag *d);
/* The same with a layout of its memory (spawn.h); NULL: as it falls. */
MUST_CHECK int client_start_at(struct client **out, const char *path, const struct layout *layout,
			       struct diag *d);

/* Called for each event line of a request; non-zero cancels (the worker is killed). */
typedef int client_event_fn(void *arg, const json_t *event);

/*
 * Sends {do, ...body} and waits for its answer. *answer: new reference to the "ok" object. Errors:
 * what the worker answered (code and text); ERR_DEVICE "worker died: signal 11", ERR_CANCELLED "no
 * answer for N s", ERR_FORMAT "worker sent no JSON: ..." or "worker answered request 8, not 7"; ERR_IO
 * (a line without end). After any error but an answered one the worker is dead. *wall_ns: request to answer,
 * stamped here, also for errors. body (borrowed), fn and wall_ns may be NULL; timeout_ns < 0: none. A
 * signal does not end the wait.
 */
MUST_CHECK int client_ask(struct client *c, const char *what, json_t *body, int64_t timeout_ns,
			  client_event_fn *fn, void *arg, json_t **answer, int64_t *wall_ns, struct diag *d);

/* A request that was sent and is not answered yet; what: of the caller, kept until then. */
struct client_request {
	const char *what;
	json_int_t id;
	int64_t timeout_ns;
};
/*
 * The two halves of client_ask without events, so that the worker has the next request when it has answered the one
 * before. Answers come in the order of the requests, and all are received before anything else is asked. The text of a
 * request that is sent ahead must fit the socket's buffer (100 kB): nobody reads answers while it is written. The time
 * begins when the answer is waited for.
 */
MUST_CHECK int client_send(struct client *c, const char *what, const json_t *body, int64_t timeout_ns,
			   struct client_request *out, struct diag *d);
MUST_CHECK int client_receive(struct client *c, const struct client_request *r, json_t **answer,
			      struct diag *d);

/* False after an error that the worker did not answer, and for NULL. */
bool client_alive(const struct client *c);
int client_pid(const struct client *c);

/* Ends the worker (quit, then kill) and what it started, and says how it ended: "exit 0", "signal 9". */
struct client_end {
	char ended[64];
	char *log;	    /* its last lines (stdout, stderr), owned by the caller */
	int64_t peak_bytes; /* largest resident size, from the kernel */
};
void client_stop(struct client *c, struct client_end *end); /* c and end may be NULL */

/* The worker program: $INFEROMETER_WORKER, else beside this program, else in the library
 * folder it was installed to. Returns owned path; ERR_IO when none is executable. */
MUST_CHECK int client_find_worker(char **path, struct diag *d);

#endif
