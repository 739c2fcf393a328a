/* SPDX-License-Identifier: Apache-2.0 */
/* Single A/A pairs beside the pairs of the comparison, on one scale: what differs by itself, and what the change did. */
#include "config.h"

#include "reports/verdicts/page/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/text.h"

#define ROWS_MAX 12
/* Of a row and kind, evenly. */
#define DOTS_MAX    120
#define LINE_Y	    28
#define FRAME_Y	    82
#define WIDTH_X	    440.0
#define CHARACTER_X 7.2
#define LABEL_MAX   24

struct rows {
	int n, n_left; /* drawn, and those for which there is no room */
	const struct verdict_cell *cell[ROWS_MAX];
	struct reach reach;
	int n_outside;
};

static bool has_aa(const struct verdict_cell *c)
{
	return c->aa_pair && c->n_aa > 0;
}

static struct reach rows_reach(const struct rows *rows, double bound)
{
	struct reach reach;
	double *r;
	int n = 0;

	for (int i = 0; i < rows->n; i++)
		n += rows->cell[i]->n_pairs + rows->cell[i]->n_aa;
	r = mem_alloc(sizeof *r * ((size_t)n + 1));
	n = 0;
	for (int i = 0; i < rows->n; i++) {
		for (int k = 0; k < rows->cell[i]->n_pairs; k++)
			r[n++] = rows->cell[i]->pair[k].r;
		for (int k = 0; k < rows->cell[i]->n_aa; k++)
			r[n++] = rows->cell[i]->aa_pair[k].r;
	}
	reach = reach_of(r, n, bound);
	free(r);
	return reach;
}

static struct rows rows_of(const struct trial_page *t)
{
	struct rows rows = {0};

	for (int i = 0; i < t->n_ranked; i++) {
		if (!has_aa(t->ranked[i]))
			continue;
		if (rows.n < ROWS_MAX)
			rows.cell[rows.n++] = t->ranked[i];
		else
			rows.n_left++;
	}
	if (rows.n > 0)
		rows.reach = rows_reach(&rows, 100 * t->delta_eq);
	return rows;
}

/* ---- data ---- */

static void put_block(struct strbuf *data, const char *name)
{
	strbuf_printf(data, "%s# columns: row percent\n# %s\n", data->len ? "\n\n" : "", name);
}

/* Log ratio k of a row, of its A/A pairs or of the comparison's. */
static double ratio_at(const struct verdict_cell *c, bool aa, int k)
{
	return aa ? c->aa_pair[k].r : c->pair[k].r;
}

static void put_dots(struct strbuf *data, struct rows *rows, bool aa)
{
	put_block(data, aa ? "aa" : "pairs");
	for (int i = 0; i < rows->n; i++) {
		const struct verdict_cell *c = rows->cell[i];
		int n = aa ? c->n_aa : c->n_pairs, stride = (n + DOTS_MAX - 1) / DOTS_MAX;

		for (int k = 0; k < n; k += stride) {
			double percent = percent_of(ratio_at(c, aa, k));

			if (isfinite(percent) && reach_holds(&rows->reach, percent))
				strbuf_printf(data, "%d %.6g\n", rows->n - i, percent);
		}
	}
	strbuf_puts(data, "NaN NaN\n");
}

static void put_outside(struct strbuf *data, struct rows *rows, bool aa)
{
	put_block(data, aa ? "outside_aa" : "outside_pairs");
	for (int i = 0; i < rows->n; i++) {
		const struct verdict_cell *c = rows->cell[i];
		int n = aa ? c->n_aa : c->n_pairs;

		for (int k = 0; k < n; k++) {
			double percent = percent_of(ratio_at(c, aa, k));

			if (!isfinite(percent) || reach_holds(&rows->reach, percent))
				continue;
			strbuf_printf(data, "%d %.6g\n", rows->n - i, reach_clip(&rows->reach, percent));
			rows->n_outside++;
		}
	}
	strbuf_puts(data, "NaN NaN\n");
}

/* ---- script ---- */

static void put_script(struct strbuf *text, const struct trial_page *t, const struct rows *rows)
{
	char *body = embed_text(report_files, "reports/plots/aa.gp");
	struct strbuf label = {0}, plain = {0};
	int widest = 0;

	strbuf_puts(text, "load 'style.gp'\n");
	gp_number(text, "rows", rows->n);
	gp_number(text, "height", FRAME_Y + LINE_Y * rows->n);
	gp_number(text, "from", rows->reach.lo);
	gp_number(text, "to", rows->reach.hi);
	gp_number(text, "step", gp_tic_step(rows->reach.hi - rows->reach.lo));
	gp_number(text, "large", percent_of(log1p(t->delta_fail)));
	gp_number(text, "small", percent_of(-log1p(t->delta_fail)));
	gp_number(text, "within", isnan(t->v->aa_q95) ? 0 : percent_of(t->v->aa_q95));
	strbuf_puts(text, "set ytics (");
	for (int i = 0; i < rows->n; i++) {
		strbuf_reset(&label);
		strbuf_reset(&plain);
		trial_label(&label, t, rows->cell[i]);
		text_plain(&plain, strbuf_text(&label));
		if (text_width(strbuf_text(&plain)) > widest)
			widest = text_width(strbuf_text(&plain));
		strbuf_puts(text, i ? ", " : "");
		gp_label(text, strbuf_text(&label), LABEL_MAX);
		strbuf_printf(text, " %d", rows->n - i);
	}
	strbuf_puts(text, ")\n");
	widest = widest < LABEL_MAX ? widest : LABEL_MAX;
	gp_number(text, "left", (16 + CHARACTER_X * widest) / WIDTH_X);
	strbuf_puts(text, body ? body : "");
	strbuf_free(&label);
	strbuf_free(&plain);
	free(body);
}

static void picture_describe(struct picture *p, const struct trial_page *t, const struct rows *rows)
{
	struct strbuf text = {0};

	p->title = mem_strdup("A against itself, and B against A");
	strbuf_puts(&text,
		    "Hollow: single pairs of A and its own copy. Filled: single pairs of the comparison. ");
	if (!isnan(t->v->aa_q95)) {
		strbuf_printf(&text, "Dashed: 95 %% of all A/A pairs lie within \xc2\xb1%.2g %%. ",
			      percent_of(t->v->aa_q95));
	}
	strbuf_printf(&text, "Dotted: \xc2\xb1%.3g %%.", 100 * t->delta_fail);
	if (rows->n_outside > 0)
		strbuf_printf(&text, " %d %s farther out and %s at the edge, with a triangle.",
			      rows->n_outside, rows->n_outside == 1 ? "lies" : "lie",
			      rows->n_outside == 1 ? "stands" : "stand");
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "Dots of %d points: A/A pairs around 0", rows->n);
	if (!isnan(t->v->aa_theta)) {
		strbuf_puts(&text, ", in the middle ");
		percent_put(&text, t->v->aa_theta, 0.1);
		strbuf_puts(&text, " %");
	}
	strbuf_puts(&text, "; beside them the pairs of the comparison.");
	p->finding = strbuf_take(&text);
}

void trial_plot_aa(struct plots *plots, const struct trial_page *t)
{
	struct rows rows = rows_of(t);
	struct script *s;

	if (rows.n == 0)
		return;
	s = plots_add(plots, PLOT_AA, "aa");
	s->heading = mem_strdup("A/A");
	for (int aa = 0; aa < 2; aa++)
		put_dots(&s->data, &rows, aa != 0);
	for (int aa = 0; aa < 2; aa++)
		put_outside(&s->data, &rows, aa != 0);
	picture_describe(script_add(s, ""), t, &rows);
	put_script(&s->text, t, &rows);
	if (rows.n_left > 0)
		plots_note(plots, PLOT_AA, "%d %s of less weight", rows.n_left,
			   rows.n_left == 1 ? "point" : "points");
}
