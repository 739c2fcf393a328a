/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <math.h>
#include <string.h>

#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

static bool is_declared(const struct verdicts *v, enum point_key key)
{
	return v->trial.arm[0].keys.value[key] || v->trial.arm[1].keys.value[key];
}

/* Keys whose values tell the cells apart; the precision is always told. Returns how many. */
static int label_keys_of(const struct verdicts *v, enum point_key *keys)
{
	bool told[KEY_COUNT];

	for (int k = 0; k < KEY_COUNT; k++)
		told[k] = (v->varies[k] || k == KEY_PRECISION) && !is_declared(v, (enum point_key)k);
	return label_keys(told, keys);
}

void verdict_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	const struct row row = {.point = c->point[0]};
	enum point_key keys[KEY_COUNT];

	row_test(out, &row);
	label_words(out, &c->point[0]->point, keys, label_keys_of(v, keys));
}

const char *verdict_why(const struct verdict_cell *c)
{
	if (c->state != POINT_DONE)
		return c->reason;
	if (c->pairs.state != PAIRS_DONE)
		return pairs_state_text(c->pairs.state);
	if (verdict_cell_unsettled(c))
		return "large, and the fresh pairs that were to confirm it gave no interval";
	if (c->result.reason == VERDICT_UNCONFIRMED && c->confirming)
		return "large, but fresh pairs do not confirm it";
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

/* As percent; what rounds to nothing has no sign that says something. */
static double percent_of(double log_ratio, int decimals)
{
	double x = expm1(log_ratio) * 100;

	return fabs(x) * pow(10, decimals) < 0.5 ? 0 : x;
}

void verdict_percent(struct strbuf *out, double log_ratio, double half)
{
	int n = decimals_of(half * 100);

	if (isfinite(expm1(log_ratio)))
		strbuf_printf(out, "%+.*f %%", n, percent_of(log_ratio, n));
	else
		strbuf_puts(out, "\xe2\x80\x93");
}

double verdict_half(const struct verdict_cell *c)
{
	return c->pairs.state == PAIRS_DONE ? (c->pairs.hi - c->pairs.lo) / 2 : NAN;
}

void verdict_bounds(struct strbuf *out, double lo, double hi)
{
	int n = decimals_of((hi - lo) / 2 * 100);

	strbuf_printf(out, "[%+.*f, %+.*f]", n, percent_of(lo, n), n, percent_of(hi, n));
}

void verdict_interval(struct strbuf *out, const struct verdict_cell *c)
{
	if (c->pairs.state == PAIRS_DONE)
		verdict_bounds(out, c->pairs.lo, c->pairs.hi);
}

void verdict_effect(struct strbuf *out, const struct verdict_cell *c)
{
	verdict_percent(out, c->pairs.theta, verdict_half(c));
	strbuf_puts(out, c->pairs.state == PAIRS_DONE ? " " : "");
	verdict_interval(out, c);
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
	if (c->cell->delta > 0)
		strbuf_printf(&marks, "%sdelta %.3g %%", marks.len ? ", " : "", c->cell->delta * 100);
	if (c->cell->required)
		strbuf_printf(&marks, "%srequired", marks.len ? ", " : "");
	put_count(&marks, "contended", c->n_contended);
	if (c->n_throttled)
		strbuf_printf(&marks, "%s%d of %d pairs throttled", marks.len ? ", " : "", c->n_throttled,
			      c->n_pairs);
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
			sum += ((double)x->wall_ns + (double)x->load_ns) * 1e-9;
			n++;
		}
	return n ? 2 * sum / n : 0;
}

void verdict_needed(struct strbuf *out, const struct verdict_cell *c)
{
	double more = (double)(c->pairs_needed - c->n_pairs) * pair_seconds(c);

	if (c->state != POINT_DONE || c->result.verdict != VERDICT_INCONCLUSIVE)
		return;
	if (c->pairs_needed <= c->n_pairs)
		return;
	if (c->pairs_needed > PAIRS_MAX) {
		strbuf_printf(out, "more than %d pairs: less noise, not more pairs", PAIRS_MAX);
		return;
	}
	strbuf_printf(out, "%d pairs in all", c->pairs_needed);
	if (!(more > 0))
		return;
	strbuf_puts(out, more < 1 ? ", less than 1 s" : ", about ");
	if (more >= 1)
		duration_put(out, more);
	strbuf_puts(out, " more");
}
