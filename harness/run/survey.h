/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that is asked before anything is measured (survey.c), and its checks (checks.c). Within harness/run. */
#ifndef IFM_RUN_SURVEY_H
#define IFM_RUN_SURVEY_H

#include <jansson.h>

#include "engines/base/err.h"
#include "harness/run/process.h"

struct plan;
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

/* Has every planned point checked that is not yet, and admitted or refused. */
void survey_check(struct survey *s, struct plan *p);

#endif
