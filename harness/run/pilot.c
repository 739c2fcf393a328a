/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/pilot.h"

#include <stdlib.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"
#include "harness/run/process.h"
#include "harness/run/sweep.h"

/* Within what is left until the deadline. */
static int ask(struct process *p, const char *what, json_t *body, int64_t deadline, json_t **answer,
	       int64_t *wall_ns, struct diag *d)
{
	int64_t left = deadline - clock_ns();
	int rc = process_ask(p, what, body, left > 0 ? left : 0, answer, wall_ns, d);
	json_decref(body);
	return rc;
}

static int visit(struct process *p, const struct spec *spec, const struct point *point, int64_t deadline,
		 int64_t *run_ns, struct diag *d)
{
	const struct wire_run_request once = {.repeat = 1};
	json_t *prepared = NULL, *result = NULL;
	json_t *body = json_pack("{s:o, s:I}", "point", point_to_json(point), "seed", (json_int_t)spec->seed);
	int rc = ask(p, "prepare", body, deadline, &prepared, NULL, d);
	if (rc == 0)
		rc = ask(p, "run", wire_run_request_to_json(&once), deadline, &result, run_ns, d);
	json_decref(prepared);
	json_decref(result);
	return rc;
}

void pilot_make(const struct spec *spec, const char *worker, const struct plan_point *point, double allowed_s,
		struct plan_pilot *out)
{
	struct process p = {0};
	struct diag why = {0};
	char text[sizeof why.file + sizeof why.text + 16];
	int64_t begun = clock_ns(), deadline = begun + seconds_ns(allowed_s), run_ns = 0;
	p.limits = process_limits_of(spec->visit_timeout_s, spec->memory_limit, 1);
	int rc = process_start(&p, worker, &why);
	if (rc == 0)
		rc = visit(&p, spec, &point->point, deadline, &run_ns, &why);
	bool late = clock_ns() >= deadline;
	process_stop(&p);
	*out = (struct plan_pilot){.done = rc == 0, .cut = rc && late};
	out->whole_s = out->cut ? allowed_s : (double)(clock_ns() - begun) * 1e-9;
	out->rep_s = (double)run_ns * 1e-9;
	if (rc && !late)
		out->why = mem_strdup(diag_format(&why, text, sizeof text));
	process_free(&p);
}
