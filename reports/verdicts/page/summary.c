/* SPDX-License-Identifier: Apache-2.0 */
/* What was compared, what came out, and how far it can be relied on. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>

#include "reports/number.h"
#include "reports/text.h"
#include "reports/verdicts/verdicts.h"

static void put_arm(struct strbuf *out, const struct verdicts *v, int arm)
{
	const struct trial_arm *a = &v->trial.arm[arm];

	html_put(out, arm ? " \xc2\xb7 <b>B</b> " : "<b>A</b> ", a->title && *a->title ? a->title : "unnamed",
		 "");
	if (a->version && *a->version)
		html_put(out, ", ", a->version, "");
}

void trial_header(struct strbuf *out, const struct trial_page *t)
{
	const struct stored_run *run = t->v->run;
	struct strbuf text = {0};

	trial_title(&text, t);
	html_put(out, "<header><h1>", strbuf_text(&text), "</h1>\n<p class=\"mute\">");
	for (int arm = 0; arm < TRIAL_ARMS; arm++)
		put_arm(out, t->v, arm);
	strbuf_reset(&text);
	machine_put(&text, run);
	strbuf_puts(&text, " \xc2\xb7 ");
	time_put(&text, run->start_wall_ns);
	if (run->end_wall_ns > run->start_wall_ns) {
		strbuf_puts(&text, ", ");
		duration_put(&text, (double)(run->end_wall_ns - run->start_wall_ns) * 1e-9);
	}
	strbuf_printf(&text, " \xc2\xb7 run %lld", (long long)run->id);
	if (run->label && *run->label)
		strbuf_printf(&text, " \xc2\xb7 %s", run->label);
	html_put(out, " \xc2\xb7 ", strbuf_text(&text), "</p></header>\n");
	strbuf_free(&text);
}

/* ---- key figures ---- */

static void put_key(struct strbuf *out, const char *glyph, const char *name, const char *class, int n,
		    const char *meaning)
{
	strbuf_printf(out, "<div><dt>%s %s</dt><dd class=\"v %s\">%d</dd>", glyph, name, class, n);
	html_put(out, "<dd class=\"w\">", meaning, "</dd></div>\n");
}

static void put_keys(struct strbuf *out, const struct trial_page *t)
{
	struct strbuf meaning = {0};

	strbuf_puts(out, "<dl class=\"keys\">\n");
	for (int i = 0; i <= VERDICT_SLOWER; i++) {
		enum verdict v = verdict_order[i];

		strbuf_reset(&meaning);
		verdict_meaning(&meaning, t, v);
		put_key(out, verdict_looks[v].glyph, verdict_name(v), verdict_looks[v].name, t->v->count[v],
			strbuf_text(&meaning));
	}
	if (t->v->n_failed > 0)
		put_key(out, "\xc3\x97", "failed", "slower", t->v->n_failed, "could not be compared");
	strbuf_puts(out, "</dl>\n");
	strbuf_free(&meaning);
}

/* ---- sentences ---- */

/* The largest of what is called, else of all, with its interval. */
static void put_lede(struct strbuf *out, const struct trial_page *t)
{
	const struct verdict_cell *c = t->n_ranked > 0 ? t->ranked[0] : NULL;
	const struct verdict_look *look;
	struct strbuf text = {0};
	double half;

	for (int i = 1; i < t->n_ranked && t->ranked[0]->result.verdict < VERDICT_FASTER; i++)
		if (fabs(t->ranked[i]->pairs.theta) > fabs(c->pairs.theta))
			c = t->ranked[i];
	if (!c)
		return;
	look = &verdict_looks[c->result.verdict];
	half = percent_half(c->pairs.lo, c->pairs.hi);
	trial_label(&text, t, c);
	strbuf_puts(&text, " takes ");
	number_put(&text, fabs(percent_of(c->pairs.theta)), half);
	strbuf_puts(&text, c->pairs.theta < 0 ? " % less time in B" : " % more time in B");
	strbuf_printf(out, "<p class=\"lede\">%s<b class=\"%s\">",
		      c->result.verdict < VERDICT_FASTER ? "The largest difference: " : "", look->name);
	html_put(out, "", strbuf_text(&text), "</b> ");
	percent_interval_put(out, c->pairs.lo, c->pairs.hi);
	strbuf_printf(out, " over %d interleaved %s", c->n_pairs, c->n_pairs == 1 ? "pair" : "pairs");
	if (c->result.verdict < VERDICT_FASTER)
		strbuf_printf(out, ": %s", verdict_name(c->result.verdict));
	strbuf_puts(out, c->caveat ? ", unverified.</p>\n" : ".</p>\n");
	strbuf_free(&text);
}

static void put_differences(struct strbuf *out, const struct trial *trial)
{
	if (trial->n_differences == 0)
		strbuf_puts(out, "<li>Only what the arms declare differs between them.</li>\n");
	else
		strbuf_printf(out,
			      "<li>Besides what the arms declare %d %s between them; see <a "
			      "href=\"#method\">method</a>.</li>\n",
			      trial->n_differences,
			      trial->n_differences == 1 ? "fact differs" : "facts differ");
}

static void put_calibration(struct strbuf *out, const struct verdicts *v)
{
	const struct calibration_share *s = &v->false_alarms;

	strbuf_printf(out, "<li>Calibration of this machine: <b%s>%s</b>",
		      v->calibration == CALIBRATION_FAILED ? " class=\"mark\"" : "",
		      calibration_state_name(v->calibration));
	if (s->n > 0)
		strbuf_printf(out,
			      "; the same program against itself was called different in %d of %d A/A "
			      "comparisons at p \xe2\x89\xa4 .05, %.1f %% [%.1f, %.1f]",
			      s->k, s->n, 100 * s->share, 100 * s->lo, 100 * s->hi);
	else
		strbuf_puts(out, "; no A/A comparisons of it are stored");
	if (v->calibration == CALIBRATION_FAILED)
		strbuf_puts(out, ". No verdict here is to be relied on");
	strbuf_puts(out, ".</li>\n");
}

static void put_standing(struct strbuf *out, const struct verdicts *v)
{
	const char *why = v->trial.no_copy && *v->trial.no_copy ? v->trial.no_copy : "none is stored";

	if (v->n_aa == 0) {
		html_put(out, "<li>No A/A pairs ran beside the comparison: ", why, ".</li>\n");
		return;
	}
	strbuf_printf(out, "<li>Beside it A ran against its own copy in %d A/A %s", v->n_aa,
		      v->n_aa == 1 ? "pair" : "pairs");
	if (!isnan(v->aa_p)) {
		strbuf_puts(out, ": ");
		percent_put(out, v->aa_theta, 0.1);
		strbuf_printf(out, " %%, p = %.2g", v->aa_p);
	}
	if (!isnan(v->aa_q95)) {
		strbuf_printf(out, "; 95 %% of them lie within \xc2\xb1%.2g %%", percent_of(v->aa_q95));
	}
	strbuf_puts(out, ".</li>\n");
}

static void put_confirmation(struct strbuf *out, const struct trial_page *t)
{
	int called = 0, confirmed = 0;

	for (int i = 0; i < t->n_ranked; i++)
		if (t->ranked[i]->result.verdict >= VERDICT_FASTER) {
			called++;
			confirmed += t->ranked[i]->confirmed;
		}
	if (called == 0)
		return;
	if (confirmed == 0)
		strbuf_puts(out, "<li>Neither SLOWER nor FASTER is confirmed yet: that takes a second "
				 "campaign of fresh pairs with the same sign.</li>\n");
	else
		strbuf_printf(out, "<li>%d of %d SLOWER and FASTER are confirmed on fresh pairs.</li>\n",
			      confirmed, called);
}

static void put_purpose(struct strbuf *out, const struct verdicts *v)
{
	if (!v->complete)
		strbuf_puts(out,
			    "<li class=\"mark\">The run did not end: these are the pairs so far.</li>\n");
	if (v->trial.purpose == TRIAL_AA)
		strbuf_puts(out, "<li>A calibration: B is a copy of A, and any difference that is found is "
				 "false.</li>\n");
	if (v->trial.purpose == TRIAL_INJECTED)
		strbuf_printf(out,
			      "<li>A calibration: %.3g %% of slowness were put into B on purpose.</li>\n",
			      v->trial.injected);
	if (v->trial.purpose == TRIAL_CONFIRM)
		strbuf_printf(out, "<li>Fresh pairs of what run %lld found.</li>\n",
			      (long long)v->trial.confirms);
	if (v->n_required_open > 0)
		strbuf_printf(out, "<li class=\"mark\">%d required %s inconclusive or failed.</li>\n",
			      v->n_required_open, v->n_required_open == 1 ? "point is" : "points are");
}

void trial_summary(struct strbuf *out, const struct trial_page *t)
{
	strbuf_puts(out, "<section id=\"summary\"><h2>Summary</h2>\n");
	put_lede(out, t);
	put_keys(out, t);
	strbuf_puts(out, "<ul class=\"plain\">\n");
	put_purpose(out, t->v);
	put_differences(out, &t->v->trial);
	put_calibration(out, t->v);
	put_standing(out, t->v);
	put_confirmation(out, t);
	strbuf_printf(out, "<li>Exit status %d: %s.</li>\n", verdicts_exit(t->v), verdicts_exit_reason(t->v));
	strbuf_puts(out, "</ul></section>\n\n");
}
