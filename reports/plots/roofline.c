/* SPDX-License-Identifier: Apache-2.0 */
/* What was reached against the work a byte: measured ceilings as lines, points below them. */
#include "config.h"

#include "reports/plots/roofline/roofline.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "reports/number.h"

/* Pictures, one a device. */
#define DEVICES_MAX 4

static char *heading_of(const struct row *place)
{
	const struct point *p = &place->point->point;
	const char *n = point_get(p, KEY_THREADS);
	struct strbuf text = {0};

	strbuf_printf(&text, "%s %s, isa %s", n, strcmp(n, "1") == 0 ? "thread" : "threads",
		      point_get(p, KEY_ISA));
	if (!point_is_on_cpu(p))
		strbuf_printf(&text, ", %s", point_get(p, KEY_DEVICE));
	if (strcmp(point_get(p, KEY_AFFINITY), "auto") != 0)
		strbuf_printf(&text, ", affinity %s", point_get(p, KEY_AFFINITY));
	return strbuf_take(&text);
}

static bool any_ink(const struct roofline *w)
{
	for (int i = 0; i < w->n; i++)
		if (spot_is_ink(&w->spot[i]))
			return true;
	return false;
}

static char *reading_of(const struct script *s, const struct roofline *w)
{
	struct strbuf text = {0};

	strbuf_printf(
		&text,
		"%s. Lines: what was measured in this run, memory by the bytes that are read, arithmetic by "
		"the element type. Bytes of a point are the least its work needs, so a point above a memory "
		"line ran from a nearer cache. A colour is a precision%s; bars are 95 %% intervals, often "
		"smaller than the dot.",
		s->heading, any_ink(w) ? ", hollow: one beyond the four that have a colour" : "");
	if (w->n_moved)
		strbuf_printf(&text, " %d %s moved aside, lest one hides another; the data have %s place.",
			      w->n_moved, w->n_moved == 1 ? "dot is" : "dots are",
			      w->n_moved == 1 ? "its" : "their");
	return strbuf_take(&text);
}

static char *finding_of(const struct script *s, const struct view *v, const struct roofline *w)
{
	const struct spot *best = &w->spot[0];
	struct strbuf text = {0};

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
	return strbuf_take(&text);
}

static void script_make(struct plots *p, const struct view *v, const struct roofline *w,
			const struct row *place, char *title)
{
	struct script *s = plots_add(p, PLOT_ROOFLINE, "roofline");
	struct picture *picture = script_add(s, "");

	s->heading = heading_of(place);
	picture->title = title;
	picture->reading = reading_of(s, w);
	picture->finding = finding_of(s, v, w);
	roofline_draw(s, v, w);
}

/* of: " of cuda:0" where there are several devices, else "". */
static void put_notes(struct plots *p, const struct roofline *w, const struct roof *roof, const char *of)
{
	if (roof->n_unknown)
		plots_note(p, PLOT_ROOFLINE, "%d points%s whose arithmetic or bytes are unknown",
			   roof->n_unknown, of);
	if (roof->n_other)
		plots_note(p, PLOT_ROOFLINE, "%d points%s that ran on other threads or instruction sets",
			   roof->n_other, of);
	if (roof->n > w->n)
		plots_note(p, PLOT_ROOFLINE,
			   "%d points%s slower than the %d that are drawn; the table has them",
			   roof->n - w->n, of, w->n);
	if (w->n_hidden)
		plots_note(p, PLOT_ROOFLINE, "%d ceilings%s too near to those drawn to be told apart",
			   w->n_hidden, of);
}

static void roof_draw(struct plots *p, const struct view *v, const struct roof *roof, const char *of)
{
	struct roofline *w = mem_alloc(sizeof *w);

	roofline_place(w, v, roof);
	script_make(p, v, w, roof->place, mem_printf("Roofline%s", of));
	put_notes(p, w, roof, of);
	free(w);
}

/* Returns how many devices have a roofline so far, of which n were drawn. */
static int device_draw(struct plots *p, const struct view *v, const char *device, int n)
{
	struct roof roof = roof_make(v->a, device);
	char *of = v->varies[KEY_DEVICE] ? mem_printf(" of %s", device) : mem_strdup("");
	bool has_one = roof.place != NULL;

	if (has_one && n < DEVICES_MAX)
		roof_draw(p, v, &roof, of);
	if (!has_one && roof.known)
		plots_note(p, PLOT_ROOFLINE, "no roofline%s: no ceiling was measured beside the points", of);
	free(of);
	roof_free(&roof);
	return n + has_one;
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

	for (int i = 0; i < v->a->n_rows; i++)
		if (is_first_of_device(v->a, i))
			n = device_draw(p, v, point_get(&v->a->rows[i].point->point, KEY_DEVICE), n);
	if (n > DEVICES_MAX)
		plots_note(p, PLOT_ROOFLINE, "rooflines of %d more devices: %d are drawn, the table has all",
			   n - DEVICES_MAX, DEVICES_MAX);
}
