/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked by flags, by the names of shipped sweeps and in files; and what is written of it. */
#include "config.h"

#include "harness/spec/spec.h"

#include <unistd.h>

#include "engines/base/mem.h"
#include "tests/unit/spec_text.h"

/* ---- flags ---- */

static void test_flags(void)
{
	struct spec s;
	struct diag d = {0};
	char said[600];
	is_int(parse(&s, "sweeps:\n  - workload: tg1\n    threads: 9\n  - workload: gemm\n", &d), 0,
	       "a file");
	is_int(spec_set_axis(&s, KEY_THREADS, "1-4*2", &d), 0, "a flag on top of it");
	is_text(values(&s.sections[0].axis[KEY_THREADS]), "1 2 4", "replaces");
	is_text(values(&s.sections[1].axis[KEY_THREADS]), "1 2 4", "in every section");
	is_int(spec_set_axis(&s, KEY_MODEL, "a.gguf,b.gguf", &d), 0, "models");
	is_text(values(&s.sections[0].axis[KEY_MODEL]), "a.gguf b.gguf", "commas part them in a flag");
	is_int(spec_set_axis(&s, KEY_MODEL, "a\\,b.gguf , c\\\\,d", &d), 0, "a comma behind a backslash");
	is_text(values(&s.sections[0].axis[KEY_MODEL]), "a,b.gguf c\\,d", "is one of the name");
	is_int(spec_set_axis(&s, KEY_THREADS, "x", &d), ERR_USAGE, "not a number");
	is_text(diag_format(&d, said, sizeof said),
		"threads: \"x\": expected a whole number from 1 on, a range (1-4, 1-9+2, 1-8*2) or all",
		"names key and value");
	is_text(values(&s.sections[0].axis[KEY_THREADS]), "1 2 4", "what was there stays");
	diag_clear(&d);
	is_int(spec_set_axis(&s, KEY_MODEL, "\xff", &d), ERR_USAGE, "not UTF-8");
	diag_clear(&d);
	is_int(spec_set_option(&s, "rounds", "3", &d), 0, "an option");
	is_int(s.rounds, 3, "is set");
	is_int(spec_set_option(&s, "counters", "a,b", &d), 0, "a list");
	ok(s.n_counters == 2 && strcmp(s.counters[1], "b") == 0, "is set");
	is_int(spec_set_option(&s, "counters", "", &d), 0, "an empty list");
	is_int(s.n_counters, 0, "is set");
	is_int(spec_set_option(&s, "rouds", "3", &d), ERR_USAGE, "an unknown option");
	is_text(d.text, "unknown key \"rouds\" (did you mean \"rounds\"?)", "names the nearest");
	diag_clear(&d);
	s.min_time_s = 61;
	is_int(spec_check(&s, &d), ERR_USAGE, "numbers set from outside are checked");
	is_text(d.text, "min_time 61 is above max_time 60", "and named");
	s.min_time_s = 0;
	s.rounds = 0;
	is_int(spec_check(&s, NULL), ERR_USAGE, "so are the others");
	spec_free(&s);
}

/* ---- writing ---- */

static const char *const hostile[] = {
	"null",
	"~",
	"true",
	"- a",
	"a: b",
	"a #b",
	"#a",
	"&a",
	"*a",
	"!a",
	"%a",
	"@a",
	"`a",
	"|",
	">",
	"?",
	"-",
	"---",
	"...",
	"'",
	"\"",
	"\\",
	"\\n",
	"a\\",
	"{}",
	"[]",
	"]",
	"}",
	",",
	"a, b",
	"a:",
	":a",
	"1e3",
	"0x1",
	" leading",
	"trailing ",
	"a  b",
	"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	"\xc2\x80\xc2\x85",
	"\xe2\x80\xa8\xe2\x80\xa9",
	"\xef\xbb\xbf",
	"\xef\xbf\xbe",
	"%s%n",
	"<script>",
	"$(id)",
	"synthetic:llama-160m",
	"C:\\models\\x.gguf",
	"../a/b c/d'e.gguf",
	"=1+1",
	"\xe2\x80\xae",
};

static void test_render(void)
{
	struct spec s;
	struct diag d;
	spec_init(&s);
	is_round_trip(&s, "defaults");
	enum { N = sizeof hostile / sizeof hostile[0] };
	for (int i = 0; i < N; i++) {
		spec_init(&s);
		struct axis *a = &s.sections[0].axis[KEY_MODEL];
		a->n = 2;
		a->value = mem_alloc(2 * sizeof *a->value);
		a->value[0] = mem_strdup(hostile[i]);
		a->value[1] = mem_strdup("plain");
		is_int(spec_set_option(&s, "name", hostile[i], &d), 0, "a name");
		is_round_trip(&s, hostile[i]);
	}
	is_int(parse(&s,
		     "seed: 9223372036854775807\nmin_time: 0.12345678901234567\nmax_time: 1e6\ntimeout: "
		     "1e-2\n"
		     "verify: no\ncounters: []\nsweeps: [{}, {m: 1-64*2, blocking: [auto, 6x16]}, {workload: "
		     "gemm}]\n",
		     &d),
	       0, "sections and numbers");
	is_round_trip(&s, "sections and numbers");
	struct strbuf wide = {0};
	spec_init(&s);
	for (int i = 0; i < 4096; i++)
		strbuf_putc(&wide, i % 7 ? 'x' : ' ');
	wide.text[0] = wide.text[4095] = '#';
	s.sections[0].axis[KEY_MODEL].value = mem_alloc(sizeof(char *));
	s.sections[0].axis[KEY_MODEL].value[0] = strbuf_take(&wide);
	s.sections[0].axis[KEY_MODEL].n = 1;
	is_round_trip(&s, "the longest value");
}

/* ---- files ---- */

static void test_named(void)
{
	struct spec s;
	struct diag d = {0};
	int n = 0;
	for (const char *const *name = spec_named(); *name; name++, n++) {
		if (!ok(spec_load_named(&s, *name, &d) == 0, "sweep %s", *name))
			continue;
		is_text(s.name, *name, "bears its name");
		ok(s.rounds >= 6, "has enough rounds for an interval");
		is_round_trip(&s, *name);
	}
	ok(n >= 7, "all of them");
	is_int(spec_load_named(&s, "demoo", &d), ERR_USAGE, "an unknown sweep");
	has_text(d.text, "unknown sweep \"demoo\" (did you mean \"demo\"?); known are demo limits quick",
		 "names all");
	is_int(spec_load_named(&s, "../sweeps/demo", NULL), ERR_USAGE, "no path");
	is_int(spec_load_named(&s, "", NULL), ERR_USAGE, "no name");
}

static void test_files(void)
{
	char path[] = "/tmp/ifm-t_spec-XXXXXX";
	struct spec s;
	struct diag d = {0};
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, "kv: f32\nm: x\n", 13) != 13)
		bail("cannot write a file");
	close(fd);
	is_int(spec_load(&s, path, &d), ERR_FORMAT, "a file with an error");
	is_text(d.file, path, "is named");
	is_int(d.line, 2, "with its line");
	unlink(path);
	diag_clear(&d);
	is_int(spec_load(&s, path, &d), ERR_IO, "no file");
	has_text(d.text, "No such file or directory; shipped sweeps are named without .yaml: demo",
		 "says so, and which there are");
	diag_clear(&d);
	is_int(spec_load(&s, "/tmp", &d), ERR_IO, "a folder");
	is_text(d.text, "Is a directory", "says so");
	is_int(spec_load(&s, "/dev/zero", NULL), ERR_FORMAT, "an endless file");
}

int main(void)
{
	unsetenv("INFEROMETER_DATA");
	test_flags();
	test_render();
	test_named();
	test_files();
	return tap_done();
}
