/* SPDX-License-Identifier: Apache-2.0 */
/* What generate, logits and perplexity share: how a model is to be run, and asking a worker. */
#ifndef IFM_CMD_ASK_H
#define IFM_CMD_ASK_H

#include <jansson.h>

#include "harness/cmd/cmd.h"
#include "harness/run/client.h"
#include "harness/wire/point.h"

struct strbuf;

struct ask {
	struct point point;
	const char *worker; /* NULL: client_find_worker */
	const char *text;   /* of -p; NULL: not given */
	const char *path;   /* of -f; NULL: not given */
	json_t *ids;	    /* of --ids: an array of lists; NULL: not given */
};

/* Options of the model and how it is run, as a child of a command's own. Input: struct ask. */
extern const struct argp ask_argp;
/* -p, -f and --ids, likewise. */
extern const struct argp ask_prompt_argp;

/* Ends in argp_error() unless a model was named. */
void ask_check_model(const struct ask *a, struct argp_state *state);
/* The same for exactly one of -p, -f and --ids, and for no more than so many lists of ids. */
void ask_check_prompt(const struct ask *a, size_t most_lists, struct argp_state *state);

/* The value of -o where answers are text or JSON: true for json. Ends in argp_error() for another. */
bool ask_wants_json(const char *format, struct argp_state *state);

/* Adds the n bytes of a text to a request: "text", or "text_base64" where they are no UTF-8. */
void ask_put_text(json_t *body, const char *text, size_t n);
/* Adds what -p, -f or --ids gave. */
MUST_CHECK int ask_put_prompt(json_t *body, const struct ask *a, struct diag *d);

/* Appends what is in a file, or for "-" on standard input. */
MUST_CHECK int ask_read_text(const char *path, struct strbuf *text, struct diag *d);

/*
 * Asks a fresh worker; takes the reference to body, to which the point is added. fn may be NULL. Ends early
 * with ERR_CANCELLED when the user interrupts. *answer: new reference.
 */
MUST_CHECK int ask_worker(const struct ask *a, const char *what, json_t *body, client_event_fn *fn, void *arg,
			  json_t **answer, struct diag *d);

/* The exit status of a failed question: what was interrupted needs no message; EXIT_POINTS where what was named is
 * unavailable, as run has it. */
int ask_fail(const struct diag *d);

void ask_free(struct ask *a);

#endif
