/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before a visit: is the machine quiet? Quiet is: for a fifth of a second no more threads want to run than there are
 * CPUs, none waits for one for more than a tenth of the time, the hypervisor takes none away, and the processor is
 * at most 3 K warmer than before the first visit (facts of the moments of host.h; what is unknown is quiet). A visit that
 * the gate could not wait for runs all the same: what it measured is kept, and marked. Within harness/run.
 */
#ifndef IFM_RUN_GATE_H
#define IFM_RUN_GATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct gate {
	bool asked, quiet;
	int64_t waited_ns;
	char why[120]; /* not quiet; of the last look */
};

/* Waits at most so long; a signal ends it. first: the moment before the first visit. 0: looks at nothing. */
void gate_wait(struct gate *g, const json_t *first, int64_t limit_ns);

/* Adds what became of it to the moment before the window. */
void gate_record(const struct gate *g, json_t *moment);

/* For tests: why a span of so many seconds between two moments was not quiet; "" when it was. */
void gate_judge(const json_t *first, const json_t *before, const json_t *after, double seconds, char *why,
		int size);

#endif
