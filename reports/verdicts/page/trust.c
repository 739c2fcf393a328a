/* SPDX-License-Identifier: Apache-2.0 */
/* Why the verdicts may be believed: error rates of this machine, how the trial was made, what else differs. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <string.h>

#include "harness/stat/estimator.h"
#include "reports/number.h"
#include "reports/text.h"

/* ---- error rates ---- */

static void put_rate(struct strbuf *out, const char *name, const struct calibration_share *s,
		     const char *wanted)
{
	struct strbuf text = {0};

	strbuf_printf(out, "<tr><th scope=\"row\" class=\"first wide\">%s</th>", name);
	strbuf_printf(&text, "%d of %d", s->k, s->n);
	html_figure(out, "n", s->k, strbuf_text(&text));
	strbuf_reset(&text);
	strbuf_printf(&text, "%.1f <span class=\"pm\">[%.1f, %.1f]</span>", 100 * s->share, 100 * s->lo,
		      100 * s->hi);
	html_figure(out, "n", 100 * s->share, strbuf_text(&text));
	strbuf_printf(out, "<td>%s</td></tr>\n", wanted);
	strbuf_free(&text);
}

void trial_error_rates(struct strbuf *out, const struct trial_page *t)
{
	const struct trial_calibration *c = &t->v->trial.calibration;

	if (c->n == 0 && c->n_injected == 0) {
		strbuf_puts(out,
			    "<p>This machine's error rates are not known: no calibration of it is stored. "
			    "<code>inferometer calibrate</code> makes one.</p>\n");
		return;
	}
	strbuf_puts(out,
		    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Error rates\"><table>"
		    "<caption><span><b>Error rates of this machine</b>Clopper and Pearson's 95 % intervals");
	if (c->campaigns > 0)
		strbuf_printf(out, "; %d %s", c->campaigns, c->campaigns == 1 ? "campaign" : "campaigns");
	strbuf_puts(out,
		    ".</span></caption><thead><tr><th scope=\"col\" class=\"first\">check</th>"
		    "<th scope=\"col\" class=\"n\">found</th><th scope=\"col\" class=\"n\">rate"
		    "<small>%, 95 %</small></th><th scope=\"col\">wanted<small>%</small></th></tr></thead>"
		    "<tbody>\n");
	if (c->n > 0)
		put_rate(out, "A/A called different, p \xe2\x89\xa4 .05", &t->v->false_alarms,
			 "bound \xe2\x89\xa4 10");
	if (c->n_injected > 0) {
		const struct calibration_share s = calibration_count(c->n_found, c->n_injected);

		put_rate(out, "slowdown of 5 % put in", &s, "\xe2\x89\xa5 95");
	}
	strbuf_puts(out, "</tbody></table></div>\n");
	if (c->missed)
		strbuf_puts(out, "<p class=\"mark\">A slowdown of 5 % was missed twice in the last five "
				 "campaigns.</p>\n");
}

/* ---- method ---- */

static void fact_of(struct strbuf *out, const char *name, struct strbuf *text)
{
	html_fact(out, name, strbuf_text(text));
	strbuf_reset(text);
}

static void put_arms(struct strbuf *out, const struct trial *trial)
{
	static const char *const names[] = {"A", "B"};
	struct strbuf text = {0};

	for (int i = 0; i < TRIAL_ARMS; i++) {
		const struct trial_arm *a = &trial->arm[i];

		strbuf_puts(&text, a->title ? a->title : "");
		for (int k = 0; k < KEY_COUNT; k++)
			if (a->keys.value[k])
				strbuf_printf(&text, "%s%s=%s", text.len ? "; " : "",
					      point_key_name((enum point_key)k), a->keys.value[k]);
		if (a->worker && *a->worker)
			strbuf_printf(&text, "%sworker %s", text.len ? "; " : "", a->worker);
		if (a->version && *a->version)
			strbuf_printf(&text, " (%s)", a->version);
		fact_of(out, names[i], &text);
		html_fact(out, i ? "build of B" : "build of A", a->build);
	}
	strbuf_free(&text);
}

/* A line for each point and fact: more than these are folded. */
#define DIFFERENCES_SHOWN 8

static void put_differences(struct strbuf *out, const struct trial *trial)
{
	struct strbuf text = {0};

	if (trial->n_differences > DIFFERENCES_SHOWN)
		strbuf_printf(&text, "%d facts, listed below", trial->n_differences);
	else if (trial->n_differences == 0)
		strbuf_puts(&text, "only what the arms declare");
	fact_of(out, "differs", &text);
	for (int i = 0; i < trial->n_differences && trial->n_differences <= DIFFERENCES_SHOWN; i++)
		html_fact(out, "differs", trial->difference[i]);
	for (int i = 0; i < trial->n_allowed; i++)
		html_fact(out, "allowed to differ", trial->allowed[i]);
	strbuf_free(&text);
}

static void put_folded_differences(struct strbuf *out, const struct trial *trial)
{
	if (trial->n_differences <= DIFFERENCES_SHOWN)
		return;
	strbuf_printf(out, "<details><summary>all %d that differ</summary><ul class=\"plain\">\n",
		      trial->n_differences);
	for (int i = 0; i < trial->n_differences; i++)
		html_put(out, "<li>", trial->difference[i], "</li>\n");
	strbuf_puts(out, "</ul></details>\n");
}

static void put_stopping(struct strbuf *out, const struct trial *trial)
{
	struct strbuf text = {0};

	if (trial->pairs > 0) {
		count_put(&text, trial->pairs, "pair");
		strbuf_puts(&text, " a point, fixed beforehand");
	} else {
		strbuf_printf(&text, "on the width of the interval, at most %d pairs a point; never on p",
			      trial->pairs_max);
	}
	if (trial->budget_s > 0) {
		strbuf_puts(&text, "; budget ");
		duration_put(&text, trial->budget_s);
	}
	fact_of(out, "stopping", &text);
	strbuf_free(&text);
}

/* The pilot says it point by point, in as many clauses. */
#define WARMUP_SHOWN 200

static bool warmup_is_long(const struct trial *trial)
{
	return trial->warmup && strlen(trial->warmup) > WARMUP_SHOWN;
}

static void put_warmup(struct strbuf *out, const struct trial *trial)
{
	struct strbuf text = {0};

	if (trial->cut < 0)
		strbuf_puts(&text, "no pilot was made");
	else if (warmup_is_long(trial) || !trial->warmup || !*trial->warmup)
		strbuf_printf(&text, "by a pilot: both arms leave out %d repetitions", trial->cut);
	else
		strbuf_printf(&text, "%s: both arms leave out %d repetitions", trial->warmup, trial->cut);
	fact_of(out, "warm-up", &text);
	strbuf_free(&text);
}

static void put_folded_warmup(struct strbuf *out, const struct trial *trial)
{
	if (warmup_is_long(trial))
		html_put(out, "<details><summary>what the pilot saw</summary><p>", trial->warmup,
			 "</p></details>\n");
}

static void put_schedule(struct strbuf *out, const struct verdicts *v)
{
	const struct trial *trial = &v->trial;
	struct strbuf text = {0};

	strbuf_puts(&text, "randomised complete blocks, AB and BA balanced; ");
	if (trial->restart_pairs > 0)
		strbuf_printf(&text,
			      "a fresh process a point, arm and round, but where loading is dear a process "
			      "serves %d pairs",
			      trial->restart_pairs);
	else
		strbuf_puts(&text, "a fresh process a point, arm and round");
	strbuf_printf(&text, "; seed %llu", (unsigned long long)trial->seed);
	fact_of(out, "order", &text);
	put_stopping(out, trial);
	put_warmup(out, trial);
	if (trial->copy && *trial->copy)
		strbuf_printf(&text, "A against its copy %s", trial->copy);
	else
		strbuf_printf(&text, "none: %s", trial->no_copy ? trial->no_copy : "");
	fact_of(out, "A/A", &text);
	strbuf_free(&text);
}

/* The estimators that cells have, each once. */
static void put_estimator(struct strbuf *out, const struct verdicts *v)
{
	bool used[ESTIMATOR_COUNT] = {false};
	struct strbuf text = {0};

	for (int i = 0; i < v->n_cells; i++)
		if (v->cell[i].state == POINT_DONE && v->cell[i].estimator < ESTIMATOR_COUNT)
			used[v->cell[i].estimator] = true;
	for (int e = ESTIMATOR_AUTO; e < ESTIMATOR_COUNT; e++)
		if (used[e])
			strbuf_printf(&text, "%s%s", text.len ? " or " : "",
				      estimator_name((enum estimator)e));
	if (text.len)
		strbuf_puts(&text, " of a process's repetitions; ");
	strbuf_printf(&text, "Hodges and Lehmann's median over pairs; exact signed-rank interval at %.3g %%",
		      100 * (v->trial.level > 0 ? v->trial.level : PAIRS_LEVEL));
	fact_of(out, "estimator", &text);
	strbuf_free(&text);
}

static void put_facts(struct strbuf *out, const struct trial_page *t)
{
	const struct verdicts *v = t->v;
	struct strbuf text = {0};

	strbuf_puts(out, "<h3>How it was made</h3><dl class=\"facts\">\n");
	put_arms(out, &v->trial);
	put_differences(out, &v->trial);
	put_schedule(out, v);
	put_estimator(out, v);
	strbuf_printf(&text, "Benjamini and Hochberg over %d %s, families first; q = %.3g", t->n_compared,
		      t->n_compared == 1 ? "point" : "points", v->trial.q > 0 ? v->trial.q : FDR_Q_REPORT);
	fact_of(out, "many tests", &text);
	if (v->confirming_run)
		strbuf_printf(&text, "run %lld, of fresh pairs", (long long)v->confirming_run);
	fact_of(out, "confirmation", &text);
	html_fact(out, "again", v->run->command);
	strbuf_puts(out, "</dl>\n");
	put_folded_differences(out, &v->trial);
	put_folded_warmup(out, &v->trial);
	strbuf_free(&text);
}

void trial_method(struct strbuf *out, const struct trial_page *t)
{
	strbuf_puts(out, "<section id=\"method\"><h2>What differs, and how it was done</h2>\n"
			 "<div class=\"grid two\"><div>");
	put_facts(out, t);
	strbuf_puts(out, "</div>\n<div>");
	html_run_facts(out, t->v->run);
	strbuf_puts(out, "</div></div></section>\n\n");
}
