/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures of a run by gnuplot. Each has NAME.dat and NAME.gp in a folder,
 * redrawn there by a plain `gnuplot NAME.gp`. What gnuplot draws is rewritten to follow the page's colours.
 * Names of files and data blocks are our own; text from outside reaches gnuplot only in single quotes.
 */
#ifndef IFM_REPORTS_PLOTS_H
#define IFM_REPORTS_PLOTS_H

#include "engines/base/embed.h"
#include "engines/base/err.h"
#include "engines/base/strbuf.h"
#include "reports/files.h"
#include "reports/view.h"

extern const struct embedded report_files[]; /* reports/html, reports/plots */

enum plot_kind {
	PLOT_THROUGHPUT = 0,
	PLOT_QUALITY, /* speed against the residual */
	PLOT_BYTES,   /* and against the bytes of the weights */
	PLOT_LATENCY,
	PLOT_ROOFLINE,
	PLOT_HEAT, /* blocking x threads */
	PLOT_BLOCKING,
	PLOT_SCALING,
	PLOT_TIMELINE,
	PLOT_KIND_COUNT, /* of those of a run */
	PLOT_RATIOS,	 /* of a comparison */
	PLOT_FOREST,	 /* of a trial: ratios with what they mean, */
	PLOT_PAIRS,	 /* its pairs, */
	PLOT_AA,	 /* beside those of a program and its copy, */
	PLOT_ORDER	 /* and every visit in its order */
};

/* One SVG. Panels of one script share its .dat and .gp. */
struct picture {
	char *name;    /* file name without .svg, unique on the page */
	char *title;   /* unescaped */
	char *reading; /* how to read it, unescaped */
	char *finding; /* for those who cannot see it, unescaped */
	char *svg;     /* the element for the page; NULL: not drawn */
};
struct script {
	enum plot_kind kind;
	char *name;    /* of .gp and .dat */
	char *heading; /* what the rows have in common, unescaped */
	struct strbuf data, text;
	int n_pictures;
	struct picture *picture;
	char *why_not; /* NULL: drawn */
};
/* What of a kind is not drawn, and why. */
struct plot_note {
	enum plot_kind kind;
	char *text; /* unescaped */
};
struct plots {
	int n;
	struct script *script;
	int n_notes;
	struct plot_note *note;
};

/* What there is to draw in this run: data and scripts, nothing drawn yet. */
struct plots *plots_make(const struct view *v);
void plots_free(struct plots *p);

/*
 * Writes .dat, .gp and .svg under directory (made if absent) and fills each picture's svg. A picture that
 * cannot be drawn has its reason in why_not; ERR_IO only when the folder cannot be written.
 */
MUST_CHECK int plots_draw(struct plots *p, const char *directory, struct diag *d);

/* A new script of p; its text begins with the licence line. */
struct script *plots_add(struct plots *p, enum plot_kind kind, const char *name);
/* A picture of it, named after the script with that suffix. */
struct picture *script_add(struct script *s, const char *suffix);

/* Says beside the pictures of that kind what is left out. */
__attribute__((format(printf, 3, 4))) void plots_note(struct plots *p, enum plot_kind kind,
						      const char *format, ...);

/* The makers, one file a kind of picture. One that has nothing to draw adds no script, and a note where a reader would
 * look for the picture. */
void plot_throughput(struct plots *p, const struct view *v);
void plot_quality(struct plots *p, const struct view *v); /* and PLOT_BYTES */
void plot_latency(struct plots *p, const struct view *v);
void plot_roofline(struct plots *p, const struct view *v);
void plot_heat(struct plots *p, const struct view *v);
void plot_blocking(struct plots *p, const struct view *v);
void plot_scaling(struct plots *p, const struct view *v);
void plot_timeline(struct plots *p, const struct view *v);

/* The rows whose step times are drawn, picture by picture (at most LATENCY_SERIES each). Returns how many pictures. */
#define LATENCY_PICTURES 2
#define LATENCY_SERIES	 4
struct latency_choice {
	int n;
	const struct row *row[LATENCY_SERIES];
	char *heading; /* what they have in common; free() it */
};
int latency_choose(struct latency_choice out[LATENCY_PICTURES], const struct view *v, int *n_left_out);

/* ---- rows that share all keys but some ---- */
#define GROUP_MAX 512
struct group {
	int n;
	int place; /* in plan order */
	unsigned long hash;
	const struct row *row[GROUP_MAX];
};
/* Done rows of that kind that are equal in all keys except `free_keys` (ends with KEY_COUNT); largest groups
 * first. Returns how many, at most max. */
int groups_of(struct group *groups, int max, const struct view *v, enum row_kind kind,
	      const enum point_key *free_keys);
/* All groups there are, the same way. free() it. */
struct group *groups_all(const struct view *v, enum row_kind kind, const enum point_key *free_keys, int *n);
/* The test and the model of one of those n groups. */
bool group_is_of_those(const struct group *g, const struct group *const *those, int n);
/* "tg128, default, 4 threads": the test and the keys that vary in the run but not in the group. */
void group_heading(struct strbuf *out, const struct view *v, const struct group *g,
		   const enum point_key *free_keys);
/* Distinct values of a key in the group, in order of first appearance; returns how many. */
int group_values(const struct group *g, enum point_key key, const char **value, int max);
/* Of pointers to values that are numbers, for qsort: ascending. */
int values_compare(const void *a, const void *b);

/* ---- labels that do not meet ---- */
/* In pixels from the lower left of the inner plot. */
struct label_box {
	double x0, y0, x1, y1;
};
#define LABEL_BOXES 2048
struct labels {
	double width, height; /* of the inner plot: labels stay inside */
	double left;	      /* and right of this */
	int n, n_labels;
	struct label_box box[LABEL_BOXES];
};
/* Keeps labels off a part of the plot. */
void labels_block(struct labels *l, double x0, double y0, double x1, double y1);
/*
 * Writes a gnuplot label beside the dot at (x, y), where there is room; false: there is none, and nothing is written.
 * colour: a role.
 */
bool labels_put(struct labels *l, struct strbuf *script, double x, double y, const char *text,
		const char *colour);
/* The same in a free corner, the lower right one first: for what has no room beside its dot. */
bool labels_put_aside(struct labels *l, struct strbuf *script, const char *text, const char *colour);
/* Pixels that a text takes at most. */
double label_width(const char *text);

/* ---- colours ---- */
/* The palette as gnuplot variables, and as CSS variables of one scheme (0 light, 1 dark). */
void palette_gnuplot(struct strbuf *out);
void palette_css(struct strbuf *out, int scheme);
/* The role of "rgb(r, g, b)", NULL when the colour is none of ours. */
const char *palette_role(int r, int g, int b);
/*
 * A precision's role on every picture and table of the run: one of four, given out over all its precisions, or ink for
 * those beyond, which need a label and another mark beside it.
 */
const char *palette_of(const struct view *v, const char *precision);
/* The roles that palette_of gives, ink last. */
#define PALETTE_SERIES 5
extern const char *const palette_series[PALETTE_SERIES];

/* ---- the SVG ---- */
/*
 * gnuplot's SVG -> an <svg> element for the page. NULL when it is not what gnuplot writes: elements
 * unbalanced or not of the few kinds expected. free() it.
 */
char *svg_theme(const char *svg, const struct picture *p);
/* The same as a file of its own, with its palette in both schemes. free() it. */
char *svg_standalone(const char *element);
/* Tags balanced, only elements that draw, no scripts, no references outside. */
bool svg_is_sound(const char *svg);

/* ---- running gnuplot ---- */
/* $GNUPLOT, else gnuplot on PATH; false when there is none. */
bool gnuplot_find(char *path, size_t size);
/* Runs `gnuplot -d script` in directory; *log receives its last words. 0, or ERR_* with why. */
MUST_CHECK int gnuplot_run(const char *gnuplot, const char *directory, const char *script, struct diag *d);

/* ---- small axes helpers ---- */
/* Pixels between the axes of svg(440, 340) with the margins of its script, of which top and bottom are the same in all. */
#define PLOT_X(left, right) (440 * ((right) - (left)))
#define PLOT_Y		    253.0
/* Writes `name = 1.25` into a script; NaN is refused by writing 0. */
void gp_number(struct strbuf *out, const char *name, double x);
void gp_text(struct strbuf *out, const char *name, const char *text);
/* A text from outside as a gnuplot string of at most that many columns. */
void gp_label(struct strbuf *out, const char *text, int columns);
/* `set xtics STEP`: from three to eight marks over that much of a linear axis. */
double gp_tic_step(double length);
/* Powers of ten as marks of a log axis from lo to hi, about `most` of them, with 2 and 5 between few; zero: the lowest
 * stands for 0. */
void gp_power_tics(struct strbuf *out, const char *axis, double lo, double hi, int most, bool zero);
/* A range for a log axis around [lo, hi] with room for labels. */
void gp_log_range(struct strbuf *out, const char *axis, double lo, double hi, double margin);

/* A new folder under $TMPDIR; free() the path, after folder_discard. */
MUST_CHECK int folder_temporary(char **path, struct diag *d);
/* Removes a folder of files that we made. */
void folder_discard(const char *path);

#endif
