/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One picture of reports/plots/roofline.c: where its points and ceilings stand (place.c) and its .dat and .gp
 * (draw.c). What was measured, and under which ceilings, is reports/analysis/roofline.h.
 */
#ifndef IFM_PLOTS_ROOFLINE_H
#define IFM_PLOTS_ROOFLINE_H

#include "reports/analysis/roofline.h"
#include "reports/plots/plots.h"

/* Above it a cloud: dots without names. */
#define POINTS_MAX 60
#define LINES_MAX  4
/* Inner size in pixels (svg(440, 340) and the margins of roofline.gp). */
#define INNER_X PLOT_X(0.13, 0.975)
#define DOT	5.0

enum shape { SHAPE_DECODE = 0, SHAPE_PREFILL, SHAPE_PRODUCT, SHAPE_COUNT };

struct spot {
	const struct row *row;
	const char *precision;
	double x;	/* FLOP a byte */
	double drawn_x; /* and where it stands: beside what it would hide */
	enum shape shape;
	const char *role; /* colour */
};
struct roofline {
	int n, n_moved; /* n_moved: stand beside their place */
	struct spot spot[POINTS_MAX];
	int n_memory, n_peaks, n_hidden;
	struct roof_line memory[LINES_MAX], peak[LINES_MAX]; /* the slowest first */
	double x_lo, x_hi, y_lo, y_hi;
};

/* Which points and ceilings of roof are drawn, and where. w is zeroed; points into v and the rows of roof. */
void roofline_place(struct roofline *w, const struct view *v, const struct roof *roof);
/* The data, and the script but for its heading and pictures. */
void roofline_draw(struct script *s, const struct view *v, const struct roofline *w);

/* Beyond those that have a colour. */
bool spot_is_ink(const struct spot *spot);
/* Pixels from the lower left, and what stands at so many. */
double roofline_px(const struct roofline *w, double x);
double roofline_py(const struct roofline *w, double y);
double roofline_x(const struct roofline *w, double px);
/* Of the memory ceilings, in radians. */
double roofline_angle(const struct roofline *w);

#endif
