/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons in every format against committed texts, from fixed runs with hostile names in them. */
#include "config.h"

#include "reports/compare/compare.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/plots/plots.h"
#include "tests/golden/example_run.h"
#include "tests/golden/golden.h"

struct made {
	struct maker *m[2];
	struct analysis *a[2];
	struct compared_run run[2];
	struct comparison *c;
};

/* Another machine: slower, without an instruction set level, with a run of fewer rounds and other flags. */
static struct maker *other_run(void)
{
	struct maker *m = example_run();

	m->run.machine_id = made_text(m, "fedcba9876543210fedcba9876543210");
	json_object_set_new(m->run.machine, "processor", json_string(hostile));
	json_object_set_new(m->run.build, "compiler", json_string("another cc"));
	for (int i = 0; i < m->run.n_points; i++) {
		struct stored_point *p = &m->points[i];

		for (int v = 0; v < p->n_visits; v++)
			for (int k = 0; k < p->visits[v].n_series; k++)
				for (int s = 0; s < p->visits[v].series[k].n; s++)
					p->visits[v].series[k].values[s] *= 2 + v % 3;
		if (i == 3)
			p->n_visits = 4;
		if (i == 2) {
			p->state = POINT_UNAVAILABLE;
			p->reason = made_text(m, hostile);
		}
	}
	return m;
}

static void compare_by(struct made *x, int n, const char *by, const char *allowed)
{
	/* The comparison borrows it. */
	static const char *kept[1];
	const struct compare_ask ask = {.by = by, .allowed = kept, .n_allowed = allowed != NULL};
	struct diag d = {0};

	kept[0] = allowed;
	comparison_free(x->c);
	if (comparison_make(&x->c, x->run, n, &ask, &d) != 0)
		bail(d.text);
}

static char *emit(const struct comparison *c, const char *format, const struct report_options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct diag d = {0};

	if (!f || comparison_emit(f, c, format, options, &d) != 0)
		bail(d.text);
	fclose(f);
	if (!text)
		bail("no memory");
	return text;
}

/* From the least width on, no line is wider. */
static void test_widths(const struct comparison *c)
{
	int widest = 0, at = 0;

	for (int width = 50; width <= 130; width++) {
		const struct report_options options = {.width = width};
		char *text = emit(c, "terminal", &options);
		int over = longest_line(text) - (width < 60 ? 60 : width);

		at = over > widest ? width : at;
		widest = over > widest ? over : widest;
		free(text);
	}
	ok(widest <= 0, "no line is wider than the terminal (at %d columns by %d)", at, widest);
}

static void test_terminal(const struct comparison *c, const char *file)
{
	struct report_options options = {.width = 100};
	char *text = emit(c, "terminal", &options);

	compare(file, text);
	ok(!strchr(text, '\x1b'), "no escape sequence reaches the terminal");
	ok(longest_line(text) <= 100, "no line above 100 columns (longest %d)", longest_line(text));
	free(text);
	test_widths(c);
	options.colour = true;
	text = emit(c, "terminal", &options);
	has_text(text, "\x1b[1m", "colour when asked");
	ok(!strstr(text, "\x1b]0;"), "and still none of the names'");
	free(text);
}

static void test_formats(const struct comparison *c)
{
	struct report_options options = {0};
	char *text = emit(c, "md", &options);

	compare("compare.md", text);
	ok(!strstr(text, "<script"), "Markdown holds no HTML of others");
	free(text);
	text = emit(c, "csv", &options);
	compare("compare.csv", text);
	ok(!strstr(text, ",=") && !strstr(text, "\"="), "no cell is a formula");
	free(text);
	text = emit(c, "json", &options);
	compare("compare.json", text);
	free(text);
	setenv("GNUPLOT", "/nonexistent/gnuplot", 1);
	text = emit(c, "html", &options);
	ok(!strstr(text, "http://") && !strstr(text, "https://"), "the page refers to nothing outside");
	has_text(text, "there is no gnuplot on this machine", "without gnuplot the page says so in place");
	cut_page(text);
	compare("compare-body.html", text);
	ok(!strstr(text, "<script"), "no name becomes a script");
	free(text);
	unsetenv("GNUPLOT");
}

/* With a folder: the page, and the data and script of its picture beside it. */
static void test_folder(const struct comparison *c)
{
	char folder[] = "/tmp/inferometer-compare-XXXXXX", path[80];
	struct diag d = {0};
	struct stat st;

	if (!mkdtemp(folder))
		bail("no temporary folder");
	is_int(comparison_write_html(folder, c, &d), 0, "a folder is written");
	snprintf(path, sizeof path, "%s/compare.html", folder);
	ok(stat(path, &st) == 0, "with the page");
	remove(path);
	snprintf(path, sizeof path, "%s/plots/ratios-1.dat", folder);
	ok(stat(path, &st) == 0, "the data of its picture");
	snprintf(path, sizeof path, "%s/plots/ratios-1.gp", folder);
	ok(stat(path, &st) == 0, "and its script");
	snprintf(path, sizeof path, "%s/plots", folder);
	folder_discard(path);
	folder_discard(folder);
}

static void test_picture(const struct comparison *c)
{
	char folder[] = "/tmp/inferometer-compare-XXXXXX", gnuplot[4096];
	struct plots *plots;
	struct diag d = {0};

	if (!gnuplot_find(gnuplot, sizeof gnuplot)) {
		skip("no gnuplot");
		return;
	}
	if (!mkdtemp(folder) || comparison_plots(&plots, c, folder, &d) != 0)
		bail("no picture");
	is_text(plots->script[0].why_not ? plots->script[0].why_not : "drawn", "drawn",
		"gnuplot draws the ratios");
	ok(plots->script[0].picture[0].svg && svg_is_sound(plots->script[0].picture[0].svg),
	   "what it draws is sound");
	plots_free(plots);
	folder_discard(folder);
}

static void test_refusal(const struct comparison *c)
{
	struct strbuf text = {0};

	ok(c->refused, "without --allow-diff it is refused");
	comparison_refusal(&text, c);
	compare("refusal.txt", strbuf_text(&text));
	strbuf_free(&text);
}

int main(void)
{
	struct made x = {.m = {example_run(), other_run()}};

	for (int i = 0; i < 2; i++)
		x.a[i] = analysis_make(&x.m[i]->run);
	x.run[0] = (struct compared_run){x.a[0], "a.db#7", "Example <CPU> & Co"};
	x.run[1] = (struct compared_run){x.a[1], "b=$(id)`.db#7", hostile};
	compare_by(&x, 1, "precision", NULL);
	test_terminal(x.c, "compare-precision.txt");
	compare_by(&x, 2, "blocking", NULL);
	test_terminal(x.c, "compare-apart.txt");
	compare_by(&x, 2, "machine", NULL);
	if (!x.c)
		bail("no comparison");
	test_refusal(x.c);
	compare_by(&x, 2, "machine", "build.*");
	test_terminal(x.c, "compare-machine.txt");
	test_formats(x.c);
	test_folder(x.c);
	test_picture(x.c);
	comparison_free(x.c);
	for (int i = 0; i < 2; i++) {
		analysis_free(x.a[i]);
		made_free(x.m[i]);
	}
	return tap_done();
}
