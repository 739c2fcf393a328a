/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/compare_fresh.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "harness/cmd/calibration.h"
#include "harness/cmd/verdicts_output.h"
#include "harness/trial/revision.h"
#include "reports/verdicts/verdicts.h"

/* ---- revisions as arms ---- */

static int check_rev(const struct compare_fresh *c, struct diag *d)
{
	const struct fresh_side *side = c->fresh.side;
	if (!c->range && (c->build || c->rev_worker))
		return diag_set(d, ERR_USAGE,
				"--build and --rev-worker are of revisions: name them with --rev A..B");
	if (c->range && (side[0].worker || side[1].worker || c->fresh.spec.worker))
		return diag_set(
			d, ERR_USAGE,
			"--rev makes the workers of both arms: --a worker, --b worker and --worker do "
			"not go with it");
	return 0;
}

/* "main 1a2b3c4d5e6f" */
static char *rev_title(const struct revision *r)
{
	return mem_printf("%s %.12s", r->name, r->commit);
}

static int rev_sides(const struct compare_fresh *c, struct fresh_job *job, struct revision rev[TRIAL_ARMS],
		     struct diag *d)
{
	const struct revisions_ask ask = {.range = c->range,
					  .build = c->build,
					  .worker = c->rev_worker,
					  .progress = c->fresh.quiet ? NULL : stderr};
	int rc = check_rev(c, d);
	if (rc || !c->range)
		return rc;
	fresh_keep(job);
	rc = revisions_build(rev, &ask, d);
	for (int i = 0; i < TRIAL_ARMS && rc == 0; i++) {
		job->ask.side[i].worker = rev[i].worker;
		if (!c->fresh.side[i].name)
			job->ask.side[i].title = rev_title(&rev[i]);
	}
	return rc;
}

/* ---- one, or many ---- */

static int one(const struct compare_fresh *c, struct fresh_job *job, int *status, struct diag *d)
{
	struct trial_summary sum;
	struct loaded_verdicts x = {0};
	int rc = fresh_trial(job, 0, &sum, d);
	if (rc == 0)
		rc = verdicts_load(job->store, sum.run, &x, d);
	if (rc == 0)
		rc = calibration_keep(job->store, x.v, d);
	if (rc == 0)
		rc = verdicts_print(&x, &c->fresh.output, d);
	if (rc == 0)
		*status = sum.interrupted ? EXIT_INTERRUPTED : verdicts_exit(x.v);
	verdicts_unload(&x);
	return rc;
}

static int many(const struct compare_fresh *c, struct fresh_job *job, int *status, struct diag *d)
{
	int rc = 0, n_failed = 0;
	bool interrupted = false;
	for (int i = 0; i < c->replicates && rc == 0 && !interrupted; i++) {
		struct trial_summary sum;
		rc = fresh_trial(job, i, &sum, d);
		interrupted = sum.interrupted;
		if (rc == 0 && !interrupted)
			rc = verdicts_replicate(job->store, sum.run, i + 1, &n_failed, d);
	}
	*status = interrupted ? EXIT_INTERRUPTED : n_failed ? EXIT_POINTS : EXIT_OK;
	return rc;
}

int compare_fresh(const struct compare_fresh *c, const char *command, int *status, struct diag *d)
{
	struct fresh_job job = {.ask = {.purpose = TRIAL_COMPARE}};
	struct revision rev[TRIAL_ARMS] = {{0}};
	int rc = rev_sides(c, &job, rev, d);
	if (rc == 0)
		rc = fresh_begin(&job, &c->fresh, command, d);
	if (rc == 0)
		rc = c->replicates ? many(c, &job, status, d) : one(c, &job, status, d);
	fresh_end(&job);
	for (int i = 0; i < TRIAL_ARMS; i++) {
		if (c->range && !c->fresh.side[i].name)
			free((char *)job.ask.side[i].title);
		revision_free(&rev[i]);
	}
	return rc;
}
