/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "reports/plots/plots.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/mem.h"

/* A picture is 10 to 30 KB; one above this is not what our scripts draw. */
#define SVG_MAX (1u << 20)

/* What has no complete set of processes may have no interval, and no picture is without. */
static void note_unfinished(struct plots *p, const struct view *v)
{
	int n = 0;

	for (int i = 0; i < v->a->n_rows; i++)
		n += row_is_unfinished(&v->a->rows[i]);
	if (n)
		plots_note(p, PLOT_TIMELINE,
			   "%d unfinished %s in the tables and here, but in no other picture", n,
			   n == 1 ? "point is" : "points are");
}

struct plots *plots_make(const struct view *v)
{
	struct plots *p = mem_alloc(sizeof *p);

	plot_throughput(p, v);
	plot_quality(p, v);
	plot_latency(p, v);
	plot_roofline(p, v);
	plot_heat(p, v);
	plot_blocking(p, v);
	plot_scaling(p, v);
	plot_timeline(p, v);
	note_unfinished(p, v);
	return p;
}

static void script_free(struct script *s)
{
	for (int i = 0; i < s->n_pictures; i++) {
		free(s->picture[i].name);
		free(s->picture[i].title);
		free(s->picture[i].reading);
		free(s->picture[i].finding);
		free(s->picture[i].svg);
	}
	free(s->picture);
	free(s->name);
	free(s->heading);
	free(s->why_not);
	strbuf_free(&s->data);
	strbuf_free(&s->text);
}

void plots_free(struct plots *p)
{
	for (int i = 0; p && i < p->n; i++)
		script_free(&p->script[i]);
	for (int i = 0; p && i < p->n_notes; i++)
		free(p->note[i].text);
	if (p) {
		free(p->script);
		free(p->note);
	}
	free(p);
}

struct script *plots_add(struct plots *p, enum plot_kind kind, const char *name)
{
	struct script *s;
	int nth = 1;

	for (int i = 0; i < p->n; i++)
		nth += p->script[i].kind == kind;
	p->script = mem_realloc(p->script, sizeof *p->script * (size_t)(p->n + 1));
	s = &p->script[p->n++];
	*s = (struct script){.kind = kind, .name = mem_printf("%s-%d", name, nth)};
	strbuf_printf(&s->text,
		      "# SPDX-License-Identifier: Apache-2.0\n"
		      "# redraw in this folder: gnuplot %s.gp\n"
		      "if (!exists('part')) part = ''\nname = '%s'\n",
		      s->name, s->name);
	return s;
}

struct picture *script_add(struct script *s, const char *suffix)
{
	s->picture = mem_realloc(s->picture, sizeof *s->picture * (size_t)(s->n_pictures + 1));
	s->picture[s->n_pictures] = (struct picture){.name = mem_printf("%s%s", s->name, suffix)};
	return &s->picture[s->n_pictures++];
}

void plots_note(struct plots *p, enum plot_kind kind, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	p->note = mem_realloc(p->note, sizeof *p->note * (size_t)(p->n_notes + 1));
	p->note[p->n_notes++] = (struct plot_note){kind, mem_strdup(text)};
}

static int picture_load(struct picture *p, const char *directory, struct diag *d)
{
	char *part = mem_printf("%s/%s.svg.part", directory, p->name);
	char *path = mem_printf("%s/%s.svg", directory, p->name), *svg = NULL, *whole = NULL;
	int e = file_read(part, SVG_MAX, &svg, d);

	unlink(part);
	if (!e && !*svg)
		e = diag_set(d, ERR_IO, "gnuplot left %s.svg empty", p->name);
	if (!e) {
		p->svg = svg_theme(svg, p);
		if (!p->svg)
			e = diag_set(d, ERR_FORMAT, "%s.svg is not the drawing this gnuplot should make",
				     p->name);
	}
	if (!e)
		whole = svg_standalone(p->svg);
	if (whole)
		e = file_write(path, whole, strlen(whole), d);
	free(whole);
	free(svg);
	free(path);
	free(part);
	return e;
}

static void script_draw(struct script *s, const char *gnuplot, const char *directory)
{
	char *file = mem_printf("%s.gp", s->name), words[600];
	struct diag d = {0};
	int e = gnuplot_run(gnuplot, directory, file, &d);

	free(file);
	for (int i = 0; i < s->n_pictures && !e; i++)
		e = picture_load(&s->picture[i], directory, &d);
	if (!e)
		return;
	for (int i = 0; i < s->n_pictures; i++) {
		free(s->picture[i].svg);
		s->picture[i].svg = NULL;
	}
	s->why_not = mem_strdup(diag_format(&d, words, sizeof words));
}

static int file_put(const char *directory, const char *name, const char *extension, const char *text,
		    struct diag *d)
{
	char *path = mem_printf("%s/%s%s", directory, name, extension);
	int e = file_write(path, text, strlen(text), d);

	free(path);
	return e;
}

static int style_write(const char *directory, struct diag *d)
{
	char *style = embed_text(report_files, "reports/plots/style.gp");
	struct strbuf colours = {0};
	int e;

	if (!style)
		return diag_set(d, ERR_INTERNAL, "reports/plots/style.gp is not embedded");
	palette_gnuplot(&colours);
	e = file_put(directory, "style", ".gp", style, d);
	if (!e)
		e = file_put(directory, "palette", ".gp", strbuf_text(&colours), d);
	strbuf_free(&colours);
	free(style);
	return e;
}

int plots_draw(struct plots *p, const char *directory, struct diag *d)
{
	char gnuplot[PATH_MAX];
	bool found = gnuplot_find(gnuplot, sizeof gnuplot);
	int e = p->n ? folder_make(directory, d) : 0;

	if (!e && p->n)
		e = style_write(directory, d);
	for (int i = 0; i < p->n && !e; i++) {
		struct script *s = &p->script[i];

		e = file_put(directory, s->name, ".dat", strbuf_text(&s->data), d);
		if (!e)
			e = file_put(directory, s->name, ".gp", strbuf_text(&s->text), d);
		if (!e && found)
			script_draw(s, gnuplot, directory);
		else if (!e)
			s->why_not = mem_strdup("there is no gnuplot on this machine (PATH, $GNUPLOT)");
	}
	return e;
}
