/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

/* Whether the cells have several values of the key. */
static bool varies(const struct verdicts *v, enum point_key key)
{
	const char *first = point_get(&v->cell[0].point[0]->point, key);

	for (int i = 1; i < v->n_cells; i++)
		if (strcmp(point_get(&v->cell[i].point[0]->point, key), first) != 0)
			return true;
	return false;
}

static bool is_declared(const struct verdicts *v, enum point_key key)
{
	return v->trial.arm[0].keys.value[key] || v->trial.arm[1].keys.value[key];
}

void verdict_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	char text[400];
	struct point p;

	point_copy(&p, &c->point[0]->point);
	for (int k = 0; k < KEY_COUNT; k++)
		if (is_declared(v, (enum point_key)k) ||
		    (k != KEY_WORKLOAD && k != KEY_M && k != KEY_N && k != KEY_K && k != KEY_PRECISION &&
		     !varies(v, (enum point_key)k)))
			point_set(&p, (enum point_key)k, NULL);
	strbuf_puts(out, point_label(&p, text, sizeof text));
	point_free(&p);
}

const char *verdict_why(const struct verdict_cell *c)
{
	if (c->state != POINT_DONE)
		return c->reason;
	if (c->pairs.state != PAIRS_DONE)
		return pairs_state_text(c->pairs.state);
	return verdict_reason_text(c->result.reason);
}

const char *verdict_caveat_name(enum verdict_caveat c)
{
	static const char *const names[] = {"", "calibration failed", "allowed difference", "wrong outputs"};

	return names[c];
}

/* ---- a cell ---- */

const char *verdict_glyph(enum verdict v)
{
	static const char *const glyphs[] = {"?", "=", "~", "\xe2\x96\xbc", "\xe2\x96\xb2"};

	return glyphs[v];
}

bool verdict_stands(const struct verdict_cell *c)
{
	return c->caveat == CAVEAT_NONE;
}

void verdict_word(struct strbuf *out, const struct verdict_cell *c)
{
	if (c->state != POINT_DONE)
		strbuf_puts(out, point_state_name(c->state));
	else
		strbuf_printf(out, "%s%s",
			      verdict_stands(c) || c->result.verdict == VERDICT_INCONCLUSIVE ? ""
											     : "unverified ",
			      verdict_name(c->result.verdict));
}

/* Of a number in percent whose half width is so much. */
static int decimals_of(double half)
{
	if (!(half > 0) || half >= 1)
		return 1;
	return half >= 0.1 ? 2 : 3;
}

void verdict_percent(struct strbuf *out, double log_ratio, double half)
{
	double x = expm1(log_ratio) * 100;

	if (!isfinite(x))
		strbuf_puts(out, "\xe2\x80\x93");
	else
		strbuf_printf(out, "%+.*f %%", decimals_of(half * 100), x);
}

double verdict_half(const struct verdict_cell *c)
{
	return c->pairs.state == PAIRS_DONE ? (c->pairs.hi - c->pairs.lo) / 2 : NAN;
}

void verdict_interval(struct strbuf *out, const struct verdict_cell *c)
{
	int n = decimals_of(verdict_half(c) * 100);

	if (c->pairs.state == PAIRS_DONE)
		strbuf_printf(out, "[%+.*f, %+.*f]", n, expm1(c->pairs.lo) * 100, n,
			      expm1(c->pairs.hi) * 100);
}

static void put_count(struct strbuf *out, const char *word, int n)
{
	if (n)
		strbuf_printf(out, "%s%s %d", out->len ? ", " : "", word, n);
}

void verdict_marks(struct strbuf *out, const struct verdict_cell *c)
{
	struct strbuf marks = {0};

	if (c->caveat == CAVEAT_WRONG)
		strbuf_puts(&marks, "wrong outputs");
	put_count(&marks, "contended", c->n_contended);
	put_count(&marks, "drifting", c->drifting[0] + c->drifting[1]);
	put_count(&marks, "lost", c->n_lost);
	strbuf_puts(out, strbuf_text(&marks));
	strbuf_free(&marks);
}

/* Seconds of wall time that a pair of this cell takes, from the visits of both arms; 0: unknown. */
static double pair_seconds(const struct verdict_cell *c)
{
	double sum = 0;
	int n = 0;

	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		for (int i = 0; c->point[arm] && i < c->point[arm]->n_visits; i++) {
			const struct stored_visit *x = &c->point[arm]->visits[i];

			if (x->kind != VISIT_TIMING || strcmp(x->arm, trial_arm_name[arm]) != 0)
				continue;
			sum += (double)(x->wall_ns + x->load_ns) * 1e-9;
			n++;
		}
	return n ? 2 * sum / n : 0;
}

void verdict_needed(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	double more = (double)(c->pairs_needed - c->n_pairs) * pair_seconds(c);

	(void)v;
	if (c->state != POINT_DONE || c->result.verdict != VERDICT_INCONCLUSIVE)
		return;
	if (c->result.reason == VERDICT_UNCONFIRMED) {
		strbuf_puts(out, "a fresh campaign that confirms it");
		return;
	}
	if (c->pairs_needed <= c->n_pairs)
		return;
	strbuf_printf(out, "%d pairs in all", c->pairs_needed);
	if (more > 0)
		strbuf_printf(out, ", %.3g %s more", more < 120 ? more : more / 60, more < 120 ? "s" : "min");
}

/* ---- all cells ---- */

static int cells_done(const struct verdicts *v)
{
	int n = 0;

	for (int i = 0; i < v->n_cells; i++)
		n += v->cell[i].state == POINT_DONE;
	return n;
}

static int cells_with(const struct verdicts *v, enum verdict verdict)
{
	return v->count[verdict];
}

void verdicts_headline(struct strbuf *out, const struct verdicts *v)
{
	int n = cells_done(v), slower = cells_with(v, VERDICT_SLOWER), faster = cells_with(v, VERDICT_FASTER);
	const char *unverified =
		v->calibration == CALIBRATION_FAILED || v->trial.n_allowed ? " (unverified)" : "";

	if (n == 0)
		strbuf_puts(out, "nothing could be compared");
	else if (slower && faster)
		strbuf_printf(out, "b is slower on %d of %d points and faster on %d", slower, n, faster);
	else if (slower || faster)
		strbuf_printf(out, "b is %s on %d of %d point%s", slower ? "slower" : "faster",
			      slower ? slower : faster, n, n == 1 ? "" : "s");
	else if (cells_with(v, VERDICT_SAME) == n)
		strbuf_printf(out, "b is the same on all %d point%s", n, n == 1 ? "" : "s");
	else if (cells_with(v, VERDICT_INCONCLUSIVE) == n)
		strbuf_printf(out, "cannot tell on any of %d point%s", n, n == 1 ? "" : "s");
	else
		strbuf_printf(out, "b is neither slower nor faster on %d point%s", n, n == 1 ? "" : "s");
	strbuf_puts(out, n ? unverified : "");
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

void verdicts_intro(struct strbuf *out, const struct verdicts *v)
{
	const struct trial *t = &v->trial;
	double seconds = (double)(v->run->end_wall_ns - v->run->start_wall_ns) * 1e-9;

	strbuf_printf(out, "run %lld, %s", (long long)v->run->id, purpose_text(t));
	if (v->run->end_wall_ns > v->run->start_wall_ns)
		strbuf_printf(out, "; %.0f s", seconds);
	strbuf_puts(out, "; on ");
	machine_put(out, v->run);
	strbuf_putc(out, '\n');
	for (int i = 0; i < TRIAL_ARMS; i++)
		strbuf_printf(out, "%s: %s (worker %s, %s)\n", trial_arm_name[i], t->arm[i].title,
			      t->arm[i].worker, *t->arm[i].version ? t->arm[i].version : "version unknown");
	strbuf_printf(out,
		      "time of b over a, %g %% interval of pairs of processes measured in turns; SLOWER and "
		      "FASTER from %g "
		      "%%, SAME within %g %%\n",
		      t->level * 100, t->delta_fail * 100, t->delta_eq * 100);
}

static void note_families(struct strbuf *out, const struct verdicts *v)
{
	for (int i = 0; i < v->n_families && v->n_families > 1; i++) {
		const struct verdict_family *f = &v->family[i];

		if (f->n < 2)
			continue;
		strbuf_printf(out, "family %s, mean of %d points: ", f->name, f->n);
		verdict_percent(out, f->theta, f->family.ok ? (f->family.hi - f->family.lo) / 2 : NAN);
		if (f->family.ok)
			strbuf_printf(out, " [%+.2f, %+.2f], %s", expm1(f->family.lo) * 100,
				      expm1(f->family.hi) * 100, verdict_name(f->verdict));
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

static void note_aa(struct strbuf *out, const struct verdicts *v)
{
	if (v->n_aa == 0) {
		if (*v->trial.no_copy)
			strbuf_printf(out, "no A/A pairs: %s\n", v->trial.no_copy);
		return;
	}
	strbuf_printf(out, "A/A beside it: %d pair%s of a against its copy", v->n_aa,
		      v->n_aa == 1 ? "" : "s");
	if (isfinite(v->aa_p)) {
		strbuf_puts(out, ": ");
		verdict_percent(out, v->aa_theta, NAN);
		strbuf_printf(out, ", p = %.3g", v->aa_p);
	}
	strbuf_printf(out, "; 95 %% of single pairs lie within %.1f %%\n", expm1(v->aa_q95) * 100);
}

/* What a gate does with what looks changed. */
static void note_confirmed(struct strbuf *out, const struct verdicts *v)
{
	int tried = 0, confirmed = 0;

	for (int i = 0; i < v->n_cells; i++) {
		tried += v->cell[i].confirming != NULL;
		confirmed += v->cell[i].confirmed;
	}
	if (v->confirming_run)
		strbuf_printf(out, "tried again on fresh pairs in run %lld: %d of %d confirmed\n",
			      (long long)v->confirming_run, confirmed, tried);
}

static void note_made(struct strbuf *out, const struct verdicts *v)
{
	const struct trial *t = &v->trial;

	if (!v->complete)
		strbuf_printf(out, "the run was not finished (%s): these are the pairs that it has\n",
			      v->run->state);
	if (t->cut < 0)
		strbuf_puts(out, "no pilot was made: how long a process warms up is not known\n");
	else if (*t->warmup)
		strbuf_printf(out, "pilot: %s\n", t->warmup);
	if (t->restart_pairs)
		strbuf_printf(out,
			      "where loading is dear a worker served %d pairs before it was started anew\n",
			      t->restart_pairs);
	for (int i = 0; i < t->n_differences; i++)
		strbuf_printf(out, "differs: %s\n", t->difference[i]);
	if (t->n_allowed)
		strbuf_puts(out, "verdicts are unverified: a difference between the arms was allowed\n");
	strbuf_printf(out, "seed %llu\n", (unsigned long long)t->seed);
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

	return reasons[verdicts_exit(v)];
}

void verdicts_notes(struct strbuf *out, const struct verdicts *v)
{
	note_confirmed(out, v);
	note_families(out, v);
	note_aa(out, v);
	note_calibration(out, v);
	note_floors(out, v);
	note_made(out, v);
	strbuf_printf(out, "exit status %d: %s\n", verdicts_exit(v), verdicts_exit_reason(v));
}
