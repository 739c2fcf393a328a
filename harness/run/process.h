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
#include "harness/run/spawn.h"

struct store_visit;
struct watch;

/* What a visit may take; zero: no limit. */
struct process_limits {
	int64_t deadline_ns; /* monotonic, of all requests together */
	int64_t time_ns;     /* the same as a duration, for messages */
	int64_t memory_bytes;
};

/* All zero: none was started. */
struct process {
	struct process_limits limits; /* set before it is started */
	bool is_laid_out;	      /* layout is heeded */
	struct layout layout;
	struct client *client; /* NULL when stopped */
	struct watch *watch;   /* NULL: none */
	int64_t grew_to;       /* bytes for which it was killed; 0: it was not */
	int pid;	       /* 0: none was started */
	int64_t start_wall_ns, end_wall_ns;
	struct client_end end;
	char *before; /* what the one before it printed; NULL: there was none */
};

/* Stops the one that p holds, whose log is kept. */
MUST_CHECK int process_start(struct process *p, const char *worker, struct diag *d);
/* client_ask without events, within the limits: ERR_CANCELLED "took longer than its limit of 60 s (run)", ERR_OOM
 * "grew to 3.2 GB, limit 3.0 GB". */
MUST_CHECK int process_ask(struct process *p, const char *what, json_t *body, int64_t timeout_ns,
			   json_t **answer, int64_t *wall_ns, struct diag *d);
void process_stop(struct process *p);
/* After its end: ERR_OOM when its peak was above the limit, and nobody was quick enough to see it. */
MUST_CHECK int process_peak_check(const struct process *p, struct diag *d);
/* Limits of a visit that begins now. patience: factor of the time. */
struct process_limits process_limits_of(double visit_timeout_s, int64_t memory_bytes, int patience);
/* Its columns of a visit; the texts belong to p. */
void process_describe(const struct process *p, struct store_visit *v);
void process_free(struct process *p);

#endif
