/* SPDX-License-Identifier: Apache-2.0 */
/* A trial's report in every format against committed texts: each verdict there is, what could not be compared, and names
 * from people who mean ill. Invented, not measured. */
#include "config.h"

#include "reports/verdicts/verdicts.h"

#include <stdlib.h>
#include <string.h>

#include "tests/golden/example_run.h"
#include "tests/golden/golden.h"
#include "tests/golden/stored_trial.h"

/* As hostile, but of UTF-8: a trial holds no other. U+FFFE is no character of XML. */
static const char mean[] =
	"=1+1 <script>alert(1)</script> 'quote' \"double\" `id` | a_b *c* \x1b]0;owned\x07 "
	"\xe2\x80\xae \xef\xbf\xbe &amp; @SUM(A1)\nsecond line";

static const struct {
	const char *a;
	double shift, spread;
	int n;
} cells[] = {
	{"workload=pp512 model=synthetic:llama-160m precision=q8_0 threads=4", .058, .006, 22},
	{"workload=pp512 model=synthetic:llama-160m precision=f32 threads=4", -.07, .009, 22},
	{"workload=pp128 model=synthetic:llama-160m precision=q8_0 threads=4", .0012, .004, 22},
	{"workload=pp64 model=synthetic:llama-160m precision=q8_0 threads=4", -.02, .005, 22},
	{"workload=pp32 model=synthetic:llama-160m precision=q8_0 threads=4", .011, .05, 22},
	{"workload=tg128 model=synthetic:llama-160m precision=q8_0 threads=4", .04, .004, 22},
	{"workload=tg32 model=synthetic:llama-160m precision=q8_0 threads=1", .06, .004, 5},
	{"workload=gemm m=256 n=256 k=256 precision=f32 threads=1", .0003, .0002, 22},
	{"workload=gemm m=64 n=512 k=2048 precision=f32 threads=1", .2, .01, 22},
	{"workload=gemm m=512 n=512 k=512 precision=f32 threads=4", 0, 0, 0},
	{"workload=gemm m=1024 n=1024 k=1024 precision=f32 threads=4", 0, 0, 0},
	{"workload=tg16 model=synthetic:llama-160m precision=q4_0 threads=4", 0, 0, 0},
};
enum { SLOWER = 0, FASTER, SAME, SMALL, WIDE, DELTA, FEW, TINY, WRONG, DIED, ABSENT, LACKS };

static void set_text(char **at, const char *text)
{
	free(*at);
	*at = mem_strdup(text);
}

static void state_set(struct trial_maker *x, int cell, enum point_state state, const char *reason)
{
	x->point[cell][0]->state = state;
	x->point[cell][0]->reason = made_text(x->m, reason);
}

static void example_states(struct trial_maker *x)
{
	state_set(x, DIED, POINT_FAILED, hostile);
	state_set(x, ABSENT, POINT_UNAVAILABLE, "isa avx512fp16: not on this CPU");
	state_set(x, LACKS, POINT_SKIPPED, "");
	set_text(&x->t.cell[LACKS].reason, "b: precision=q4_0 is not known");
}

/* What happened to visits: others were there, one failed, one was still warming up. */
static void example_marks(struct trial_maker *x)
{
	struct stored_point *p = x->point[SMALL][0];

	for (int i = 0; i < 6; i++)
		p->visits[i].series->marks[1] |= MARK_CONTENDED;
	x->point[WIDE][0]->visits[7].failed = true;
}

static void example_words(struct trial_maker *x)
{
	struct trial *t = &x->t;

	point_set(&x->point[SAME][0]->point, KEY_MODEL, hostile);
	set_text(&t->arm[1].title, mean);
	set_text(&t->arm[1].version, "");
	set_text(&t->warmup, "warm-up of 2 in pp512 q8_0 t4");
	t->cut = 2;
	t->budget_s = 600;
	t->n_differences = 2;
	t->difference = mem_alloc(2 * sizeof *t->difference);
	t->difference[0] = mem_strdup("build.compiler: cc 13 and cc 14");
	t->difference[1] = mem_strdup(mean);
	t->calibration = (struct trial_calibration){
		.n = 500, .k = 26, .n_injected = 20, .n_found = 19, .q99 = .012, .campaigns = 5};
}

/* Each verdict, each state. */
static struct trial_maker *example_trial(void)
{
	struct trial_maker *x = trial_start();
	double r[TRIAL_VISITS];

	x->m->run.machine = json_pack("{s:s}", "processor", "Example <CPU> & Co");
	for (int i = 0; i < (int)(sizeof cells / sizeof cells[0]); i++) {
		trial_cell_of(x, cells[i].a, NULL);
		trial_noise(r, cells[i].n, cells[i].shift, cells[i].spread);
		for (int k = 0; k < cells[i].n; k++)
			r[k] += .0001 * ((k * k * 7 + i) % 13 - 6) * (i != TINY);
		trial_pairs(x, i, r, cells[i].n);
	}
	for (int round = 1; round <= 3; round++)
		for (int i = SLOWER; i <= WIDE; i++)
			trial_aa(x, i, round, .001 * ((round * 7 + i * 3) % 11 - 5));
	x->t.cell[DELTA].delta = .05;
	x->t.cell[WIDE].required = true;
	x->t.cell[WIDE].floor = .02;
	made_residuals(x->m, x->point[WRONG][0], .25, .25);
	x->point[WRONG][0]->visits[x->point[WRONG][0]->n_visits - 1].arm = made_text(x->m, "b");
	example_states(x);
	example_marks(x);
	example_words(x);
	return x;
}

static char *emit(const struct verdicts *v, const char *format, const struct report_options *options)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct diag d = {0};

	if (!f || verdicts_emit(f, v, format, options, &d) != 0)
		bail(d.text);
	fclose(f);
	if (!text)
		bail("no memory");
	return text;
}

/* From the least width on, no line is wider. */
static void test_widths(const struct verdicts *v)
{
	int widest = 0, at = 0;

	for (int width = 50; width <= 130; width++) {
		const struct report_options options = {.width = width};
		char *text = emit(v, "terminal", &options);
		int over = longest_line(text) - (width < 60 ? 60 : width);

		at = over > widest ? width : at;
		widest = over > widest ? over : widest;
		free(text);
	}
	ok(widest <= 0, "no line is wider than the terminal (at %d columns by %d)", at, widest);
}

static void test_terminal(const struct verdicts *v, const char *file)
{
	struct report_options options = {.width = 100};
	char *text = emit(v, "terminal", &options);

	compare(file, text);
	ok(!strchr(text, '\x1b'), "no escape sequence reaches the terminal");
	ok(longest_line(text) <= 100, "no line above 100 columns (longest %d)", longest_line(text));
	free(text);
	test_widths(v);
	options.colour = true;
	text = emit(v, "terminal", &options);
	has_text(text, "\x1b[1m", "colour when asked");
	ok(!strstr(text, "\x1b]0;"), "and still none of the names'");
	free(text);
}

/* XML knows four control characters and no entity but five. */
static bool is_xml(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < 0x20 && *c != '\n')
			return false;
	for (const char *at = text; (at = strchr(at, '&')) != NULL; at++)
		if (strncmp(at, "&amp;", 5) != 0 && strncmp(at, "&lt;", 4) != 0 &&
		    strncmp(at, "&gt;", 4) != 0 && strncmp(at, "&quot;", 6) != 0 &&
		    strncmp(at, "&#39;", 5) != 0)
			return false;
	return true;
}

static void test_formats(const struct verdicts *v)
{
	const struct report_options options = {0};
	char *text = emit(v, "md", &options);

	compare("verdicts.md", text);
	ok(!strstr(text, "<script"), "Markdown holds no HTML of others");
	free(text);
	text = emit(v, "csv", &options);
	compare("verdicts.csv", text);
	ok(!strstr(text, ",=") && !strstr(text, "\"="), "no cell is a formula");
	free(text);
	text = emit(v, "json", &options);
	compare("verdicts.json", text);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ok(root && json_array_size(json_object_get(root, "points")) == sizeof cells / sizeof cells[0],
	   "JSON reads again");
	json_decref(root);
	free(text);
	text = emit(v, "junit", &options);
	compare("verdicts.xml", text);
	ok(!strstr(text, "<script") && is_xml(text), "no name breaks the XML");
	free(text);
}

/* How long more pairs take, in units that people read. */
static void test_needed(const struct verdicts *v)
{
	static const struct {
		int more;
		int64_t wall_ns;
		const char *want;
	} rows[] = {
		{1, 300000000, "22 pairs in all, less than 1 s more"},
		{100, 497000000, "121 pairs in all, about 1 min 39 s more"},
		{100, 500000000, "121 pairs in all, about 1 min 40 s more"},
		{2000, 9000000000, "2021 pairs in all, about 10 h 00 min more"},
		{5000, 500000000, "more than 4096 pairs: less noise, not more pairs"},
		{0, 500000000, ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct verdict_cell c = v->cell[WIDE];
		struct stored_point p = *c.point[0];
		struct stored_visit visit = p.visits[0];
		struct strbuf text = {0};

		visit.wall_ns = rows[i].wall_ns;
		visit.load_ns = 0;
		p.visits = &visit;
		p.n_visits = 1;
		c.point[0] = c.point[1] = &p;
		c.pairs_needed = c.n_pairs + rows[i].more;
		verdict_needed(&text, &c);
		is_text(strbuf_text(&text), rows[i].want, "what would decide it");
		strbuf_free(&text);
	}
}

static void test_replicates(const struct verdicts *v)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	struct diag d = {0};

	if (!f)
		bail("no memory");
	is_int(verdicts_replicate_head(f, &d), 0, "the head of replicates is written");
	is_int(verdicts_replicate_rows(f, v, 3, &d), 0, "and their rows");
	fclose(f);
	compare("verdicts-replicates.csv", text);
	free(text);
}

/* The same stored data, computed and written anew. */
static void test_bytes(struct trial_maker *x, const struct verdicts *v)
{
	static const char *const formats[] = {"terminal", "md", "csv", "json", "junit"};
	const struct report_options options = {.width = 90};
	struct verdicts *again = trial_verdicts(x, NULL);

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		char *one = emit(v, formats[i], &options), *other = emit(again, formats[i], &options);

		is_text(other, one, formats[i]);
		free(one);
		free(other);
	}
	verdicts_free(again);
}

static void test_example(void)
{
	struct trial_maker *x = example_trial();
	struct verdicts *v = trial_verdicts(x, NULL);
	struct diag d = {0};

	test_terminal(v, "verdicts.txt");
	test_formats(v);
	test_needed(v);
	test_replicates(v);
	test_bytes(x, v);
	is_int(verdicts_emit(stdout, v, "pdf", NULL, &d), ERR_USAGE, "a format that is none is refused");
	verdicts_free(v);
	trial_end(x);
}

/* A gate whose candidates were tried again: one is confirmed, one went away. */
static void test_gate(void)
{
	static const double shift[2][3] = {{.05, .06, 0}, {.045, 0, 0}};
	struct trial_maker *x[2] = {trial_start(), trial_start()};
	struct verdicts *v;
	double r[22];

	for (int k = 0; k < 2; k++)
		for (int i = 0; i < 3; i++) {
			char keys[80];

			snprintf(keys, sizeof keys, "workload=tg%d precision=q8_0 threads=4", 16 << i);
			trial_noise(r, 22, shift[k][i], .006);
			trial_pairs(x[k], trial_cell_of(x[k], keys, NULL), r, 22);
		}
	for (int round = 1; round <= 2; round++)
		trial_aa(x[0], 0, round, .002 * round);
	x[0]->t.purpose = TRIAL_GATE;
	x[0]->t.q = FDR_Q_GATE;
	x[1]->t.purpose = TRIAL_CONFIRM;
	x[1]->t.confirms = x[0]->m->run.id;
	x[1]->m->run.id = 8;
	v = trial_verdicts(x[0], x[1]);
	test_terminal(v, "verdicts-gate.txt");
	verdicts_free(v);
	for (int k = 0; k < 2; k++)
		trial_end(x[k]);
}

/* Nothing came of it: interrupted before the first pair, or no arm has a copy and no machine is calibrated. */
static void test_void(void)
{
	struct trial_maker *x = trial_start();
	struct verdicts *v;

	trial_cell_of(x, "workload=tg16 precision=q8_0", "workload=tg16 precision=q4_0");
	point_set(&x->t.arm[0].keys, KEY_PRECISION, "q8_0");
	point_set(&x->t.arm[1].keys, KEY_PRECISION, "q4_0");
	x->point[0][0]->state = x->point[0][1]->state = POINT_PLANNED;
	x->t.pairs = 30;
	x->t.cut = -1;
	set_text(&x->t.warmup, "");
	set_text(&x->t.no_copy, "the temporary folder may not hold programs");
	set_text(&x->t.copy, "");
	x->m->run.state = made_text(x->m, "interrupted");
	v = trial_verdicts(x, NULL);
	test_terminal(v, "verdicts-void.txt");
	verdicts_free(v);
	trial_end(x);
}

int main(void)
{
	test_example();
	test_gate();
	test_void();
	return tap_done();
}
