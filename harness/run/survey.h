/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that is asked before anything is measured (survey.c), and its checks (checks.c). Within harness/run. */
#ifndef IFM_RUN_SURVEY_H
#define IFM_RUN_SURVEY_H

#include <jansson.h>

#include "engines/base/err.h"
#include "harness/run/process.h"

struct plan;
struct stored_run;
struct plan_share;
struct wire_hello;
struct spec;

/* One that died is started anew for the next question. */
struct survey {
	const struct spec *spec;
	const char *worker;
	struct process process;
	int n_starts;						      /* of workers, so far */
	enum { LISTS_UNTRIED = 0, LISTS_KNOWN, LISTS_UNKNOWN } lists; /* of checks: whether it knows them */
};

/* Starts the worker unless it lives. */
MUST_CHECK int survey_awake(struct survey *s, struct diag *d);

/* Takes the reference to body. */
MUST_CHECK int survey_ask(struct survey *s, const char *what, json_t *body, json_t **answer, struct diag *d);

/* What the worker says it is, with the events of counters where the spec needs them. */
MUST_CHECK int survey_hello(struct survey *s, struct wire_hello *out, struct diag *d);

/* Has every planned point checked that is not yet, and admitted or refused. */
void survey_check(struct survey *s, struct plan *p);

/* The points of its share, checked, with their ceilings; not ordered. */
MUST_CHECK int survey_share(struct survey *s, const struct wire_hello *hello, const struct plan_share *share,
			    struct plan *out, struct diag *d);

/* Whether each model of the run's points that are this worker's is still what it was. */
MUST_CHECK int survey_models(struct survey *s, const struct wire_hello *hello, const struct stored_run *run,
			     struct diag *d);

/* ---- beside.c ---- */
struct run_beside;
/* Asks each who it is; *out is owned by the caller, also when some could not be asked. first: whose engines are taken. */
MUST_CHECK int beside_meet(const struct spec *spec, const struct run_beside *beside,
			   const struct wire_hello *first, struct plan *out, struct diag *d);
/* Joins the share of each of p's further workers. */
MUST_CHECK int beside_join(const struct spec *spec, struct plan *p, struct diag *d);
/* survey_models of each. */
MUST_CHECK int beside_models(const struct spec *spec, const struct plan *p, const struct stored_run *run,
			     struct diag *d);
/* What the run records of them: name of the fact, as "beside.python", and version and build. New reference. */
json_t *beside_facts(const struct plan *p);
/* ERR_USAGE when they are not those of then. */
MUST_CHECK int beside_same(const struct plan *p, const json_t *environment, struct diag *d);

#endif
