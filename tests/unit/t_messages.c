/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the protocol: round trips, what an answer may not be. */
#include "config.h"

#include "tests/tap.h"

#include <stdint.h>

#include "engines/base/json.h"
#include "harness/wire/wire.h"

/* Every message as one type, so that one test does for all. */
union any {
	struct wire_hello hello;
	struct wire_model model;
	struct wire_check check;
	struct wire_prepared prepared;
	struct wire_run_request run_request;
	struct wire_run_result run_result;
};
#define MESSAGE(name)                                                                                        \
	static int name##_read(const json_t *o, union any *out, struct diag *d)                              \
	{                                                                                                    \
		return wire_##name##_from_json(o, &out->name, d);                                            \
	}                                                                                                    \
	static json_t *name##_write(const union any *m)                                                      \
	{                                                                                                    \
		return wire_##name##_to_json(&m->name);                                                      \
	}                                                                                                    \
	static void name##_free(union any *m)                                                                \
	{                                                                                                    \
		wire_##name##_free(&m->name);                                                                \
	}
MESSAGE(hello)
MESSAGE(model)
MESSAGE(check)
MESSAGE(prepared)
MESSAGE(run_request)
MESSAGE(run_result)

#define CHOICE "{\"name\":\"n\",\"usable\":false,\"why\":\"because\"}"
#define SERIES                                                                                               \
	"{\"clock\":\"CLOCK_MONOTONIC\",\"marks\":[1,0,31],\"name\":\"step\",\"offsets\":[0,9,9],"           \
	"\"reps\":[0,1,1],\"t0\":12345,\"unit\":\"ns\",\"values\":[8,0,9223372036854775807]}"
#define READING                                                                                              \
	"{\"counter\":\"cycles\",\"enabled_ns\":10,\"pass\":1,\"running_ns\":5,\"source\":\"papi\","         \
	"\"thread\":-1,\"unit\":\"count\",\"usable\":true,\"value\":77,\"why\":\"\"}"

#define STATE "{\"name\":\"persistence\",\"unit\":\"0/1\",\"usable\":true,\"value\":1,\"why\":\"told\"}"

struct message {
	const char *name;
	const char *text;     /* a good one, sorted */
	const char *optional; /* a key that may be absent, or NULL */
	int (*read)(const json_t *o, union any *out, struct diag *d);
	json_t *(*write)(const union any *m);
	void (*release)(union any *m);
};
static const struct message messages[] = {
	{"hello",
	 "{\"build\":{\"compiler\":\"cc\"},\"counters\":[" CHOICE "],\"devices\":[{\"affinities\":[" CHOICE
	 "],\"description\":\"d\",\"engines\":[" CHOICE "],"
	 "\"isas\":[" CHOICE "," CHOICE "],\"kvs\":[" CHOICE "],\"memory_bytes\":5000000000,\"n_cpus\":4,"
	 "\"name\":\"cpu\",\"precisions\":[],\"providers\":[" CHOICE "],\"usable\":true,\"why\":\"\"}],"
	 "\"engine\":\"cpu\",\"engines\":[" CHOICE "],\"protocol\":1,\"version\":\"1\",\"workloads\":"
	 "[{\"ceiling\":false,\"keys\":[\"k\",\"m\",\"threads\"],\"name\":\"gemm\",\"uses_model\":false}]}",
	 "engines", hello_read, hello_write, hello_free},
	{"hello at length",
	 "{\"build\":{},\"counters\":[" CHOICE ",{\"name\":\"papi:base\",\"passes\":2,\"usable\":true,"
	 "\"why\":\"\"},{\"groups\":true,\"name\":\"papi\",\"usable\":true,\"why\":\"\"}],\"devices\":[],"
	 "\"engine\":\"cpu\",\"engines\":[],\"events\":[{\"counter\":\"papi:"
	 "base\","
	 "\"event\":\"PAPI_TOT_INS\",\"name\":\"instructions\",\"usable\":false,\"why\":\"no PMU\"}],"
	 "\"protocol\":1,\"version\":\"1\",\"workloads\":[]}",
	 "events", hello_read, hello_write, hello_free},
	{"model",
	 "{\"arch\":\"llama\",\"file_type\":\"q8_0\",\"hash\":\"0123456789abcdef0123456789abcdef\","
	 "\"n_context\":2048,\"n_params\":7000000000,\"n_vocab\":32000,\"name\":\"M\xc3\xa9\"}",
	 NULL, model_read, model_write, model_free},
	{"check",
	 "{\"bytes\":1.5,\"code\":\"oom\",\"fits\":false,\"flops\":2.0,\"kv\":1,\"limit\":2,"
	 "\"parts\":[{\"bytes\":0.5,\"flops\":2.0,\"steps\":1},{\"bytes\":1.0,\"flops\":0.0,\"steps\":3}],"
	 "\"scratch\":3,\"steps\":4,\"tokens\":0.0,\"total\":6,\"weights\":7,\"why\":\"too "
	 "large\",\"working_set\":8}",
	 "parts", check_read, check_write, check_free},
	{"prepared", "{\"describe\":\"isa: avx2\\n\",\"load_ns\":1,\"weight_bytes\":2}", NULL, prepared_read,
	 prepared_write, prepared_free},
	{"run request",
	 "{\"counters\":[\"clock\",\"rusage\"],\"max_time_ns\":9,\"min_time_ns\":8,\"pass\":1,\"repeat\":5,"
	 "\"warmup\":2}",
	 NULL, run_request_read, run_request_write, run_request_free},
	{"run result",
	 "{\"bytes_per_rep\":1.0,\"flops_per_rep\":2.0,\"peak_bytes\":3,\"readings\":[" READING "],"
	 "\"series\":[" SERIES "],\"step_cost_ns\":140,\"tokens_per_rep\":0.5,\"window_version\":1}",
	 "step_cost_ns", run_result_read, run_result_write, run_result_free},
	{"run result that describes",
	 "{\"bytes_per_rep\":1.0,\"describe\":\"settled: "
	 "steady\\n\",\"flops_per_rep\":2.0,\"peak_bytes\":3,\"readings\":[" READING "],"
	 "\"series\":[" SERIES "],\"tokens_per_rep\":0.5,\"window_version\":1}",
	 "describe", run_result_read, run_result_write, run_result_free},
	{"check of loads",
	 "{\"bytes\":0.0,\"calls\":131072.0,\"code\":\"ok\",\"fits\":true,\"flops\":0.0,\"kv\":0,\"limit\":2,"
	 "\"scratch\":1,\"steps\":1,\"tokens\":0.0,\"total\":1,\"weights\":0,\"why\":\"\",\"working_set\":8}",
	 "calls", check_read, check_write, check_free},
	{"run request of idle power",
	 "{\"counters\":[\"nvml\"],\"idle_ns\":5,\"max_time_ns\":9,\"min_time_ns\":8,\"pass\":1,"
	 "\"repeat\":5,\"warmup\":2}",
	 "idle_ns", run_request_read, run_request_write, run_request_free},
	{"hello with states",
	 "{\"build\":{},\"counters\":[],\"devices\":[{\"description\":\"d\",\"isas\":[],\"kvs\":[],"
	 "\"memory_bytes\":1,\"n_cpus\":1,\"name\":\"cuda:0\",\"precisions\":[],\"providers\":[],"
	 "\"states\":[" STATE "],\"usable\":true,\"why\":\"\"}],\"engine\":\"cpu\",\"engines\":[],"
	 "\"protocol\":1,\"version\":\"1\",\"workloads\":[]}",
	 "states", hello_read, hello_write, hello_free},
};
enum { N_MESSAGES = sizeof messages / sizeof messages[0] };

static json_t *parsed(const char *text)
{
	json_t *o = json_loads(text, JSON_DECODE_ANY, NULL);
	if (!o)
		bail("the test's own JSON is bad");
	return o;
}

static void test_round_trip(const struct message *m)
{
	union any a;
	struct diag d = {0};
	json_t *o = parsed(m->text);
	json_object_set_new(o, "of_tomorrow", json_integer(1));
	if (!ok(m->read(o, &a, &d) == 0, "%s is read, with a field nobody knows yet", m->name)) {
		printf("# %s\n", d.text);
		json_decref(o);
		return;
	}
	json_t *again = m->write(&a);
	char *text = json_text(again);
	is_text(text, m->text, "and written as it was");
	free(text);
	json_decref(again);
	json_decref(o);
	m->release(&a);
	m->release(&a);
	ok(true, "freed twice");
}

/* Must this be refused with a text about `part`, and the result untouched? */
static bool refused(const struct message *m, const json_t *o, const char *part)
{
	union any a, untouched;
	struct diag d = {0};
	memset(&a, 0x55, sizeof a);
	memset(&untouched, 0x55, sizeof untouched);
	int rc = m->read(o, &a, &d);
	if (rc == ERR_FORMAT && strstr(d.text, part) && memcmp(&a, &untouched, sizeof a) == 0)
		return true;
	if (rc == 0)
		m->release(&a);
	printf("# %s: rc %d, \"%s\" should hold \"%s\"\n", m->name, rc, d.text, part);
	return false;
}

/* A text where none is expected, a number where a text is. */
static json_t *other_type(const json_t *v)
{
	return json_is_string(v) ? json_integer(5) : json_string("x");
}

static void spoil_each(const struct message *m, json_t *whole, json_t *o, int *n, int *n_refused);

static void spoil_inside(const struct message *m, json_t *whole, json_t *v, int *n, int *n_refused)
{
	if (json_is_object(v))
		spoil_each(m, whole, v, n, n_refused);
	for (size_t i = 0; i < json_array_size(v); i++)
		spoil_inside(m, whole, json_array_get(v, i), n, n_refused);
}

/* Each field of o in turn: left out, of another type, null. */
static void spoil_each(const struct message *m, json_t *whole, json_t *o, int *n, int *n_refused)
{
	const char *key;
	json_t *v, *keys = json_copy(o);
	json_object_foreach(keys, key, v)
	{
		bool is_build = strcmp(key, "compiler") == 0;
		bool is_hello = strcmp(key, "engines") == 0 || strcmp(key, "passes") == 0 ||
				strcmp(key, "affinities") == 0 || strcmp(key, "groups") == 0;
		bool optional = is_build || is_hello || (m->optional && strcmp(key, m->optional) == 0);
		json_object_del(o, key);
		*n += optional ? 0 : 1;
		*n_refused += optional ? 0 : refused(m, whole, key);
		json_object_set_new(o, key, other_type(v));
		*n += 1;
		*n_refused += refused(m, whole, key);
		json_object_set_new(o, key, json_null());
		*n += 1;
		*n_refused += refused(m, whole, key);
		json_object_set(o, key, v);
		spoil_inside(m, whole, v, n, n_refused);
	}
	json_decref(keys);
}

static void test_spoiled(const struct message *m)
{
	json_t *o = parsed(m->text);
	int n = 0, n_refused = 0;
	spoil_each(m, o, o, &n, &n_refused);
	ok(n_refused == n && n > 0, "%s: %d of %d spoiled fields are refused and named", m->name, n_refused,
	   n);
	json_decref(o);
	o = json_array();
	ok(refused(m, o, "expected"), "%s is no array", m->name);
	ok(refused(m, NULL, "expected"), "nor nothing");
	json_decref(o);
}

/* The good message i with the value at a path ("series/0/values") replaced. */
static void refuses(int i, const char *path, const char *value, const char *part)
{
	char copy[100], *save = NULL, *key = NULL;
	json_t *whole = parsed(messages[i].text), *at = whole, *parent = NULL;
	snprintf(copy, sizeof copy, "%s", path);
	for (char *word = strtok_r(copy, "/", &save); word; word = strtok_r(NULL, "/", &save)) {
		parent = at;
		key = word;
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(word)) : json_object_get(at, word);
	}
	if (json_is_array(parent))
		json_array_set_new(parent, (size_t)atoi(key), parsed(value));
	else
		json_object_set_new(parent, key, parsed(value));
	ok(refused(&messages[i], whole, part), "%s: %s may not be %.40s", messages[i].name, path, value);
	json_decref(whole);
}

enum { HELLO, HELLO_AT_LENGTH, MODEL, CHECK, PREPARED, RUN_REQUEST, RUN_RESULT };
#define FORTY_EIGHT "\"123456789012345678901234567890123456789012345678\""

static void test_refusals(void)
{
	refuses(RUN_RESULT, "series/0/values", "[1,2,-1]", "values[2]");
	refuses(RUN_RESULT, "series/0/values", "[1,2,3.5]", "values[2]");
	refuses(RUN_RESULT, "series/0/values", "[1,2]", "3 offsets, expected 2");
	refuses(RUN_RESULT, "series/0/values", "[]", "3 offsets, expected 0");
	refuses(RUN_RESULT, "series/0/offsets", "[0,9,8]", "offsets[2] = 8");
	refuses(RUN_RESULT, "series/0/offsets", "[-1,9,9]", "offsets[0]");
	refuses(RUN_RESULT, "series/0/offsets", "[0,9,9,9]", "4 offsets");
	refuses(RUN_RESULT, "series/0/marks", "[0,0]", "2 marks");
	refuses(RUN_RESULT, "series/0/marks", "[0,0,-1]", "marks[2]");
	refuses(RUN_RESULT, "series/0/reps", "[1,0,0]", "reps[1]");
	refuses(RUN_RESULT, "series/0/reps", "[0,0,\"1\"]", "reps[2]");
	refuses(RUN_RESULT, "series/0/t0", "-1", "\"t0\" is -1");
	refuses(RUN_RESULT, "series/0/name", FORTY_EIGHT, "name: 48 bytes, at most 47");
	refuses(RUN_RESULT, "series/0", "7", "expected an object");
	refuses(RUN_RESULT, "readings/0/thread", "-2", "\"thread\" is -2");
	refuses(RUN_RESULT, "readings/0/value", "-1", "\"value\" is -1");
	refuses(RUN_RESULT, "readings/0/pass", "4294967296", "\"pass\"");
	refuses(RUN_RESULT, "tokens_per_rep", "-0.5", "tokens_per_rep");
	refuses(RUN_RESULT, "peak_bytes", "-1", "peak_bytes");
	refuses(CHECK, "code", "\"ok\"", "contradict");
	refuses(CHECK, "fits", "true", "contradict");
	refuses(CHECK, "steps", "2147483648", "\"steps\"");
	refuses(CHECK, "flops", "-1e300", "flops");
	refuses(CHECK, "parts", "7", "parts");
	refuses(CHECK, "parts/1", "[]", "flops");
	refuses(CHECK, "parts/1/steps", "-1", "steps");
	refuses(CHECK, "parts/1/steps", "2", "2 parts do not add up");
	refuses(CHECK, "parts/0/flops", "2.1", "2 parts do not add up");
	refuses(CHECK, "parts/0/bytes", "0", "2 parts do not add up");
	refuses(CHECK, "parts", "[{},{},{},{},{},{},{},{},{}]", "9 elements, at most 8");
	refuses(HELLO, "protocol", "-1", "protocol");
	refuses(HELLO, "build", "{\"a\":1}", "build: a");
	refuses(HELLO, "workloads/0/keys", "[\"m\",1]", "array of texts");
	refuses(HELLO, "devices/0/isas/1", "\"avx2\"", "name");
	refuses(HELLO, "devices/0/name", FORTY_EIGHT, "name: 48 bytes");
	refuses(MODEL, "hash", "\"0123456789abcdef0123456789abcdef0\"", "hash: 33 bytes");
	refuses(MODEL, "n_vocab", "-1", "n_vocab");
	refuses(PREPARED, "load_ns", "-5", "load_ns");
	refuses(RUN_REQUEST, "repeat", "-1", "repeat");
	refuses(RUN_REQUEST, "counters", "[\"clock\",2]", "counters");
	refuses(RUN_REQUEST, "counters", "[" FORTY_EIGHT "]", "counters");
}

/* More elements than there can sensibly be are refused before memory is taken for them. */
static void test_counts(void)
{
	json_t *o = parsed(messages[RUN_REQUEST].text), *many = json_array();
	for (int i = 0; i < 257; i++)
		json_array_append_new(many, json_string("clock"));
	json_object_set_new(o, "counters", many);
	ok(refused(&messages[RUN_REQUEST], o, "257 elements, at most 256"), "257 counters are too many");
	json_decref(o);
	o = parsed(messages[HELLO].text);
	many = json_array();
	for (int i = 0; i < 257; i++)
		json_array_append(many, json_array_get(json_object_get(o, "devices"), 0));
	json_object_set_new(o, "devices", many);
	ok(refused(&messages[HELLO], o, "257 elements"), "so are 257 devices");
	json_decref(o);
}

static void test_hello_find(void)
{
	struct wire_workload workloads[] = {{.name = "pp"}, {.name = "gemm"}, {.name = ""}};
	struct wire_choice isas[] = {{.name = "ref"}, {.name = "avx2"}};
	struct wire_device devices[] = {{.name = "cpu", .isas = {isas, 2}}, {.name = "cuda:0"}};
	const struct wire_hello h = {
		.n_devices = 2, .devices = devices, .n_workloads = 3, .workloads = workloads};
	ok(wire_hello_device(&h, "cuda:0") == &devices[1], "a device by its name");
	ok(!wire_hello_device(&h, "cuda"), "its whole name");
	ok(wire_hello_workload(&h, "pp128") == &workloads[0], "pp128 is pp");
	ok(wire_hello_workload(&h, "pp") == &workloads[0], "so is pp");
	ok(!wire_hello_workload(&h, "p128"), "p128 is not");
	ok(!wire_hello_workload(&h, "ppx"), "nor is ppx");
	ok(wire_hello_workload(&h, "gemm") == &workloads[1], "gemm");
	ok(!wire_hello_workload(&h, ""), "no text finds nothing");
	ok(!wire_hello_workload(&h, "12"), "nor does a number");
	ok(wire_choice_find(&devices[0].isas, "avx2") == &isas[1], "a choice by its name");
	ok(!wire_choice_find(&devices[1].isas, "avx2"), "in an empty list there is none");
}

static void test_hello_engines(void)
{
	struct wire_choice both[] = {{.name = "cpu"}, {.name = "null"}}, one[] = {{.name = "cuda"}};
	const struct wire_device cpu = {.engines = {both, 2}}, gpu = {.engines = {one, 1}},
				 any = {.name = "x"};
	const struct wire_hello h = {.engine = "cpu"}, other = {.engine = "foreign"};
	is_text(wire_device_engine(&h, &cpu), "cpu", "the worker's own engine computes where it can");
	is_text(wire_device_engine(&h, &gpu), "cuda", "elsewhere the device's first one");
	is_text(wire_device_engine(&other, &any), "foreign", "on a device of any the worker's own");
	is_text(wire_device_engine(&other, NULL), "foreign", "and on one that is not known");
	ok(wire_device_has_engine(&cpu, "null") && !wire_device_has_engine(&gpu, "null"), "whose it is");
	ok(wire_device_has_engine(&any, "null") && wire_device_has_engine(NULL, "null"), "or of any");
	ok(wire_device_alike("cuda:0", "cuda:12"), "one kind of device");
	ok(!wire_device_alike("cuda:0", "cuda:x") && !wire_device_alike("cuda:0", "cuda:"), "with a number");
	ok(!wire_device_alike("cuda:0", "cuda0") && !wire_device_alike("cuda:0", "rocm:0"), "another one");
	ok(!wire_device_alike("cpu", "cpu") && !wire_device_alike("", "") && !wire_device_alike(":0", ":1"),
	   "what has no kind is like nothing");
}

static void test_hello_read(void)
{
	struct wire_hello h;
	struct diag d = {0};
	json_t *o = parsed(messages[HELLO].text), *w = json_array_get(json_object_get(o, "workloads"), 0);
	json_object_set_new(w, "keys", parsed("[\"m\",\"colour\"]"));
	json_object_del(o, "engines");
	is_int(wire_hello_from_json(o, &h, &d), 0, "a workload with a key of tomorrow, one engine");
	ok(h.workloads[0].key[KEY_M] && !h.workloads[0].key[KEY_N], "what is known is kept");
	is_int(h.engines.n, 0, "no engines are listed");
	wire_hello_free(&h);
	json_decref(o);
}

int main(void)
{
	for (int i = 0; i < N_MESSAGES; i++) {
		test_round_trip(&messages[i]);
		test_spoiled(&messages[i]);
	}
	test_refusals();
	test_counts();
	test_hello_find();
	test_hello_engines();
	test_hello_read();
	return tap_done();
}
