/* SPDX-License-Identifier: Apache-2.0 */
/* Sets, defaults, include and exclude: what they come to, and one clear line for what may not be. */
#include "config.h"

#include "harness/spec/spec.h"

#include "engines/base/mem.h"
#include "tests/unit/spec_text.h"

static void must_parse(struct spec *s, const char *yaml)
{
	struct diag d;
	char said[600];
	if (!ok(parse(s, yaml, &d) == 0, "%.70s", yaml)) {
		printf("# %s\n", diag_format(&d, said, sizeof said));
		bail("it should be read");
	}
}

static const char *axis(const struct spec *s, int section, enum point_key key)
{
	return values(&s->sections[section].axis[key]);
}

static void test_lists(void)
{
	struct spec s;
	must_parse(&s,
		   "precision: [f32, $all_small, bf16]\nthreads: $some\nmodel: $models\nsequences: $few\n"
		   "sets:\n  small: [q8_0]\n  all_small: [$small, q4_0]\n  some: [1-4*2, all]\n  few: 1,3\n"
		   "  models: ['a,b.gguf', $$c, '$$$d']\ndepth: [1]\n");
	is_text(axis(&s, 0, KEY_PRECISION), "f32 q8_0 q4_0 bf16", "a set within a list, and one of another");
	is_text(axis(&s, 0, KEY_THREADS), "1 2 4 all", "ranges are read where they are used");
	is_text(axis(&s, 0, KEY_MODEL), "a,b.gguf $c $$d", "a doubled dollar sign is one");
	spec_free(&s);
}

static void test_maps(void)
{
	struct spec s;
	must_parse(&s, "sets:\n  cube: {m: 8, n: 8, k: [8, 16]}\n  f: {precision: f32}\n  both: {use: [cube, "
		       "f], m: 4}\n"
		       "sweeps:\n  - {use: both, workload: gemm, n: 2}\n  - {use: [cube], workload: gemm}\n"
		       "defaults: {use: f, threads: 3}\nisa: ref\n");
	is_text(axis(&s, 0, KEY_M), "4", "a set's own axis is nearer than that of the set it uses");
	is_text(axis(&s, 0, KEY_N), "2", "and a section's own nearer than any");
	is_text(axis(&s, 0, KEY_K), "8 16", "what is left comes from the set");
	is_text(axis(&s, 1, KEY_M), "8", "in each place anew");
	is_text(axis(&s, 1, KEY_PRECISION), "f32", "defaults use sets, too");
	is_text(axis(&s, 1, KEY_THREADS), "3", "defaults");
	is_text(axis(&s, 1, KEY_ISA), "ref", "beside what stands at top level");
	spec_free(&s);
}

static void test_include(void)
{
	struct spec s;
	must_parse(
		&s,
		"kv: f32\nsweeps:\n  - workload: tg1\n    threads: [1, 2]\n    include:\n"
		"      - {threads: 7}\n      - workload: pp8\n        kv: [f16, f32]\n  - workload: gemm\n");
	is_int(s.n_sections, 4, "each map is a section");
	ok(!s.sections[0].included && s.sections[1].included && s.sections[2].included &&
		   !s.sections[3].included,
	   "that knows what it is");
	is_int(s.sections[1].line, 6, "and where");
	is_text(axis(&s, 1, KEY_THREADS), "7", "its own axes");
	is_text(axis(&s, 1, KEY_WORKLOAD), "tg1", "and the section's");
	is_text(axis(&s, 2, KEY_THREADS), "1 2", "all of them");
	is_text(axis(&s, 2, KEY_KV), "f16 f32", "but those it gives");
	is_text(axis(&s, 1, KEY_KV), "f32", "defaults are the section's already");
	spec_free(&s);
	must_parse(&s, "{workload: tg1, threads: 1, include: [{threads: 2}]}\n");
	is_int(s.n_sections, 2, "also at top level, without sweeps");
	spec_free(&s);
}

static void test_exclude(void)
{
	struct spec s;
	must_parse(&s,
		   "sets: {x: [1, 2], y: {kv: f32}}\nexclude:\n  - {kv: f16}\nsweeps:\n"
		   "  - {workload: tg1}\n  - workload: tg1\n    exclude:\n      - {threads: [$x, 4-8*2]}\n"
		   "      - {use: y, threads: 2}\n");
	is_int(s.n_excludes, 3, "three maps");
	is_int(s.excludes[0].section, SPEC_EVERY_SECTION, "one of all sections");
	is_int(s.excludes[1].section, 1, "two of one");
	is_int(s.excludes[1].line, 8, "with their lines");
	is_text(values(&s.excludes[1].axis[KEY_THREADS]), "1 2 4 8", "lists, sets and ranges");
	is_text(values(&s.excludes[2].axis[KEY_KV]), "f32", "maps use sets");
	is_text(values(&s.excludes[2].axis[KEY_WORKLOAD]), "", "and have no defaults");
	spec_free(&s);
}

/* Of each section, "0.05! 0.1 0!": delta, and whether it is required. */
static void is_ruled(const char *yaml, const char *want)
{
	struct spec s;
	char got[200] = "";
	must_parse(&s, yaml);
	for (int i = 0; i < s.n_sections; i++)
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%g%s", i ? " " : "",
			 s.sections[i].delta, s.sections[i].required ? "!" : "");
	is_text(got, want, "what is said of its points");
	is_round_trip(&s, yaml);
}

static void test_rules(void)
{
	is_ruled("workload: tg1\n", "0");
	is_ruled("workload: tg1\ndelta: 5%\nrequired: true\n", "0.05!");
	is_ruled("{workload: tg1, delta: '0.125', required: no}\n", "0.125");
	is_ruled("{delta: 1e-3, required: on}\n", "0.001!");
	is_ruled("{workload: tg1, delta: 99.9%}\n", "0.999");
	is_ruled("delta: 2%\ndefaults: {required: true}\nsweeps:\n  - {workload: tg1}\n"
		 "  - {workload: tg2, delta: 4%, required: false}\n",
		 "0.02! 0.04");
	is_ruled("defaults: {delta: 2%}\nrequired: true\nsweeps:\n  - {workload: tg1, include: [{threads: 2, "
		 "delta: 10%}, {threads: 3, required: false}, {delta: 7%}]}\n  - {required: off, include: "
		 "[{workload: tg3, required: on}]}\n",
		 "0.02! 0.1! 0.02 0.07! 0.02 0.02!");
	is_ruled("include: [{delta: 5%}, {required: false}, {required: true}, {delta: 1%, required: yes}]\n",
		 "0 0.05 0 0! 0.01!");
	is_ruled("sets: {x: [1, 2]}\nthreads: $x\ndelta: 0.1\n", "0.1");
}

static const struct {
	const char *yaml, *says;
} bad[] = {
	{"kv: f32\ndelta: 100%\n",
	 ":2: delta: \"100%\": expected a part as 5% or 0.05, above 0 and below 100%"},
	{"delta: 0\n", ":1: delta: \"0\": expected a part"},
	{"delta: 5\n", ":1: delta: \"5\": expected a part"},
	{"delta: -1%\n", "delta: \"-1%\": expected a part"},
	{"delta: nan\n", "delta: \"nan\": expected a part"},
	{"delta: 0x1p-3\n", "delta: \"0x1p-3\": expected a part"},
	{"delta: ' 5%'\n", "delta: \" 5%\": expected a part"},
	{"delta: 5 %\n", "delta: \"5 %\": expected a part"},
	{"delta: '%'\n", "delta: \"%\": expected a part"},
	{"delta: ''\n", "delta: \"\": expected a part"},
	{"delta: 5%%\n", "delta: \"5%%\": expected a part"},
	{"delta: [5%]\n", ":1: delta: expected one value, found a list"},
	{"delta:\n", ":1: delta: expected one value, found nothing"},
	{"required: maybe\n", ":1: required: \"maybe\": expected true or false"},
	{"required: {a: b}\n", ":1: required: expected one value, found a map"},
	{"required: 1\n", ":1: required: \"1\": expected true or false"},
	{"sweeps:\n  - workload: tg1\n    delta: x\n", ":3: delta: \"x\""},
	{"sweeps:\n  - workload: tg1\n    include:\n      - delta: x\n", ":4: delta: \"x\""},
	{"sweeps:\n  - workload: tg1\ndefaults:\n  delta: x\n", ":4: delta: \"x\""},
	{"sets:\n  a: {delta: 5%}\n", ":2: key \"delta\" is no axis: sets and exclude hold axes alone"},
	{"kv: f32\nexclude:\n  - {required: true}\n", ":3: key \"required\" is no axis"},
	{"defaults:\n  delta: 5%\nsweeps: [{m: 1}]\ndelta: 5%\n",
	 ":2: defaults: key \"delta\" stands at top level, too, in line 4"},
	{"defaults: {required: no}\nsweeps: [{m: 1}]\nrequired: no\n",
	 ":1: defaults: key \"required\" stands at top level, too, in line 3"},
	{"delta: 5%\ndelta: 5%\n", ":2: key \"delta\" stands twice, first in line 1"},
	{"delta: $a\nsets: {a: 5%}\n", ":1: delta: \"$a\": expected a part"},
	{"detla: 5%\n", ":1: unknown key \"detla\" (did you mean \"delta\"?)"},
	{"kv: $smal\nsets: {small: [f32]}\n", "dir/x.yaml:1: unknown set \"smal\" (did you mean \"small\"?)"},
	{"kv: $zzzzz\nsets:\n  a: f32\n", ":1: unknown set \"zzzzz\", known are a"},
	{"kv: $a\n", ":1: unknown set \"a\": there are no sets ($$ begins a plain value)"},
	{"kv: $\n", ":1: unknown set \"\""},
	{"kv: f32\nsets:\n  a: f32\n  b: f32\n", ":3: set \"a\" is used nowhere"},
	{"kv: $b\nsets:\n  b: [$b]\n", ":3: set \"b\" is not known yet: a set may use those above it"},
	{"kv: $b\nsets:\n  b: [$c]\n  c: [$b]\n", ":3: set \"c\" is not known yet"},
	{"use: b\nsets:\n  b: {use: [b], m: 1}\n", ":3: set \"b\" is not known yet"},
	{"kv: $b\nsets:\n  b: [f32]\n  b: [f16]\n", ":4: key \"b\" stands twice, first in line 3"},
	{"kv: $b\nsets:\n  b: []\n", ":3: set \"b\": the list is empty"},
	{"use: b\nsets:\n  b: {}\n", ":3: set \"b\": the map is empty"},
	{"kv: $b\nsets:\n  b: [[f32]]\n", ":3: b: expected a value, found a list"},
	{"kv: $b\nsets:\n  b:\n", ":3: b: has no value"},
	{"kv: $b\nsets:\n  'a b': 3\n", ":3: set \"a b\": expected a name of letters, digits, _ and -"},
	{"sets: [a]\n", ":1: sets: expected a map of names to lists or maps of axes"},
	{"threads: $b\nsets:\n  b: [1,\n    x]\n", ":4: threads: \"x\": expected a whole number"},
	{"kv: f32,$b\nsets: {b: f16}\n", ":1: kv: \"f32,$b\": a set stands in a list, as [f32, $small]"},
	{"kv: $b\nsets:\n  b: {m: 1}\n", ":1: kv: set \"b\" is a map of axes: it is merged with use: [b]"},
	{"use: [b]\nsets:\n  b: [1]\n", ":1: use: set \"b\" is a list of values: it is written KEY: $b"},
	{"use: [a, b]\nsets:\n  a: {m: 1}\n  b: {m: 2}\n",
	 ":1: use: sets \"a\" and \"b\" both give key \"m\""},
	{"use: []\n", ":1: use: the list is empty"},
	{"use: {a: b}\n", ":1: use: expected a value or a list of values, found a map"},
	{"kv: f32\nsets:\n  a: {rounds: 3}\n",
	 ":3: key \"rounds\" holds for all: it belongs to the top level"},
	{"sets:\n  a: {include: []}\n", ":2: key \"include\" belongs to a section of a sweep"},
	{"defaults:\n  threds: 2\n", ":2: unknown key \"threds\" (did you mean \"threads\"?)"},
	{"defaults:\n  exclude: [{m: 1}]\n", ":2: key \"exclude\" belongs to a section of a sweep"},
	{"defaults:\n  kv: f32\nkv: f16\n", ":2: defaults: key \"kv\" stands at top level, too, in line 3"},
	{"defaults: 3\n", ":1: defaults: expected a map of keys and values, found one value"},
	{"sweeps:\n  - workload: tg1\n    defaults: {}\n", ":3: key \"defaults\" holds for all"},
	{"sweeps:\n  - workload: tg1\n    exlude: []\n",
	 ":3: unknown key \"exlude\" (did you mean \"exclude\"?)"},
	{"kv: f32\ninclude: [{m: 1}]\nsweeps: [{m: 1}]\n",
	 ":2: key \"include\" belongs to a section of a sweep"},
	{"kv: f32\ninclude:\n  - {}\n", ":3: include: a map without keys adds nothing"},
	{"kv: f32\ninclude: {m: 1}\n", ":2: include: expected a list of maps"},
	{"kv: f32\ninclude: [1]\n", ":2: include: expected maps of keys and values, found one value"},
	{"kv: f32\ninclude:\n  - m: 1\n    n: x\n", ":4: n: \"x\": expected a whole number"},
	{"kv: f32\nexclude:\n  - {}\n", ":3: exclude: a map without keys would match every point"},
	{"kv: f32\nexclude: []\n", ":2: exclude: expected a list of maps"},
	{"kv: f32\nexclude: [{kvv: f32}]\n", ":2: unknown key \"kvv\" (did you mean \"kv\"?)"},
	{"kv: f32\nexclude: [{sweeps: 1}]\n", ":2: key \"sweeps\" holds for all"},
};

static void test_errors(void)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct spec s;
		struct diag d;
		char said[600];
		int rc = parse(&s, bad[i].yaml, &d);
		if (!ok(rc == ERR_FORMAT, "%s", bad[i].says)) {
			spec_free(&s);
			continue;
		}
		has_text(diag_format(&d, said, sizeof said), bad[i].says, "it says so");
		is_int(parse(&s, bad[i].yaml, &(struct diag){0}), ERR_FORMAT, "again");
		is_int(spec_parse(&s, bad[i].yaml, strlen(bad[i].yaml), "x", NULL), ERR_FORMAT,
		       "also when nobody listens");
	}
}

/* head, n times part with its number for each %d, tail. */
static void is_too_much(const char *head, const char *part, int n, const char *tail, const char *says)
{
	struct strbuf text = {0};
	struct spec s;
	struct diag d;
	char said[600];
	strbuf_puts(&text, head);
	for (int i = 0; i < n; i++) {
		for (const char *c = part; *c; c++)
			if (*c == '#')
				strbuf_printf(&text, "%d", i);
			else
				strbuf_putc(&text, *c);
	}
	strbuf_puts(&text, tail);
	int rc = parse(&s, strbuf_text(&text), &d);
	if (rc == 0)
		spec_free(&s);
	is_int(rc, ERR_FORMAT, "refused");
	has_text(diag_format(&d, said, sizeof said), says, says);
	strbuf_free(&text);
}

static void test_limits(void)
{
	is_too_much("sets:\n", "  a#: 1\n", 257, "m: $a1\n", "sets: more than 256");
	is_too_much("m: 1\nexclude:\n", "  - {m: 1}\n", 257, "", "exclude: more than 256 maps");
	is_too_much("m: 1\ninclude:\n", "  - {m: 1}\n", 256, "", "include: more than 256 sections and maps");
	is_too_much("sweeps:\n", "  - {m: 1, include: [{m: 2}]}\n", 129, "",
		    "sweeps: more than 256 sections and maps of include");
	is_too_much("sets:\n  a: [1", ", 1", 1023, "]\n  b: [$a, $a]\nm: $b\n", "b: more than 1024 values");
	/* A megabyte in the file is one in each of its places. */
	is_too_much("sets:\n  a: [1", ", 12345678901234567890123456789012345678901234567890", 1023,
		    "]\nsweeps:\n- &x {precision: $a, kv: $a}\n", "anchors and aliases");
	struct strbuf many = {0};
	strbuf_puts(&many, "sets:\n  a: [x");
	for (int i = 0; i < 1023; i++)
		strbuf_puts(&many, ", 12345678901234567890123456789012345678901234567890");
	strbuf_puts(&many, "]\nsweeps:\n");
	is_too_much(strbuf_text(&many), "- {precision: $a, kv: $a, isa: $a}\n", 250, "",
		    "more than 16777216 bytes of values, sets and defaults put in their places");
	strbuf_free(&many);
}

static void test_render(void)
{
	static const char *const yaml[] = {
		"sets: {a: [f32, $$x], m: {kv: f16}}\nprecision: $a\nuse: m\n",
		"exclude: [{kv: f16}]\nsweeps:\n  - {workload: tg1, exclude: [{threads: 1, kv: [f32, "
		"'$$a']}]}\n",
		"exclude: [{kv: f16}]\nsweeps:\n  - {workload: tg1, include: [{threads: 1}, {workload: "
		"gemm}]}\n"
		"  - {exclude: [{threads: 1}]}\n  - {include: [{workload: tg3}]}\n  - {}\n",
		"{include: [{workload: tg3}]}\n",
		"defaults: {workload: [tg8 @ d16, pp8]}\ninclude: [{workload: tg2 @ d3, model: 'a b: c'}]\n",
	};
	for (size_t i = 0; i < sizeof yaml / sizeof yaml[0]; i++) {
		struct spec s;
		must_parse(&s, yaml[i]);
		is_int(spec_set_axis(&s, KEY_ISA, "ref,$a", NULL), 0, "a flag");
		is_round_trip(&s, yaml[i]);
	}
}

int main(void)
{
	test_lists();
	test_maps();
	test_include();
	test_exclude();
	test_rules();
	test_errors();
	test_limits();
	test_render();
	return tap_done();
}
