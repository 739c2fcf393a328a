/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker protocol, version 1: JSON lines on one socket pair (descriptor in
 * $INFEROMETER_FD) or on standard input and output (--stdio). This module
 * frames lines and knows the shapes of requests and answers; it does not
 * start processes (harness/run) or answer requests (harness/measure).
 *
 * request   {"id": 7, "do": "run", ...}
 * event     {"id": 7, "event": "token", ...}          any number, before the answer
 * answer    {"id": 7, "ok": {...}}  or  {"id": 7, "error": {"code": "oom", "text": "..."}}
 *
 * Unknown message fields are ignored; an unknown point key or value is an
 * error "unsupported". End of file ends the worker.
 *
 * hello   {protocol, events,    -> wire_hello; events (false unless said): with groups and events of counters; states (false
 *          states, parts}          unless said): with states of devices; parts (all unless said): which of devices, providers,
 *                                  workloads and counters are told
 * check   {point}               -> wire_check
 *         {points, point}       -> {checks: [{ok: wire_check} | {error}]}, or of `point` alone
 * prepare {point, seed}         -> wire_prepared (the point stays prepared until the next prepare)
 * verify  {}                    -> {rows, cols, data: base64 of little-endian float32}
 * run     wire_run_request      -> wire_run_result
 * ask     {what, point, ...}    -> depends on what:
 *   generate   {text | ids, n}      events {event: "token", token, text}; {n, ids, text}
 *   logits     {text | ids}         events {event: "row", row, data: base64}; {rows, cols}
 *   perplexity {text, window}       events {event: "progress", done, all}; {perplexity, std_error, nll,
 *                                   tokens, windows}
 *   model      {}                   wire_model
 *   "text" is a JSON string; where bytes are no UTF-8, "text_base64" takes its place.
 * quit    {}                    -> {}
 */
#ifndef IFM_WIRE_WIRE_H
#define IFM_WIRE_WIRE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/point.h"

#define WIRE_PROTOCOL 1
#define WIRE_ENV_FD   "INFEROMETER_FD"
/* "PAGES:PADDING": a worker moves its heap by so many pages (harness/run/spawn.h). */
#define WIRE_ENV_LAYOUT "INFEROMETER_LAYOUT"
/* A line longer than this is garbage: 256 MiB holds the base64 of 50 million floats. */
#define WIRE_LINE_MAX (256u << 20)

/* ---- framing ---- */
struct wire;
/* Takes both descriptors (may be the same) and closes them in wire_close. */
MUST_CHECK int wire_open(struct wire **out, int fd_in, int fd_out, struct diag *d);
void wire_close(struct wire *w);
/* One line; blocks until written or timeout_ns (< 0: none) has passed. */
MUST_CHECK int wire_send(struct wire *w, const json_t *message, int64_t timeout_ns, struct diag *d);
/*
 * The next line as an object (new reference). Returns 1 with a message, 0 at end of file, ERR_FORMAT
 * for a line that is no JSON object (text quotes its beginning; the next line can be read), ERR_CANCELLED
 * when timeout_ns (< 0: none) passed or a signal interrupted, ERR_IO (also for a line beyond WIRE_LINE_MAX),
 * after which nothing more comes.
 */
MUST_CHECK int wire_receive(struct wire *w, json_t **message, int64_t timeout_ns, struct diag *d);

/* ---- messages; all strings in the structs are owned, freed by the _free functions ---- */
#define WIRE_NAME	48
#define WIRE_WHY	200
#define WIRE_LABEL	100
#define WIRE_EVENT_NAME 160
/* Longer than this nobody measures idleness. */
#define WIRE_IDLE_MAX_S 60
struct wire_choice {
	char name[WIRE_NAME];
	char why[WIRE_WHY]; /* "" when usable */
	int passes; /* of a counter source: visits of its own that it takes; 0, or left out: shares one */
	bool usable;
	bool groups; /* of a counter source: it is asked for as NAME:GROUP alone; left out: false */
	bool idles; /* of a counter source: of a device that is no CPU it measures idle power; left out: false */
};
struct wire_choices {
	struct wire_choice *item;
	int n;
};
/* How a device is set, or what it does while nobody measures: told when hello is asked with "states". */
struct wire_state {
	char name[WIRE_NAME]; /* "persistence" */
	char unit[WIRE_NAME]; /* "0/1": off or on */
	bool usable;	      /* false: value means nothing, why says why */
	int64_t value;
	char why[WIRE_WHY]; /* of a usable one: how it is known */
};
struct wire_device {
	char name[WIRE_NAME];
	char description[WIRE_WHY];
	bool usable;
	char why[WIRE_WHY];
	int n_cpus;
	int64_t memory_bytes;
	struct wire_choices isas, precisions, kvs, providers;
	/* Whose it is; the first computes where none is named. Optional in the message; empty: of any engine. */
	struct wire_choices engines;
	struct wire_choices affinities; /* all but lists of CPUs; optional in the message */
	int n_states;			/* optional in the message */
	struct wire_state *states;
};
struct wire_workload {
	char name[WIRE_NAME]; /* "pp", "tg", "gemm", ... without the argument */
	bool ceiling;
	bool uses_model;
	bool key[KEY_COUNT]; /* keys it heeds */
};
/* What a counter source reads: told when hello is asked with "events". */
struct wire_event {
	char counter[WIRE_NAME];     /* "perf", "papi:base" */
	char name[WIRE_NAME];	     /* "instructions" */
	char event[WIRE_EVENT_NAME]; /* what is programmed: "PAPI_TOT_INS" */
	bool usable;
	char why[WIRE_WHY]; /* "" when usable */
};
struct wire_hello {
	int protocol;
	char engine[WIRE_NAME]; /* the default one */
	char version[WIRE_NAME];
	json_t *build; /* object of texts: compiler, flags, git, ... */
	int n_devices;
	struct wire_device *devices;
	int n_workloads;
	struct wire_workload *workloads;
	struct wire_choices counters; /* counter sources */
	struct wire_choices engines;  /* values of the key; optional in the message */
	int n_events;		      /* optional in the message */
	struct wire_event *events;
};
struct wire_model {
	char hash[POINT_ID_SIZE];
	char *name; /* untrusted text */
	char arch[WIRE_NAME];
	char file_type[WIRE_NAME]; /* precision of the file */
	int64_t n_params;
	int64_t n_context;
	int64_t n_vocab;
	/* What other tools call it ("llama 1B Q8_0"), and the bytes of its weights as they count them. Optional in the
	 * message; "" and 0: not told. */
	char label[WIRE_LABEL];
	int64_t weight_bytes;
};
/* Steps of a repetition that are alike. */
struct wire_part {
	double flops, bytes; /* of all of them */
	int steps;
};
#define WIRE_PARTS_MAX 8
struct wire_check {
	bool fits;
	char *why;				    /* when it does not fit, or is not supported */
	enum err code;				    /* ERR_OK when it fits */
	int64_t weights, kv, scratch, total, limit; /* bytes */
	double flops, bytes, tokens;		    /* of one repetition */
	int64_t working_set;
	int steps;
	double calls; /* optional in the message: what each thread does one by one in a repetition; 0: nothing */
	int n_parts; /* optional in the message: kinds of steps, which add up to the repetition; 0: all alike */
	struct wire_part part[WIRE_PARTS_MAX];
};
struct wire_prepared {
	int64_t load_ns;
	int64_t weight_bytes;
	char *describe; /* "key: value" lines */
};

/* How long a visit runs: warm-up repetitions, then repetitions until both are reached. */
struct wire_run_request {
	int warmup;	     /* repetitions, marked, stored */
	int repeat;	     /* at least so many repetitions */
	int64_t min_time_ns; /* and at least so long */
	int64_t max_time_ns; /* but no longer once a repetition is whole */
	int64_t idle_ns; /* idle power is measured so long before the window, and after it; optional in the message; 0: not */
	int pass; /* of the counters */
	int n_counters;
	char **counters; /* names of sources; empty: a timing visit */
};

/* Why a sample is doubtful; bits of marks. */
enum mark {
	MARK_WARMUP = 1,
	MARK_FAULTED = 2,	 /* page faults inside the sample */
	MARK_PREEMPTED = 4,	 /* involuntary context switches inside it */
	MARK_MIGRATED = 8,	 /* the calling thread changed its CPU */
	MARK_CONTENDED = 16,	 /* the host was busy (set by the harness) */
	MARK_THROTTLED = 32,	 /* the device was slowed down before or after the window */
	MARK_POWER_LIMITED = 64, /* it was held to its power limit there: usual under load, no disturbance */
};

struct wire_series {
	char name[WIRE_NAME]; /* "step" */
	char unit[WIRE_NAME]; /* "ns" */
	char clock[WIRE_NAME];
	int64_t t0; /* of the worker's clock, when the first sample began */
	int n;
	int64_t *values;
	int64_t *offsets; /* start of each sample after t0 */
	int64_t *marks;	  /* bits of enum mark */
	int64_t *reps;	  /* repetition each sample belongs to, from 0 */
};
struct wire_reading {
	char counter[WIRE_NAME]; /* "page_faults_minor" */
	char unit[WIRE_NAME];
	char source[WIRE_NAME]; /* "rusage" */
	int thread;		/* -1: the process */
	int pass;
	bool usable;	    /* false: value means nothing, why says why */
	char why[WIRE_WHY]; /* of a usable one: how it was counted ("PAPI_TOT_INS, user"), or "" */
	int64_t value, enabled_ns, running_ns;
};
struct wire_run_result {
	int n_series;
	struct wire_series *series;
	int n_readings;
	struct wire_reading *readings;
	int64_t peak_bytes; /* largest resident size of the process */
	int window_version;
	int64_t step_cost_ns; /* what the worker's window adds to a step; optional in the message; 0: not told */
	double tokens_per_rep, flops_per_rep, bytes_per_rep;
	char *describe; /* "key: value" lines that only the run could tell; optional in the message, NULL: none */
};

json_t *wire_hello_to_json(const struct wire_hello *h);
MUST_CHECK int wire_hello_from_json(const json_t *o, struct wire_hello *out, struct diag *d);
void wire_hello_free(struct wire_hello *h);

json_t *wire_model_to_json(const struct wire_model *m);
MUST_CHECK int wire_model_from_json(const json_t *o, struct wire_model *out, struct diag *d);
void wire_model_free(struct wire_model *m);

json_t *wire_check_to_json(const struct wire_check *c);
MUST_CHECK int wire_check_from_json(const json_t *o, struct wire_check *out, struct diag *d);
void wire_check_free(struct wire_check *c);

json_t *wire_prepared_to_json(const struct wire_prepared *p);
MUST_CHECK int wire_prepared_from_json(const json_t *o, struct wire_prepared *out, struct diag *d);
void wire_prepared_free(struct wire_prepared *p);

json_t *wire_run_request_to_json(const struct wire_run_request *r);
MUST_CHECK int wire_run_request_from_json(const json_t *o, struct wire_run_request *out, struct diag *d);
void wire_run_request_free(struct wire_run_request *r);

/* Also checks what an answer may not be: unequal lengths, negative durations. */
json_t *wire_run_result_to_json(const struct wire_run_result *r);
MUST_CHECK int wire_run_result_from_json(const json_t *o, struct wire_run_result *out, struct diag *d);
/* The times of its steps in nanoseconds; NULL: it has none, or r is NULL. Belongs to r. */
const struct wire_series *wire_run_result_steps(const struct wire_run_result *r);
void wire_run_result_free(struct wire_run_result *r);

/* The device or workload of that name, or NULL. Belongs to h. A workload is found
 * by its full text: "pp128" finds "pp". */
const struct wire_device *wire_hello_device(const struct wire_hello *h, const char *name);
/* "cuda:0" and "cuda:1": one kind of device, told apart by a number. */
bool wire_device_alike(const char *a, const char *b);
/* The engine that computes there where none is named, and whether that one does. dev NULL: a device that is not known.
 * Belongs to h. */
const char *wire_device_engine(const struct wire_hello *h, const struct wire_device *dev);
bool wire_device_has_engine(const struct wire_device *dev, const char *engine);
/* Of that name, or NULL. Belongs to the device. */
const struct wire_state *wire_device_state(const struct wire_device *dev, const char *name);
const struct wire_workload *wire_hello_workload(const struct wire_hello *h, const char *text);
const struct wire_choice *wire_choice_find(const struct wire_choices *c, const char *name);
/* One more of them; belongs to c, until the next is added. */
struct wire_choice *wire_choice_add(struct wire_choices *c, const char *name, bool usable, const char *why);

/* ---- float32 matrices as text ---- */
/* base64 of n little-endian floats (free() it), and back: exactly n floats or ERR_FORMAT. */
char *wire_floats_encode(const float *x, size_t n);
MUST_CHECK int wire_floats_decode(const char *text, float *x, size_t n, struct diag *d);
/* Any bytes; *out owned by the caller. */
char *wire_base64_encode(const void *data, size_t n);
MUST_CHECK int wire_base64_decode(const char *text, void **out, size_t *n, struct diag *d);

#endif
