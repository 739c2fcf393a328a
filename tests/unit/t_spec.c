/* SPDX-License-Identifier: Apache-2.0 */
/* What may be asked in a file; and one clear line for what may not. */
#include "config.h"

#include "harness/spec/spec.h"

#include <unistd.h>

#include "engines/base/strbuf.h"
#include "tests/unit/spec_text.h"

static void is_axis(const char *yaml, enum point_key key, const char *want)
{
	struct spec s;
	struct diag d;
	char said[600];
	if (!ok(parse(&s, yaml, &d) == 0, "%s", yaml)) {
		printf("# %s\n", diag_format(&d, said, sizeof said));
		return;
	}
	is_text(values(&s.sections[0].axis[key]), want, yaml);
	spec_free(&s);
}

static void test_axes(void)
{
	is_axis("threads: 4\n", KEY_THREADS, "4");
	is_axis("threads: [1, all]\n", KEY_THREADS, "1 all");
	is_axis("threads: 1,2,4\n", KEY_THREADS, "1 2 4");
	is_axis("threads: 1-8*2\n", KEY_THREADS, "1 2 4 8");
	is_axis("threads: 1-9*2\n", KEY_THREADS, "1 2 4 8");
	is_axis("threads: 3-100*3\n", KEY_THREADS, "3 9 27 81");
	is_axis("threads: [1-all*2, 2-all, 1-all+3]\n", KEY_THREADS, "1-all*2 2-all 1-all+3");
	is_axis("threads: [1-8+2, \"16\"]\n", KEY_THREADS, "1 3 5 7 16");
	is_axis("sequences: 1-4\n", KEY_SEQUENCES, "1 2 3 4");
	is_axis("m: 007\n", KEY_M, "7");
	is_axis("size: 999999999999999\n", KEY_SIZE, "999999999999999");
	is_axis("size: [L1, L2, L3, DRAM, 65536-131072*2]\n", KEY_SIZE, "L1 L2 L3 DRAM 65536 131072");
	is_axis("m: 999999999999998-999999999999999\n", KEY_M, "999999999999998 999999999999999");
	is_axis("m: 1-999999999999999*999999999999999\n", KEY_M, "1 999999999999999");
	is_axis("workload: [pp64-256*2, tg32, gemm]\n", KEY_WORKLOAD, "pp64 pp128 pp256 tg32 gemm");
	is_axis("workload: pp64 , tg32\n", KEY_WORKLOAD, "pp64 tg32");
	is_axis("workload: pp1-4*2 @ d0\n", KEY_WORKLOAD, "pp1 pp2 pp4");
	is_axis("workload: [tg8@d16, 'pp4+tg8  @ d0512', tg3 @ d0]\n", KEY_WORKLOAD,
		"tg8 @ d16 pp4+tg8 @ d512 tg3");
	is_axis("depth: [0, 128-512*2]\n", KEY_DEPTH, "0 128 256 512");
	is_axis("depth: 0-16+8\n", KEY_DEPTH, "0 8 16");
	is_axis("ubatch: 0-2\n", KEY_UBATCH, "0 1 2");
	is_axis("workload:\n  - 'pp64'\n  - \"tg\\x33\"\n", KEY_WORKLOAD, "pp64 tg3");
	is_axis("model: a, b-1.gguf\n", KEY_MODEL, "a, b-1.gguf");
	is_axis("model: \"null\"\n", KEY_MODEL, "null");
	is_axis("model: \"\\u00e9 # '\"\n", KEY_MODEL, "\xc3\xa9 # '");
	is_axis("{\"precision\": [\"f32\", \"q8_0\"]}", KEY_PRECISION, "f32 q8_0");
	is_axis("\xef\xbb\xbfkv: f32\r\n", KEY_KV, "f32");
	is_axis("blocking: 480x256x4096\n", KEY_BLOCKING, "480x256x4096");
}

static void test_defaults(void)
{
	struct spec s;
	spec_init(&s);
	is_int(s.n_sections, 1, "one section");
	is_int(s.rounds, 6, "six rounds");
	is_int(s.warmup, 1, "one repetition to warm up");
	is_int(s.repeat, 0, "repetitions as they suit the point");
	is_near(s.min_time_s, 0.1, 0, "a tenth of a second");
	is_near(s.max_time_s, 60, 0, "a minute at most");
	is_near(s.timeout_s, 300, 0, "five minutes for a request");
	is_int(s.seed, 20240229, "the seed of everything");
	ok(s.verify && s.ceilings, "verified, beside ceilings");
	ok(s.n_counters == 2 && strcmp(s.counters[0], "clock") == 0 && strcmp(s.counters[1], "rusage") == 0,
	   "counters: clock and rusage");
	is_text(s.file, "", "of no file");
	is_int(spec_check(&s, NULL), 0, "they make sense");
	spec_free(&s);
}

static void test_options(void)
{
	struct spec s;
	struct diag d;
	is_int(parse(&s,
		     "name: nightly run\nrounds: 12\nwarmup: 0\nrepeat: 5\nmin_time: .25\nmax_time: 1e1\n"
		     "timeout: 2.5\nvisit_timeout: 9\nmemory_limit: 1.5G\nidle: 0.5\nwait_quiet: 60\nseed: "
		     "-9223372036854775808\nverify: false\nceilings: off\n"
		     "counters: [papi]\n",
		     &d),
	       0, "all options");
	is_text(s.name, "nightly run", "name");
	is_text(s.file, "dir/x.yaml", "file");
	is_int(s.rounds, 12, "rounds");
	is_int(s.warmup, 0, "warmup");
	is_int(s.repeat, 5, "repeat");
	is_near(s.min_time_s, 0.25, 0, "min_time");
	is_near(s.max_time_s, 10, 0, "max_time");
	is_near(s.timeout_s, 2.5, 0, "timeout");
	is_near(s.visit_timeout_s, 9, 0, "visit_timeout");
	ok(s.memory_limit == 1500000000, "memory_limit");
	is_near(s.idle_s, 0.5, 0, "idle");
	is_near(s.wait_quiet_s, 60, 0, "wait_quiet");
	ok(s.seed == INT64_MIN, "seed");
	ok(!s.verify && !s.ceilings, "switches");
	ok(s.n_counters == 1 && strcmp(s.counters[0], "papi") == 0, "counters");
	spec_free(&s);
	is_int(parse(&s, "counters: []\n", &d), 0, "no counters");
	is_int(s.n_counters, 0, "none");
	is_text(s.name, "x", "the file names it");
	spec_free(&s);
}

/* What is written is taken as written, wherever a point runs. */
static void test_repeat(void)
{
	struct spec s;
	struct diag d;
	struct point cpu = {0}, kernel = {0}, model = {0};
	point_set(&kernel, KEY_DEVICE, "cuda:0");
	point_set(&model, KEY_DEVICE, "cuda:0");
	point_set(&model, KEY_MODEL, "default");
	is_int(parse(&s, "repeat: auto\n", &d), 0, "repeat: auto");
	is_int(spec_repeat(&s, &cpu), 3, "three");
	is_int(spec_repeat(&s, &model), 3, "of a model on a GPU, too");
	is_int(spec_repeat(&s, &kernel), 20, "of a kernel alone there more");
	is_int(spec_set_option(&s, "repeat", "2", &d), 0, "two are asked for");
	is_int(spec_repeat(&s, &kernel), 2, "and two it is");
	is_int(spec_check(&s, &d), 0, "which makes sense");
	spec_render(&s);
	has_text(s.text, "repeat: 2\n", "and is kept");
	is_int(spec_set_option(&s, "repeat", "auto", &d), 0, "as it suits");
	is_int(spec_check(&s, &d), 0, "makes sense, too");
	spec_render(&s);
	has_text(s.text, "repeat: auto\n", "and is kept");
	spec_free(&s);
	point_free(&kernel);
	point_free(&model);
}

static void test_sections(void)
{
	struct spec s;
	struct diag d;
	is_int(parse(&s,
		     "precision: [f32, f16]\nsweeps:\n  - workload: tg32\n  - workload: gemm\n    precision: "
		     "q8_0\n"
		     "  - {}\nthreads: 2\n",
		     &d),
	       0, "sections");
	is_int(s.n_sections, 3, "three");
	is_text(values(&s.sections[0].axis[KEY_PRECISION]), "f32 f16", "an axis at top level holds for all");
	is_text(values(&s.sections[1].axis[KEY_PRECISION]), "q8_0", "a section's own replaces it");
	is_text(values(&s.sections[2].axis[KEY_THREADS]), "2", "also when it stands behind");
	is_text(values(&s.sections[2].axis[KEY_WORKLOAD]), "", "what is not given is empty");
	is_int(s.sections[1].axis[KEY_WORKLOAD].line, 4, "axes know their line");
	spec_free(&s);
}

/* ---- errors ---- */

static const struct {
	const char *yaml, *says;
} bad[] = {
	{"precison: f32\n", "dir/x.yaml:1: unknown key \"precison\" (did you mean \"precision\"?)"},
	{"name: x\nround: 3\n", "dir/x.yaml:2: unknown key \"round\" (did you mean \"rounds\"?)"},
	{"sweep:\n  - workload: tg1\n", ":1: unknown key \"sweep\" (did you mean \"sweeps\"?)"},
	{"\n\nzzzzzzzz: 1\n", ":3: unknown key \"zzzzzzzz\", known are name seed rounds"},
	{"sweeps:\n  - workload: tg1\n    thread: 2\n",
	 ":3: unknown key \"thread\" (did you mean \"threads\"?)"},
	{"sweeps:\n  - workload: tg1\n    rounds: 2\n",
	 ":3: key \"rounds\" holds for all: it belongs to the top level"},
	{"kv: f16\nrounds: 2\nkv: f32\n", ":3: key \"kv\" stands twice, first in line 1"},
	{"sweeps:\n  - kv: f16\n    kv: f32\n", ":3: key \"kv\" stands twice, first in line 2"},
	{"size: L4\n",
	 ":1: size: \"L4\": expected a whole number from 1 on, a range (1-4, 1-9+2, 1-8*2) or L1, L2,"},
	{"size: l1\n", ":1: size: \"l1\": expected a whole number"},
	{"threads: L1\n", ":1: threads: \"L1\": expected a whole number"},
	{"rounds: 0\n", ":1: rounds: \"0\": expected a whole number from 1 to 1000"},
	{"rounds: 1001\n", ":1: rounds: \"1001\": expected a whole number from 1 to 1000"},
	{"rounds: six\n", "rounds: \"six\": expected a whole number"},
	{"rounds: 6.0\n", "rounds: \"6.0\": expected a whole number"},
	{"rounds: 99999999999999999999\n", "rounds: \"99999999999999999999\": expected a whole number"},
	{"rounds: [6]\n", "rounds: expected one value, found a list"},
	{"rounds: {a: b}\n", "rounds: expected a value or a list of values, found a map"},
	{"rounds:\n", ":1: rounds: has no value"},
	{"warmup: -1\n", "warmup: \"-1\": expected a whole number from 0"},
	{"repeat: 0\n", "repeat: \"0\": expected a whole number from 1"},
	{"seed: 9223372036854775808\n", "seed: \"9223372036854775808\": expected a whole number of 64 bits"},
	{"seed: 0x10\n", "seed: \"0x10\": expected a whole number of 64 bits"},
	{"min_time: -1\n", "min_time: \"-1\": expected seconds from 0 to 1000000"},
	{"min_time: nan\n", "min_time: \"nan\": expected seconds"},
	{"min_time: inf\n", "min_time: \"inf\": expected seconds"},
	{"min_time: 1e999\n", "min_time: \"1e999\": expected seconds"},
	{"min_time: 0x1p3\n", "min_time: \"0x1p3\": expected seconds"},
	{"min_time: 1s\n", "min_time: \"1s\": expected seconds"},
	{"min_time: \"\"\n", "min_time: \"\": expected seconds"},
	{"memory_limit: 3X\n", "memory_limit: \"3X\": expected bytes, as 500M or 3G"},
	{"memory_limit: 3GB\n", "memory_limit: \"3GB\": expected bytes"},
	{"memory_limit: -1\n", "memory_limit: \"-1\": expected bytes"},
	{"memory_limit: G\n", "memory_limit: \"G\": expected bytes"},
	{"memory_limit: 0x10\n", "memory_limit: \"0x10\": expected bytes"},
	{"memory_limit: 9999T\n", "memory_limit: \"9999T\": expected bytes"},
	{"visit_timeout: -1\n", "visit_timeout: \"-1\": expected seconds from 0"},
	{"timeout: 0\n", "timeout: \"0\": expected seconds from 0.01"},
	{"rounds: 2\nmin_time: 3\nmax_time: 2\n", ":2: min_time 3 is above max_time 2"},
	{"max_time: 0\n", ":1: min_time 0.1 is above max_time 0"},
	{"verify: maybe\n", "verify: \"maybe\": expected true or false"},
	{"counters: [a, [b]]\n", "counters: expected a value, found a list"},
	{"counters: \"\"\n", "counters: a name is empty"},
	{"name: \"a\\nb\"\n", ":1: byte 1 of a value: expected UTF-8 without control characters"},
	{"name: \"a\\0b\"\n", ":1: byte 1 of a value: expected UTF-8 without control characters"},
	{"threads: four\n",
	 ":1: threads: \"four\": expected a whole number from 1 on, a range (1-4, 1-9+2, 1-8*2) or all"},
	{"m: all\n", "m: \"all\": expected a whole number from 1 on, a range (1-4, 1-9+2, 1-8*2)"},
	{"threads:\n  - 1\n  - 0\n", ":3: threads: \"0\": expected a whole number from 1 on"},
	{"threads: 1.5\n", "threads: \"1.5\": expected a whole number"},
	{"threads: 0-all\n", "threads: \"0-all\": expected a whole number"},
	{"threads: 1-all*1\n", "threads: \"1-all*1\": expected a whole number"},
	{"threads: 1-all*\n", "threads: \"1-all*\": expected a whole number"},
	{"m: 1-all*2\n", "m: \"1-all*2\": expected a whole number"},
	{"threads: -4\n", "threads: \"-4\": expected a whole number"},
	{"threads: 1,,2\n", "threads: a value is empty"},
	{"threads: 8-1\n", "threads: range \"8-1\": expected from 1 on, the end not below the start"},
	{"threads: 0-4*2\n", "threads: range \"0-4*2\": expected from 1 on"},
	{"threads: 0-4\n", "threads: range \"0-4\": expected from 1 on"},
	{"depth: 0-16*2\n", "depth: range \"0-16*2\": expected from 1 on, the end not below the start"},
	{"workload: pp0-4\n", "workload: range \"pp0-4\": expected from 1 on"},
	{"threads: 1-8*1\n", "threads: range \"1-8*1\": expected a step of 1 or a factor of 2 at least"},
	{"threads: 1-8+0\n", "threads: range \"1-8+0\": expected a step of 1 or a factor of 2 at least"},
	{"threads: 1-8-2\n", "threads: \"1-8-2\": expected a whole number"},
	{"threads: 1-2000\n", ":1: threads: more than 1024 values"},
	{"m: 1-999999999999999\n", "m: more than 1024 values"},
	{"m: 9999999999999999\n", "m: \"9999999999999999\": expected a whole number"},
	{"threads: []\n", ":1: threads: the list is empty"},
	{"precision: [f32, ~]\n", "precision: has no value"},
	{"precision: \"\"\n", "precision: a value is empty"},
	{"precision: [[f32]]\n", "precision: expected a value, found a list"},
	{"precision: {a: 1}\n", "precision: expected a value or a list of values, found a map"},
	{"[a, b]: 3\n", ":1: expected the name of a key, found a list"},
	{"~: 3\n", ":1: expected the name of a key, found nothing"},
	{"sweeps: 3\n", ":1: sweeps: expected a list of maps"},
	{"sweeps: []\n", ":1: sweeps: expected a list of maps"},
	{"sweeps:\n  - tg32\n", ":2: sweeps: expected maps of keys and values, found one value"},
	{"sweeps:\n  -\n", "sweeps: expected maps of keys and values, found nothing"},
	{"sweeps:\n  - sweeps: []\n", ":2: key \"sweeps\" holds for all"},
	{"", ":1: the file is empty: expected keys as \"workload: pp128\""},
	{"# nothing\n", "the file is empty"},
	{"---\n", "the file is empty"},
	{"workload: tg128 @ 4096\n",
	 ":1: workload: \"tg128 @ 4096\": expected a workload at a depth as tg128 @ d4096"},
	{"workload: '@ d3'\n", ":1: workload: \"@ d3\": expected a workload at a depth as tg128 @ d4096"},
	{"ubatch: -1\n", ":1: ubatch: \"-1\": expected a whole number from 0 on"},
	{"pp128\n", ":1: expected keys as \"workload: pp128\", found one value"},
	{"- a\n- b\n", ":1: expected keys as \"workload: pp128\", found a list"},
	{"kv: &a f16\n", ":1: anchors and aliases (& and *) are not allowed in a sweep"},
	{"kv: f16\nmodel: *a\n", ":2: anchors and aliases (& and *) are not allowed in a sweep"},
	{"kv: !!str f16\n", ":1: tags (!) are not allowed in a sweep"},
	{"kv: f16\n---\nkv: f32\n", ":2: a second document (---): expected one"},
	{"kv: [f16, f32\nm: 1\n", ": no YAML: flow sequence without a closing bracket"},
	{"kv: f16\n\tm: 1\n", ": no YAML: invalid multiline plain key"},
	{"kv: \"f16\n", ":1: no YAML: "},
	{"kv: a: b\n", ":1: no YAML: "},
	{"%YAML 9.9\n---\nkv: f16\n", "no YAML"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[", ":1: nested deeper than any sweep: more than 6 levels"},
	{"? ? ? ? ? ? ? ? a\n", ":1: nested deeper than any sweep"},
	{"kv: f16\nm: \x01\n", ":2: byte 11 of the file (0x01): expected UTF-8 text"},
	{"kv: f16\nm: \xff\xfe\n", ":2: byte 11 of the file (0xff): expected UTF-8 text"},
	{"kv: \xed\xa0\x80\n", "byte 4 of the file (0xed): expected UTF-8 text"},
	{"\x7f"
	 "ELF\x02\x01\x01",
	 ":1: byte 0 of the file (0x7f): expected UTF-8 text"},
};

static void test_errors(void)
{
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct spec s = {.rounds = -7};
		struct diag d;
		char said[600];
		int rc = parse(&s, bad[i].yaml, &d);
		if (!ok(rc == ERR_FORMAT && s.rounds == -7, "%s", bad[i].says)) {
			printf("# rc %d\n", rc);
			if (rc == 0)
				spec_free(&s);
			continue;
		}
		has_text(diag_format(&d, said, sizeof said), bad[i].says, "it says so");
	}
}

/* Texts too large to stand in a table: n times `part` between head and tail. */
static void is_too_much(const char *head, const char *part, int n, const char *tail, const char *says)
{
	struct strbuf text = {0};
	struct spec s;
	struct diag d;
	char said[600];
	strbuf_puts(&text, head);
	for (int i = 0; i < n; i++)
		strbuf_puts(&text, part);
	strbuf_puts(&text, tail);
	is_int(parse(&s, strbuf_text(&text), &d), ERR_FORMAT, "refused");
	has_text(diag_format(&d, said, sizeof said), says, says);
	strbuf_free(&text);
}

static void test_limits(void)
{
	is_too_much("", "# comment\n", 110000, "", "dir/x.yaml: more than 1048576 bytes");
	is_too_much("sweeps:\n", "- m: 1\n", 257, "", ":1: sweeps: 257 sections, at most 256 are allowed");
	is_too_much("m: [", "1,", 1024, "1]", "m: more than 1024 values");
	is_too_much("m: [", "1,", 110000, "1]", "more than 100000 values");
	is_too_much("model: ", "x", 4097, "\n", "model: a value of 4097 bytes, at most 4096 are allowed");
	is_too_much("name: ", "x", 201, "\n", "name: expected UTF-8 of up to 200 bytes");
	is_too_much("counters: [", "x,", 64, "x]", "counters: 65 names, at most 64 are allowed");
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	test_axes();
	test_defaults();
	test_options();
	test_repeat();
	test_sections();
	test_errors();
	test_limits();
	return tap_done();
}
