/* SPDX-License-Identifier: Apache-2.0 */
/* What was reached against the work a byte: measured ceilings as lines, points below them. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/analysis/roofline.h"
#include "reports/number.h"
#include "reports/text.h"

/* Above it a cloud: dots without names. */
#define POINTS_MAX 60
#define LINES_MAX  4
/* Pictures, one a device. */
#define DEVICES_MAX 4
/* Inner size in pixels (svg(440, 340) and the margins of roofline.gp). */
#define INNER_X PLOT_X(0.13, 0.975)
/* Pixels between two lines that both bear a name. */
#define LINE_GAP 17.0
#define DOT	 5.0
/* Between dots that stand side by side, and so many of them to each side. */
#define BESIDE_X   8.0
#define BESIDE_MAX 4
/* Of the width, kept free of points for the names of memory ceilings. */
#define LEFT_SHARE 0.34
/* And up to where the lowest peak begins, for the names of peaks. */
#define PEAK_SHARE 0.21

struct spot {
	const struct row *row;
	double x;	  /* FLOP a byte */
	double drawn_x;	  /* and where it stands: beside what it would hide */
	int shape;	  /* of shapes[] */
	const char *role; /* colour */
};
struct roofline {
	int n, n_moved; /* n_moved: stand beside their place */
	struct spot spot[POINTS_MAX];
	int n_memory, n_peaks, n_hidden;
	struct roof_line memory[LINES_MAX], peak[LINES_MAX];
	double x_lo, x_hi, y_lo, y_hi;
	const char *device;
	int n_before; /* pictures of other devices */
};

static const struct {
	const char *name;
	int mark; /* gnuplot's; the hollow one, of ink, is one less */
} shapes[] = {{"decode", 7}, {"prefill", 5}, {"product", 9}};

static int shape_of(const struct row *r)
{
	if (row_kind(r) == ROW_MATRIX)
		return 2;
	return strncmp(point_get(&r->point->point, KEY_WORKLOAD), "tg", 2) == 0 ? 0 : 1;
}

static void spots_make(struct roofline *w, const struct view *v, const struct roof *roof)
{
	for (int i = 0; i < roof->n && w->n < POINTS_MAX; i++) {
		const struct row *r = roof->point[i];

		w->spot[w->n++] = (struct spot){r, row_intensity(r), row_intensity(r), shape_of(r),
						palette_of(v, point_get(&r->point->point, KEY_PRECISION))};
	}
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

static double px(const struct roofline *w, double x)
{
	return INNER_X * log10(x / w->x_lo) / log10(w->x_hi / w->x_lo);
}

static double py(const struct roofline *w, double y)
{
	return PLOT_Y * log10(y / w->y_lo) / log10(w->y_hi / w->y_lo);
}

/* The pixels that a dot and its interval take upwards. */
static void spot_extent(const struct roofline *w, const struct spot *s, double *lo, double *hi)
{
	const struct estimate *e = &s->row->gflops_s;

	*lo = py(w, e->interval ? fmax(e->lo, w->y_lo) : e->value) - DOT;
	*hi = py(w, e->interval ? e->hi : e->value) + DOT;
}

static bool spot_is_hidden(const struct roofline *w, int i, double x)
{
	double lo, hi, other_lo, other_hi;

	spot_extent(w, &w->spot[i], &lo, &hi);
	for (int k = 0; k < i; k++) {
		spot_extent(w, &w->spot[k], &other_lo, &other_hi);
		if (fabs(px(w, w->spot[k].drawn_x) - x) < BESIDE_X - 0.5 && lo < other_hi && other_lo < hi)
			return true;
	}
	return false;
}

/* What would stand on another moves aside, right and left in turns and as little as is enough; clouds stay as they are. */
static void spots_part(struct roofline *w)
{
	for (int i = 1; i < w->n; i++) {
		double x = px(w, w->spot[i].x);

		for (int step = 0; step <= 2 * BESIDE_MAX; step++) {
			int far = (step + 1) / 2;
			double at = x + BESIDE_X * far * (step % 2 ? 1 : -1);

			if (spot_is_hidden(w, i, at))
				continue;
			w->spot[i].drawn_x =
				step ? w->x_lo * pow(w->x_hi / w->x_lo, at / INNER_X) : w->spot[i].x;
			w->n_moved += step > 0;
			break;
		}
	}
}

static double memory_angle(const struct roofline *w)
{
	return atan2(PLOT_Y / log10(w->y_hi / w->y_lo), INNER_X / log10(w->x_hi / w->x_lo));
}

/* Keeps the fastest, and of the others, from the slowest on, what stands clear; px_decade: across the lines. Returns how many. */
static int lines_thin(struct roof_line kept[LINES_MAX], const struct roof_line *c, int n, double px_decade)
{
	int n_kept = 0;

	for (int i = 0; i < n; i++) {
		/* The fastest comes first, so that it always has its place. */
		int at = i == 0 ? n - 1 : i - 1;
		bool clear = n_kept < LINES_MAX;

		for (int k = 0; k < n_kept && clear; k++)
			clear = fabs(log10(c[at].rate / kept[k].rate)) * px_decade >= LINE_GAP;
		if (clear)
			kept[n_kept++] = c[at];
	}
	for (int i = 1; i < n_kept; i++)
		for (int k = i; k > 0 && kept[k - 1].rate > kept[k].rate; k--) {
			struct roof_line swap = kept[k];

			kept[k] = kept[k - 1];
			kept[k - 1] = swap;
		}
	return n_kept;
}

static void ceilings_thin(struct roofline *w, const struct roof *roof)
{
	double px_decade = PLOT_Y / log10(w->y_hi / w->y_lo);

	w->n_memory = lines_thin(w->memory, roof->memory, roof->n_memory, px_decade * cos(memory_angle(w)));
	w->n_peaks = lines_thin(w->peak, roof->peak, roof->n_peaks, px_decade);
	w->n_hidden = roof->n_memory + roof->n_peaks - w->n_memory - w->n_peaks;
}

/* Each ceiling as two points: a memory line up to the highest peak, a peak from where the fastest memory allows it. */
static void put_ceilings(struct strbuf *data, const struct roofline *w)
{
	double top = w->n_peaks ? w->peak[w->n_peaks - 1].rate : w->y_hi;
	double fastest = w->n_memory ? w->memory[w->n_memory - 1].rate : 0;

	for (int i = 0; i < w->n_memory; i++)
		strbuf_printf(data, "%s# columns: FLOP/byte GFLOP/s\n# memory%d\n%.6g %.6g\n%.6g %.6g\n",
			      data->len ? "\n\n" : "", i, w->x_lo, w->x_lo * w->memory[i].rate,
			      fmin(w->x_hi, top / w->memory[i].rate), fmin(w->x_hi * w->memory[i].rate, top));
	for (int i = 0; i < w->n_peaks; i++)
		strbuf_printf(data, "%s# columns: FLOP/byte GFLOP/s\n# peak%d\n%.6g %.6g\n%.6g %.6g\n",
			      data->len ? "\n\n" : "", i,
			      fastest > 0 ? fmax(w->x_lo, w->peak[i].rate / fastest) : w->x_lo,
			      w->peak[i].rate, w->x_hi, w->peak[i].rate);
}

/* One block for each shape and colour in use. */
static int put_spots(struct strbuf *data, struct strbuf *hues, struct strbuf *marks, const struct view *v,
		     const struct roofline *w)
{
	const char *const *roles = palette_series;
	int n = 0;

	for (int shape = 0; shape < 3; shape++)
		for (size_t role = 0; role < PALETTE_SERIES; role++) {
			bool any = false;

			for (int i = 0; i < w->n; i++) {
				const struct estimate *e = &w->spot[i].row->gflops_s;
				struct strbuf label = {0};

				if (w->spot[i].shape != shape || strcmp(w->spot[i].role, roles[role]) != 0)
					continue;
				if (!any)
					strbuf_printf(data,
						      "%s# columns: FLOP/byte GFLOP/s lo hi, and the "
						      "FLOP/byte where it is drawn\n# s%d\n",
						      data->len ? "\n\n" : "", n);
				any = true;
				row_label(&label, v, w->spot[i].row);
				strbuf_printf(data, "%.6g %.6g %.6g %.6g %.6g # ", w->spot[i].x, e->value,
					      e->interval ? e->lo : e->value, e->interval ? e->hi : e->value,
					      w->spot[i].drawn_x);
				text_plain(data, strbuf_text(&label));
				strbuf_putc(data, '\n');
				strbuf_free(&label);
			}
			if (!any)
				continue;
			strbuf_printf(hues, "%s'%s'", n ? ", " : "", roles[role]);
			strbuf_printf(marks, "%s%d", n ? ", " : "",
				      shapes[shape].mark - (role == PALETTE_SERIES - 1));
			n++;
		}
	return n;
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

static void memory_label(struct strbuf *text, struct roofline *w, int i, int number)
{
	struct strbuf name = {0};
	double x = w->x_lo * pow(10, 0.02 * log10(w->x_hi / w->x_lo)), up = 9 / cos(memory_angle(w));

	memory_name(&name, &w->memory[i]);
	strbuf_printf(text, "set label %d ", number);
	text_gnuplot(text, strbuf_text(&name));
	strbuf_printf(text, " at graph %.4f,%.4f left rotate by %.1f tc rgb mute\n", px(w, x) / INNER_X,
		      (py(w, x * w->memory[i].rate) + up) / PLOT_Y, memory_angle(w) * 180 / M_PI);
	strbuf_free(&name);
}

/* Left of where it begins, above all memory lines, where no point can be; without room there, above its right end. */
static void peak_label(struct strbuf *text, struct labels *l, const struct roofline *w, int i, int number)
{
	double fastest = w->n_memory ? w->memory[w->n_memory - 1].rate : INFINITY;
	double y = py(w, w->peak[i].rate), end = px(w, w->peak[i].rate / fastest) - 6, width;
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

static bool is_ink(const struct spot *spot)
{
	return strcmp(spot->role, palette_series[PALETTE_SERIES - 1]) == 0;
}

static bool any_ink(const struct roofline *w)
{
	for (int i = 0; i < w->n; i++)
		if (is_ink(&w->spot[i]))
			return true;
	return false;
}

static const char *spot_precision(const struct spot *spot)
{
	return point_get(&spot->row->point->point, KEY_PRECISION);
}

/* Whether one of the first n spots has that precision; shape -1: any. */
static bool is_among(const struct spot *spot, int n, const char *precision, int shape)
{
	for (int i = 0; i < n; i++)
		if ((shape < 0 || spot[i].shape == shape) && strcmp(spot_precision(&spot[i]), precision) == 0)
			return true;
	return false;
}

/* A precision without room beside any of its dots stands aside, in its colour. */
static void spot_key(struct strbuf *text, struct labels *l, const struct roofline *w,
		     const struct spot *named, int n_named)
{
	for (int i = 0; i < w->n; i++) {
		const char *precision = spot_precision(&w->spot[i]);
		struct strbuf key = {0};

		if (is_among(named, n_named, precision, -1) || is_among(w->spot, i, precision, -1))
			continue;
		strbuf_printf(&key, "%s %s", is_ink(&w->spot[i]) ? "\xe2\x97\x8b" : "\xe2\x97\x8f",
			      precision);
		labels_put_aside(l, text, strbuf_text(&key), w->spot[i].role);
		strbuf_free(&key);
	}
}

/* A dot is named by its precision, once for each shape. */
static void spot_labels(struct strbuf *text, struct labels *l, const struct roofline *w)
{
	struct spot named[POINTS_MAX];
	int n_named = 0;

	for (int i = 0; i < w->n; i++) {
		const char *precision = spot_precision(&w->spot[i]);

		if (!is_among(named, n_named, precision, w->spot[i].shape) &&
		    labels_put(l, text, px(w, w->spot[i].drawn_x), py(w, w->spot[i].row->gflops_s.value),
			       precision, w->spot[i].role))
			named[n_named++] = w->spot[i];
	}
	spot_key(text, l, w, named, n_named);
}

static void put_labels(struct strbuf *text, struct roofline *w)
{
	struct labels *l = mem_alloc(sizeof *l);
	double left = INNER_X;

	for (int i = 0; i < w->n; i++)
		left = fmin(left, px(w, w->spot[i].drawn_x));
	*l = (struct labels){.width = INNER_X, .height = PLOT_Y, .left = w->n_memory ? left - DOT : 0};
	for (int i = 0; i < w->n; i++) {
		double x = px(w, w->spot[i].drawn_x), y = py(w, w->spot[i].row->gflops_s.value);

		labels_block(l, x - DOT, y - DOT, x + DOT, y + DOT);
		if (w->spot[i].row->gflops_s.interval)
			labels_block(l, x - 2, py(w, fmax(w->spot[i].row->gflops_s.lo, w->y_lo)), x + 2,
				     py(w, w->spot[i].row->gflops_s.hi));
	}
	for (int i = 0; i < w->n_peaks; i++)
		peak_label(text, l, w, i, 90 + i);
	for (int i = 0; i < w->n_memory; i++)
		memory_label(text, w, i, 80 + i);
	spot_labels(text, l, w);
	free(l);
}

static void put_axes(struct strbuf *text, const struct roofline *w)
{
	gp_power_tics(text, "x", w->x_lo, w->x_hi, 7, false);
	gp_power_tics(text, "y", w->y_lo, w->y_hi, 7, false);
	strbuf_printf(text, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n", w->x_lo, w->x_hi, w->y_lo,
		      w->y_hi);
}

static void picture_describe(struct picture *p, const struct script *s, const struct view *v,
			     const struct roofline *w)
{
	const struct spot *best = &w->spot[0];
	struct strbuf text = {0};

	p->title = w->n_before ? mem_printf("Roofline of %s", w->device) : mem_strdup("Roofline");
	strbuf_printf(
		&text,
		"%s. Lines: what was measured in this run, memory by the bytes that are read, arithmetic by "
		"the element type. Bytes of a point are the least its work needs, so a point above a memory "
		"line ran from a nearer cache. A colour is a precision%s; bars are 95 %% intervals, often "
		"smaller "
		"than the dot.",
		s->heading, any_ink(w) ? ", hollow: one beyond the four that have a colour" : "");
	if (w->n_moved)
		strbuf_printf(&text, " %d %s moved aside, lest one hides another; the data have %s place.",
			      w->n_moved, w->n_moved == 1 ? "dot is" : "dots are",
			      w->n_moved == 1 ? "its" : "their");
	p->reading = strbuf_take(&text);
	strbuf_printf(&text, "%d points of known work against %d measured ceilings, %s. Highest: ", w->n,
		      w->n_memory + w->n_peaks, s->heading);
	row_label(&text, v, best->row);
	strbuf_puts(&text, " with ");
	number_put(&text, best->row->gflops_s.value, 0);
	strbuf_puts(&text, " GFLOP/s at ");
	number_put(&text, best->x, 0);
	strbuf_puts(&text, " FLOP a byte");
	if (best->row->share.n > 0)
		strbuf_printf(&text, ", %.0f %% of what binds it", 100 * best->row->share.value);
	strbuf_putc(&text, '.');
	p->finding = strbuf_take(&text);
}

static void put_heading(struct script *s, const struct row *place)
{
	const struct point *p = &place->point->point;
	const char *n = point_get(p, KEY_THREADS);
	struct strbuf text = {0};

	strbuf_printf(&text, "%s %s, isa %s", n, strcmp(n, "1") == 0 ? "thread" : "threads",
		      point_get(p, KEY_ISA));
	if (strcmp(point_get(p, KEY_DEVICE), "cpu") != 0)
		strbuf_printf(&text, ", %s", point_get(p, KEY_DEVICE));
	if (strcmp(point_get(p, KEY_AFFINITY), "auto") != 0)
		strbuf_printf(&text, ", affinity %s", point_get(p, KEY_AFFINITY));
	s->heading = strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, struct roofline *w, const struct roof *roof)
{
	struct script *s = plots_add(p, PLOT_ROOFLINE, "roofline");
	struct strbuf hues = {0}, marks = {0};
	char *body = embed_text(report_files, "reports/plots/roofline.gp");
	int n;

	spots_make(w, v, roof);
	range_of(w, roof);
	spots_part(w);
	ceilings_thin(w, roof);
	put_heading(s, roof->place);
	picture_describe(script_add(s, ""), s, v, w);
	put_ceilings(&s->data, w);
	n = put_spots(&s->data, &hues, &marks, v, w);
	strbuf_printf(&s->text,
		      "n = %d\nmemories = %d\npeaks = %d\narray hue[n] = [%s]\narray shape[n] = [%s]\nload "
		      "'style.gp'\n",
		      n, w->n_memory, w->n_peaks, strbuf_text(&hues), strbuf_text(&marks));
	put_axes(&s->text, w);
	put_labels(&s->text, w);
	strbuf_puts(&s->text, body ? body : "");
	strbuf_free(&hues);
	strbuf_free(&marks);
	free(body);
}

static void put_notes(struct plots *p, const struct roofline *w, const struct roof *roof)
{
	if (roof->n_unknown)
		plots_note(p, PLOT_ROOFLINE, "%d points whose arithmetic or bytes are unknown",
			   roof->n_unknown);
	if (roof->n_other)
		plots_note(p, PLOT_ROOFLINE, "%d points that ran on other threads or instruction sets",
			   roof->n_other);
	if (roof->n > w->n)
		plots_note(p, PLOT_ROOFLINE,
			   "%d points slower than the %d that are drawn; the table has them", roof->n - w->n,
			   w->n);
	if (w->n_hidden)
		plots_note(p, PLOT_ROOFLINE, "%d ceilings too near to those drawn to be told apart",
			   w->n_hidden);
}

/* Returns how many pictures there are now. */
static int device_draw(struct plots *p, const struct view *v, const char *device, int n)
{
	struct roof roof = roof_make(v->a, device);
	struct roofline *w;

	if (!roof.place && roof.known)
		plots_note(p, PLOT_ROOFLINE, "no roofline%s%s: no ceiling was measured beside the points",
			   v->varies[KEY_DEVICE] ? " of " : "", v->varies[KEY_DEVICE] ? device : "");
	if (!roof.place)
		return n;
	w = mem_alloc(sizeof *w);
	w->device = device;
	w->n_before = n;
	script_make(p, v, w, &roof);
	put_notes(p, w, &roof);
	free(w);
	roof_free(&roof);
	return n + 1;
}

static bool is_first_of_device(const struct analysis *a, int i)
{
	const char *device = point_get(&a->rows[i].point->point, KEY_DEVICE);

	for (int k = 0; k < i; k++)
		if (strcmp(point_get(&a->rows[k].point->point, KEY_DEVICE), device) == 0)
			return false;
	return true;
}

void plot_roofline(struct plots *p, const struct view *v)
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows && n < DEVICES_MAX; i++)
		if (is_first_of_device(v->a, i))
			n = device_draw(p, v, point_get(&v->a->rows[i].point->point, KEY_DEVICE), n);
}
