/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, texts, ranges and marks of axes as gnuplot takes them. */
#include "config.h"

#include "reports/plots/plots.h"

#include <math.h>
#include <string.h>

#include "reports/number.h"
#include "reports/text.h"

void gp_number(struct strbuf *out, const char *name, double x)
{
	strbuf_printf(out, "%s = %.6g\n", name, isfinite(x) ? x : 0.0);
}

void gp_text(struct strbuf *out, const char *name, const char *text)
{
	strbuf_printf(out, "%s = ", name);
	text_gnuplot(out, text);
	strbuf_putc(out, '\n');
}

void gp_label(struct strbuf *out, const char *text, int columns)
{
	struct strbuf plain = {0}, cut = {0};

	text_plain(&plain, text);
	text_cut(&cut, strbuf_text(&plain), columns);
	text_gnuplot(out, strbuf_text(&cut));
	strbuf_free(&plain);
	strbuf_free(&cut);
}

void gp_log_range(struct strbuf *out, const char *axis, double lo, double hi, double margin)
{
	static const double steps[] = {1, 1.5, 2, 3, 5, 7};
	double from = lo / margin, to = hi * margin * 1.2;
	/* Over more than three decades 1, 2, 5 would crowd; on less than one they are hardly any. */
	int stride = to / from > 1000 ? 6 : to / from > 8 ? 2 : 1;
	bool first = true;

	if (!(from > 0) || !isfinite(to)) /* nothing to show: gnuplot will say so */
		return;
	strbuf_printf(out, "set %srange [%.6g:%.6g]\nset %stics (", axis, from, to, axis);
	for (int e = (int)floor(log10(from)); e <= (int)ceil(log10(to)); e++)
		for (int i = 0; i < 6; i += stride) {
			double x = steps[i] * pow(10, e);

			if (x < from || x > to)
				continue;
			strbuf_puts(out, first ? "" : ", ");
			strbuf_printf(out, x >= 1e4 ? "'%gk' %g" : "'%g' %g", x >= 1e4 ? x / 1000 : x, x);
			first = false;
		}
	strbuf_puts(out, ")\n");
}

double gp_tic_step(double length)
{
	double e = pow(10, floor(log10(length / 4)));

	return length / 4 >= 5 * e ? 5 * e : length / 4 >= 2 * e ? 2 * e : e;
}

/* 1, 2, 5 of each power of ten. */
static void put_fine_tics(struct strbuf *out, const char *axis, double lo, double hi)
{
	static const double steps[] = {1, 2, 5};
	const char *before = "";

	strbuf_printf(out, "set %stics (", axis);
	for (int e = (int)floor(log10(lo)); e <= (int)ceil(log10(hi)); e++)
		for (int i = 0; i < 3; i++) {
			double x = steps[i] * pow(10, e);

			if (x < lo || x > hi)
				continue;
			strbuf_printf(out, x >= 1e4 ? "%s'%gk' %g" : "%s'%g' %g", before,
				      x >= 1e4 ? x / 1000 : x, x);
			before = ", ";
		}
	strbuf_puts(out, ")\n");
}

void gp_power_tics(struct strbuf *out, const char *axis, double lo, double hi, int most, bool zero)
{
	int from = (int)ceil(log10(lo) - 1e-9), to = (int)floor(log10(hi) + 1e-9);
	int stride = (to - from) / most + 1;
	/* "0.01", "10", "10k" as long as that is short. */
	bool plain = from >= -2 && to <= 5;

	if (plain && to - from < 2 && !zero) {
		put_fine_tics(out, axis, lo, hi);
		return;
	}
	strbuf_printf(out, "set %stics (", axis);
	if (zero)
		strbuf_printf(out, "'0' %.6g", lo);
	for (int e = to; e >= from + (zero ? stride : 0); e -= stride) {
		struct strbuf label = {0};

		number_power(&label, pow(10, e)); /* "1.0·10⁻⁷": what stands behind the dot */
		strbuf_puts(out, zero || e < to ? ", " : "");
		if (plain)
			strbuf_printf(out, e > 3 ? "'%gk' 1e%d" : "'%g' 1e%d", pow(10, e > 3 ? e - 3 : e), e);
		else
			strbuf_printf(out, "'%s' 1e%d", strstr(strbuf_text(&label), "\xc2\xb7") + 2, e);
		strbuf_free(&label);
	}
	strbuf_puts(out, ")\n");
}
