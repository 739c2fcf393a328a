/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only place with colours: role -> (light, dark). Text is at least 4.5:1 on both grounds; the four
 * series are 15 CIEDE2000 apart for normal, protan, deutan and tritan eyes. A picture is drawn with the light
 * value, which is then the role's name: no two roles may share one.
 */
#include "config.h"

#include "reports/plots/plots.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *role, *scheme[2];
} palette[] = {
	/* clang-format off */
	{"bg",    {"#ffffff", "#14171b"}}, {"panel", {"#f6f7f9", "#1c2026"}},
	{"ink",   {"#1a1d21", "#e7e9ec"}}, {"mute",  {"#59616b", "#a3acb7"}},
	{"rule",  {"#8b939c", "#6b7580"}}, {"grid",  {"#e4e7eb", "#2a3037"}},
	{"ghost", {"#c6ccd3", "#454d57"}}, {"link",  {"#0f5cad", "#7ab8ff"}},
	{"f32",   {"#22262b", "#f6f7f8"}}, {"f16",   {"#1533c4", "#9fabf2"}},
	{"q8_0",  {"#237b70", "#2fa073"}}, {"q4_0",  {"#a05c00", "#ffb638"}},
	{"bad",   {"#b02a30", "#ff8f84"}}, {"mark",  {"#a34a00", "#f2a057"}},
	/* verdicts; SLOWER is bad. The first three are as far apart as series are, the others lean on glyph and word. */
	{"faster", {"#083fb4", "#6cb1ff"}}, {"same", {"#6a6d70", "#aab2bc"}},
	{"small", {"#8a5a00", "#e0ad45"}}, {"open",  {"#6d5a8c", "#b9a7d8"}},
	/* clang-format on */
};
#define N_ROLES (sizeof palette / sizeof palette[0])

void palette_gnuplot(struct strbuf *out)
{
	strbuf_puts(out, "# SPDX-License-Identifier: Apache-2.0\n# A colour here is the name of a role.\n");
	for (size_t i = 0; i < N_ROLES; i++)
		strbuf_printf(out, "%s = '%s'\n", palette[i].role, palette[i].scheme[0]);
}

void palette_css(struct strbuf *out, int scheme)
{
	for (size_t i = 0; i < N_ROLES; i++)
		strbuf_printf(out, "--%s:%s;", palette[i].role, palette[i].scheme[scheme]);
}

const char *const palette_series[PALETTE_SERIES] = {"f32", "f16", "q8_0", "q4_0", "ink"};

const char *palette_role(int r, int g, int b)
{
	long rgb = (long)r << 16 | (long)g << 8 | b;

	for (size_t i = 0; i < N_ROLES; i++)
		if (strtol(palette[i].scheme[0] + 1, NULL, 16) == rgb)
			return palette[i].role;
	return NULL;
}

/* Who has a colour before others do, the first of them that the run has. */
#define SERIES (PALETTE_SERIES - 1)
#define KIN    2
static const char *const kin[SERIES][KIN] = {
	{"f32"}, {"f16", "bf16"}, {"q8_0", "wi8ai8"}, {"q4_0", "q4_k_m"}};
/* Beyond so many precisions of a run the rest is ink anyway. */
#define PRECISIONS_MAX 64

/* The distinct precisions in plan order. */
static int precisions_of(const struct view *v, const char *list[PRECISIONS_MAX])
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows && n < PRECISIONS_MAX; i++) {
		const char *precision = point_get(&v->a->rows[i].point->point, KEY_PRECISION);
		int k = 0;

		while (k < n && strcmp(list[k], precision) != 0)
			k++;
		if (k == n && *precision)
			list[n++] = precision;
	}
	return n;
}

/* Those a colour is for first, then in plan order whoever has none takes one that nobody has; f32's is nearly ink, so it goes last. */
static void holders_find(const char *holder[SERIES], const char *const *list, int n)
{
	static const int order[SERIES] = {1, 2, 3, 0};

	for (int c = 0; c < SERIES; c++)
		for (int k = 0; k < KIN && kin[c][k] && !holder[c]; k++)
			for (int i = 0; i < n && !holder[c]; i++)
				if (strcmp(kin[c][k], list[i]) == 0)
					holder[c] = list[i];
	for (int i = 0; i < n; i++) {
		int c = 0, o = 0;

		while (c < SERIES && holder[c] != list[i])
			c++;
		while (o < SERIES && holder[order[o]])
			o++;
		if (c == SERIES && o < SERIES)
			holder[order[o]] = list[i];
	}
}

const char *palette_of(const struct view *v, const char *precision)
{
	const char *list[PRECISIONS_MAX], *holder[SERIES] = {NULL};

	holders_find(holder, list, precisions_of(v, list));
	for (int c = 0; c < SERIES; c++)
		if (holder[c] && strcmp(holder[c], precision) == 0)
			return palette_series[c];
	return palette_series[SERIES];
}
