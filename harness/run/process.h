/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worker process of a visit and what the store keeps of it. The second Ctrl-C of a run kills
 * the one at work. Within harness/run.
 */
#ifndef IFM_RUN_PROCESS_H
#define IFM_RUN_PROCESS_H

#include <stdint.h>

#include "engines/base/err.h"
#include "harness/run/client.h"

struct store_visit;

/* All zero: none was started. */
struct process {
	struct client *client; /* NULL when stopped */
	int pid;	       /* 0: none was started */
	int64_t start_wall_ns, end_wall_ns;
	struct client_end end;
	char *before; /* what the one before it printed; NULL: there was none */
};

/* Stops the one that p holds, whose log is kept. */
MUST_CHECK int process_start(struct process *p, const char *worker, struct diag *d);
/* client_ask without events. */
MUST_CHECK int process_ask(struct process *p, const char *what, json_t *body, int64_t timeout_ns,
			   json_t **answer, int64_t *wall_ns, struct diag *d);
void process_stop(struct process *p);
/* Its columns of a visit; the texts belong to p. */
void process_describe(const struct process *p, struct store_visit *v);
void process_free(struct process *p);

#endif
