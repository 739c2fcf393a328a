/* SPDX-License-Identifier: Apache-2.0 */
/* What those who wait for a run are told between its visits: progress, put together. Within harness/run. */
#ifndef IFM_RUN_LISTEN_H
#define IFM_RUN_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/run/brief.h"
#include "harness/run/eta.h"
#include "harness/run/progress.h"

struct run_options;
struct sweep;
struct visit_end;

struct listener {
	struct progress progress;
	struct brief brief;    /* how points are named */
	struct tally *tallies; /* the speed of each; NULL: nobody listens, and all below is left out */
	struct eta eta;
	int64_t begun_ns; /* the step at work */
};

void listen_begin(struct sweep *s, const struct run_options *options);
void listen_end(struct sweep *s);

/* n points will be verified, wanted[i] is one of them. */
void listen_verify(struct sweep *s, const bool *wanted, int n);
void listen_visits(struct sweep *s);

/* Before a visit of point i, or a comparison of its outputs, begins. */
void listen_at(struct sweep *s, int i);
/* After it. verify: it was a comparison. first: the first failure of the point, given_up: the last of its visits. */
struct listen_step {
	const struct visit_end *end;
	bool verify, first, given_up;
};
void listen_step(struct sweep *s, int i, const struct listen_step *step);
/* One visit is left out, or was made before. */
void listen_skip(struct sweep *s, int i);

#endif
