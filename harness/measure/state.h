/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker holds between requests, and the table of requests. Within harness/measure. */
#ifndef IFM_MEASURE_STATE_H
#define IFM_MEASURE_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/engine.h"
#include "harness/measure/manner.h"
#include "harness/wire/point.h"
#include "harness/wire/wire.h"
#include "workloads/workload.h"

struct model;
struct model_options;

/* An open engine and what it was opened with. */
struct open_engine {
	const struct engine_ops *ops;
	struct engine *engine; /* NULL: none */
	char isa[WIRE_NAME], device[WIRE_NAME];
	int n_threads;
	bool pin, passive;
	char *affinity, *options; /* of the point; owned */
};

/* Do its idle threads wait so? A device has none that spin: nothing would be gained by opening it anew. */
bool engine_waits_as(const struct open_engine *e, bool passive);

/* The devices of an engine as they were when it was first asked for; probing takes longer than a check. */
struct probe {
	struct device_caps *caps; /* owned; NULL: not asked for yet */
	int n;
};
/* More engines than are built in. */
#define STATE_ENGINES_MAX 8

struct prepared {
	const struct workload_ops *workload; /* NULL: nothing is prepared */
	struct workload_run *run;
	struct workload_work work;
	struct memory_plan plan;
	struct manner manner;
	struct point point;
	uint64_t seed;
};

struct server {
	struct wire *wire;
	const json_t *id; /* of the request at work */
	json_t *pending;  /* a message read while looking for a cancel */
	bool ended;	  /* no more requests */
	struct model *model;
	char *model_name; /* as asked */
	bool model_has_tokenizer, model_has_hash;
	struct open_engine engine;
	struct probe probe[STATE_ENGINES_MAX]; /* by their places in the registry */
	struct prepared prepared;
};

/* A request: fills *ok (new reference) or fails. */
typedef int request_fn(struct server *s, const json_t *message, json_t **ok, struct diag *d);
request_fn request_hello, request_check, request_prepare, request_verify, request_run, request_ask;

/* Sends {id, event: name, ...fields}; takes the reference. */
MUST_CHECK int server_event(struct server *s, const char *name, json_t *fields, struct diag *d);
/* {code, text}: new reference. */
json_t *server_error(int code, const struct diag *d);
/* Did the other side ask to stop the request at work, or go away? Never waits. */
bool server_cancelled(struct server *s);

/* The model of that name, opened at most once while it stays the same. Belongs to s. */
MUST_CHECK int state_model(struct server *s, const char *name, const struct model_options *options,
			   const struct model **out, struct diag *d);
/* The engine point p asks for, with its choices checked; reopened when anything differs (what was prepared
 * is then gone). n_threads: 0 takes those of the point, else at most as many as its device has CPUs. */
MUST_CHECK int state_engine(struct server *s, const struct point *p, int n_threads, bool passive,
			    struct diag *d);
/* What is prepared goes with it. */
void state_engine_close(struct server *s);
void state_unprepare(struct server *s);
void state_free(struct server *s);

/* Makes s->prepared of a point; takes the point's values by copy. */
MUST_CHECK int state_prepare(struct server *s, const struct point *p, uint64_t seed, bool passive,
			     struct diag *d);

#endif
