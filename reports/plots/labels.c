/* SPDX-License-Identifier: Apache-2.0 */
/* Texts beside dots: the first of some places where they meet neither a dot nor another text, or none. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <string.h>

#include "reports/text.h"

/* A character of the page's font at 12 px is 6 to 7 px wide, and a line of it needs so many. */
#define CHARACTER_X 7.0
#define LINE_Y	    15.0
/* Between a dot's middle and its text. */
#define GAP_X 7.0

double label_width(const char *text)
{
	return CHARACTER_X * text_width(text);
}

void labels_block(struct labels *l, double x0, double y0, double x1, double y1)
{
	if (l->n < LABEL_BOXES)
		l->box[l->n++] = (struct label_box){fmin(x0, x1), fmin(y0, y1), fmax(x0, x1), fmax(y0, y1)};
}

static bool is_room(const struct labels *l, const struct label_box *b)
{
	if (b->x0 < l->left || b->x1 > l->width || b->y0 < 2 || b->y1 > l->height)
		return false;
	for (int i = 0; i < l->n; i++)
		if (b->x0 < l->box[i].x1 && b->x1 > l->box[i].x0 && b->y0 < l->box[i].y1 &&
		    b->y1 > l->box[i].y0)
			return false;
	return true;
}

/* Where a text may stand: side -1 left, 0 centred, 1 right of the dot, and lines above it. */
static const struct {
	int side;
	double up;
} spots[] = {{1, 0},	{1, 0.7},  {1, -0.7},  {-1, 0}, {-1, 0.7}, {-1, -0.7}, {0, 1.1}, {0, -1.1}, {1, 1.3},
	     {1, -1.3}, {-1, 1.3}, {-1, -1.3}, {0, 2},	{0, -2},   {1, 2},     {1, -2},	 {-1, 2},   {-1, -2}};

static struct label_box box_of(double x, double y, double width, size_t spot)
{
	double at = x + spots[spot].side * GAP_X, middle = y + spots[spot].up * LINE_Y;
	double from = spots[spot].side > 0 ? at : spots[spot].side < 0 ? at - width : at - width / 2;

	return (struct label_box){from, middle - LINE_Y / 2, from + width, middle + LINE_Y / 2};
}

static void put_label(struct labels *l, struct strbuf *script, const struct label_box *b, int side,
		      const char *text, const char *colour)
{
	static const char *const align[] = {"right", "center", "left"};
	double at = side > 0 ? b->x0 : side < 0 ? b->x1 : (b->x0 + b->x1) / 2;

	l->box[l->n++] = *b;
	strbuf_printf(script, "set label %d ", ++l->n_labels);
	text_gnuplot(script, text);
	strbuf_printf(script, " at graph %.4f,%.4f %s tc rgb %s\n", at / l->width,
		      (b->y0 + b->y1) / 2 / l->height, align[side + 1], colour);
}

bool labels_put(struct labels *l, struct strbuf *script, double x, double y, const char *text,
		const char *colour)
{
	double width = label_width(text);

	for (size_t i = 0; i < sizeof spots / sizeof spots[0] && l->n < LABEL_BOXES; i++) {
		struct label_box b = box_of(x, y, width, i);

		if (!is_room(l, &b))
			continue;
		put_label(l, script, &b, spots[i].side, text, colour);
		return true;
	}
	return false;
}

bool labels_put_aside(struct labels *l, struct strbuf *script, const char *text, const char *colour)
{
	double width = label_width(text);

	for (double x = l->width - 2; x - width > l->left; x -= LINE_Y)
		for (double y = 6; y + LINE_Y < l->height / 2 && l->n < LABEL_BOXES; y += LINE_Y) {
			struct label_box b = {x - width, y, x, y + LINE_Y};

			if (!is_room(l, &b))
				continue;
			put_label(l, script, &b, -1, text, colour);
			return true;
		}
	return false;
}
