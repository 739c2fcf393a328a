/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of a trial's page share. A cell is called a point there. Words are unescaped; parts escape what comes
 * from outside. Within reports/verdicts.
 */
#ifndef IFM_VERDICTS_PAGE_PAGE_H
#define IFM_VERDICTS_PAGE_PAGE_H

#include "reports/analysis/verdicts.h"
#include "reports/html/html.h"

struct trial_page {
	const struct verdicts *v;
	int n_keys;
	enum point_key key[KEY_COUNT]; /* that tell cells apart beside their test, and no arm declares */
	double delta_fail,
		delta_eq; /* ratios less 1 that most cells are judged by, raised to what A/A reaches */
	int n_compared;	  /* cells with pairs */
	int n_ranked;
	const struct verdict_cell **ranked; /* those with an interval: what matters most first */
	const struct plots *plots;	    /* borrowed */
};
void trial_page_make(struct trial_page *t, const struct verdicts *v);
void trial_page_free(struct trial_page *t);

/* It is judged by other bounds than most: its own, or raised to what A/A reaches there. */
bool cell_has_own_bounds(const struct trial_page *t, const struct verdict_cell *c);

/* ---- words.c ---- */
struct verdict_look {
	const char *role; /* of palette.c */
	const char *name; /* of a CSS class and a block of data */
	const char *glyph;
};
extern const struct verdict_look verdict_looks[VERDICT_SLOWER + 1];
void verdict_meaning(struct strbuf *out, const struct trial_page *t, enum verdict v);
/* In the order people read them: SLOWER first. */
extern const enum verdict verdict_order[VERDICT_SLOWER + 1];

/* Of arm a, else of b; NULL: the cell is not in the store. */
const struct point *cell_point(const struct verdict_cell *c);
bool cell_has_interval(const struct verdict_cell *c);
/* Its mark is hollow: nothing is called, or what is called is not to be relied on. */
bool cell_is_hollow(const struct verdict_cell *c);
/* What it measures, of arm a where the arms differ in it. */
void trial_test(struct strbuf *out, const struct verdict_cell *c);
/* The value of a key; "" where the cell is not in the store. */
void trial_key(struct strbuf *out, const struct verdict_cell *c, enum point_key key);
/* "tg128 q8_0 t4" */
void trial_label(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c);
/* A log ratio as "+5.76" percent; half: half a width of percent that decides the digits. */
void percent_put(struct strbuf *out, double log_ratio, double half);
/* "[+5.30, +6.21]" */
void percent_interval_put(struct strbuf *out, double lo, double hi);
double percent_of(double log_ratio);
/* Half of an interval of log ratios, in percent. */
double percent_half(double lo, double hi);
/* What it would take to decide, or what is to be known of what is called. */
void trial_decide(struct strbuf *out, const struct trial_page *t, const struct verdict_cell *c);
/* One line that states the finding. */
void trial_title(struct strbuf *out, const struct trial_page *t);
/* Why it is not to be relied on; "": nothing is known against it. */
const char *caveat_text(enum verdict_caveat c);

/* ---- parts of the page, escaped ---- */
void trial_header(struct strbuf *out, const struct trial_page *t);
void trial_summary(struct strbuf *out, const struct trial_page *t);
void trial_families(struct strbuf *out, const struct trial_page *t);
void trial_verdicts(struct strbuf *out, const struct trial_page *t);
void trial_error_rates(struct strbuf *out, const struct trial_page *t);
void trial_method(struct strbuf *out, const struct trial_page *t);
/* A cell of a table with a figure for sorting; NaN: an empty one. text is escaped by whoever made it. */
void html_figure(struct strbuf *out, const char *class, double value, const char *text);
/* "30 pairs", "1 pair" */
void count_put(struct strbuf *out, int n, const char *noun);

/* ---- pictures: data and scripts; plots_draw() draws ---- */
struct plots *trial_plots(const struct trial_page *t); /* all of them; plots_free() it */
void trial_plot_forest(struct plots *p, const struct trial_page *t);
void trial_plot_pairs(struct plots *p, const struct trial_page *t);
void trial_plot_aa(struct plots *p, const struct trial_page *t);
void trial_plot_order(struct plots *p, const struct trial_page *t);
/* Percent in which nearly all of n log ratios lie, for an axis that shows -bound to bound percent in any case; what lies
 * farther out is drawn at its edge. */
struct reach {
	double lo, hi;
};
struct reach reach_of(const double *r, int n, double bound);
double reach_clip(const struct reach *reach, double percent);
bool reach_holds(const struct reach *reach, double percent);

#endif
