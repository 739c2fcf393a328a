/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>

#include "reports/number.h"

const struct verdict_look verdict_looks[] = {
	[VERDICT_INCONCLUSIVE] = {"open", "open", "?"},
	[VERDICT_SAME] = {"same", "same", "="},
	[VERDICT_CHANGED_SMALL] = {"small", "small", "~"},
	[VERDICT_FASTER] = {"faster", "faster", "\xe2\x96\xbc"},
	[VERDICT_SLOWER] = {"bad", "slower", "\xe2\x96\xb2"},
};

const enum verdict verdict_order[] = {VERDICT_SLOWER, VERDICT_FASTER, VERDICT_SAME, VERDICT_CHANGED_SMALL,
				      VERDICT_INCONCLUSIVE};

/* ---- cells ---- */

const struct point *cell_point(const struct verdict_cell *c)
{
	const struct stored_point *p = c->point[0] ? c->point[0] : c->point[1];

	return p ? &p->point : NULL;
}

bool cell_has_interval(const struct verdict_cell *c)
{
	return c->state == POINT_DONE && c->pairs.state == PAIRS_DONE;
}

bool cell_is_hollow(const struct verdict_cell *c)
{
	return c->result.verdict == VERDICT_INCONCLUSIVE || c->caveat != CAVEAT_NONE;
}

void trial_test(struct strbuf *out, const struct verdict_cell *c)
{
	const struct row row = {.point = c->point[0] ? c->point[0] : c->point[1]};

	if (row.point)
		row_test(out, &row);
	else
		strbuf_printf(out, "point %s", c->cell ? c->cell->id[0] : "");
}

void trial_key(struct strbuf *out, const struct verdict_cell *c, enum point_key key)
{
	const struct point *p = cell_point(c);

	if (p)
		point_key_put(out, p, key);
}

void trial_label(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c)
{
	const struct point *p = cell_point(c);

	trial_test(out, c);
	if (p)
		label_words(out, p, t->key, t->n_keys);
}

/* ---- numbers ---- */

double percent_of(double log_ratio)
{
	return 100 * expm1(log_ratio);
}

double percent_half(double lo, double hi)
{
	return (percent_of(hi) - percent_of(lo)) / 2;
}

void percent_put(struct strbuf *out, double log_ratio, double half)
{
	double x = percent_of(log_ratio);

	strbuf_puts(out, x > 0 ? "+" : "");
	number_put(out, x, half);
}

void percent_interval_put(struct strbuf *out, double lo, double hi)
{
	double half = percent_half(lo, hi);

	strbuf_putc(out, '[');
	percent_put(out, lo, half);
	strbuf_puts(out, ", ");
	percent_put(out, hi, half);
	strbuf_putc(out, ']');
}

void count_put(struct strbuf *out, int n, const char *noun)
{
	strbuf_printf(out, "%d %s%s", n, noun, n == 1 ? "" : "s");
}

/* ---- sentences ---- */

const char *caveat_text(enum verdict_caveat c)
{
	static const char *const text[] = {
		[CAVEAT_NONE] = "",
		[CAVEAT_CALIBRATION] = "unverified: this machine calls equal programs different too often",
		[CAVEAT_ALLOWED] = "unverified: a difference was allowed by name",
		[CAVEAT_WRONG] = "unverified: outputs are wrong, the speed is that of something else"};

	return text[c];
}

/* Behind what was said before. */
static void say(struct strbuf *out, size_t start, const char *text)
{
	strbuf_puts(out, out->len > start && *text ? "; " : "");
	strbuf_puts(out, text);
}

static void say_needed(struct strbuf *out, const struct verdict_cell *c)
{
	if (c->pairs_needed > c->n_pairs) {
		strbuf_puts(out, ": ");
		count_put(out, c->pairs_needed - c->n_pairs, "more pair");
		strbuf_puts(out, " at this noise");
	}
	/* A quarter of the pairs is more than an accident. */
	if (4 * c->n_contended > c->n_pairs)
		strbuf_puts(out, ", or a quieter host");
}

static void say_confirmation(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c)
{
	if (c->confirmed)
		strbuf_puts(out, "confirmed on fresh pairs");
	else if (c->confirming)
		strbuf_puts(out, "not confirmed on fresh pairs");
	else
		strbuf_puts(out, "unconfirmed: repeat on fresh pairs");
	if (c->confirming && t->v->confirming_run)
		strbuf_printf(out, " of run %lld", (long long)t->v->confirming_run);
	if (c->confirming && c->confirming->pairs.state == PAIRS_DONE) {
		const struct pairs *p = &c->confirming->pairs;

		strbuf_puts(out, ": ");
		percent_put(out, p->theta, percent_half(p->lo, p->hi));
		strbuf_puts(out, " % ");
		percent_interval_put(out, p->lo, p->hi);
	}
}

static void say_doubts(struct strbuf *out, size_t start, const struct trial_page *t,
		       const struct verdict_cell *c)
{
	int drifting = c->drifting[0] + c->drifting[1];
	struct strbuf text = {0};

	if (c->n_lost > 0) {
		count_put(&text, c->n_lost, "round");
		strbuf_puts(&text, " lost to failed visits");
	}
	say(out, start, strbuf_text(&text));
	strbuf_reset(&text);
	if (drifting > 0)
		strbuf_printf(&text, "%d %s still drifted", drifting,
			      drifting == 1 ? "process" : "processes");
	say(out, start, strbuf_text(&text));
	strbuf_reset(&text);
	if (c->n_throttled > 0)
		strbuf_printf(&text, "%d of %d pairs throttled", c->n_throttled, c->n_pairs);
	say(out, start, strbuf_text(&text));
	if (cell_has_own_bounds(t, c)) {
		strbuf_reset(&text);
		strbuf_printf(&text, "slower from %.3g %%, the same within %.3g %%",
			      percent_of(c->result.delta_fail), percent_of(c->result.delta_eq));
		say(out, start, strbuf_text(&text));
	}
	say(out, start, caveat_text(c->caveat));
	strbuf_free(&text);
}

void trial_decide(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c)
{
	size_t start = out->len;

	if (c->state != POINT_DONE) {
		strbuf_puts(out, c->reason ? c->reason : "");
		return;
	}
	if (c->pairs.state != PAIRS_DONE)
		strbuf_puts(out, pairs_state_text(c->pairs.state));
	else if (c->result.verdict == VERDICT_INCONCLUSIVE)
		strbuf_puts(out, verdict_reason_text(c->result.reason));
	if (c->result.verdict == VERDICT_INCONCLUSIVE)
		say_needed(out, c);
	else if (c->result.verdict >= VERDICT_FASTER)
		say_confirmation(out, t, c);
	if (c->cell && c->cell->required && c->result.verdict == VERDICT_INCONCLUSIVE)
		say(out, start, "required");
	say_doubts(out, start, t, c);
}

void verdict_meaning(struct strbuf *out, const struct trial_page *t, enum verdict v)
{
	double fail = 100 * t->delta_fail, eq = 100 * t->delta_eq;

	if (v == VERDICT_SLOWER)
		strbuf_printf(out, "interval above 0, at least %.3g\xc2\xa0%%, survives the number of tests",
			      fail);
	else if (v == VERDICT_FASTER)
		strbuf_puts(out, "the mirror image");
	else if (v == VERDICT_SAME)
		strbuf_printf(out, "interval inside \xc2\xb1%.3g\xc2\xa0%%: tested, not assumed", eq);
	else if (v == VERDICT_CHANGED_SMALL)
		strbuf_printf(out, "real, but under %.3g\xc2\xa0%%; never fails a gate", fail);
	else
		strbuf_puts(out, "cannot tell yet; see what it would take");
}

/* ---- the finding ---- */

static void title_of_calls(struct strbuf *out, int slower, int faster, int all)
{
	if (slower == 0)
		strbuf_printf(out, "B is faster on %d of %d %s, slower on none", faster, all,
			      all == 1 ? "point" : "points");
	else if (faster == 0)
		strbuf_printf(out, "B is slower on %d of %d %s, faster on none", slower, all,
			      all == 1 ? "point" : "points");
	else
		strbuf_printf(out, "B is slower on %d of %d points and faster on %d", slower, all, faster);
}

void trial_title(struct strbuf *out, const struct trial_page *t)
{
	const int *count = t->v->count;
	int all = t->n_compared, same = count[VERDICT_SAME];
	int slower = count[VERDICT_SLOWER], faster = count[VERDICT_FASTER];

	if (all > 0 && t->v->calibration == CALIBRATION_FAILED)
		strbuf_puts(out, "Unverified: ");
	if (all == 0)
		strbuf_puts(out, "Nothing could be compared");
	else if (slower + faster > 0)
		title_of_calls(out, slower, faster, all);
	else if (same == all)
		strbuf_printf(out, "A and B take the same time on %s%d %s, within \xc2\xb1%.3g %%",
			      all == 1 ? "" : "all ", all, all == 1 ? "point" : "points", 100 * t->delta_eq);
	else
		strbuf_printf(out,
			      "B is called neither slower nor faster: %d of %d %s the same, %d undecided",
			      same, all, all == 1 ? "point" : "points", count[VERDICT_INCONCLUSIVE]);
}
