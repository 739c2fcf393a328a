/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures: what may stand in one, and that each is drawn, sound and redrawn by a plain gnuplot. */
#include "config.h"

#include "reports/plots/plots.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "tests/golden/example_run.h"
#include "tests/golden/golden.h"
#include "tests/tap.h"

static void test_sound(void)
{
	ok(svg_is_sound("<svg viewBox=\"0 0 1 1\"><g><path d='M1,1'/></g></svg>"), "drawing is sound");
	ok(!svg_is_sound("<svg><g></svg>"), "an open group is not");
	ok(!svg_is_sound("<svg></g></svg>"), "a group closed twice is not");
	ok(!svg_is_sound("<svg><script>alert(1)</script></svg>"), "a script is not");
	ok(!svg_is_sound("<svg><g onload=\"alert(1)\"></g></svg>"), "a handler is not");
	ok(!svg_is_sound("<svg><use href='http://x/y'/></svg>"), "a reference outside is not");
	ok(!svg_is_sound("<svg><foreignObject/></svg>"), "foreign elements are not");
	ok(!svg_is_sound("<svg"), "half a tag is not");
	ok(svg_is_sound("<svg><polygon fill = 'a' points = '1,1 2,2 '/></svg>"),
	   "blanks around = are gnuplot's");
	ok(!svg_is_sound("<svg><g onload = 'alert(1)'/></svg>"), "and hide no handler");
	ok(!svg_is_sound("<svg><g fill = /></svg>") && !svg_is_sound("<svg><g fill /></svg>"),
	   "an attribute without a value is none");
}

/* Drawings with pieces out of place: refused or sound, and nothing is read that is not there. */
static void test_mutated(const char *svg)
{
	static const char *const pieces[] = {"<",
					     ">",
					     "'",
					     "</g>",
					     "<defs>",
					     "</defs>",
					     "xlink:href='#gp",
					     "id='gp",
					     "rgb(-39, 1, 2)",
					     "font-family=\"",
					     "translate(",
					     " d='",
					     "<filter"};
	char name[] = "pic", text[] = "t";
	struct picture p = {.name = name, .title = text, .reading = text, .finding = text};
	size_t n = strlen(svg);
	unsigned seed = 1;
	int bad = 0;

	for (int i = 0; i < 2000; i++) {
		char *copy = mem_strdup(svg), *element;

		for (int j = 0; j < 3; j++) {
			const char *piece = pieces[(seed = seed * 1103515245u + 12345u) / 65536 % 13];
			size_t at = (seed = seed * 1103515245u + 12345u) / 8 % n;

			if (at + strlen(piece) < n)
				memcpy(copy + at, piece, strlen(piece));
			if (seed / 32768 % 8 == 0)
				copy[at] = '\0';
		}
		element = svg_theme(copy, &p);
		bad += element && !svg_is_sound(element);
		free(element);
		free(copy);
	}
	is_int(bad, 0, "no mutated drawing comes out unsound");
}

static void test_theme(void)
{
	static const char drawn[] =
		"<svg viewBox=\"0 0 440 340\"><g id=\"gnuplot_canvas\"><rect x=\"0\" y=\"0\" width=\"440\" "
		"height=\"340\" fill=\"#ffffff\"/><defs>\n<circle id='gpDot' r='0.5'/>\n<path id='gpPt1' "
		"d='M0,0'/><filter id='textbox'><feFlood/></filter></defs>\n<g id=\"gnuplot_plot_1\" >"
		"<title>gnuplot_plot_1</title><g fill=\"none\" stroke=\"black\"><path stroke='rgb( 35, 123, "
		"112)' d='M1.25,2.75 L3.00,4'/><use xlink:href='#gpPt1' transform='translate(9.99,1.23)' "
		"color='rgb(1,2,3)'/></g><g>\n</g><text font-family=\"sans\">0.95 black rgb( 35, 123, "
		"112)</text></g></g></svg>";
	char title[] = "<t>", name[] = "pic", finding[] = "a & b";
	struct picture p = {.name = name, .title = title, .reading = title, .finding = finding};
	char *element = svg_theme(drawn, &p), *file;

	ok(element != NULL, "gnuplot's drawing is rewritten");
	if (!element)
		return;
	has_text(element, "stroke='var(--q8_0)'", "a known colour is its role");
	has_text(element, "color='#010203'", "another one stays");
	has_text(element, "stroke=\"var(--ink)\"", "black is ink");
	has_text(element, "d='M1.2,2.7 L3.0,4'", "coordinates lose a digit");
	has_text(element, ">0.95 black rgb( 35, 123, 112)</text>", "text does not");
	has_text(element, "id='pic-gpPt1'", "ids have the picture's name");
	has_text(element, "href='#pic-gpPt1'", "and so have references");
	has_text(element, "&lt;t&gt;</title>", "the title is escaped");
	ok(!strstr(element, "gpDot") && !strstr(element, "filter") && !strstr(element, "font-family"),
	   "unused marks, filters and fonts are gone");
	file = svg_standalone(element);
	ok(svg_is_sound(file), "as a file it is sound");
	has_text(file, "prefers-color-scheme:dark", "and carries both schemes");
	has_text(file, "text{paint-order:stroke;stroke:var(--bg)", "and keeps lines off its numbers");
	free(file);
	free(element);
	test_mutated(drawn);
	ok(!svg_theme("<svg>nothing</svg>", &p), "what has no canvas is refused");
	ok(!svg_theme("<svg viewBox=\"0 0 1 1\"><defs></defs><a/></g>", &p), "and what is no drawing");
}

static int redraw(const char *gnuplot, const char *directory, const char *script)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(directory) == 0)
			execl(gnuplot, gnuplot, script, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : 1;
}

static void test_script(const struct script *s, const char *gnuplot, const char *directory)
{
	char *gp = mem_printf("%s.gp", s->name);

	if (!ok(!s->why_not, "%s is drawn", s->name))
		printf("# %s\n", s->why_not);
	for (int i = 0; i < s->n_pictures; i++) {
		const struct picture *p = &s->picture[i];

		ok(p->svg && svg_is_sound(p->svg), "%s is sound", p->name);
		ok(p->svg &&
			   strlen(p->svg) <
				   (s->kind == PLOT_LATENCY || s->kind == PLOT_TIMELINE ? 80000 : 30000) &&
			   strstr(p->svg, "<path"),
		   "%s draws something, in little", p->name);
	}
	is_int(redraw(gnuplot, directory, gp), 0, "a plain gnuplot redraws it");
	for (int i = 0; i < s->n_pictures; i++) {
		char *path = mem_printf("%s/%s.svg", directory, s->picture[i].name);
		struct stat st;

		ok(stat(path, &st) == 0 && st.st_size > 1000, "%s.svg is there again", s->picture[i].name);
		free(path);
	}
	free(gp);
}

static void folder_remove(const char *path)
{
	char *command = mem_printf("rm -rf '%s'", path);

	if (system(command) != 0)
		printf("# %s is left\n", path);
	free(command);
}

/* What the texts of the reports have no room for: a third number of threads, blockings by threads. */
static void more_points(struct maker *m)
{
	static const char *const blockings[] = {"auto", "64x128x512", "hostile'\"`id`"};
	static const double tokens[3] = {16, 1.28e9, 6.7e8}, product[3] = {0, 2.7e8, 3.1e6};

	for (int i = 0; i < 3; i++) {
		char keys[300];
		struct stored_point *p;

		snprintf(keys, sizeof keys,
			 "workload=tg16 model=synthetic:llama-160m precision=%s kv=f16 threads=2 isa=avx2",
			 example_precisions[i].precision);
		p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
		example_timing(m, p, 1.4 * example_precisions[i].step_ms, 16, tokens);
		p->visits[2].series->marks[20] = MARK_PREEMPTED;
		for (int threads = 1; threads <= 4; threads *= 2) {
			snprintf(keys, sizeof keys,
				 "workload=gemm m=512 n=512 k=512 precision=q8_0 threads=%d isa=avx2 "
				 "blocking=%s provider=own",
				 threads, blockings[i]);
			p = made_point(m, ROLE_MEASURE, POINT_DONE, "", keys);
			example_timing(m, p, (i == 1 ? 2.0005 : 2 + 0.1 * i) / threads, 1, product);
		}
	}
}

#define SECOND_NS INT64_C(1000000000)

/* Every visit two seconds after the last one, an hour's rest in between, some of them disturbed. */
static void more_facts(struct maker *m)
{
	int64_t now = m->run.start_wall_ns;

	for (int round = 0; round < MADE_VISITS; round++)
		for (int i = 0; i < m->run.n_points; i++) {
			struct stored_visit *v = &m->points[i].visits[round];
			const char *precision = point_get(&m->points[i].point, KEY_PRECISION);

			if (round >= m->points[i].n_visits)
				continue;
			now += 2 * SECOND_NS + (round == 3 && i == 0 ? 3600 * SECOND_NS : 0);
			v->start_wall_ns = now;
			v->wall_ns = SECOND_NS;
			v->weight_bytes = strcmp(precision, "f32") == 0	  ? 600000000
					  : strcmp(precision, "f16") == 0 ? 300000000
									  : 170000000;
			if (round == 4 && v->n_series)
				v->series->marks[v->series->n - 1] = i % 3 ? MARK_CONTENDED : MARK_MIGRATED;
			v->host_before = json_pack("{s:i}", "pressure_cpu_us", 1000);
			v->host_after =
				json_pack("{s:i, s:f}", "pressure_cpu_us",
					  1000 + (round == 4 ? 300000 : 20000), "mhz", 3500.0 + i % 7);
		}
}

static void facts_free(struct maker *m)
{
	for (int i = 0; i < m->run.n_points; i++)
		for (int k = 0; k < m->points[i].n_visits; k++) {
			json_decref(m->points[i].visits[k].host_before);
			json_decref(m->points[i].visits[k].host_after);
		}
}

/* Data and scripts as committed: what gnuplot makes of them is looked at, not compared. */
static void test_texts(const struct plots *plots)
{
	struct strbuf all = {0};

	for (int i = 0; i < plots->n; i++) {
		const struct script *s = &plots->script[i];

		strbuf_printf(&all, "==== %s.dat\n%s==== %s.gp\n%s", s->name, strbuf_text(&s->data), s->name,
			      strbuf_text(&s->text));
		for (int k = 0; k < s->n_pictures; k++)
			strbuf_printf(&all, "==== %s\ntitle: %s\nreading: %s\nfinding: %s\n",
				      s->picture[k].name, s->picture[k].title, s->picture[k].reading,
				      s->picture[k].finding);
	}
	for (int i = 0; i < plots->n_notes; i++)
		strbuf_printf(&all, "==== left out of kind %d: %s\n", (int)plots->note[i].kind,
			      plots->note[i].text);
	compare("plots.txt", strbuf_text(&all));
	strbuf_free(&all);
}

static void test_pictures(const struct view *v)
{
	char gnuplot[1024], directory[] = "/tmp/ifm-plots-XXXXXX";
	struct plots *plots = plots_make(v);
	bool kinds[PLOT_KIND_COUNT] = {false};
	struct diag d = {0};

	for (int i = 0; i < plots->n; i++)
		kinds[plots->script[i].kind] = true;
	for (int kind = 0; kind < PLOT_KIND_COUNT; kind++)
		ok(kinds[kind], "the run has pictures of kind %d", kind);
	test_texts(plots);
	if (!gnuplot_find(gnuplot, sizeof gnuplot)) {
		skip("no gnuplot");
	} else if (!mkdtemp(directory)) {
		bail("no temporary folder");
	} else {
		is_int(plots_draw(plots, directory, &d), 0, "drawn");
		for (int i = 0; i < plots->n; i++)
			test_script(&plots->script[i], gnuplot, directory);
		if (!getenv("IFM_KEEP_PLOTS"))
			folder_remove(directory);
	}
	plots_free(plots);
}

/* A gnuplot that fails, or leaves nothing, is said in the picture's place. */
static void test_broken(const struct view *v)
{
	char directory[] = "/tmp/ifm-plots-XXXXXX";
	struct diag d = {0};

	if (!mkdtemp(directory))
		bail("no temporary folder");
	for (int i = 0; i < 2; i++) {
		struct plots *plots = plots_make(v);

		setenv("GNUPLOT", i ? "/bin/false" : "/bin/true", 1);
		is_int(plots_draw(plots, directory, &d), 0, "a broken gnuplot is no error of the report");
		ok(plots->script[0].why_not && !plots->script[0].picture[0].svg, "but it is said");
		plots_free(plots);
	}
	unsetenv("GNUPLOT");
	folder_remove(directory);
}

/* Little to draw: no picture has an empty axis, and where one is expected its absence is said. */
static void test_little(void)
{
	static const double work[3] = {16, 1e9, 1e8}, unknown[3] = {16, 0, 0};
	struct maker *m = made_start();
	struct stored_point *p = made_point(m, ROLE_MEASURE, POINT_DONE, "",
					    "workload=tg16 model=synthetic:x precision=f32 threads=1");
	struct analysis *a;
	struct plots *plots;
	struct view v;

	made_timing(m, p, 1, 1000000, 1, 2, work);
	a = analysis_make(&m->run);
	v = view_make(a);
	plots = plots_make(&v);
	is_int(plots->n, 0, "one point of one process without ceilings has no picture");
	is_int(plots->n_notes, 1, "but one would be looked for");
	is_int(plots->note[0].kind, PLOT_ROOFLINE, "the roofline");
	plots_free(plots);
	analysis_free(a);
	p->visits[0].tokens = unknown[0];
	p->visits[0].flops = p->visits[0].bytes = 0;
	a = analysis_make(&m->run);
	v = view_make(a);
	plots = plots_make(&v);
	is_int(plots->n + plots->n_notes, 0, "of unknown work there is not even that");
	plots_free(plots);
	analysis_free(a);
	made_free(m);
}

/* Samples of another program: one process, a time of 0, the rest far apart. */
static void test_foreign(void)
{
	static const double work[3] = {16, 0, 0};
	char directory[] = "/tmp/ifm-plots-XXXXXX", gnuplot[1024];
	struct maker *m = made_start();
	struct stored_point *p =
		made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg16 precision=Q4_K_M");
	struct stored_series *s = made_timing(m, p, 1, 0, 10, 1, work)->series;
	struct analysis *a;
	struct plots *plots;
	struct diag d = {0};
	struct view v;

	s->values[s->n - 1] = INT64_C(4000000000000000000);
	a = analysis_make(&m->run);
	v = view_make(a);
	plots = plots_make(&v);
	is_int(plots->n, 1, "step times alone");
	if (gnuplot_find(gnuplot, sizeof gnuplot) && mkdtemp(directory)) {
		is_int(plots_draw(plots, directory, &d), 0, "whatever they are");
		ok(!plots->script[0].why_not, "are drawn");
		if (plots->script[0].why_not)
			printf("# %s\n", plots->script[0].why_not);
		folder_remove(directory);
	}
	plots_free(plots);
	analysis_free(a);
	made_free(m);
}

int main(void)
{
	struct maker *m = example_run();
	struct analysis *a;
	struct view v;

	more_points(m);
	more_facts(m);
	a = analysis_make(&m->run);
	v = view_make(a);
	test_sound();
	test_theme();
	test_pictures(&v);
	test_broken(&v);
	test_little();
	test_foreign();
	analysis_free(a);
	facts_free(m);
	made_free(m);
	return tap_done();
}
