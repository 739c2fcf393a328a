/* SPDX-License-Identifier: Apache-2.0 */
/* Every verdict, and the families of points that one cause would move. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>

#include "reports/number.h"
#include "reports/text.h"

void html_figure(struct strbuf *out, const char *class, double value, const char *text)
{
	if (isfinite(value))
		strbuf_printf(out, "<td class=\"%s\" data-v=\"%.6g\">%s</td>", class, value, text);
	else
		strbuf_printf(out, "<td class=\"%s\" data-v=\"\">%s</td>", class, text);
}

/* What is wrong is struck out. */
static void put_percent(struct strbuf *out, double theta, double lo, double hi, bool wrong)
{
	struct strbuf text = {0};

	strbuf_puts(&text, wrong ? "<s>" : "");
	percent_put(&text, theta, isnan(lo) ? 0 : percent_half(lo, hi));
	if (!isnan(lo)) {
		strbuf_puts(&text, " <span class=\"pm\">");
		percent_interval_put(&text, lo, hi);
		strbuf_puts(&text, "</span>");
	}
	strbuf_puts(&text, wrong ? "</s>" : "");
	html_figure(out, "n", percent_of(theta), strbuf_text(&text));
	strbuf_free(&text);
}

static void put_open(struct strbuf *out, const char *name, const char *attributes)
{
	strbuf_printf(out,
		      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table%s>"
		      "<caption><span><b>%s</b>",
		      name, attributes, name);
}

struct head {
	const char *class, *name, *unit;
};

static void put_heads(struct strbuf *out, const struct head *head, int n)
{
	for (int i = 0; i < n; i++) {
		strbuf_printf(out, "<th scope=\"col\" class=\"%s\">%s", head[i].class, head[i].name);
		if (*head[i].unit)
			strbuf_printf(out, "<small>%s</small>", head[i].unit);
		strbuf_puts(out, "</th>");
	}
}

static void put_number(struct strbuf *out, double value)
{
	struct strbuf text = {0};

	if (!isnan(value))
		number_put(&text, value, 0);
	html_figure(out, "n", value, strbuf_text(&text));
	strbuf_free(&text);
}

static void put_count(struct strbuf *out, const char *class, int n)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%d", n);
	html_figure(out, class, n, strbuf_text(&text));
	strbuf_free(&text);
}

/* Two digits are enough of what is itself an estimate. */
static void put_noise(struct strbuf *out, double percent)
{
	struct strbuf text = {0};

	if (!isnan(percent))
		number_put(&text, percent, percent);
	html_figure(out, "n", percent, strbuf_text(&text));
	strbuf_free(&text);
}

static void put_p(struct strbuf *out, double p)
{
	struct strbuf text = {0};

	if (p < 1e-4)
		strbuf_puts(&text, "&lt;0.0001");
	else if (!isnan(p))
		strbuf_printf(&text, "%.4f", p);
	html_figure(out, "n", p, strbuf_text(&text));
	strbuf_free(&text);
}

/* ---- families ---- */

static void put_family(struct strbuf *out, const struct verdict_family *f)
{
	const struct verdict_look *look = &verdict_looks[f->verdict];

	html_put(out, "<tr><th scope=\"row\" class=\"first\">", f->name ? f->name : "", "</th>");
	put_count(out, "n", f->n);
	put_percent(out, f->theta, f->family.ok ? f->family.lo : NAN, f->family.ok ? f->family.hi : NAN,
		    false);
	put_p(out, f->family.ok ? f->family.p : NAN);
	if (f->family.ok)
		strbuf_printf(out, "<td class=\"verdict %s\">%s %s</td></tr>\n", look->name, look->glyph,
			      verdict_name(f->verdict));
	else
		strbuf_puts(out, "<td class=\"mute\">too few for an interval</td></tr>\n");
}

void trial_families(struct strbuf *out, const struct trial_page *t)
{
	static const struct head heads[] = {{"first", "family", ""},
					    {"n", "points", "n"},
					    {"n", "B over A", "% slower, 95 %"},
					    {"n", "p", "bootstrap"},
					    {"", "verdict", ""}};

	if (t->v->n_families == 0)
		return;
	put_open(out, "Families", "");
	strbuf_puts(out, "Points that one cause would move; the geometric mean of their ratios, intervals by "
			 "bootstrap over workloads.</span></caption><thead><tr>");
	put_heads(out, heads, sizeof heads / sizeof heads[0]);
	strbuf_puts(out, "</tr></thead><tbody>\n");
	for (int i = 0; i < t->v->n_families; i++)
		put_family(out, &t->v->family[i]);
	strbuf_puts(out, "</tbody></table></div>\n");
}

/* ---- every verdict ---- */

/* Columns that stand only where they say something. */
struct extra {
	bool tokens, residual;
};

static struct extra extra_of(const struct verdicts *v)
{
	struct extra x = {false, false};

	for (int i = 0; i < v->n_cells; i++) {
		const struct verdict_cell *c = &v->cell[i];

		x.tokens |= c->state == POINT_DONE && isfinite(c->tokens_s) && c->tokens_s > 0;
		x.residual |= isfinite(c->residual[0]) || isfinite(c->residual[1]);
	}
	return x;
}

static void put_caption(struct strbuf *out, const struct trial_page *t)
{
	double q99 = t->v->trial.calibration.q99;

	strbuf_printf(
		out,
		"+%% means B takes longer. s<sub>r</sub> is the noise of one pair, MDE the smallest effect "
		"that these pairs could show, busy the contended pairs (kept). Slower from %.3g %%, the "
		"same within \xc2\xb1%.3g %%",
		100 * t->delta_fail, 100 * t->delta_eq);
	if (q99 > 0)
		strbuf_printf(out, "; this machine's A/A floor is %.2g %%", percent_of(q99));
	strbuf_puts(out, ".</span></caption><thead><tr>");
}

static void put_verdict_heads(struct strbuf *out, const struct trial_page *t, struct extra x)
{
	static const struct head first = {"first", "point", ""},
				 called[] = {{"", "verdict", ""},
					     {"n", "B over A", "% slower, 95 %"},
					     {"why", "to decide", ""},
					     {"n", "pairs", "n"},
					     {"n", "s<sub>r</sub>", "%"},
					     {"n", "MDE", "%"},
					     {"n", "p", "signed rank"},
					     {"", "survives", "many tests"},
					     {"n", "busy", "pairs"},
					     {"n", "A", "ms"},
					     {"n", "B", "ms"}},
				 tokens = {"n", "A", "tokens/s"},
				 residual[] = {{"n", "residual", "A"}, {"n", "residual", "B"}};

	put_heads(out, &first, 1);
	for (int k = 0; k < t->n_keys; k++)
		strbuf_printf(out, "<th scope=\"col\" class=\"fold\">%s</th>", point_key_name(t->key[k]));
	put_heads(out, called, sizeof called / sizeof called[0]);
	put_heads(out, &tokens, x.tokens);
	put_heads(out, residual, x.residual ? 2 : 0);
	strbuf_puts(out, "</tr></thead><tbody>\n");
}

static void put_name(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c)
{
	struct strbuf text = {0}, label = {0};

	trial_test(&text, c);
	trial_label(&label, t, c);
	html_put(out, "<tr><th scope=\"row\" class=\"first\" data-point=\"", strbuf_text(&label), "\">");
	html_put(out, "", strbuf_text(&text), "</th>");
	for (int k = 0; k < t->n_keys; k++) {
		strbuf_reset(&text);
		trial_key(&text, c, t->key[k]);
		html_put(out, "<td class=\"fold\">", strbuf_text(&text), "</td>");
	}
	strbuf_free(&text);
	strbuf_free(&label);
}

static void put_called(struct strbuf *out, const struct verdict_cell *c)
{
	const struct verdict_look *look = &verdict_looks[c->result.verdict];

	if (c->state != POINT_DONE) {
		strbuf_printf(out, "<td class=\"bad\">%s</td>", point_state_name(c->state));
		return;
	}
	strbuf_printf(out, "<td class=\"verdict %s\">%s %s%s</td>", look->name, look->glyph,
		      verdict_name(c->result.verdict),
		      c->caveat ? " <small class=\"mark\">unverified</small>" : "");
}

static void put_residual(struct strbuf *out, double residual, bool wrong)
{
	struct strbuf text = {0};

	if (!isnan(residual))
		number_power(&text, residual);
	if (wrong)
		strbuf_puts(&text, " <b class=\"bad\">wrong</b>");
	html_figure(out, "n", residual, strbuf_text(&text));
	strbuf_free(&text);
}

/* A point that was not compared has no figures. */
static void put_blank(struct strbuf *out, int n)
{
	for (int i = 0; i < n; i++)
		html_figure(out, "n", NAN, "");
}

static void put_stat(struct strbuf *out, const struct verdict_cell *c)
{
	bool tested = cell_has_interval(c);

	put_count(out, "n", c->n_pairs);
	put_noise(out, c->pairs.spread > 0 ? percent_of(c->pairs.spread) : NAN);
	put_noise(out, tested ? percent_of(c->pairs.mde) : NAN);
	put_p(out, tested ? c->pairs.p : NAN);
	strbuf_puts(out, !tested ? "<td></td>" : c->survives ? "<td>yes</td>" : "<td>no</td>");
	put_count(out, c->n_contended > 0 ? "n mark" : "n mute", c->n_contended);
}

static void put_figures(struct strbuf *out, const struct verdict_cell *c, struct extra x)
{
	put_stat(out, c);
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		put_number(out, c->median[arm] > 0 ? 1e3 * c->median[arm] : NAN);
	if (x.tokens)
		put_number(out, c->tokens_s > 0 ? c->tokens_s : NAN);
	for (int arm = 0; x.residual && arm < TRIAL_ARMS; arm++)
		put_residual(out, c->residual[arm], c->wrong[arm]);
}

static void put_cell(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c,
		     struct extra x)
{
	struct strbuf why = {0};

	put_name(out, t, c);
	put_called(out, c);
	if (cell_has_interval(c))
		put_percent(out, c->pairs.theta, c->pairs.lo, c->pairs.hi, c->caveat == CAVEAT_WRONG);
	else
		put_blank(out, 1);
	trial_decide(&why, t, c);
	html_put(out, "<td class=\"why\">", strbuf_text(&why), "</td>");
	if (c->state == POINT_DONE)
		put_figures(out, c, x);
	else
		put_blank(out, 8 + x.tokens + 2 * x.residual);
	strbuf_puts(out, "</tr>\n");
	strbuf_free(&why);
}

void trial_verdicts(struct strbuf *out, const struct trial_page *t)
{
	struct extra x = extra_of(t->v);
	struct strbuf attributes = {0};

	strbuf_puts(&attributes, " class=\"points\" data-sort data-filter=\"");
	for (int k = 0; k <= t->n_keys; k++)
		strbuf_printf(&attributes, "%s%d", k ? " " : "", k + 1);
	strbuf_puts(&attributes, "\"");
	strbuf_puts(out, "<section id=\"verdicts\"><h2>Every verdict</h2>\n");
	put_open(out, "Verdicts", strbuf_text(&attributes));
	put_caption(out, t);
	put_verdict_heads(out, t, x);
	for (int i = 0; i < t->v->n_cells; i++)
		put_cell(out, t, &t->v->cell[i], x);
	strbuf_puts(out, "</tbody></table></div></section>\n\n");
	strbuf_free(&attributes);
}
