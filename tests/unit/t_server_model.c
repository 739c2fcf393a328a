/* SPDX-License-Identifier: Apache-2.0 */
/* The worker with the shipped model: points of models, and questions. */
#include "config.h"

#include "tests/unit/server_peer.h"

#include <stdlib.h>

#include "engines/base/mem.h"

#define ASK(what, more)                                                                                      \
	"{\"id\":1,\"do\":\"ask\",\"what\":\"" what "\",\"point\":{\"model\":\"default\"}" more "}"
#define POINT(workload, more)                                                                                \
	"\"point\":{\"workload\":\"" workload                                                                \
	"\",\"model\":\"default\",\"precision\":\"q8_0\",\"threads\":\"1\"" more "}"

static int n_vocab;

static void test_model(struct peer *p)
{
	struct wire_model m = {0};
	json_t *o = peer_ask(p, ASK("model", ""), "model");
	is_int(wire_model_from_json(o, &m, NULL), 0, "answers");
	ok(strlen(m.hash) == 32 && m.n_params > 0 && m.n_context >= 128, "hash, size, context");
	is_text(m.arch, "llama", "architecture");
	n_vocab = (int)m.n_vocab;
	wire_model_free(&m);
	json_decref(o);
}

/* The ids of a request that gives some. */
static json_t *ids_of(struct peer *p, const char *request, const char *name)
{
	json_t *o = peer_ask(p, request, name), *ids = json_incref(json_object_get(o, "ids"));
	ok(json_array_size(ids) > 0 && json_opt_int(o, "n", -1) == (int)json_array_size(ids), "n ids");
	json_decref(o);
	return ids;
}

static void test_tokenize(struct peer *p)
{
	json_t *text = ids_of(p, ASK("tokenize", ",\"text\":\"The house\""), "tokenize");
	json_t *bytes = ids_of(p, ASK("tokenize", ",\"text_base64\":\"VGhlIGhvdXNl\""), "base64");
	ok(json_equal(text, bytes), "is the same text");
	json_decref(bytes);
	bytes = ids_of(p, ASK("tokenize", ",\"text_base64\":\"//4A\""), "bytes that are no text");
	json_decref(bytes);
	json_decref(text);
	peer_refused(p, ASK("tokenize", ",\"text_base64\":\"=\""), "format", "base64");
	peer_refused(p, ASK("tokenize", ""), "format", "\"text\" is absent");
}

/* Tokens come one by one, then all together. */
static void test_generate(struct peer *p)
{
	json_t *o = peer_ask(p, ASK("generate", ",\"text\":\"The weather\",\"n\":5"), "generate");
	json_t *ids = json_object_get(o, "ids");
	char *all = mem_strdup("");
	size_t n = 0;
	for (size_t i = 0; i < json_array_size(p->events); i++) {
		json_t *event = json_array_get(p->events, i);
		char *longer = mem_printf("%s%s", all, json_opt_string(event, "text", ""));
		free(all);
		all = longer;
		n += strcmp(json_opt_string(event, "event", ""), "token") == 0 &&
		     json_opt_int(event, "token", -1) == json_integer_value(json_array_get(ids, i)) &&
		     json_opt_int(event, "id", -1) == 1;
	}
	ok(n >= 1 && n <= 5 && n == json_array_size(ids), "an event a token");
	is_text(json_opt_string(o, "text", "-"), all, "whose texts make the whole");
	free(all);
	json_decref(o);
	o = peer_ask(p, ASK("generate", ",\"ids\":[1,2,3],\"n\":1"), "generate from ids");
	json_decref(o);
	peer_refused(p, ASK("generate", ",\"ids\":[1,-2],\"n\":1"), "usage", "ids[1]");
	peer_refused(p, ASK("generate", ",\"ids\":[1,99999999],\"n\":1"), "usage", "ids[1]");
	peer_refused(p, ASK("generate", ",\"ids\":[1,\"2\"],\"n\":1"), "usage", "ids[1]");
	peer_refused(p, ASK("generate", ",\"ids\":[],\"n\":1"), "usage", "at least one token");
	peer_refused(p, ASK("generate", ",\"ids\":5,\"n\":1"), "usage", "ids: expected an array");
	peer_refused(p, ASK("generate", ",\"ids\":[1]"), "format", "\"n\" is absent");
	peer_refused(p, ASK("generate", ",\"ids\":[1],\"n\":0"), "format", "\"n\" is 0");
}

static void test_logits(struct peer *p)
{
	json_t *o = peer_ask(p, ASK("logits", ",\"ids\":[1,2,3]"), "logits");
	is_int(json_opt_int(o, "rows", -1), 3, "a row a token");
	is_int(json_opt_int(o, "cols", -1), n_vocab, "a column a word");
	is_int(json_array_size(p->events), 3, "each an event");
	float *row = mem_alloc((size_t)n_vocab * sizeof *row);
	int n_good = 0;
	for (size_t i = 0; i < 3; i++) {
		const json_t *event = json_array_get(p->events, i);
		n_good += json_opt_int(event, "row", -1) == (int)i &&
			  wire_floats_decode(json_opt_string(event, "data", "!"), row, (size_t)n_vocab,
					     NULL) == 0;
	}
	is_int(n_good, 3, "in order, of as many numbers");
	free(row);
	json_decref(o);
}

static void test_perplexity(struct peer *p)
{
	static const char request[] = ASK("perplexity", ",\"window\":4,\"ids\":[1,2,3,4,5,6,7,8,9]");
	json_t *o = peer_ask(p, request, "perplexity");
	is_int(json_opt_int(o, "windows", -1), 2, "whole windows");
	is_int(json_opt_int(o, "tokens", -1), 2, "the later half of each, but its last, is scored");
	double value = json_opt_real(o, "perplexity", -1);
	is_near(value, exp(json_opt_real(o, "nll", -1)), 1e-9 * value, "perplexity is exp of the mean");
	json_decref(o);
	peer_refused(p, ASK("perplexity", ",\"window\":1,\"ids\":[1,2]"), "format", "\"window\" is 1");
}

/* Both lines are there before the question is at work. */
static void test_perplexity_cancelled(struct peer *p)
{
	peer_say(p, ASK("perplexity",
			",\"window\":4,\"ids\":[1,2,3,4,5,6,7,8,9]") "\n"
								     "{\"id\":2,\"do\":\"cancel\"}");
	json_t *answer = peer_hear(p);
	peer_good(answer, 2, "perplexity: cancel is answered first");
	json_decref(answer);
	answer = peer_hear(p);
	answer_is_error(answer, "cancelled", "stopped after 2 windows of 2");
	json_decref(answer);
}

static void test_refusals(struct peer *p)
{
	peer_refused(p, ASK("poem", ""), "unsupported", "unknown question \"poem\"");
	peer_refused(p, "{\"id\":1,\"do\":\"ask\"}", "format", "\"what\" is absent");
	peer_refused(p,
		     "{\"id\":1,\"do\":\"ask\",\"what\":\"model\",\"point\":{\"model\":\"/no/such.gguf\"}}",
		     "io", "/no/such.gguf");
	peer_refused(p, "{\"id\":1,\"do\":\"ask\",\"what\":\"model\",\"point\":{\"colour\":\"red\"}}",
		     "unsupported", "colour");
	peer_refused(
		p,
		"{\"id\":1,\"do\":\"ask\",\"what\":\"logits\",\"ids\":[1],\"point\":{\"model\":\"default\","
		"\"precision\":\"f12\"}}",
		"unsupported", "unknown precision \"f12\"");
	peer_refused(
		p,
		"{\"id\":1,\"do\":\"ask\",\"what\":\"logits\",\"ids\":[1],\"point\":{\"model\":\"default\","
		"\"kv\":\"q4_0\"}}",
		"unsupported", "unknown kv \"q4_0\"");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("pp4", ",\"kv\":\"q4_0\"") "}", "unsupported",
		     "unknown kv \"q4_0\"");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("tg0", "") "}", "unsupported", "tg128");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("pp4", ",\"m\":\"1\"") "}", "unsupported",
		     "does not heed key \"m\"");
}

/* Steps of each kind in a repetition, "" where all are alike. */
static void test_parts(struct peer *p, const char *point, const char *steps)
{
	char line[600], got[100] = "";
	struct wire_check c = {0};
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"check\",%s}", point);
	json_t *o = peer_ask(p, line, point);
	is_int(wire_check_from_json(o, &c, NULL), 0, "is checked");
	for (int i = 0; i < c.n_parts; i++) {
		size_t n = strlen(got);
		snprintf(got + n, sizeof got - n, "%s%d", n ? " " : "", c.part[i].steps);
	}
	is_text(got, steps, "steps of each kind");
	wire_check_free(&c);
	json_decref(o);
}

/* The bytes that a step reads grow with what the sequences hold. */
static int64_t working_set(struct peer *p, const char *point)
{
	char line[600];
	struct wire_check c = {0};
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"check\",%s}", point);
	json_t *o = peer_ask(p, line, point);
	is_int(wire_check_from_json(o, &c, NULL), 0, "is checked");
	int64_t bytes = c.working_set;
	wire_check_free(&c);
	json_decref(o);
	return bytes;
}

static void test_depth(struct peer *p)
{
	ok(working_set(p, POINT("tg3", ",\"depth\":\"64\"")) > working_set(p, POINT("tg3", "")) + 1000,
	   "at a depth a step reads the tokens before, too");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("tg3", ",\"ubatch\":\"4\"") "}", "unsupported",
		     "does not heed key \"ubatch\"");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("pp6+tg0", "") "}", "unsupported",
		     "expected tg and a number");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("pp6+tg", "") "}", "unsupported", "tg128");
	peer_refused(p, "{\"id\":1,\"do\":\"check\"," POINT("pp6+pp6", "") "}", "unsupported", "pp512+tg128");
	peer_refused(p, "{\"id\":1,\"do\":\"prepare\"," POINT("tg3", ",\"depth\":\"9999\"") "}", "usage",
		     "tg3 @ d9999: 10002 tokens a sequence");
	peer_refused(
		p, "{\"id\":1,\"do\":\"prepare\"," POINT("pp6", ",\"sequences\":\"4\",\"ubatch\":\"3\"") "}",
		"usage", "at least a token of each of 4 sequences");
}

static void test_point(struct peer *p, const char *point, int steps, int rows, int tokens)
{
	char line[600];
	struct wire_check c = {0};
	struct wire_run_result r = {0};
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"check\",%s}", point);
	json_t *o = peer_ask(p, line, point);
	is_int(wire_check_from_json(o, &c, NULL) | (c.steps != steps), 0, "is checked, with its steps");
	is_near(c.tokens, tokens, 0, "and tokens");
	wire_check_free(&c);
	json_decref(o);
	snprintf(line, sizeof line, "{\"id\":1,\"do\":\"prepare\",%s}", point);
	json_decref(peer_ask(p, line, "is prepared"));
	o = peer_ask(p, "{\"id\":1,\"do\":\"verify\"}", "has outputs");
	is_int(json_opt_int(o, "cols", -1), n_vocab, "of logits");
	is_int(json_opt_int(o, "rows", -1), rows, "rows");
	json_decref(o);
	o = peer_ask(p,
		     "{\"id\":1,\"do\":\"run\",\"warmup\":1,\"repeat\":2,\"min_time_ns\":0,\"max_time_ns\":0,"
		     "\"pass\":0,\"counters\":[]}",
		     "runs");
	is_int(wire_run_result_from_json(o, &r, NULL), 0, "gives a result");
	is_int(r.n_series ? r.series[0].n : -1, 3 * steps, "with a sample a step");
	is_near(r.tokens_per_rep, tokens, 0, "of so many tokens");
	wire_run_result_free(&r);
	json_decref(o);
}

int main(void)
{
	const char *top = getenv("top_srcdir");
	char *data = mem_printf("%s/workloads", top ? top : "..");
	char *model = mem_printf("%s/models/default.gguf", data);
	if (access(model, R_OK))
		skip_all("no shipped model: set top_srcdir");
	setenv("INFEROMETER_DATA", data, 1);
	struct peer *p = peer_start();
	test_model(p);
	test_tokenize(p);
	test_generate(p);
	test_logits(p);
	test_perplexity(p);
	test_perplexity_cancelled(p);
	test_refusals(p);
	test_point(p, POINT("pp6", ",\"kv\":\"f32\""), 1, 1, 6);
	test_point(p, POINT("pp6", ",\"kv\":\"q8_0\""), 1, 1, 6);
	test_point(p, POINT("tg3", ",\"kv\":\"bf16\""), 3, 1, 3);
	test_point(p, POINT("tg3", ",\"sequences\":\"2\""), 3, 2, 6);
	test_point(p, POINT("tg3", ",\"engine\":\"null\""), 3, 1, 3);
	test_point(p, POINT("tg3", ",\"depth\":\"20\",\"sequences\":\"2\""), 3, 2, 6);
	test_point(p, POINT("tg1", ",\"depth\":\"3\""), 1, 1, 1);
	test_point(p, POINT("pp20", ",\"ubatch\":\"8\""), 3, 1, 20);
	test_point(p, POINT("pp20", ",\"ubatch\":\"8\",\"sequences\":\"2\",\"depth\":\"9\""), 5, 2, 40);
	test_point(p, POINT("pp6+tg3", ",\"sequences\":\"2\""), 4, 2, 18);
	test_point(p, POINT("pp20+tg4", ",\"ubatch\":\"8\",\"depth\":\"5\""), 7, 1, 24);
	test_point(p, POINT("pp4+tg1", ",\"engine\":\"null\",\"depth\":\"5\""), 2, 1, 5);
	test_parts(p, POINT("pp20", ""), "");
	test_parts(p, POINT("tg4", ",\"depth\":\"5\""), "");
	test_parts(p, POINT("pp16", ",\"ubatch\":\"8\""), "");
	test_parts(p, POINT("pp20", ",\"ubatch\":\"8\""), "2 1");
	test_parts(p, POINT("pp20+tg4", ""), "1 4");
	test_parts(p, POINT("pp20+tg4", ",\"ubatch\":\"8\""), "2 1 4");
	test_depth(p);
	peer_stop(p, "all of it");
	free(model);
	free(data);
	return tap_done();
}
