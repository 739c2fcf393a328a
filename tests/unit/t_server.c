/* SPDX-License-Identifier: Apache-2.0 */
/* The worker over a socket pair, with its real engines: hello, points of operations, runs, ends. */
#include "config.h"

#include "harness/measure/counter/counter.h"
#include "tests/unit/server_peer.h"

#define GEMM                                                                                                 \
	"\"point\":{\"workload\":\"gemm\",\"m\":\"3\",\"n\":\"40\",\"k\":\"64\",\"precision\":\"q8_0\","     \
	"\"threads\":\"1\",\"isa\":\"ref\"}"
#define PREPARE_GEMM "{\"id\":1,\"do\":\"prepare\"," GEMM "}"
#define RUN(warmup, repeat, min_ns, pass, counters)                                                          \
	"{\"id\":1,\"do\":\"run\",\"warmup\":" #warmup ",\"repeat\":" #repeat ",\"min_time_ns\":" #min_ns    \
	",\"max_time_ns\":0,\"pass\":" #pass ",\"counters\":[" counters "]}"

static void refused_point(struct peer *p, const char *point, const char *code, const char *part)
{
	char line[600];
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"check\",\"point\":{%s}}", point);
	peer_refused(p, line, code, part);
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"prepare\",\"point\":{%s}}", point);
	peer_refused(p, line, code, part);
}

static void test_hello(struct peer *p)
{
	struct wire_hello h = {0};
	struct diag d = {0};
	json_t *o = peer_ask(p, "{\"id\":1,\"do\":\"hello\",\"protocol\":1,\"of_tomorrow\":[]}", "hello");
	if (!ok(wire_hello_from_json(o, &h, &d) == 0, "is a hello %s", d.text))
		return;
	is_int(h.protocol, WIRE_PROTOCOL, "of this protocol");
	is_text(h.engine, "cpu", "the engine");
	const struct wire_device *dev = wire_hello_device(&h, "cpu");
	const struct wire_choice *ref = dev ? wire_choice_find(&dev->isas, "ref") : NULL;
	ok(ref && ref->usable && dev->usable, "its device, where ref is usable");
	ok(dev && dev->engines.n == 2 && wire_choice_find(&dev->engines, "null") &&
		   strcmp(dev->engines.item[0].name, "cpu") == 0,
	   "which engine null has, too");
	const struct wire_device *gpu = wire_hello_device(&h, "cuda:0");
	ok(gpu && strcmp(wire_device_engine(&h, gpu), "cuda") == 0, "a GPU, which is engine cuda's");
	ok(gpu && gpu->usable != (gpu->why[0] != '\0'), "usable, or why not");
	for (int i = 0; dev && i < dev->isas.n; i++)
		ok(dev->isas.item[i].usable != (dev->isas.item[i].why[0] != '\0'), "%s: usable, or why not",
		   dev->isas.item[i].name);
	const struct wire_workload *gemm = wire_hello_workload(&h, "gemm");
	ok(gemm && gemm->key[KEY_M] && gemm->key[KEY_THREADS] && !gemm->key[KEY_KV] && !gemm->uses_model,
	   "gemm and the keys it heeds");
	ok(wire_hello_workload(&h, "tg64") && wire_hello_workload(&h, "pp8") &&
		   wire_hello_workload(&h, "read"),
	   "other workloads");
	ok(wire_choice_find(&h.counters, "clock") && wire_choice_find(&h.engines, "null"),
	   "counters and engines");
	ok(json_opt_string(h.build, "compiler", "")[0], "what it was built with");
	wire_hello_free(&h);
	json_decref(o);
	peer_refused(p, "{\"id\":1,\"do\":\"hello\",\"protocol\":2}", "unsupported", "protocol 2");
}

/* What is not asked for is empty, and nothing is opened to fill it. */
static void test_hello_parts(struct peer *p)
{
	static const struct {
		const char *parts;
		bool devices, providers, workloads, counters;
	} rows[] = {
		{"[]", false, false, false, false},
		{"[\"devices\"]", true, false, false, false},
		{"[\"providers\"]", true, true, false, false},
		{"[\"workloads\"]", false, false, true, false},
		{"[\"counters\"]", false, false, false, true},
		{"[\"workloads\",\"providers\",\"counters\"]", true, true, true, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wire_hello h = {0};
		struct diag d = {0};
		char line[200];
		snprintf(line, sizeof line, "{\"id\":1,\"do\":\"hello\",\"parts\":%s}", rows[i].parts);
		json_t *o = peer_ask(p, line, rows[i].parts);
		ok(wire_hello_from_json(o, &h, &d) == 0, "a whole answer %s", d.text);
		is_text(h.engine, "cpu", "that names its engine");
		const struct wire_device *dev = wire_hello_device(&h, "cpu");
		ok((h.n_devices > 0) == rows[i].devices && (h.engines.n > 0) == rows[i].devices,
		   "devices and engines");
		ok((dev && dev->providers.n > 0) == rows[i].providers, "providers");
		ok((h.n_workloads > 0) == rows[i].workloads, "workloads");
		ok((h.counters.n > 0) == rows[i].counters, "counters");
		wire_hello_free(&h);
		json_decref(o);
	}
	peer_refused(p, "{\"id\":1,\"do\":\"hello\",\"parts\":[\"colour\"]}", "unsupported", "colour");
	peer_refused(p, "{\"id\":1,\"do\":\"hello\",\"parts\":[1]}", "format", "parts");
	peer_refused(p, "{\"id\":1,\"do\":\"hello\",\"parts\":true}", "format", "parts");
}

static void test_nonsense(struct peer *p)
{
	peer_refused(p, "{\"id\":1,\"do\":\"dance\"}", "unsupported", "unknown request \"dance\"");
	peer_refused(p, "{\"id\":1}", "format", "\"do\" is absent");
	peer_say(p, "GET / HTTP/1.1");
	json_t *answer = peer_hear(p);
	answer_is_error(answer, "format", "GET / HTTP/1.1");
	ok(json_is_null(json_object_get(answer, "id")), "a line that is no JSON has no id");
	json_decref(answer);
	peer_say(p, "{\"id\":{\"any\":[1,\"x\"]},\"do\":\"cancel\"}");
	answer = peer_hear(p);
	char *text = json_text(answer);
	is_text(text, "{\"id\":{\"any\":[1,\"x\"]},\"ok\":{}}",
		"after it, cancel of nothing; an id comes back as it is");
	free(text);
	json_decref(answer);
}

static void test_points(struct peer *p)
{
	refused_point(p, "\"workload\":\"gemm\",\"colour\":\"red\"", "unsupported", "\"colour\"");
	refused_point(p, "\"workload\":\"gemm\",\"kv\":\"f16\",\"threads\":\"1\"", "unsupported",
		      "does not heed key \"kv\"");
	refused_point(p, "\"workload\":\"gem\",\"threads\":\"1\"", "unsupported", "did you mean \"gemm\"");
	refused_point(p, "\"workload\":\"sing7\",\"threads\":\"1\"", "unsupported",
		      "unknown workload \"sing7\", known are pp, tg, gemm, read, fma");
	refused_point(p, "\"threads\":\"1\"", "usage", "\"workload\" is missing");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\"", "usage", "\"threads\" is missing");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"0\"", "usage", "threads \"0\"");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"isa\":\"mmx\"",
		      "unsupported", "unknown isa \"mmx\"");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"device\":\"gpu0\"",
		      "unsupported", "unknown device \"gpu0\"");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"device\":\"cuda:77\"",
		      "unavailable", "device cuda:77: ");
	refused_point(p,
		      "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"device\":\"cuda:0\","
		      "\"engine\":\"cpu\"",
		      "unsupported", "engine cpu has no device cuda:0; it is engine cuda's");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"engine\":\"cuda\"",
		      "unavailable", "device cuda:0: ");
	refused_point(p,
		      "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"engine\":\"cuda\","
		      "\"device\":\"cpu\"",
		      "unsupported", "engine cuda has no device cpu; it is engine cpu's");
	refused_point(p,
		      "\"workload\":\"gemm\",\"m\":\"1\",\"n\":\"1\",\"k\":\"1\",\"threads\":\"1\","
		      "\"precision\":\"tf32\"",
		      "unavailable", "precision tf32: only a GPU's products");
	refused_point(p, "\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\",\"engine\":\"steam\"",
		      "unsupported", "unknown engine \"steam\"");
	refused_point(p, "\"workload\":7", "format", "workload: expected a text");
	refused_point(p, "\"workload\":\"tg4\",\"precision\":\"f32\",\"threads\":\"1\"", "usage",
		      "\"model\" is missing");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"}", "format", "\"point\" is absent");
	peer_refused(p, "{\"id\":1,\"do\":\"prepare\",\"point\":[]}", "format", "\"point\" is an array");
}

/* Many points in a request: each has an answer of its own. */
static void test_check_list(struct peer *p)
{
	struct wire_check c = {0};
	json_t *o = peer_ask(p,
			     "{\"id\":1,\"do\":\"check\"," GEMM ",\"points\":["
			     "{\"workload\":\"gemm\",\"colour\":\"red\"},"
			     "{\"workload\":\"fma\",\"type\":\"f32\",\"threads\":\"1\"},3]}",
			     "a list of points");
	json_t *list = json_object_get(o, "checks");
	is_int((long long)json_array_size(list), 3, "an answer each");
	answer_is_error(json_array_get(list, 0), "unsupported", "unknown point key \"colour\"");
	is_int(wire_check_from_json(json_object_get(json_array_get(list, 1), "ok"), &c, NULL), 0,
	       "the good one");
	ok(c.fits && c.limit > 0 && c.flops > 0, "fits");
	wire_check_free(&c);
	answer_is_error(json_array_get(list, 2), "format", "point: expected an object of texts");
	json_decref(o);
	o = peer_ask(p, "{\"id\":1,\"do\":\"check\",\"points\":[]}", "no points");
	is_int((long long)json_array_size(json_object_get(o, "checks")), 0, "no answers");
	json_decref(o);
	peer_refused(p, "{\"id\":1,\"do\":\"check\",\"points\":{}}", "format",
		     "check: points: expected a list of points");
}

/* What can be asked for, but does not fit or makes no sense, is an answer of check. */
static void test_check(struct peer *p)
{
	struct wire_check c = {0};
	json_t *o = peer_ask(p, "{\"id\":1,\"do\":\"check\"," GEMM "}", "check");
	is_int(wire_check_from_json(o, &c, NULL), 0, "answers");
	ok(c.fits && c.steps == 1 && c.flops == 2.0 * 3 * 40 * 64, "with the work of a repetition");
	is_int(c.weights, 40 * 68, "and the bytes of W in q8_0");
	ok(c.total >= c.weights && c.limit >= c.total && c.working_set > 0, "which fit");
	wire_check_free(&c);
	json_decref(o);
	o = peer_ask(p,
		     "{\"id\":1,\"do\":\"check\",\"point\":{\"workload\":\"read\",\"size\":"
		     "\"17592186044416\",\"threads\":\"1\"}}",
		     "16 TiB");
	is_int(wire_check_from_json(o, &c, NULL), 0, "are answered");
	ok(!c.fits && c.code == ERR_OOM, "with no");
	has_text(c.why, "17592186044416", "and why");
	wire_check_free(&c);
	json_decref(o);
}

static void verify_to(struct peer *p, int rows, int cols, float *out)
{
	json_t *o = peer_ask(p, "{\"id\":1,\"do\":\"verify\"}", "verify");
	is_int(json_opt_int(o, "rows", -1), rows, "rows");
	is_int(json_opt_int(o, "cols", -1), cols, "columns");
	is_int(wire_floats_decode(json_opt_string(o, "data", "!"), out, (size_t)rows * (size_t)cols, NULL), 0,
	       "numbers");
	json_decref(o);
}

static void test_verify(struct peer *p)
{
	float a[3 * 40], b[3 * 40], c[3 * 40] = {0};
	struct wire_prepared prepared = {0};
	json_t *o = peer_ask(p, PREPARE_GEMM, "prepare");
	is_int(wire_prepared_from_json(o, &prepared, NULL), 0, "answers");
	is_int(prepared.weight_bytes, 40 * 68, "the bytes of W");
	has_text(prepared.describe, "_ref", "the kernels asked for");
	wire_prepared_free(&prepared);
	json_decref(o);
	verify_to(p, 3, 40, a);
	verify_to(p, 3, 40, b);
	ok(memcmp(a, b, sizeof a) == 0 && a[0] != a[1], "the same each time, and something");
	json_decref(peer_ask(p, "{\"id\":1,\"do\":\"prepare\",\"seed\":5," GEMM "}", "another seed"));
	verify_to(p, 3, 40, c);
	ok(memcmp(a, c, sizeof a) != 0, "gives other numbers");
	json_decref(
		peer_ask(p, "{\"id\":1,\"do\":\"prepare\",\"seed\":20240229," GEMM "}", "the default seed"));
	verify_to(p, 3, 40, c);
	ok(memcmp(a, c, sizeof a) == 0, "is the one taken when none is named");
}

/* The result of a run (freed by the caller). */
static struct wire_run_result run(struct peer *p, const char *request, const char *name)
{
	struct wire_run_result r = {0};
	struct diag d = {0};
	json_t *o = peer_ask(p, request, name);
	if (!ok(wire_run_result_from_json(o, &r, &d) == 0 && r.n_series == 1, "a result with a series"))
		bail(d.text);
	json_decref(o);
	return r;
}

static bool papi_is_there(void)
{
	const char *group;
	char why[WIRE_WHY];
	return counter_find("papi:base", &group, NULL)->probe(why, sizeof why);
}

static void test_run(struct peer *p)
{
	struct wire_run_result r = run(p, RUN(2, 3, 0, 0, ""), "run");
	is_int(r.series[0].n, 5, "samples: warm-up and repetitions");
	is_int(r.n_readings, 0, "no counters");
	ok(r.peak_bytes > 0 && r.window_version >= 1, "peak and window's version");
	ok(r.step_cost_ns > 0, "what the window costs a step");
	is_near(r.flops_per_rep, 2.0 * 3 * 40 * 64, 0, "operations");
	wire_run_result_free(&r);
	r = run(p, RUN(0, 2, 0, 0, "\"rusage\",\"clock\""), "a counter visit");
	int n_clock = 0, n_bad = 0;
	for (int i = 0; i < r.n_readings; i++) {
		n_clock += strcmp(r.readings[i].source, "clock") == 0;
		n_bad += !r.readings[i].usable || r.readings[i].thread != -1 || r.readings[i].pass != 0;
	}
	ok(n_clock == 3 && r.n_readings > 3 && n_bad == 0, "reads both sources");
	is_int(r.step_cost_ns, 0, "which is no visit for times");
	wire_run_result_free(&r);
	r = run(p, RUN(0, 1, 0, 1, "\"clock\""), "a second pass");
	is_int(r.n_readings, 0, "has nothing left to read");
	wire_run_result_free(&r);
	/* The pool's threads come by the source that counts threads, and are there again afterwards. */
	int n_whole = 0, n_threads = 0;
	r = run(p, RUN(0, 2, 0, 0, "\"perf\""), "threads are counted");
	for (int i = 0; i < r.n_readings; i++) {
		n_whole += r.readings[i].thread == -1;
		n_threads += r.readings[i].thread >= 0;
		n_bad += !r.readings[i].usable && !r.readings[i].why[0];
	}
	ok(n_whole == 6 && n_bad == 0, "six events of the process");
	ok(n_threads > 0 || !r.readings[0].usable, "and those of its threads");
	wire_run_result_free(&r);
	r = run(p, RUN(0, 2, 0, 0, "\"perf\",\"clock\""), "again");
	wire_run_result_free(&r);
	peer_refused(p, RUN(0, 1, 0, 0, "\"papi:nosuch\""), papi_is_there() ? "unsupported" : "unavailable",
		     "");
	peer_refused(p, RUN(0, 1, 0, 0, "\"clock\",\"tea\""), "unsupported", "\"tea\", known are clock");
	peer_refused(p, RUN(0, 5000000, 0, 0, ""), "usage", "samples are kept");
	peer_refused(p, "{\"id\":1,\"do\":\"run\",\"warmup\":0}", "format", "\"repeat\" is absent");
	r = run(p, RUN(0, 1, 0, 0, ""), "after errors it still runs");
	wire_run_result_free(&r);
}

/* Without a prepared point there is nothing to run, also after a prepare that failed. */
static void test_unprepared(struct peer *p)
{
	peer_refused(p, RUN(0, 1, 0, 0, ""), "usage", "nothing is prepared");
	peer_refused(p, "{\"id\":1,\"do\":\"verify\"}", "usage", "nothing is prepared");
	json_decref(peer_ask(p, PREPARE_GEMM, "prepare"));
	peer_refused(p, "{\"id\":1,\"do\":\"prepare\",\"point\":{\"colour\":\"red\"}}", "unsupported",
		     "colour");
	peer_refused(p, RUN(0, 1, 0, 0, ""), "usage", "nothing is prepared");
}

static void test_ceiling(struct peer *p, const char *point)
{
	char line[400];
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"prepare\",\"point\":{%s,\"threads\":\"1\"}}", point);
	json_decref(peer_ask(p, line, point));
	struct wire_run_result r = run(p, RUN(1, 2, 0, 0, ""), "runs");
	is_int(r.series[0].n, 3, "three samples");
	ok(r.tokens_per_rep == 0 && r.flops_per_rep + r.bytes_per_rep >= 0, "no tokens");
	wire_run_result_free(&r);
	if (!strstr(point, "gemm"))
		peer_refused(p, "{\"id\":1,\"do\":\"verify\"}", "unsupported", "no outputs");
}

static void test_cancel(struct peer *p)
{
	json_decref(peer_ask(p, PREPARE_GEMM, "prepare"));
	/* An hour; the request after it waits for its end. */
	peer_say(p, RUN(0, 1, 3600000000000, 0, "\"clock\""));
	peer_say(p, "{\"id\":2,\"do\":\"cancel\"}");
	peer_say(p, "{\"id\":3,\"do\":\"hello\"}");
	json_t *answer = peer_hear(p);
	peer_good(answer, 2, "cancel is answered first");
	json_decref(answer);
	answer = peer_hear(p);
	is_int(json_opt_int(answer, "id", -1), 1, "then the run");
	answer_is_error(answer, "cancelled", "cancelled after");
	json_decref(answer);
	answer = peer_hear(p);
	peer_good(answer, 3, "then what came later");
	json_decref(answer);
	struct wire_run_result r = run(p, RUN(0, 1, 0, 0, ""), "and the point is still prepared");
	wire_run_result_free(&r);
}

static void test_ends(void)
{
	struct peer *p = peer_start();
	json_decref(peer_ask(p, "{\"id\":1,\"do\":\"quit\"}", "quit is answered"));
	json_t *o;
	is_int(wire_receive(p->wire, &o, PEER_PATIENCE, NULL), 0, "then it hangs up");
	peer_stop(p, "quit");
	p = peer_start();
	peer_stop(p, "end of file");
	p = peer_start();
	json_decref(peer_ask(p, PREPARE_GEMM, "prepare"));
	peer_say(p, RUN(0, 1, 3600000000000, 0, ""));
	peer_stop(p, "end of file within a run of an hour");
}

int main(void)
{
	struct peer *p = peer_start();
	test_hello(p);
	test_hello_parts(p);
	test_nonsense(p);
	test_points(p);
	test_check(p);
	test_check_list(p);
	test_unprepared(p);
	test_verify(p);
	test_run(p);
	test_ceiling(p, "\"workload\":\"read\",\"size\":\"65536\"");
	test_ceiling(p, "\"workload\":\"fma\",\"type\":\"f32\",\"isa\":\"ref\"");
	test_ceiling(p, "\"workload\":\"fma\",\"type\":\"int8\"");
	test_ceiling(p, "\"workload\":\"read\",\"size\":\"65536\",\"engine\":\"null\"");
	test_ceiling(p, "\"workload\":\"gemm\",\"m\":\"1\",\"n\":\"2\",\"k\":\"3\",\"precision\":\"f32\","
			"\"engine\":\"null\"");
	test_cancel(p);
	peer_stop(p, "all of it");
	test_ends();
	return tap_done();
}
