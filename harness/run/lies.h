/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker's result may not claim. Within harness/run. */
#ifndef IFM_RUN_LIES_H
#define IFM_RUN_LIES_H

#include <stdint.h>

#include "engines/base/err.h"
#include "harness/wire/wire.h"

/* The time of samples, in repetitions after the warm-up. */
struct measured {
	int reps, samples;
	double ns; /* sum of the samples */
};

/*
 * ERR_FORMAT "worker lied: ..." for a result that cannot be: samples longer than the request took (wall_ns, the
 * harness's own clock), none, of no time at all, fewer repetitions than asked though time was left, another
 * amount of work or other steps than check said (check NULL: unknown), no reading of counters that were asked for. Where no counter that
 * was asked for can be had, there need be no samples: *out is zero then.
 */
MUST_CHECK int lies_check(const struct wire_run_result *r, const struct wire_run_request *asked,
			  const struct wire_check *check, int64_t wall_ns, struct measured *out,
			  struct diag *d);

#endif
