/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sweep: an error or a spec, and what is rendered of a spec says the same again. */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "harness/spec/spec.h"

/* One of each: styles of scalars, lists and maps, ranges, sections, and what is refused. */
static const char *const seeds[] = {
	"# A sweep\nname: nightly\nrounds: 6\nwarmup: 1\nrepeat: 3\nmin_time: 0.1\nmax_time: 1e1\ntimeout: "
	"300\n"
	"seed: -1\nverify: true\nceilings: off\ncounters: [clock, 'rusage']\nmodel: default\nsweeps:\n"
	"  - workload: [pp64-512*2, tg32]\n    precision:\n      - f32\n      - \"q8_0\"\n    threads: [1, "
	"all]\n"
	"  - {workload: gemm, m: 1-8*2, n: 1-9+2, k: 1-4, blocking: [auto, 6x16]}\n  - {}\n",
	"workload: tg32\nmodel: >-\n  a folded\n  path\nkv: \"\\u00e9\\x41\\\"\"\nisa: 'it''s'\n? "
	"sequences\n: 1,2,4\n",
	"kv: &a f16\nkv: *a\nkv: !!str f16\n---\nkv: null\n...\n",
	"workload: [tg8@d16, 'pp4+tg8  @ d0512', tg3 @ d0, pp64-512*2]\ndepth: [0, 128-512*2]\nubatch: "
	"0,64\n",
	"[[[[{a: [b, {c: d}]}]]]]",
	"sets:\n  small: [q8_0, $$x]\n  more: [f32, $small]\n  cube: {m: 1-8*2, n: 2}\n  both: {use: cube, "
	"k: 3}\n"
	"defaults: {model: default, use: [cube]}\nexclude:\n  - {precision: $small, kv: [f16, "
	"f32]}\nsweeps:\n"
	"  - workload: tg32 @ d8\n    precision: $more\n    include: [{threads: all}, {use: both}]\n"
	"    exclude:\n      - {workload: tg32, threads: 1-4}\n  - {include: [{workload: gemm}]}\n",
	"workload: pp8\ninclude:\n  - {threads: 2}\nexclude:\n  - {threads: 1}\n",
	"delta: 5%\ndefaults: {required: true}\nsweeps:\n  - workload: tg1\n    delta: 0.25\n    include: "
	"[{threads: 2, delta: 1e-1}, {required: off}]\n  - {workload: gemm, required: no}\n",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

/* libfyaml 0.7.12 loses a buffer over a single-quoted scalar with five quotes in a row. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct spec s, back;
	struct diag d = {0};
	if (spec_parse(&s, (const char *)data, n, "fuzz.yaml", &d)) {
		FUZZ_CHECK(d.code == ERR_FORMAT && d.text[0] && d.file[0]);
		return 0;
	}
	FUZZ_CHECK(spec_check(&s, NULL) == 0);
	spec_render(&s);
	/* Many long values may be more than a file may hold. */
	if (strlen(s.text) <= SPEC_BYTES_MAX) {
		FUZZ_CHECK(spec_parse(&back, s.text, strlen(s.text), "back.yaml", NULL) == 0);
		spec_render(&back);
		FUZZ_CHECK(strcmp(s.text, back.text) == 0);
		spec_free(&back);
	}
	spec_free(&s);
	return 0;
}
