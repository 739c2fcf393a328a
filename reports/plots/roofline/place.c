/* SPDX-License-Identifier: Apache-2.0 */
/* Where points and ceilings stand: the axes around them, dots side by side, lines far enough apart. */
#include "config.h"

#include "reports/plots/roofline/roofline.h"

#include <math.h>
#include <string.h>

/* Pixels between two lines that both bear a name. */
#define LINE_GAP 17.0
/* Between dots that stand side by side, and so many of them to each side. */
#define BESIDE_X   8.0
#define BESIDE_MAX 4
/* Of the width, kept free of points for the names of memory ceilings. */
#define LEFT_SHARE 0.34
/* And up to where the lowest peak begins, for the names of peaks. */
#define PEAK_SHARE 0.21

static enum shape shape_of(const struct row *r)
{
	if (row_kind(r) == ROW_MATRIX)
		return SHAPE_PRODUCT;
	return strncmp(point_get(&r->point->point, KEY_WORKLOAD), "tg", 2) == 0 ? SHAPE_DECODE
										: SHAPE_PREFILL;
}

static struct spot spot_of(const struct row *r, const struct view *v)
{
	const char *precision = point_get(&r->point->point, KEY_PRECISION);
	double x = row_intensity(r);

	return (struct spot){.row = r,
			     .precision = precision,
			     .x = x,
			     .drawn_x = x,
			     .shape = shape_of(r),
			     .role = palette_of(v, precision)};
}

bool spot_is_ink(const struct spot *spot)
{
	return strcmp(spot->role, palette_series[PALETTE_SERIES - 1]) == 0;
}

/* From left of all points to right of the last ridge, so that each ceiling shows its bend. */
static void range_of(struct roofline *w, const struct roof *roof)
{
	double least = w->spot[0].x, most = w->spot[0].x, left;

	w->y_lo = w->y_hi = w->spot[0].row->gflops_s.value;
	for (int i = 0; i < w->n; i++) {
		least = fmin(least, w->spot[i].x);
		most = fmax(most, w->spot[i].x);
		w->y_lo = fmin(w->y_lo, w->spot[i].row->gflops_s.value);
		w->y_hi = fmax(w->y_hi, w->spot[i].row->gflops_s.value);
	}
	if (roof->n_peaks)
		w->y_hi = fmax(w->y_hi, roof->peak[roof->n_peaks - 1].rate);
	if (roof->n_peaks && roof->n_memory)
		most = fmax(most, roof->peak[roof->n_peaks - 1].rate / roof->memory[0].rate);
	w->x_hi = most * 3;
	left = log10(w->x_hi / least) / (1 - LEFT_SHARE) * LEFT_SHARE;
	w->x_lo = least / pow(10, roof->n_memory ? left : 0.3);
	if (roof->n_peaks && roof->n_memory) {
		double ridge = log10(roof->peak[0].rate / roof->memory[roof->n_memory - 1].rate);

		w->x_lo = fmin(w->x_lo, pow(10, (ridge - PEAK_SHARE * log10(w->x_hi)) / (1 - PEAK_SHARE)));
	}
	w->y_hi *= 2;
	w->y_lo /= 2;
	if (roof->n_memory)
		w->y_lo = fmin(w->y_lo, roof->memory[0].rate * w->x_lo);
}

double roofline_px(const struct roofline *w, double x)
{
	return INNER_X * log10(x / w->x_lo) / log10(w->x_hi / w->x_lo);
}

double roofline_py(const struct roofline *w, double y)
{
	return PLOT_Y * log10(y / w->y_lo) / log10(w->y_hi / w->y_lo);
}

double roofline_x(const struct roofline *w, double px)
{
	return w->x_lo * pow(w->x_hi / w->x_lo, px / INNER_X);
}

double roofline_angle(const struct roofline *w)
{
	return atan2(PLOT_Y / log10(w->y_hi / w->y_lo), INNER_X / log10(w->x_hi / w->x_lo));
}

/* The pixels that a dot and its interval take upwards. */
static void spot_extent(const struct roofline *w, const struct spot *s, double *lo, double *hi)
{
	const struct estimate *e = &s->row->gflops_s;

	*lo = roofline_py(w, e->interval ? fmax(e->lo, w->y_lo) : e->value) - DOT;
	*hi = roofline_py(w, e->interval ? e->hi : e->value) + DOT;
}

static bool spot_is_hidden(const struct roofline *w, int i, double px)
{
	double lo, hi, other_lo, other_hi;

	spot_extent(w, &w->spot[i], &lo, &hi);
	for (int k = 0; k < i; k++) {
		spot_extent(w, &w->spot[k], &other_lo, &other_hi);
		if (fabs(roofline_px(w, w->spot[k].drawn_x) - px) < BESIDE_X - 0.5 && lo < other_hi &&
		    other_lo < hi)
			return true;
	}
	return false;
}

/* What would stand on another moves aside, right and left in turns and as little as is enough; clouds stay as they are. */
static void spots_part(struct roofline *w)
{
	for (int i = 1; i < w->n; i++) {
		double px = roofline_px(w, w->spot[i].x);

		for (int step = 0; step <= 2 * BESIDE_MAX; step++) {
			int far = (step + 1) / 2;
			double at = px + BESIDE_X * far * (step % 2 ? 1 : -1);

			if (spot_is_hidden(w, i, at))
				continue;
			if (step > 0) {
				w->spot[i].drawn_x = roofline_x(w, at);
				w->n_moved++;
			}
			break;
		}
	}
}

static bool is_clear(const struct roof_line *kept, int n, double rate, double px_decade)
{
	for (int i = 0; i < n; i++)
		if (fabs(log10(rate / kept[i].rate)) * px_decade < LINE_GAP)
			return false;
	return true;
}

/* Keeps the fastest, and of the others, from the slowest on, what stands clear; px_decade: across the lines. Returns how many. */
static int lines_thin(struct roof_line kept[LINES_MAX], const struct roof_line *c, int n, double px_decade)
{
	int n_kept = 0;

	for (int i = 0; i < n && n_kept < LINES_MAX; i++) {
		/* The fastest comes first, so that it always has its place. */
		const struct roof_line *line = &c[i == 0 ? n - 1 : i - 1];
		int k = n_kept;

		if (!is_clear(kept, n_kept, line->rate, px_decade))
			continue;
		for (; k > 0 && kept[k - 1].rate > line->rate; k--)
			kept[k] = kept[k - 1];
		kept[k] = *line;
		n_kept++;
	}
	return n_kept;
}

static void ceilings_thin(struct roofline *w, const struct roof *roof)
{
	double px_decade = PLOT_Y / log10(w->y_hi / w->y_lo);

	w->n_memory = lines_thin(w->memory, roof->memory, roof->n_memory, px_decade * cos(roofline_angle(w)));
	w->n_peaks = lines_thin(w->peak, roof->peak, roof->n_peaks, px_decade);
	w->n_hidden = roof->n_memory + roof->n_peaks - w->n_memory - w->n_peaks;
}

void roofline_place(struct roofline *w, const struct view *v, const struct roof *roof)
{
	for (int i = 0; i < roof->n && w->n < POINTS_MAX; i++)
		w->spot[w->n++] = spot_of(roof->point[i], v);
	range_of(w, roof);
	spots_part(w);
	ceilings_thin(w, roof);
}
