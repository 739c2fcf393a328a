/* SPDX-License-Identifier: Apache-2.0 */
/* harness/wire/point.h: keys, canonical text, pinned ids, labels, JSON. */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>

#include "engines/base/strbuf.h"
#include "harness/wire/point.h"

#define HASH "0123456789abcdef0123456789abcdef"

/* "key=value key=value" */
static struct point point_of(const char *text)
{
	struct point p = {0};
	char copy[600], *save = NULL;
	snprintf(copy, sizeof copy, "%s", text);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *equals = strchr(word, '=');
		*equals = '\0';
		enum point_key key = point_key_find(word);
		if (key == KEY_COUNT)
			bail("the test names a key that is none");
		point_set(&p, key, equals + 1);
	}
	return p;
}

/* What a key means when nobody names it can never change: all stored ids rest on it. */
static void test_keys(void)
{
	static const struct {
		const char *name, *dflt;
	} pinned[] = {
		{"blocking", "auto"}, {"device", "cpu"},   {"engine", "cpu"},	{"isa", "auto"},
		{"k", NULL},	      {"kv", "f16"},	   {"m", NULL},		{"model", NULL},
		{"n", NULL},	      {"precision", NULL}, {"provider", "own"}, {"sequences", "1"},
		{"size", NULL},	      {"threads", NULL},   {"type", NULL},	{"workload", NULL},
	};
	for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
		enum point_key key = point_key_find(pinned[i].name);
		if (!ok(key < KEY_COUNT, "key %s is there", pinned[i].name))
			continue;
		const char *dflt = point_key_default(key);
		is_text(dflt ? dflt : "(none)", pinned[i].dflt ? pinned[i].dflt : "(none)", "its default");
		is_text(point_key_name(key), pinned[i].name, "its name");
		ok(point_key_help(key)[0], "its help");
	}
	int n_unsorted = 0;
	for (int k = 1; k < KEY_COUNT; k++)
		n_unsorted += strcmp(point_key_name((enum point_key)(k - 1)),
				     point_key_name((enum point_key)k)) >= 0;
	is_int(n_unsorted, 0, "keys are sorted");
	is_int(point_key_find("Model"), KEY_COUNT, "another case is another key");
	is_int(point_key_find(""), KEY_COUNT, "no name, no key");
}

static void test_values(void)
{
	struct point p = {0}, copy;
	is_text(point_get(&p, KEY_KV), "f16", "unset: the default");
	is_text(point_get(&p, KEY_MODEL), "", "unset, no default: empty");
	point_set(&p, KEY_MODEL, "a");
	point_set(&p, KEY_MODEL, point_get(&p, KEY_MODEL));
	is_text(point_get(&p, KEY_MODEL), "a", "a value may be set to itself");
	point_copy(&copy, &p);
	point_set(&p, KEY_MODEL, NULL);
	is_text(point_get(&p, KEY_MODEL), "", "unset again");
	is_text(point_get(&copy, KEY_MODEL), "a", "a copy has its own");
	point_free(&copy);
	ok(!copy.value[KEY_MODEL], "freed is empty");
	point_free(&p);
}

static void refuses_int(const char *value, int64_t min, int64_t max)
{
	struct point p = {0};
	struct diag d = {0};
	int64_t v = 77;
	point_set(&p, KEY_THREADS, value);
	is_int(point_get_int(&p, KEY_THREADS, min, max, &v, &d), ERR_USAGE, value);
	has_text(d.text, "threads", "names the key");
	is_int(v, 77, "leaves the result");
	point_free(&p);
}

static void test_int(void)
{
	static const char *const bad[] = {"+5", "-5", " 5", "5 ",  "0x5", "5.0",
					  "05", "00", "x",  "5\n", "5e3"};
	struct point p = point_of("threads=9223372036854775807 sequences=0");
	struct diag d = {0};
	int64_t v = 0;
	is_int(point_get_int(&p, KEY_THREADS, 0, INT64_MAX, &v, &d), 0, "the greatest number");
	ok(v == INT64_MAX, "is read");
	is_int(point_get_int(&p, KEY_SEQUENCES, 0, 9, &v, &d) | (v != 0), 0, "0 is a number");
	is_int(point_get_int(&p, KEY_K, 0, 9, &v, &d), ERR_USAGE, "an unset key without a default");
	is_text(d.text, "point: key \"k\" is missing", "is missing");
	point_free(&p);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		refuses_int(bad[i], 0, 100);
	refuses_int("9223372036854775808", 0, INT64_MAX);
	refuses_int("5", 6, 9);
	refuses_int("10", 6, 9);
}

static void test_canonical(void)
{
	struct strbuf s = {0};
	struct point p = point_of("workload=tg64 kv=f16 threads=8 precision=q8_0 model=m.gguf sequences=1");
	point_canonical(&p, HASH, &s);
	is_text(strbuf_text(&s), "model=" HASH "\nprecision=q8_0\nthreads=8\nworkload=tg64",
		"sorted, defaults left out, the model by its hash");
	strbuf_reset(&s);
	point_set(&p, KEY_KV, "f32");
	point_set(&p, KEY_SEQUENCES, "4");
	point_canonical(&p, NULL, &s);
	is_text(strbuf_text(&s),
		"kv=f32\nmodel=m.gguf\nprecision=q8_0\nsequences=4\nthreads=8\nworkload=tg64",
		"what is no default is written; no hash: the name");
	point_free(&p);
	strbuf_reset(&s);
	point_set(&p, KEY_MODEL,
		  "\na\x7f"
		  "b\x01%=\xc3\xa9 \t");
	point_set(&p, KEY_TYPE, "");
	point_canonical(&p, NULL, &s);
	is_text(strbuf_text(&s), "model=%0Aa%7Fb%01%25=\xc3\xa9 %09\ntype=",
		"control characters and % are escaped, an empty value is one");
	strbuf_free(&s);
	point_free(&p);
}

/*
 * Ids made with another implementation: xxhash.xxh3_128(text).hexdigest() of Python's xxhash 3,
 * text being the canonical one. One that changes makes strangers of all stored results.
 */
static void test_ids(void)
{
	static const struct {
		const char *point, *id;
	} pinned[] = {
		{"", "99aa06d3014798d86001c324468d497f"},
		{"workload=gemm m=512 n=4096 k=4096 precision=q8_0 threads=4 isa=auto provider=own "
		 "blocking=auto engine=cpu device=cpu",
		 "79979b63a31b64962d199e43eea360af"},
		{"workload=tg64 model=whatever.gguf precision=q8_0 threads=8 kv=f16 sequences=1",
		 "edd0d19814fb3f29cf7b4636a3733656"},
		{"workload=read size=67108864 threads=2", "7e3aeff4a95867031397bbcbc100ebcd"},
		{"workload=tg64 model=whatever.gguf precision=q8_0 threads=8 depth=0 ubatch=0",
		 "edd0d19814fb3f29cf7b4636a3733656"},
		{"workload=pp512+tg8 model=m.gguf precision=q8_0 threads=8 depth=128 ubatch=64",
		 "1f0a880a78b14a290b7d335206351db7"},
		{"workload=fma type=int8 threads=1 isa=ref", "25d3a31dbbff8d8e8b93e6333ddbd05f"},
	};
	static const char every[] =
		"blocking=1x1x1 device=cuda:0 engine=x isa=vnni k=3 kv=f32 m=1 model=M n=2 "
		"precision=f32 provider=openblas sequences=4 size=5 threads=7 type=f32 "
		"workload=w";
	char id[POINT_ID_SIZE];
	struct point p;
	for (size_t i = 0; i < sizeof pinned / sizeof pinned[0]; i++) {
		p = point_of(pinned[i].point);
		point_id(&p, HASH, id);
		is_text(id, pinned[i].id, pinned[i].point);
		point_free(&p);
	}
	p = point_of(every);
	point_id(&p, NULL, id);
	is_text(id, "c35ce6a51f0c7ff3cfcf57b2cebea4bc", "every key set");
	point_free(&p);
	p = point_of(
		"blocking=64x256x512 engine=null isa=avx2 k=100% precision=f16 threads=1 workload=pp512");
	point_set(&p, KEY_MODEL,
		  "\na\x7f"
		  "b\x01\xc3\xa9");
	point_id(&p, NULL, id);
	is_text(id, "6584ce59488488e145ad2075a82f5326", "escapes and UTF-8");
	point_free(&p);
}

static void label_is(const char *point, const char *want)
{
	char buf[200];
	struct point p = point_of(point);
	is_text(point_label(&p, buf, sizeof buf), want, want);
	point_free(&p);
}

static void test_labels(void)
{
	char small[6];
	label_is("", "");
	label_is("threads=4 workload=tg64 model=default precision=q8_0 sequences=4 kv=f16",
		 "tg64 q8_0 B4 t4");
	label_is("workload=pp8 model=synthetic:llama-1b kv=f32", "pp8 llama-1b kv=f32");
	label_is("workload=tg8 model=default depth=64 ubatch=16 sequences=2", "tg8 @ d64 B2 ub16");
	label_is("workload=pp8 model=/a/b/c.gguf", "pp8 c.gguf");
	label_is("workload=pp8 model=/a/b/", "pp8 /a/b/");
	label_is("workload=gemm m=1 n=2 k=3 isa=ref provider=openblas engine=null",
		 "gemm m1 n2 k3 ref openblas null");
	struct point p = point_of("workload=gemm m=123456");
	is_text(point_label(&p, small, sizeof small), "gemm ", "cut to the size given");
	point_free(&p);
}

static void refuses_json(const char *json, int code, const char *part)
{
	struct point p;
	struct diag d = {0};
	json_t *o = json_loads(json, JSON_DECODE_ANY, NULL);
	memset(&p, 0x55, sizeof p);
	is_int(point_from_json(o, &p, &d), code, json);
	has_text(d.text, part, "and says why");
	ok(p.value[0] == p.value[1] && p.value[0], "the result is untouched");
	json_decref(o);
}

static void test_json(void)
{
	char *long_value = malloc(6000);
	struct diag d = {0};
	struct point p = point_of("workload=pp8 threads=2 kv=f16"), q;
	json_t *o = point_to_json(&p);
	is_int(json_object_size(o), 3, "what is set is written, a default too");
	is_int(point_from_json(o, &q, &d), 0, "and read");
	int n_same = 0;
	for (int k = 0; k < KEY_COUNT; k++)
		n_same += (!p.value[k] && !q.value[k]) ||
			  (p.value[k] && q.value[k] && strcmp(p.value[k], q.value[k]) == 0);
	is_int(n_same, KEY_COUNT, "the same point");
	json_decref(o);
	point_free(&q);
	refuses_json("{\"workload\": \"pp8\", \"colour\": \"red\"}", ERR_UNSUPPORTED,
		     "unknown point key \"colour\"");
	refuses_json("{\"threads\": 4}", ERR_FORMAT, "threads: expected a text");
	refuses_json("[]", ERR_FORMAT, "expected an object");
	refuses_json("\"gemm\"", ERR_FORMAT, "expected an object");
	o = json_object();
	memset(long_value, 'm', 6000);
	json_object_set_new(o, "model", json_stringn(long_value, 4097));
	is_int(point_from_json(o, &q, &d), ERR_FORMAT, "a value longer than a path can be");
	has_text(d.text, "4097 bytes", "is told so");
	json_object_set_new(o, "model", json_stringn(long_value, 4096));
	is_int(point_from_json(o, &q, NULL), 0, "one as long as a path can be");
	point_free(&q);
	json_decref(o);
	point_free(&p);
	free(long_value);
}

static void test_devices(void)
{
	struct point p = {0};
	ok(device_is_cpu("cpu") && device_is_cpu("cpu:node0"), "the CPU, and a part of it");
	ok(!device_is_cpu("cuda:0") && !device_is_cpu("cpux") && !device_is_cpu(""), "what is none");
	ok(point_is_on_cpu(&p), "where nothing is named");
	point_set(&p, KEY_DEVICE, "cuda:0");
	ok(!point_is_on_cpu(&p), "elsewhere");
	point_free(&p);
}

int main(void)
{
	test_keys();
	test_values();
	test_int();
	test_canonical();
	test_ids();
	test_labels();
	test_json();
	test_devices();
	return tap_done();
}
