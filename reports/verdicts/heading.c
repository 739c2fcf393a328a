/* SPDX-License-Identifier: Apache-2.0 */
/* What is said above the table of a trial. */
#include "config.h"

#include <string.h>

#include "reports/text.h"
#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

/* Cells that were compared, and of them those whose outputs are wrong: their verdicts say nothing. */
struct tally {
	int n, wrong;
	int count[VERDICT_SLOWER + 1]; /* of the others */
};

static struct tally tally_of(const struct verdicts *v)
{
	struct tally t = {0};

	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];

		if (c->state != POINT_DONE)
			continue;
		t.n++;
		t.wrong += c->caveat == CAVEAT_WRONG;
		t.count[c->result.verdict] += c->caveat != CAVEAT_WRONG;
	}
	return t;
}

static void put_points(struct strbuf *out, int k, int n)
{
	strbuf_printf(out, "%d of %d point%s", k, n, n == 1 ? "" : "s");
}

/* Slower and faster, else the same. */
static void headline_first(struct strbuf *out, const struct tally *t)
{
	const int slower = t->count[VERDICT_SLOWER], faster = t->count[VERDICT_FASTER],
		  same = t->count[VERDICT_SAME], n = t->n;

	if (slower || faster) {
		strbuf_printf(out, "b is %s on ", slower ? "slower" : "faster");
		put_points(out, slower ? slower : faster, n);
		if (slower && faster)
			strbuf_printf(out, " and faster on %d", faster);
	} else if (same) {
		strbuf_puts(out, "b is the same on ");
		put_points(out, same, n);
	} else {
		strbuf_puts(out, "b is neither slower nor faster for certain on any of ");
		strbuf_printf(out, "%d point%s", n, n == 1 ? "" : "s");
	}
}

void verdicts_headline(struct strbuf *out, const struct verdicts *v)
{
	const struct tally t = tally_of(v);

	if (t.n == 0) {
		strbuf_puts(out, "nothing could be compared");
		return;
	}
	headline_first(out, &t);
	if (t.count[VERDICT_CHANGED_SMALL])
		strbuf_printf(out, "; changed a little on %d", t.count[VERDICT_CHANGED_SMALL]);
	if (t.count[VERDICT_INCONCLUSIVE])
		strbuf_printf(out, "; cannot tell on %d", t.count[VERDICT_INCONCLUSIVE]);
	if (t.wrong)
		strbuf_printf(out, "; wrong outputs on %d", t.wrong);
	if (v->n_cells > t.n)
		strbuf_printf(out, "; not compared on %d", v->n_cells - t.n);
	strbuf_puts(out, v->calibration == CALIBRATION_FAILED || v->trial.n_allowed ? " (unverified)" : "");
}

static const char *purpose_text(const struct trial *t)
{
	switch (t->purpose) {
	case TRIAL_GATE:
		return "gate: a is the control, b the candidate";
	case TRIAL_CONFIRM:
		return "fresh pairs of what a gate called";
	case TRIAL_AA:
		return "calibration: b is a copy of a";
	case TRIAL_INJECTED:
		return "calibration: b is slowed down on purpose";
	default:
		return "comparison on fresh pairs";
	}
}

/* How many pairs were to be made. */
static void intro_pairs(struct strbuf *out, const struct trial *t)
{
	if (t->pairs)
		strbuf_printf(out, "%d pairs a point", t->pairs);
	else
		strbuf_printf(out, "at most %d pairs a point, until its interval is narrow enough",
			      t->pairs_max);
	if (t->budget_s > 0) {
		strbuf_puts(out, ", in at most ");
		duration_put(out, t->budget_s);
	}
	strbuf_printf(out, "; seed %llu\n", (unsigned long long)t->seed);
}

void verdicts_intro(struct strbuf *out, const struct verdicts *v)
{
	const struct trial *t = &v->trial;
	struct strbuf machine = {0};
	double seconds = ((double)v->run->end_wall_ns - (double)v->run->start_wall_ns) * 1e-9;

	strbuf_printf(out, "run %lld, %s", (long long)v->run->id, purpose_text(t));
	if (v->run->end_wall_ns > v->run->start_wall_ns) {
		strbuf_puts(out, "; ");
		duration_put(out, seconds);
	}
	strbuf_puts(out, "; on ");
	machine_put(&machine, v->run);
	text_plain(out, strbuf_text(&machine));
	strbuf_free(&machine);
	strbuf_putc(out, '\n');
	for (int i = 0; i < TRIAL_ARMS; i++) {
		const struct trial_arm *a = &t->arm[i];

		strbuf_printf(out, "%s: ", trial_arm_name[i]);
		text_plain(out, a->title);
		strbuf_puts(out, " (");
		if (strcmp(a->title, a->worker) != 0) {
			strbuf_puts(out, "worker ");
			text_plain(out, a->worker);
			strbuf_puts(out, ", ");
		}
		text_plain(out, *a->version ? a->version : "version unknown");
		strbuf_puts(out, ")\n");
	}
	strbuf_printf(out,
		      "time of b over a, %g %% interval of pairs of processes measured in turns; SLOWER and "
		      "FASTER from %g "
		      "%%, SAME within %g %%\n",
		      t->level * 100, t->delta_fail * 100, t->delta_eq * 100);
	intro_pairs(out, t);
}
