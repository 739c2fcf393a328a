/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The colours of reports, in numbers: contrast of texts (WCAG 2.1), distance of series (CIEDE2000; Sharma, Wu, Dalal, Color Res.
 * Appl. 30, 2005) for normal eyes and for those that lack a cone (Machado, Oliveira, Fernandes, IEEE TVCG 15, 2009).
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reports/plots/plots.h"
#include "tests/tap.h"

#define SERIES_APART  15
#define TEXT_CONTRAST 4.5

struct colour {
	double x[3]; /* linear red, green, blue in 0..1; or lightness, a, b */
};

static double radians(double degrees)
{
	return degrees * acos(-1) / 180;
}

/* ---- CIEDE2000 ---- */

static double hue_of(double a, double b)
{
	double h = a == 0 && b == 0 ? 0 : atan2(b, a) * 180 / acos(-1);

	return h < 0 ? h + 360 : h;
}

static double hue_step(double h1, double h2, double c1, double c2)
{
	double d = h2 - h1;

	if (c1 * c2 == 0)
		return 0;
	return d > 180 ? d - 360 : d < -180 ? d + 360 : d;
}

static double hue_mean(double h1, double h2, double c1, double c2)
{
	if (c1 * c2 == 0)
		return h1 + h2;
	if (fabs(h1 - h2) <= 180)
		return (h1 + h2) / 2;
	return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

static double power7(double c)
{
	double c7 = pow(c, 7);

	return sqrt(c7 / (c7 + pow(25, 7)));
}

static double ciede2000(const struct colour *p, const struct colour *q)
{
	const double *x = p->x, *y = q->x;
	double mean = (hypot(x[1], x[2]) + hypot(y[1], y[2])) / 2, g = 1 + .5 * (1 - power7(mean));
	double c1 = hypot(x[1] * g, x[2]), c2 = hypot(y[1] * g, y[2]);
	double h1 = hue_of(x[1] * g, x[2]), h2 = hue_of(y[1] * g, y[2]);
	double dl = y[0] - x[0], dc = c2 - c1,
	       dh = 2 * sqrt(c1 * c2) * sin(radians(hue_step(h1, h2, c1, c2)) / 2);
	double l = (x[0] + y[0]) / 2 - 50, c = (c1 + c2) / 2, h = hue_mean(h1, h2, c1, c2);
	double t = 1 - .17 * cos(radians(h - 30)) + .24 * cos(radians(2 * h)) +
		   .32 * cos(radians(3 * h + 6)) - .2 * cos(radians(4 * h - 63));
	double turn = 30 * exp(-(h - 275) * (h - 275) / 625);
	double sl = 1 + .015 * l * l / sqrt(20 + l * l), sc = 1 + .045 * c, sh = 1 + .015 * c * t;
	double r = -sin(radians(2 * turn)) * 2 * power7(c);

	return sqrt(dl / sl * (dl / sl) + dc / sc * (dc / sc) + dh / sh * (dh / sh) +
		    r * (dc / sc) * (dh / sh));
}

/* Of the table in the paper: either side of each of its cases. */
static void test_vectors(void)
{
	static const struct {
		struct colour p, q;
		double d;
	} rows[] = {
		{{{50, 2.6772, -79.7751}}, {{50, 0, -82.7485}}, 2.0425},
		{{{50, -1.3802, -84.2814}}, {{50, 0, -82.7485}}, 1},
		{{{50, 0, 0}}, {{50, -1, 2}}, 2.3669},
		{{{50, 2.49, -.001}}, {{50, -2.49, .0009}}, 7.1792},
		{{{50, 2.5, 0}}, {{50, 0, -2.5}}, 4.3065},
		{{{50, 2.5, 0}}, {{73, 25, -18}}, 27.1492},
		{{{60.2574, -34.0099, 36.2677}}, {{60.4626, -34.1751, 39.4387}}, 1.2644},
		{{{2.0776, .0795, -1.135}}, {{.9033, -.0636, -.5514}}, .9082},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double d = ciede2000(&rows[i].p, &rows[i].q), e = ciede2000(&rows[i].q, &rows[i].p);
		ok(fabs(d - rows[i].d) < 5e-5 && fabs(d - e) < 1e-12, "vector %zu: %.4f, expected %.4f", i, d,
		   rows[i].d);
	}
}

/* ---- colours ---- */

/* Of a role in a scheme, linear (sRGB, IEC 61966-2-1). */
static struct colour linear(int scheme, const char *role)
{
	struct strbuf css = {0};
	struct colour out;
	char name[32];
	unsigned rgb = 0;

	palette_css(&css, scheme);
	snprintf(name, sizeof name, "--%s:#", role);
	const char *at = strstr(strbuf_text(&css), name);
	if (!at || sscanf(at + strlen(name), "%6x", &rgb) != 1)
		bail(role);
	for (int i = 0; i < 3; i++) {
		double v = (rgb >> (16 - 8 * i) & 255) / 255.0;
		out.x[i] = v <= .04045 ? v / 12.92 : pow((v + .055) / 1.055, 2.4);
	}
	strbuf_free(&css);
	return out;
}

static double luminance(const struct colour *c)
{
	return .2126 * c->x[0] + .7152 * c->x[1] + .0722 * c->x[2];
}

static double contrast(int scheme, const char *one, const char *other)
{
	struct colour p = linear(scheme, one), q = linear(scheme, other);
	double a = luminance(&p) + .05, b = luminance(&q) + .05;

	return a > b ? a / b : b / a;
}

static double root(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIELAB at D65. */
static struct colour lab(const struct colour *c)
{
	static const double to_xyz[3][3] = {
		{.4124564, .3575761, .1804375}, {.2126729, .7151522, .072175}, {.0193339, .119192, .9503041}};
	static const double white[3] = {.95047, 1, 1.08883};
	double f[3];

	for (int i = 0; i < 3; i++) {
		const double *m = to_xyz[i];
		f[i] = root((m[0] * c->x[0] + m[1] * c->x[1] + m[2] * c->x[2]) / white[i]);
	}
	return (struct colour){{116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}};
}

/* ---- eyes ---- */

/* All of a cone is missing: severity 1 of the paper's table. */
static const struct {
	const char *name;
	double m[3][3];
} eyes[] = {
	{"normal", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
	{"protan",
	 {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}}},
	{"deutan", {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.01182, .04294, .968881}}},
	{"tritan", {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .3039}}},
};
#define N_EYES (sizeof eyes / sizeof eyes[0])

static struct colour seen(const struct colour *c, size_t eye)
{
	struct colour out;

	for (int i = 0; i < 3; i++) {
		const double *m = eyes[eye].m[i];
		double v = m[0] * c->x[0] + m[1] * c->x[1] + m[2] * c->x[2];
		out.x[i] = fmin(fmax(v, 0), 1);
	}
	return out;
}

static double apart(int scheme, size_t eye, const char *one, const char *other)
{
	struct colour p = linear(scheme, one), q = linear(scheme, other);
	struct colour a = seen(&p, eye), b = seen(&q, eye), x = lab(&a), y = lab(&b);

	return ciede2000(&x, &y);
}

static void test_apart(const char *const *role, int n, const char *what)
{
	for (int scheme = 0; scheme < 2; scheme++)
		for (size_t eye = 0; eye < N_EYES; eye++) {
			double least = INFINITY;
			const char *pair[2] = {"", ""};
			for (int i = 0; i < n; i++)
				for (int j = 0; j < i; j++) {
					double d = apart(scheme, eye, role[i], role[j]);
					if (d >= least)
						continue;
					least = d;
					pair[0] = role[j];
					pair[1] = role[i];
				}
			ok(least >= SERIES_APART, "%s, %s, %s eyes: %s and %s are %.1f apart", what,
			   scheme ? "dark" : "light", eyes[eye].name, pair[0], pair[1], least);
		}
}

static void test_contrast(void)
{
	static const char *const texts[] = {"ink", "mute", "link",   "f32",  "f16",   "q8_0", "q4_0",
					    "bad", "mark", "faster", "same", "small", "open"};

	for (int scheme = 0; scheme < 2; scheme++)
		for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
			double bg = contrast(scheme, texts[i], "bg"),
			       panel = contrast(scheme, texts[i], "panel");
			ok(bg >= TEXT_CONTRAST && panel >= TEXT_CONTRAST, "%s, %s: %.1f:1 and %.1f:1",
			   texts[i], scheme ? "dark" : "light", bg, panel);
		}
}

/* gnuplot's picture is turned back into roles by their light values. */
static void test_roles(void)
{
	struct strbuf css = {0};
	int n = 0;

	palette_css(&css, 0);
	for (char *at = css.text; (at = strstr(at, "--")); n++) {
		char role[32];
		unsigned rgb;
		if (sscanf(at, "--%31[^:]:#%6x", role, &rgb) != 2)
			bail(at);
		const char *found = palette_role((int)(rgb >> 16), (int)(rgb >> 8 & 255), (int)(rgb & 255));
		ok(found && strcmp(found, role) == 0, "%s has a light value of its own", role);
		at += 2;
	}
	ok(n > PALETTE_SERIES, "%d roles", n);
	strbuf_free(&css);
}

int main(void)
{
	static const char *const verdicts[] = {"bad", "faster", "same"};

	test_vectors();
	test_roles();
	test_contrast();
	test_apart(palette_series, PALETTE_SERIES - 1, "series");
	test_apart(verdicts, 3, "verdicts");
	return tap_done();
}
