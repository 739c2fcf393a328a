/* SPDX-License-Identifier: Apache-2.0 */
/* The .dat and .gp of a roofline: ceilings, dots in blocks of one shape and colour, names where there is room. */
#include "config.h"

#include "reports/plots/roofline/roofline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"
#include "reports/text.h"

/* Where names of memory ceilings begin, of the width, and pixels above their line. */
#define MEMORY_NAME_X  0.02
#define MEMORY_NAME_UP 9

/* gnuplot's; the hollow one, of ink, is one less. */
static const int marks[SHAPE_COUNT] = {[SHAPE_DECODE] = 7, [SHAPE_PREFILL] = 5, [SHAPE_PRODUCT] = 9};

/* FLOP a byte from where on the fastest memory allows that peak; 0: no memory was measured. */
static double peak_begin(const struct roofline *w, int i)
{
	return w->n_memory ? w->peak[i].rate / w->memory[w->n_memory - 1].rate : 0;
}

static void put_block(struct strbuf *data, const char *columns, const char *name, int number)
{
	strbuf_printf(data, "%s# columns: %s\n# %s%d\n", data->len ? "\n\n" : "", columns, name, number);
}

static void put_line(struct strbuf *data, const char *name, int number, const double from[2],
		     const double to[2])
{
	put_block(data, "FLOP/byte GFLOP/s", name, number);
	strbuf_printf(data, "%.6g %.6g\n%.6g %.6g\n", from[0], from[1], to[0], to[1]);
}

/* Each ceiling as two points: a memory line up to the highest peak, a peak from where the fastest memory allows it. */
static void put_ceilings(struct strbuf *data, const struct roofline *w)
{
	double top = w->n_peaks ? w->peak[w->n_peaks - 1].rate : w->y_hi;

	for (int i = 0; i < w->n_memory; i++) {
		double rate = w->memory[i].rate;

		put_line(data, "memory", i, (double[]){w->x_lo, w->x_lo * rate},
			 (double[]){fmin(w->x_hi, top / rate), fmin(w->x_hi * rate, top)});
	}
	for (int i = 0; i < w->n_peaks; i++) {
		double rate = w->peak[i].rate;

		put_line(data, "peak", i, (double[]){fmax(w->x_lo, peak_begin(w, i)), rate},
			 (double[]){w->x_hi, rate});
	}
}

static void put_spot(struct strbuf *data, const struct view *v, const struct spot *spot)
{
	const struct estimate *e = &spot->row->gflops_s;
	struct strbuf label = {0};

	row_label(&label, v, spot->row);
	strbuf_printf(data, "%.6g %.6g %.6g %.6g %.6g # ", spot->x, e->value, e->interval ? e->lo : e->value,
		      e->interval ? e->hi : e->value, spot->drawn_x);
	text_plain(data, strbuf_text(&label));
	strbuf_putc(data, '\n');
	strbuf_free(&label);
}

/* All of that shape and colour, as block `number`; false: there is none. */
static bool put_spots(struct strbuf *data, const struct view *v, const struct roofline *w, enum shape shape,
		      const char *role, int number)
{
	bool any = false;

	for (int i = 0; i < w->n; i++) {
		if (w->spot[i].shape != shape || strcmp(w->spot[i].role, role) != 0)
			continue;
		if (!any)
			put_block(data, "FLOP/byte GFLOP/s lo hi, and the FLOP/byte where it is drawn", "s",
				  number);
		any = true;
		put_spot(data, v, &w->spot[i]);
	}
	return any;
}

/* The points, and of each block its colour and mark, as the script's arrays. */
static void put_blocks(struct script *s, const struct view *v, const struct roofline *w)
{
	struct strbuf hues = {0}, shapes = {0};
	int n = 0;

	for (enum shape shape = 0; shape < SHAPE_COUNT; shape++)
		for (int role = 0; role < PALETTE_SERIES; role++) {
			if (!put_spots(&s->data, v, w, shape, palette_series[role], n))
				continue;
			strbuf_printf(&hues, "%s'%s'", n ? ", " : "", palette_series[role]);
			strbuf_printf(&shapes, "%s%d", n ? ", " : "",
				      marks[shape] - (role == PALETTE_SERIES - 1));
			n++;
		}
	strbuf_printf(&s->text,
		      "n = %d\nmemories = %d\npeaks = %d\narray hue[n] = [%s]\narray shape[n] = [%s]\n", n,
		      w->n_memory, w->n_peaks, strbuf_text(&hues), strbuf_text(&shapes));
	strbuf_free(&hues);
	strbuf_free(&shapes);
}

static void put_axes(struct strbuf *text, const struct roofline *w)
{
	gp_power_tics(text, "x", w->x_lo, w->x_hi, 7, false);
	gp_power_tics(text, "y", w->y_lo, w->y_hi, 7, false);
	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n", w->x_lo, w->x_hi, w->y_lo,
		      w->y_hi);
}

/* "read 64 MiB 38.2 GB/s". */
static void memory_name(struct strbuf *out, const struct roof_line *c)
{
	row_test(out, c->row);
	strbuf_putc(out, ' ');
	number_put(out, c->rate, 0);
	strbuf_puts(out, " GB/s");
}

/* "int8 1640": in the unit of its axis. */
static void peak_name(struct strbuf *out, const struct roof_line *c)
{
	strbuf_printf(out, "%s ", point_get(&c->row->point->point, KEY_TYPE));
	number_put(out, c->rate, 0);
}

static void memory_label(struct strbuf *text, const struct roofline *w, int i, int number)
{
	double angle = roofline_angle(w), x = roofline_x(w, MEMORY_NAME_X * INNER_X);
	double y = roofline_py(w, x * w->memory[i].rate) + MEMORY_NAME_UP / cos(angle);
	struct strbuf name = {0};

	memory_name(&name, &w->memory[i]);
	strbuf_printf(text, "set label %d ", number);
	text_gnuplot(text, strbuf_text(&name));
	strbuf_printf(text, " at graph %.4f,%.4f left rotate by %.1f tc rgb mute\n", MEMORY_NAME_X,
		      y / PLOT_Y, angle * 180 / M_PI);
	strbuf_free(&name);
}

/* Left of where it begins, above all memory lines, where no point can be; without room there, above its right end. */
static void peak_label(struct strbuf *text, struct labels *l, const struct roofline *w, int i, int number)
{
	double y = roofline_py(w, w->peak[i].rate), end = roofline_px(w, peak_begin(w, i)) - 6, width;
	struct strbuf name = {0};
	bool room;

	peak_name(&name, &w->peak[i]);
	width = label_width(strbuf_text(&name));
	room = end - width >= 0;
	strbuf_printf(text, "set label %d ", number);
	text_gnuplot(text, strbuf_text(&name));
	strbuf_printf(text, " at graph %.4f,%.4f right tc rgb mute\n", room ? end / INNER_X : 1,
		      (y + (room ? 0 : 8)) / PLOT_Y);
	labels_block(l, end, y - 1, INNER_X, y + 1);
	if (room)
		labels_block(l, end - width, y - 8, end, y + 8);
	else
		labels_block(l, INNER_X - width, y, INNER_X, y + 16);
	strbuf_free(&name);
}

/* Whether one of the first n spots has that precision; SHAPE_COUNT: in any shape. */
static bool is_among(const struct spot *spot, int n, const char *precision, enum shape shape)
{
	for (int i = 0; i < n; i++)
		if ((shape == SHAPE_COUNT || spot[i].shape == shape) &&
		    strcmp(spot[i].precision, precision) == 0)
			return true;
	return false;
}

/* A precision without room beside any of its dots stands aside, in its colour. */
static void spot_key(struct strbuf *text, struct labels *l, const struct roofline *w,
		     const struct spot *named, int n_named)
{
	for (int i = 0; i < w->n; i++) {
		const struct spot *spot = &w->spot[i];
		struct strbuf key = {0};

		if (is_among(named, n_named, spot->precision, SHAPE_COUNT) ||
		    is_among(w->spot, i, spot->precision, SHAPE_COUNT))
			continue;
		strbuf_printf(&key, "%s %s", spot_is_ink(spot) ? "\xe2\x97\x8b" : "\xe2\x97\x8f",
			      spot->precision);
		labels_put_aside(l, text, strbuf_text(&key), spot->role);
		strbuf_free(&key);
	}
}

/* A dot is named by its precision, once for each shape. */
static void spot_labels(struct strbuf *text, struct labels *l, const struct roofline *w)
{
	struct spot named[POINTS_MAX];
	int n_named = 0;

	for (int i = 0; i < w->n; i++) {
		const struct spot *spot = &w->spot[i];

		if (!is_among(named, n_named, spot->precision, spot->shape) &&
		    labels_put(l, text, roofline_px(w, spot->drawn_x),
			       roofline_py(w, spot->row->gflops_s.value), spot->precision, spot->role))
			named[n_named++] = *spot;
	}
	spot_key(text, l, w, named, n_named);
}

/* Keeps names off a dot and its interval. */
static void spot_block(struct labels *l, const struct roofline *w, const struct spot *spot)
{
	const struct estimate *e = &spot->row->gflops_s;
	double x = roofline_px(w, spot->drawn_x), y = roofline_py(w, e->value);

	labels_block(l, x - DOT, y - DOT, x + DOT, y + DOT);
	if (e->interval)
		labels_block(l, x - 2, roofline_py(w, fmax(e->lo, w->y_lo)), x + 2, roofline_py(w, e->hi));
}

static void put_labels(struct strbuf *text, const struct roofline *w)
{
	struct labels *l = mem_alloc(sizeof *l);
	double left = INNER_X;

	for (int i = 0; i < w->n; i++)
		left = fmin(left, roofline_px(w, w->spot[i].drawn_x));
	*l = (struct labels){.width = INNER_X, .height = PLOT_Y, .left = w->n_memory ? left - DOT : 0};
	for (int i = 0; i < w->n; i++)
		spot_block(l, w, &w->spot[i]);
	for (int i = 0; i < w->n_peaks; i++)
		peak_label(text, l, w, i, 90 + i);
	for (int i = 0; i < w->n_memory; i++)
		memory_label(text, w, i, 80 + i);
	spot_labels(text, l, w);
	free(l);
}

void roofline_draw(struct script *s, const struct view *v, const struct roofline *w)
{
	char *body = embed_text(report_files, "reports/plots/roofline.gp");

	put_ceilings(&s->data, w);
	put_blocks(s, v, w);
	strbuf_puts(&s->text, "load 'style.gp'\n");
	put_axes(&s->text, w);
	put_labels(&s->text, w);
	strbuf_puts(&s->text, body ? body : "");
	free(body);
}
