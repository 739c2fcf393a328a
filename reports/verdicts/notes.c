/* SPDX-License-Identifier: Apache-2.0 */
/* What is said below the table of a trial. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "harness/stat/stopping.h"
#include "reports/text.h"
#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

/* Text of others, which may hold lines of its own. */
static void put_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	struct strbuf label = {0};

	verdict_label(&label, v, c);
	text_plain(out, strbuf_text(&label));
	strbuf_free(&label);
}

static void note_families(struct strbuf *out, const struct verdicts *v)
{
	bool unverified = v->calibration == CALIBRATION_FAILED || v->trial.n_allowed;

	for (int i = 0; i < v->n_families && v->n_families > 1; i++) {
		const struct verdict_family *f = &v->family[i];

		if (f->n < 2)
			continue;
		strbuf_printf(out, "family %s, mean of %d points: ", f->name, f->n);
		verdict_percent(out, f->theta, f->family.ok ? (f->family.hi - f->family.lo) / 2 : NAN);
		if (f->family.ok) {
			strbuf_putc(out, ' ');
			verdict_bounds(out, f->family.lo, f->family.hi);
			strbuf_printf(out, ", %s%s", unverified && f->verdict ? "unverified " : "",
				      verdict_name(f->verdict));
		}
		strbuf_putc(out, '\n');
	}
}

static void note_calibration(struct strbuf *out, const struct verdicts *v)
{
	const struct calibration_share *s = &v->false_alarms;
	const struct trial_calibration *c = &v->trial.calibration;

	if (s->n == 0)
		strbuf_puts(
			out,
			"calibration: none on this machine yet: inferometer calibrate says what a verdict is "
			"worth here\n");
	else
		strbuf_printf(out,
			      "calibration: %s: equal things were called different in %d of %d comparisons "
			      "at p <= .05, "
			      "%.1f %% [%.1f, %.1f]",
			      calibration_state_name(v->calibration), s->k, s->n, s->share * 100, s->lo * 100,
			      s->hi * 100);
	if (s->n && c->n_injected)
		strbuf_printf(out, "; 5 %% put in were found in %d of %d", c->n_found, c->n_injected);
	if (s->n)
		strbuf_putc(out, '\n');
	if (v->calibration == CALIBRATION_FAILED)
		strbuf_puts(out,
			    "verdicts are unverified: this machine calls equal things different too often\n");
}

/* A line, unless there is nothing to say. */
static void note_text(struct strbuf *out, const char *before, const char *text)
{
	if (!*text)
		return;
	strbuf_puts(out, before);
	text_plain(out, text);
	strbuf_putc(out, '\n');
}

/* Fewer pairs have no 95th percentile of their own. */
#define AA_QUANTILE_MIN 20

/* How far apart a and its copy were, at most. */
static double aa_most(const struct verdicts *v)
{
	double most = 0;

	for (int i = 0; i < v->n_cells; i++)
		for (int k = 0; k < v->cell[i].n_aa; k++)
			most = fmax(most, fabs(v->cell[i].aa_pair[k].r));
	return most;
}

static void note_aa(struct strbuf *out, const struct verdicts *v)
{
	bool few = v->n_aa < AA_QUANTILE_MIN;

	if (v->n_aa == 0) {
		note_text(out, "no A/A pairs: ", v->trial.no_copy);
		return;
	}
	strbuf_printf(out, "A/A beside it: %d pair%s of a against its copy: ", v->n_aa,
		      v->n_aa == 1 ? "" : "s");
	if (isfinite(v->aa_p)) {
		verdict_percent(out, v->aa_theta, NAN);
		strbuf_printf(out, ", p = %.3g", v->aa_p);
	} else {
		strbuf_printf(out, "too %s for a test", v->n_aa > PAIRS_MAX ? "many" : "few");
	}
	strbuf_printf(out, "; %s within %.1f %%\n", few ? "all lie" : "95 % of single pairs lie",
		      expm1(few ? aa_most(v) : v->aa_q95) * 100);
}

/* How far a run came that was interrupted. Where looks at the width decide, nobody knows of how many. */
static void note_incomplete(struct strbuf *out, const struct verdicts *v)
{
	long long n = 0, cells = 0;

	for (int i = 0; i < v->n_cells; i++) {
		n += v->cell[i].n_pairs;
		cells += !v->cell[i].cell->reason[0];
	}
	strbuf_printf(out, "not complete (%s): %lld", v->run->state, n);
	if (v->trial.pairs)
		strbuf_printf(out, " of %lld pairs\n", cells * v->trial.pairs);
	else
		strbuf_printf(out, " pairs, of at most %lld\n", cells * v->trial.pairs_max);
}

/* Whether more pairs were to be made. What restarts do to an interval was not asked at a look. */
static bool is_short(const struct verdicts *v, const struct verdict_cell *c, int n_compared)
{
	const struct trial *t = &v->trial;
	int n = c->n_pairs + c->n_lost;

	if (c->cell->reason[0] || (c->state != POINT_DONE && c->state != POINT_PLANNED))
		return false;
	if (n >= (t->pairs ? t->pairs : t->pairs_max))
		return false;
	return t->pairs || !stopping_is_look(c->n_pairs) || c->n_pairs < stopping_least(n_compared, t->q) ||
	       (!c->cell->persistent && !stopping_narrow(c->pairs.lo, c->pairs.hi, t->delta_eq));
}

static void note_budget(struct strbuf *out, const struct verdicts *v)
{
	int n = 0, cells = 0;

	for (int i = 0; i < v->n_cells; i++) {
		cells += !v->cell[i].cell->reason[0];
	}
	for (int i = 0; i < v->n_cells; i++)
		n += is_short(v, &v->cell[i], cells);
	if (n == 0 || !(v->trial.budget_s > 0))
		return;
	strbuf_puts(out, "the budget of ");
	duration_put(out, v->trial.budget_s);
	strbuf_printf(out, " ended it: %d of %d point%s %s fewer pairs than asked for\n", n, cells,
		      cells == 1 ? "" : "s", n == 1 ? "has" : "have");
}

static void note_warmup(struct strbuf *out, const struct trial *t)
{
	if (t->cut < 0) {
		strbuf_puts(out, "no pilot was made: how long a process warms up is not known\n");
		return;
	}
	note_text(out, "pilot: ", t->warmup);
	if (t->cut)
		strbuf_printf(out, "both arms leave out the same warm-up, at most %d repetition%s\n", t->cut,
			      t->cut == 1 ? "" : "s");
}

static void note_made(struct strbuf *out, const struct verdicts *v)
{
	const struct trial *t = &v->trial;

	if (v->complete)
		note_budget(out, v);
	else
		note_incomplete(out, v);
	note_warmup(out, t);
	if (t->restart_pairs)
		strbuf_printf(out,
			      "where loading is dear a worker served %d pairs before it was started anew\n",
			      t->restart_pairs);
	for (int i = 0; i < t->n_differences; i++)
		note_text(out, "differs: ", t->difference[i]);
	if (t->n_allowed)
		strbuf_puts(out, "verdicts are unverified: a difference between the arms was allowed\n");
}

static void note_floors(struct strbuf *out, const struct verdicts *v)
{
	double most = 0;

	for (int i = 0; i < v->n_cells; i++)
		most = fmax(most, v->cell[i].cell->floor);
	if (expm1(most) > v->trial.delta_eq)
		strbuf_printf(out,
			      "equal things reach %.1f %% on this machine: what is SLOWER, FASTER or the "
			      "SAME is raised to "
			      "that\n",
			      expm1(most) * 100);
}

const char *verdicts_exit_reason(const struct verdicts *v)
{
	static const char *const reasons[] = {
		[0] = "nothing slower",	    [1] = "slower",	   [3] = "a required point is open",
		[4] = "calibration failed", [5] = "points failed",
	};
	int status = verdicts_exit(v);

	if (status == VERDICTS_INTERRUPTED)
		return "interrupted";
	return status == 5 && v->n_failed == 0 ? "nothing was compared" : reasons[status];
}

/* What the words under "marks" mean, of those that stand there. */
static void note_marks(struct strbuf *out, const struct verdicts *v)
{
	int contended = 0, throttled = 0, drifting = 0, lost = 0;

	for (int i = 0; i < v->n_cells; i++) {
		contended += v->cell[i].n_contended;
		throttled += v->cell[i].n_throttled;
		drifting += v->cell[i].drifting[0] + v->cell[i].drifting[1];
		lost += v->cell[i].n_lost;
	}
	if (contended)
		strbuf_puts(out,
			    "contended: pairs during which others kept the machine busy; they are kept\n");
	if (throttled)
		strbuf_puts(out, "throttled: pairs beside which the device was slowed down; they are kept, "
				 "but where they "
				 "are most, nothing is called SLOWER or FASTER, or confirmed\n");
	if (drifting)
		strbuf_puts(out, "drifting: processes whose times still went somewhere after warm-up\n");
	if (lost)
		strbuf_puts(out, "lost: rounds in which a visit failed or was not made; they give no pair\n");
}

/* Arms whose outputs are not those of the reference, and how far they are. */
static void note_wrong(struct strbuf *out, const struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++)
		for (int arm = 0; arm < TRIAL_ARMS; arm++) {
			const struct verdict_cell *c = &v->cell[i];

			if (!c->wrong[arm])
				continue;
			strbuf_puts(out, "wrong outputs: ");
			put_label(out, v, c);
			strbuf_printf(out,
				      ", arm %s: residual %.2g is above what the precision allows; its speed "
				      "is that of something else\n",
				      trial_arm_name[arm], c->residual[arm]);
		}
}

/* What a gate does with what looks changed. */
static void note_confirming(struct strbuf *out, const struct verdicts *v)
{
	int confirmed = 0, tried = 0;

	for (int i = 0; i < v->n_cells; i++) {
		tried += v->cell[i].confirming != NULL;
		confirmed += v->cell[i].confirmed;
	}
	if (v->confirming_run)
		strbuf_printf(out, "tried again on fresh pairs in run %lld: %d of %d confirmed\n",
			      (long long)v->confirming_run, confirmed, tried);
	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *fresh = v->cell[i].confirming;

		if (!fresh || !fresh->n_pairs)
			continue;
		put_label(out, v, &v->cell[i]);
		strbuf_puts(out, " on fresh pairs: ");
		verdict_effect(out, fresh);
		strbuf_printf(out, ", %d pairs: %s\n", fresh->n_pairs,
			      v->cell[i].confirmed ? "confirmed" : "not confirmed");
	}
}

void verdicts_open(struct strbuf *out, const struct verdicts *v)
{
	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];
		struct strbuf needed = {0};

		if (!*verdict_why(c))
			continue;
		put_label(out, v, c);
		strbuf_puts(out, ": ");
		text_plain(out, verdict_why(c));
		verdict_needed(&needed, c);
		if (needed.len)
			strbuf_printf(out, "; it takes %s", strbuf_text(&needed));
		strbuf_putc(out, '\n');
		strbuf_free(&needed);
	}
}

void verdicts_notes(struct strbuf *out, const struct verdicts *v)
{
	note_wrong(out, v);
	note_marks(out, v);
	note_confirming(out, v);
	note_families(out, v);
	note_aa(out, v);
	note_calibration(out, v);
	note_floors(out, v);
	note_made(out, v);
	strbuf_printf(out, "exit status %d: %s\n", verdicts_exit(v), verdicts_exit_reason(v));
}
