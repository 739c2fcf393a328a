/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page of a trial and its pictures' data and scripts against committed texts. `t_verdict_page FOLDER [POINTS]` writes
 * the page there for people and browsers, of the example or of as many points.
 */
#include "config.h"

#include "reports/verdicts/html.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "reports/plots/plots.h"
#include "reports/verdicts/page/page.h"
#include "tests/golden/example_verdicts.h"
#include "tests/golden/golden.h"

static char *page_of(const struct verdicts *v)
{
	const struct report_options options = {0};
	struct diag d = {0};
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f || verdicts_html(f, v, &options, &d) != 0)
		bail(d.text);
	fclose(f);
	if (!text)
		bail("no memory");
	return text;
}

static void test_page(const struct verdicts *v)
{
	char *text;

	setenv("GNUPLOT", "/nonexistent/gnuplot", 1);
	text = page_of(v);
	unsetenv("GNUPLOT");
	ok(!strstr(text, "http://") && !strstr(text, "https://"), "the page refers to nothing outside");
	has_text(text, "there is no gnuplot on this machine", "without gnuplot the page says so in place");
	cut_page(text);
	compare("verdicts-body.html", text);
	ok(!strstr(text, "<script") && !strstr(text, "<img"), "no name becomes an element");
	free(text);
}

static void put_script(struct strbuf *all, const struct script *s)
{
	strbuf_printf(all, "==== %s.dat\n%s==== %s.gp\n%s", s->name, strbuf_text(&s->data), s->name,
		      strbuf_text(&s->text));
	for (int k = 0; k < s->n_pictures; k++)
		strbuf_printf(all, "==== %s\ntitle: %s\nreading: %s\nfinding: %s\n", s->picture[k].name,
			      s->picture[k].title, s->picture[k].reading, s->picture[k].finding);
}

static void test_texts(const struct plots *plots)
{
	struct strbuf all = {0};

	for (int i = 0; i < plots->n; i++)
		put_script(&all, &plots->script[i]);
	for (int i = 0; i < plots->n_notes; i++)
		strbuf_printf(&all, "==== left out of kind %d: %s\n", (int)plots->note[i].kind,
			      plots->note[i].text);
	compare("verdicts-plots.txt", strbuf_text(&all));
	strbuf_free(&all);
}

static void test_drawn(struct plots *plots, const char *folder)
{
	struct diag d = {0};

	is_int(plots_draw(plots, folder, &d), 0, "drawn");
	for (int i = 0; i < plots->n; i++) {
		const struct script *s = &plots->script[i];
		bool sound = true, small = true;

		if (!ok(!s->why_not, "%s is drawn", s->name))
			printf("# %s\n", s->why_not);
		for (int k = 0; k < s->n_pictures; k++) {
			sound &= s->picture[k].svg && svg_is_sound(s->picture[k].svg);
			small &= s->picture[k].svg && strlen(s->picture[k].svg) < 80000;
		}
		ok(sound && small, "what %s draws is sound and small", s->name);
	}
}

static void test_pictures(const struct verdicts *v)
{
	char folder[] = "/tmp/inferometer-verdicts-XXXXXX", gnuplot[4096];
	struct trial_page t;
	struct plots *plots;

	trial_page_make(&t, v);
	plots = trial_plots(&t);
	test_texts(plots);
	if (!gnuplot_find(gnuplot, sizeof gnuplot)) {
		skip("no gnuplot");
	} else {
		if (!mkdtemp(folder))
			bail("no temporary folder");
		test_drawn(plots, folder);
		folder_discard(folder);
	}
	plots_free(plots);
	trial_page_free(&t);
}

static void test_folder(const struct verdicts *v)
{
	static const char *const files[] = {"compare.html",	 "plots/forest-1.dat", "plots/forest-1.gp",
					    "plots/pairs-1.dat", "plots/aa-1.gp",      "plots/order-1.gp"};
	char folder[] = "/tmp/inferometer-verdicts-XXXXXX", path[80];
	struct diag d = {0};
	struct stat st;

	if (!mkdtemp(folder))
		bail("no temporary folder");
	is_int(verdicts_write_html(folder, v, &d), 0, "a folder is written");
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, files[i]);
		ok(stat(path, &st) == 0 && st.st_size > 100, "with %s", files[i]);
	}
	snprintf(path, sizeof path, "%s/plots", folder);
	folder_discard(path);
	folder_discard(folder);
}

/* As one that was stopped before its first pair, and one of which every point failed. */
static void test_empty(void)
{
	struct made_verdicts *x = made_verdicts_start(1);
	char *text;

	x->v.complete = false;
	text = page_of(&x->v);
	has_text(text, "<h1>Nothing could be compared</h1>", "an empty trial says so");
	has_text(text, "The run did not end", "and that it did not end");
	ok(!strstr(text, "<svg") && !strstr(text, "id=\"pairs\"") && !strstr(text, "id=\"verdicts\""),
	   "what has no data is left out");
	free(text);
	made_cell_start(x, POINT_FAILED, "it died", "workload=tg4 threads=1");
	x->v.n_failed = 1;
	text = page_of(&x->v);
	has_text(text, "it died", "a failed point has its reason");
	free(text);
	made_verdicts_free(x);
}

/* A line for each point and fact would bury the rest. */
static void test_differences(struct made_verdicts *x)
{
	static char line[] = "tile: 6x16 | 4x16",
		    *lines[9] = {line, line, line, line, line, line, line, line, line};
	char **kept = x->v.trial.difference, *short_words = x->v.trial.warmup, *text;

	x->v.trial.n_differences = 9;
	x->v.trial.difference = lines;
	x->v.trial.warmup =
		made_text(x->m, "gemm m64: warm-up of 20; gemm m128: warm-up of 65 repetitions; gemm m256: "
				"warm-up of 100 repetitions, no steady state in 2 of 10 processes; gemm "
				"m512: warm-up of 90 repetitions; gemm m1024: warm-up of 90 repetitions");
	text = page_of(&x->v);
	has_text(text, "<dd>9 facts, listed below</dd>", "many differences are counted");
	has_text(text, "<details><summary>all 9 that differ</summary>", "and folded");
	has_text(text, "<details><summary>what the pilot saw</summary>", "so is a long pilot");
	free(text);
	x->v.trial.n_differences = 2;
	x->v.trial.difference = kept;
	x->v.trial.warmup = short_words;
}

/* Bounds of a page of 500 points, all pictures drawn. */
static void test_many(void)
{
	struct made_verdicts *x = many_verdicts(500);
	char *text = page_of(&x->v);

	ok(strlen(text) < 3000000, "500 points are less than 3 MB (%zu bytes)", strlen(text));
	has_text(text, "Left out: 460 smaller ratios", "the forest says what it leaves out");
	has_text(text, "Left out: 488 points of less weight", "so do the pairs");
	free(text);
	made_verdicts_free(x);
}

static void test_titles(struct made_verdicts *x)
{
	static const struct {
		int count[VERDICT_SLOWER + 1];
		const char *title;
	} titles[] = {
		{{0, 5, 0, 0, 0},
		 "A and B take the same time on all 5 points, within \xc2\xb1"
		 "1.5 %"},
		{{0, 1, 0, 0, 0},
		 "A and B take the same time on 1 point, within \xc2\xb1"
		 "1.5 %"},
		{{2, 3, 0, 0, 0},
		 "B is called neither slower nor faster: 3 of 5 points the same, 2 undecided"},
		{{0, 3, 0, 2, 0}, "B is faster on 2 of 5 points, slower on none"},
		{{0, 0, 0, 0, 1}, "B is slower on 1 of 1 point, faster on none"},
		{{0, 0, 0, 3, 2}, "B is slower on 2 of 5 points and faster on 3"},
	};
	struct trial_page t;

	trial_page_make(&t, &x->v);
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
		struct strbuf title = {0};

		t.n_compared = 0;
		for (int k = 0; k <= VERDICT_SLOWER; k++)
			t.n_compared += x->v.count[k] = titles[i].count[k];
		trial_title(&title, &t);
		is_text(strbuf_text(&title), titles[i].title, "a title states the finding");
		strbuf_free(&title);
	}
	trial_page_free(&t);
}

static int write_page(const char *folder, const char *points)
{
	struct made_verdicts *x = points ? many_verdicts(atoi(points)) : example_verdicts();
	struct diag d = {0};
	int rc = verdicts_write_html(folder, &x->v, &d);

	if (rc)
		printf("%s\n", d.text);
	made_verdicts_free(x);
	return rc ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct made_verdicts *x;

	if (argc > 1)
		return write_page(argv[1], argc > 2 ? argv[2] : NULL);
	x = example_verdicts();
	test_page(&x->v);
	test_pictures(&x->v);
	test_folder(&x->v);
	test_empty();
	test_many();
	test_differences(x);
	test_titles(x);
	made_verdicts_free(x);
	return tap_done();
}
