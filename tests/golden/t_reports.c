/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format against a committed text, from a fixed run with hostile names in it. Pictures are
 * not compared: their data and scripts stand in the page. IFM_GOLDEN_UPDATE=1 rewrites the texts.
 */
#include "config.h"

#include "reports/report.h"
#include "reports/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/spec/spec.h"
#include "tests/golden/example_run.h"
#include "tests/golden/golden.h"
#include "tests/tap.h"

static char *emit(const char *name, const struct analysis *a, const struct report_options *options)
{
	const struct emitter_ops *e = emitter_find(name);
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct diag d = {0};

	if (!e || !f || e->emit(f, a, options, &d) != 0)
		bail(d.text);
	fclose(f);
	if (!text)
		bail("no memory");
	return text;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Every width from less than the least on: no line is wider, but for words that are. */
static void test_widths(const struct analysis *a)
{
	static const int kept[] = {60, 80, 200};
	int widest = 0;

	for (int width = 40; width <= 210; width++) {
		const struct report_options options = {.width = width};
		char *text = emit("terminal", a, &options);
		int over = longest_line(text) - (width < 60 ? 60 : width);

		widest = over > widest ? over : widest;
		for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
			char name[40];

			snprintf(name, sizeof name, "terminal-%d.txt", width);
			if (width == kept[i])
				compare(name, text);
		}
		free(text);
	}
	is_int(widest, 0, "no line is wider than the terminal, from 60 columns on");
}

/* Names of wide characters, of accents, and of one long word: columns stand below each other. */
static void test_wide_names(void)
{
	static const char *const names[] = {
		"/models/\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
		"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97.gguf",
		"/models/e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81t\xcc\x81.gguf",
		"/models/a-very-long-name-of-one-word-that-goes-on-and-on-and-on-until-it-ends.gguf"};
	static const double work[3] = {16, 1e9, 1e8};
	struct maker *m = made_start();
	struct analysis *a;
	int widest = 0, odd = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct stored_point *p =
			made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg16 precision=f32");

		point_set(&p->point, KEY_MODEL, names[i]);
		example_timing(m, p, 6, 16, work);
	}
	a = analysis_make(&m->run);
	for (int width = 60; width <= 120; width++) {
		const struct report_options options = {.width = width};
		char *text = emit("terminal", a, &options), *line = strstr(text, "\n\nmodel");
		char *rate = line ? strstr(line, "tokens/s 95 %") : NULL;
		int column = rate ? (int)(rate - line) - 2 : -1;

		/* The sign of an interval stands in the same column in each row. */
		for (int row = 0; row < 3 && rate; row++) {
			struct strbuf begin = {0};
			char *sign;

			line = strchr(line + 2, '\n') - 1;
			sign = strstr(line + 2, "\xc2\xb1");
			strbuf_add(&begin, line + 2, sign ? (size_t)(sign - line - 2) : 0);
			odd += width_of(strbuf_text(&begin)) != column + (int)strlen("tokens/s ");
			strbuf_free(&begin);
		}
		odd += !rate;
		widest = longest_line(text) - width > widest ? longest_line(text) - width : widest;
		free(text);
	}
	is_int(widest, 0, "names of wide characters make no line too wide");
	is_int(odd, 0, "and shift no column");
	analysis_free(a);
	made_free(m);
}

static void test_terminal(const struct analysis *a)
{
	struct report_options options = {.width = 100};
	char *text = emit("terminal", a, &options);

	compare("terminal.txt", text);
	ok(!strchr(text, '\x1b'), "no escape sequence reaches the terminal");
	ok(longest_line(text) <= 100, "no line above 100 columns (longest %d)", longest_line(text));
	free(text);
	options.colour = true;
	text = emit("terminal", a, &options);
	has_text(text, "\x1b[1m", "colour when asked");
	ok(!strstr(text, "\x1b]0;"), "and still none of the names'");
	free(text);
	test_widths(a);
}

/* What stands between fences is shown as it is. */
static void cut_fences(char *md)
{
	char *begin = strstr(md, "\n```"), *end = begin ? strstr(begin + 4, "\n```") : NULL;

	if (!begin || !end)
		bail("Markdown without a fence");
	memmove(begin, end + 4, strlen(end + 4) + 1);
}

static void test_md(const struct analysis *a)
{
	const struct report_options options = {0};
	char *text = emit("md", a, &options);

	compare("report.md", text);
	ok(count_lines(text) <= 75, "a summary (%d lines)", count_lines(text));
	cut_fences(text);
	ok(!strstr(text, "<script") && !strstr(text, "```"), "Markdown holds no HTML of others");
	free(text);
}

/* Failed points whose names hold fences: n commands. */
static void fence_is(int n, const char *fence, const char *around)
{
	const struct report_options options = {0};
	struct maker *m = made_start();
	struct analysis *a;
	char *text;

	for (int i = 0; i < n; i++)
		made_point(m, ROLE_MEASURE, POINT_FAILED, "died\n```\n# <b>",
			   "workload=tg8 model=/models/a````b```@someone.gguf precision=f32 threads=1");
	a = analysis_make(&m->run);
	text = emit("md", a, &options);
	has_text(text, fence, "a fence is longer than any in a name");
	has_text(text, around, "many commands are folded");
	ok(!strstr(text, "\n```\n") && !strstr(text, "\n# <b>"), "a reason ends no fence");
	cut_fences(text);
	ok(!strstr(text, "@s"), "outside of it nobody is mentioned");
	free(text);
	analysis_free(a);
	made_free(m);
}

static void test_md_fence(void)
{
	fence_is(1, "\n`````sh\n# tg8 ", "\nFailed, again with:\n");
	fence_is(11, "\n`````sh\n# tg8 ", "<details><summary>Failed: 11, again with</summary>\n\n");
}

static void test_html(const struct analysis *a)
{
	struct report_options options = {0};
	char *text;

	setenv("GNUPLOT", "/nonexistent/gnuplot", 1);
	text = emit("html", a, &options);
	ok(strlen(text) < 3u << 20, "the page is below 3 MB");
	has_text(text, "default-src 'none'", "the page forbids itself the network");
	ok(!strstr(text, "http://") && !strstr(text, "https://"), "and refers to nothing outside");
	has_text(text, "there is no gnuplot on this machine", "without gnuplot the page says so in place");
	cut_page(text);
	compare("body.html", text);
	ok(!strstr(text, "<script"), "no name becomes a script");
	ok(!strstr(text, "onerror=\""), "or an attribute");
	free(text);
	unsetenv("GNUPLOT");
}

/* A read ceiling beside each of 15 working sets: the header stays short. */
static void test_many_ceilings(void)
{
	static const double work[3] = {0, 1e3, 1e8}, read_work[3] = {0, 0, 1e6}, fma_work[3] = {0, 1e9, 0};
	struct report_options options = {.width = 100};
	struct maker *m = made_start();
	struct analysis *a;
	char *text, *end;

	for (int i = 0; i < 2 * 15; i++) {
		struct stored_point *p;
		char keys[100];

		snprintf(keys, sizeof keys, "%s=%d threads=%d isa=avx512",
			 i % 2 ? "workload=read size" : "workload=gemm n=8 k=8 m", 1 << (15 + i / 2),
			 1 + i / 2 % 2);
		p = made_point(m, i % 2 ? ROLE_CEILING : ROLE_MEASURE, POINT_DONE, "", keys);
		p->check_answer = json_pack("{s:i}", "working_set", 1 << (15 + i / 2));
		example_timing(m, p, 4, 1, i % 2 ? read_work : work);
	}
	for (int threads = 1; threads <= 2; threads++)
		example_timing(m,
			       made_point(m, ROLE_CEILING, POINT_DONE, "",
					  threads == 1 ? "workload=fma type=f32 threads=1 isa=avx512"
						       : "workload=fma type=f32 threads=2 isa=avx512"),
			       4, 1, fma_work);
	a = analysis_make(&m->run);
	text = emit("terminal", a, &options);
	end = strstr(text, "\n\n");
	if (end)
		end[1] = '\0';
	is_int(count_lines(text), 3, "the header has three lines");
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	has_text(text, "ceilings: read 32 KiB 0.249 GB/s (t1), ", "ceilings that bind are named");
	ok(!strstr(text, "1 MiB"), "in order, up to the first without room");
	has_text(text, " more in report -o md", "the rest is said to be elsewhere");
	ok(!strstr(text, "fma"), "those that bind no row are not named");
	free(text);
	analysis_free(a);
	made_free(m);
}

static void worker_is(const char *typed, const char *want)
{
	struct maker *m = made_start();
	struct row row = {.point = made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg8")};
	struct strbuf got = {0};
	char *whole = mem_printf("inferometer run --workload tg8%s", want);

	m->run.command = made_text(m, typed);
	m->run.seed = SPEC_SEED;
	row_command(&got, &m->run, &row);
	is_text(strbuf_text(&got), whole, typed);
	strbuf_free(&got);
	free(whole);
	made_free(m);
}

/* Another worker is another program: it is named again, as it was. */
static void test_worker(void)
{
	worker_is("inferometer run -m a", "");
	worker_is("inferometer run --worker /a/b -m a", " --worker /a/b");
	worker_is("inferometer run --worker=/a/b -m a", " --worker /a/b");
	worker_is("inferometer run -worker /a/b", " --worker /a/b");
	worker_is("inferometer run --worker '/a b/'\\''c' -m a", " --worker '/a b/'\\''c'");
	worker_is("inferometer run --label ' --worker x' -m a", "");
	worker_is("inferometer run -t 4 --worker", "");
	worker_is("'", "");
}

static void lines_are(const char *command, int width, const char *want)
{
	struct strbuf got = {0};

	command_lines(&got, command, width, "  ");
	is_text(strbuf_text(&got), want, want);
	strbuf_free(&got);
}

static void test_lines(void)
{
	lines_are("inferometer run -m a.gguf", 60, "  inferometer run -m a.gguf");
	lines_are("inferometer run -m a.gguf", 27, "  inferometer run -m a.gguf");
	lines_are("inferometer run -m a.gguf -t 4", 27, "  inferometer run -m \\\n    a.gguf -t 4");
	lines_are("run -m 'a b  c' -t 4", 16, "  run -m \\\n    'a b  c' \\\n    -t 4");
	lines_are("run 'much longer than all that' x", 12,
		  "  run \\\n    'much longer than all that' \\\n    x");
	lines_are("", 12, "");
}

/* What the run was asked beside the keys, when it is not what every run is asked. */
static void test_command(void)
{
	static const struct {
		int64_t seed;
		const char *spec, *command;
	} cases[] = {{SPEC_SEED, "name: x\ncounters: [clock, rusage]\n", ""},
		     {SPEC_SEED, NULL, ""},
		     {-3, "name: x\ncounters: []\nsweeps:\n", " --seed -3 --counters none"},
		     {SPEC_SEED, "name: x\ncounters: [clock]\n", " --counters clock"},
		     {SPEC_SEED, "name: x\ncounters: [clock, perf_event]\n", " --counters clock,perf_event"},
		     {SPEC_SEED, "name: x\ncounters: ['$(id)']\n", ""},
		     {SPEC_SEED, "name: x\ncounters: [clock", ""},
		     {SPEC_SEED,
		      "name: x\nrounds: 2\nwarmup: 1\nmin_time: 0.25\nmemory_limit: 500000000\nverify: "
		      "false\nceilings: true\n",
		      " -r 2 --min-time 0.25 --memory-limit 500000000 --no-verify"},
		     {SPEC_SEED, "rounds: $(id)\ntimeout: 3; id\nrepeat: `id`\n", ""}};
	struct maker *m = made_start();
	struct row row = {.point = made_point(m, ROLE_MEASURE, POINT_DONE, "", "workload=tg8 isa=ref")};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct strbuf got = {0};
		char *want = mem_printf("inferometer run --workload tg8 --isa ref%s", cases[i].command);

		m->run.seed = cases[i].seed;
		m->run.spec_text = cases[i].spec ? made_text(m, cases[i].spec) : NULL;
		row_command(&got, &m->run, &row);
		is_text(strbuf_text(&got), want, "the command that repeats a point");
		strbuf_free(&got);
		free(want);
	}
	made_free(m);
}

/* Energy and its quality, and a mark, where a run has some. */
static void test_energy(void)
{
	static const char *const formats[][2] = {{"terminal", "energy.txt"},
						 {"md", "energy.md"},
						 {"csv", "energy.csv"},
						 {"json", "energy.json"}};
	struct maker *m = example_gpu_run();
	struct analysis *a = analysis_make(&m->run);
	const struct report_options options = {.width = 100};

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		char *text = emit(formats[i][0], a, &options);

		compare(formats[i][1], text);
		ok(strstr(text, "joules") && strstr(text, "poor") && strstr(text, "throttled"),
		   "%s says what it is worth", formats[i][0]);
		free(text);
	}
	analysis_free(a);
	made_free(m);
}

int main(void)
{
	struct maker *m = example_run();
	struct analysis *a = analysis_make(&m->run);
	struct report_options options = {0};
	char *text;

	test_terminal(a);
	test_md(a);
	test_md_fence();
	text = emit("csv", a, &options);
	compare("report.csv", text);
	ok(!strstr(text, ",=") && !strstr(text, "\"="), "no cell is a formula");
	free(text);
	text = emit("json", a, &options);
	compare("report.json", text);
	free(text);
	test_html(a);
	test_command();
	test_worker();
	test_lines();
	test_many_ceilings();
	test_wide_names();
	test_energy();
	ok(!emitter_find("nonsense"), "an unknown format is not found");
	analysis_free(a);
	made_free(m);
	return tap_done();
}
