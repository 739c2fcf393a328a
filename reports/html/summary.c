/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/html/html.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/number.h"
#include "reports/text.h"

/* Escapes what `make` wrote plainly. */
static void put_escaped(struct strbuf *out, struct strbuf *plain)
{
	text_html(out, strbuf_text(plain));
	strbuf_reset(plain);
}

/* "24.40 ± 0.18 tokens/s" as plain text. */
static void put_rate(struct strbuf *out, const struct estimate *e, const char *unit)
{
	struct strbuf interval = {0};

	number_estimate(out, &interval, e);
	if (e->interval)
		strbuf_printf(out, " %s", strbuf_text(&interval));
	strbuf_printf(out, " %s", unit);
	if (!e->interval)
		strbuf_printf(out, " (%s for an interval)", strbuf_text(&interval));
	strbuf_free(&interval);
}

static void put_threads(struct strbuf *out, const char *threads)
{
	strbuf_printf(out, " \xc2\xb7 %s %s", threads, strcmp(threads, "1") == 0 ? "thread" : "threads");
}

/* The model that all rows share. */
static void put_model(struct strbuf *out, const struct view *v)
{
	const char *model = v->a->n_rows > 0 ? point_get(&v->a->rows[0].point->point, KEY_MODEL) : "";

	if (v->varies[KEY_MODEL] || !*model)
		return;
	strbuf_puts(out, strncmp(model, "synthetic:", 10) == 0 ? "synthetic " : "");
	model_short(out, model);
	strbuf_puts(out, " \xc2\xb7 ");
}

void html_header(struct page *p)
{
	const struct view *v = p->view;
	const struct stored_run *run = v->a->run;
	struct finding f = finding_make(v);
	struct strbuf text = {0};

	strbuf_puts(&p->out, "<header><h1>");
	finding_title(&text, v, &f);
	put_escaped(&p->out, &text);
	strbuf_puts(&p->out, "</h1>\n<p class=\"mute\">");
	put_model(&text, v);
	place_put(&text, run);
	if (v->a->n_rows > 0 && !v->varies[KEY_ENGINE])
		strbuf_printf(&text, " \xc2\xb7 engine %s",
			      point_get(&v->a->rows[0].point->point, KEY_ENGINE));
	if (v->a->n_rows > 0 && !v->varies[KEY_ISA])
		strbuf_printf(&text, " \xc2\xb7 isa %s", point_get(&v->a->rows[0].point->point, KEY_ISA));
	if (v->a->n_rows > 0 && !v->varies[KEY_THREADS])
		put_threads(&text, point_get(&v->a->rows[0].point->point, KEY_THREADS));
	strbuf_puts(&text, " \xc2\xb7 ");
	time_put(&text, run->start_wall_ns);
	if (run->end_wall_ns > run->start_wall_ns) {
		strbuf_puts(&text, ", ");
		duration_put(&text, (double)(run->end_wall_ns - run->start_wall_ns) * 1e-9);
	} else {
		strbuf_puts(&text, ", not ended");
	}
	if (run->id)
		strbuf_printf(&text, " \xc2\xb7 run %lld", (long long)run->id);
	else
		strbuf_puts(&text, " \xc2\xb7 run not stored");
	if (run->label && run->label[0])
		strbuf_printf(&text, ", %s", run->label);
	run_notes_put(&text, run, " \xc2\xb7 ");
	put_escaped(&p->out, &text);
	strbuf_puts(&p->out, "</p></header>\n");
	strbuf_free(&text);
}

/* What the fastest does not beat: said, lest a difference within the noise is taken for a win. */
static void put_lede_tie(struct strbuf *text, const struct tie *t)
{
	if (t->n == 0)
		return;
	strbuf_printf(text, " %s at ", point_get(&t->first->point->point, KEY_PRECISION));
	put_rate(text, &t->first->tokens_s, "tokens/s");
	if (t->n > 1)
		strbuf_printf(text, " and %d %s", t->n - 1, t->n > 2 ? "others" : "other");
	strbuf_puts(text, t->by == RACE_UNKNOWN ? " cannot be told from it: that takes 6 processes of each."
			  : t->by == RACE_PAIRED
				  ? " cannot be told from it: their ratio in the same rounds may be 1."
				  : " cannot be told from it: the intervals overlap.");
}

static void put_lede_tokens(struct strbuf *text, const struct finding *f)
{
	const struct point *p = &f->best->point->point;
	const char *sequences = point_get(p, KEY_SEQUENCES);
	struct estimate ratio = row_speed_up(f->best, f->base);

	row_test(text, f->best);
	strbuf_printf(text, " with %s %s runs at ", sequences,
		      strcmp(sequences, "1") == 0 ? "sequence" : "sequences");
	put_rate(text, &f->best->tokens_s, "tokens/s");
	strbuf_printf(text, " in %s", point_get(p, KEY_PRECISION));
	if (f->best != f->base && row_race(f->best, f->base).won && isfinite(ratio.value)) {
		strbuf_puts(text, ", which is ");
		put_rate(text, &ratio, "times");
		strbuf_printf(text, " %s", point_get(&f->base->point->point, KEY_PRECISION));
	}
	if (isfinite(f->best->residual_f32)) {
		strbuf_puts(text, ", at a residual of ");
		number_power(text, f->best->residual_f32);
		strbuf_puts(text, " to f32");
	}
	strbuf_puts(text, ".");
	if (f->best->share.n)
		strbuf_printf(text, " That is %.0f %% of what the measured %s ceiling allows.",
			      100 * f->best->share.value, bound_name(f->best->bound));
	put_lede_tie(text, &f->best_tie);
}

static void put_lede(struct page *p, const struct finding *f)
{
	struct strbuf text = {0}, troubles = {0};

	if (f->best)
		put_lede_tokens(&text, f);
	if (f->matrix) {
		strbuf_printf(&text, "%sThe fastest matrix product, ", f->best ? " " : "");
		row_label(&text, p->view, f->matrix);
		strbuf_puts(&text, ", reaches ");
		put_rate(&text, &f->matrix->gflops_s, "GFLOP/s");
		strbuf_puts(&text, ".");
	}
	if (!f->best && !f->matrix) {
		view_troubles(&troubles, p->view);
		strbuf_printf(&text, "No point has a usable speed%s%s; the reasons are below.",
			      troubles.len ? ": " : "", strbuf_text(&troubles));
	}
	strbuf_puts(&p->out, "<p class=\"lede\">");
	put_escaped(&p->out, &text);
	strbuf_puts(&p->out, "</p>\n");
	strbuf_free(&text);
	strbuf_free(&troubles);
}

/* "; tied with q8_0", or with how many. */
static void put_tied(struct strbuf *where, const struct view *v, const struct tie *t)
{
	if (t->n == 0)
		return;
	strbuf_puts(where, t->by == RACE_UNKNOWN ? "; not told from " : "; tied with ");
	if (t->n == 1)
		row_label(where, v, t->first);
	else
		strbuf_printf(where, "%d others", t->n);
}

static void put_key(struct page *p, const char *name, const struct row *r, const struct tie *tie)
{
	struct strbuf value = {0}, interval = {0}, where = {0};
	const struct estimate *rate;
	const char *unit;

	if (!r)
		return;
	rate = row_rate(r, &unit);
	number_estimate(&value, &interval, rate);
	row_label(&where, p->view, r);
	if (r->share.n)
		strbuf_printf(&where, "; %.0f %% of the %s ceiling", 100 * r->share.value,
			      bound_name(r->bound));
	put_tied(&where, p->view, tie);
	if (rate->interval)
		strbuf_printf(&interval, " %s", unit);
	else {
		strbuf_reset(&interval);
		strbuf_printf(&interval, "%s, n too small", unit);
	}
	strbuf_printf(&p->out, "<div><dt>%s</dt><dd class=\"v\">%s <small>%s</small></dd><dd class=\"w\">",
		      name, strbuf_text(&value), strbuf_text(&interval));
	put_escaped(&p->out, &where);
	if (isfinite(r->residual_f32)) {
		strbuf_puts(&p->out, "; residual to f32 ");
		number_power(&p->out, r->residual_f32);
	}
	strbuf_puts(&p->out, "</dd></div>\n");
	strbuf_free(&value);
	strbuf_free(&interval);
	strbuf_free(&where);
}

static void put_key_points(struct page *p)
{
	const struct view *v = p->view;
	struct strbuf troubles = {0};

	view_troubles(&troubles, v);
	strbuf_printf(
		&p->out,
		"<div><dt>Points</dt><dd class=\"v\">%d <small>of %d done</small></dd><dd class=\"w\">%s%s",
		view_state_count(v, POINT_DONE), v->a->n_rows, strbuf_text(&troubles),
		html_has_missing(v) ? ": <a href=\"#missing\">reasons</a>" : "all that was asked");
	strbuf_puts(&p->out, "</dd></div>\n");
	strbuf_free(&troubles);
}

static int count_marked(const struct view *v)
{
	struct strbuf marks = {0};
	int n = 0;

	for (int i = 0; i < v->a->n_rows; i++) {
		strbuf_reset(&marks);
		row_marks(&marks, &v->a->rows[i]);
		n += marks.len > 0;
	}
	strbuf_free(&marks);
	return n;
}

static void put_key_sure(struct page *p, const struct finding *f)
{
	const struct view *v = p->view;
	int n_marked = count_marked(v);

	strbuf_puts(&p->out, "<div><dt>How sure</dt><dd class=\"v\">");
	if (isnan(f->typical))
		strbuf_puts(&p->out, "n too small <small>for intervals</small>");
	else
		strbuf_printf(&p->out, "\xc2\xb1%.*f %% <small>typical, 95 %%</small>",
			      f->typical < 0.1 ? 1 : 0, 100 * f->typical);
	strbuf_puts(&p->out, "</dd><dd class=\"w\">");
	if (v->processes > 0)
		strbuf_printf(&p->out, "%d %s a point", v->processes,
			      v->processes == 1 ? "process" : "processes");
	else
		strbuf_puts(&p->out,
			    v->processes ? "nothing was measured" : "the number of processes differs, see n");
	strbuf_puts(&p->out, "; an interval needs 6");
	if (n_marked > 0)
		strbuf_printf(&p->out, "; <a class=\"mark\" href=\"#marks\">%d of %d marked</a>", n_marked,
			      v->a->n_rows);
	strbuf_puts(&p->out, "</dd></div>\n");
}

static void put_keys(struct page *p, const struct finding *f)
{
	struct strbuf name = {0};

	strbuf_puts(&p->out, "<dl class=\"keys\">\n");
	if (f->best) {
		const char *sequences = point_get(&f->best->point->point, KEY_SEQUENCES);

		strbuf_puts(&name, "Fastest for ");
		text_html(&name, sequences);
		strbuf_puts(&name, strcmp(sequences, "1") == 0 ? " sequence" : " sequences");
		if (p->view->varies[KEY_THREADS]) {
			strbuf_puts(&name, " on ");
			text_html(&name, point_get(&f->best->point->point, KEY_THREADS));
			strbuf_puts(&name, " thr.");
		}
		put_key(p, strbuf_text(&name), f->best, &f->best_tie);
	}
	put_key(p, "Most tokens in all", f->most != f->best ? f->most : NULL, &f->most_tie);
	put_key(p, "Fastest matrix product", f->matrix, &f->matrix_tie);
	put_key_points(p);
	put_key_sure(p, f);
	strbuf_puts(&p->out, "</dl>\n");
	strbuf_free(&name);
}

/* More values of a key than anybody reads in a sentence. */
enum { VALUES_SAID = 8, VALUES_MAX = 64 };

static bool is_among(char *const *list, int n, const char *text)
{
	for (int i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

/* "; precision f32, q8_0": the distinct values that `name_of` gives the rows, in plan order. */
static void put_axis(struct strbuf *text, const struct analysis *a, const char *name, enum point_key key)
{
	char *value[VALUES_MAX];
	int n = 0, more = 0;

	for (int i = 0; i < a->n_rows; i++) {
		struct strbuf one = {0};

		if (key == KEY_WORKLOAD)
			row_test(&one, &a->rows[i]);
		else if (key == KEY_MODEL)
			model_short(&one, point_get(&a->rows[i].point->point, key));
		else
			strbuf_puts(&one, point_get(&a->rows[i].point->point, key));
		if (one.len > 0 && n < VALUES_MAX && !is_among(value, n, strbuf_text(&one)))
			value[n++] = strbuf_take(&one);
		strbuf_free(&one);
	}
	more = n > VALUES_SAID ? n - VALUES_SAID : 0;
	for (int i = 0; i < n; i++) {
		if (i < VALUES_SAID)
			strbuf_printf(text, "%s%s%s", i ? ", " : "; ", i ? "" : name, value[i]);
		free(value[i]);
	}
	if (more)
		strbuf_printf(text, ", %d%s more", more, n == VALUES_MAX ? " or" : "");
}

/* What was measured: the keys that were swept, with their values. */
static void put_asked(struct page *p)
{
	const struct view *v = p->view;
	struct strbuf text = {0};

	strbuf_printf(&text, "Measured: %d %s", v->a->n_rows, v->a->n_rows == 1 ? "point" : "points");
	put_axis(&text, v->a, "", KEY_WORKLOAD);
	for (int k = 0; k < KEY_COUNT; k++) {
		struct strbuf name = {0};

		strbuf_printf(&name, "%s ", point_key_name(k));
		if (v->varies[k] && k != KEY_WORKLOAD && k != KEY_DEPTH && k != KEY_M && k != KEY_N &&
		    k != KEY_K && k != KEY_SIZE && k != KEY_TYPE)
			put_axis(&text, v->a, strbuf_text(&name), k);
		strbuf_free(&name);
	}
	strbuf_puts(&p->out, "<li>");
	put_escaped(&p->out, &text);
	strbuf_puts(&p->out, ".</li>\n");
	strbuf_free(&text);
}

static void put_ceilings(struct page *p)
{
	struct strbuf text = {0};
	int n = 0;

	for (int i = 0; i < p->view->a->n_ceilings; i++)
		n += p->view->a->ceilings[i].n_values > 0;
	if (n == 0)
		strbuf_puts(&text, "No ceiling was measured in this run, so no row says how close to the "
				   "limit it is.");
	else
		strbuf_printf(
			&text,
			"%d %s measured in this run, on the same cores with the same instructions. "
			"Every \xe2\x80\x9cof ceiling\xe2\x80\x9d refers to them, none to a data sheet.",
			n, n == 1 ? "ceiling was" : "ceilings were");
	strbuf_puts(&p->out, "<li>");
	put_escaped(&p->out, &text);
	strbuf_puts(&p->out, "</li>\n");
	strbuf_free(&text);
}

/* How the summary tells a winner from a tie. */
static void put_races(struct page *p, const struct finding *f)
{
	const int *n = f->n_races;

	if (n[RACE_PAIRED] + n[RACE_APART] == 0)
		return;
	strbuf_puts(&p->out, "<li>A row is called faster than another only ");
	if (n[RACE_PAIRED])
		strbuf_printf(&p->out,
			      "where the 95 %% interval of their ratio, paired by round, is above 1 (%d "
			      "compared)",
			      n[RACE_PAIRED]);
	if (n[RACE_APART])
		strbuf_printf(&p->out,
			      "%swhere they have fewer than 6 rounds in common and their own intervals do "
			      "not overlap (%d compared)",
			      n[RACE_PAIRED] ? ", or " : "", n[RACE_APART]);
	strbuf_puts(&p->out, "; else it is a tie.</li>\n");
}

static void put_checks(struct page *p)
{
	int n_verified = 0, n_measured = 0;

	for (int i = 0; i < p->view->a->n_rows; i++) {
		const struct row *r = &p->view->a->rows[i];

		n_measured += r->n_values > 0 && row_kind(r) != ROW_PROBE;
		n_verified += r->n_values > 0 && row_kind(r) != ROW_PROBE && r->verified;
	}
	strbuf_printf(&p->out,
		      "<li>The outputs of %d of %d measured points were compared with the reference at the "
		      "same precision (is it right?) and at f32 (what does the precision cost?).</li>\n",
		      n_verified, n_measured);
}

static void put_quiet(struct page *p)
{
	long samples = 0, contended = 0;

	for (int i = 0; i < p->view->a->n_rows; i++) {
		samples += p->view->a->rows[i].n_samples;
		contended += p->view->a->rows[i].n_contended;
	}
	if (samples > 0 && contended == 0)
		strbuf_printf(&p->out,
			      "<li>The machine was quiet: none of %ld samples ran beside others.</li>\n",
			      samples);
	else if (samples > 0)
		strbuf_printf(
			&p->out,
			"<li>%.1f %% of %ld samples ran while others kept the machine busy. They are kept "
			"and marked.</li>\n",
			100.0 * (double)contended / (double)samples, samples);
}

void html_summary(struct page *p)
{
	struct finding f = finding_make(p->view);

	strbuf_puts(&p->out, "<section id=\"summary\"><h2>Summary</h2>\n");
	put_lede(p, &f);
	put_keys(p, &f);
	strbuf_puts(&p->out, "<ul class=\"plain\">\n");
	put_asked(p);
	put_ceilings(p);
	put_races(p, &f);
	put_checks(p);
	put_quiet(p);
	strbuf_puts(&p->out, "</ul></section>\n\n");
}
