/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as what a harness says to a worker, or ("key=value" lines) as a point to be checked and run. It
 * answers every line with one good message and ends well. Engine "null" and one small model: what computes is
 * tested elsewhere, and no file but the input is opened. Times and counts that a harness may ask for at its
 * own cost are cut down.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/measure/server.h"
#include "harness/wire/point.h"
#include "harness/wire/wire.h"

#define MODEL                                                                                                \
	"synthetic:llama-160m?layers=1&vocab=40&context=256&embd=64&heads=4&kv_heads=2&head_dim=16&ff=96"

static const char *const seeds[] = {
	"{\"id\":1,\"do\":\"hello\",\"protocol\":1}\n{\"id\":2,\"do\":\"check\",\"point\":{\"workload\":"
	"\"tg8\",\"model\":\"m\",\"precision\":\"f32\",\"threads\":\"1\"}}\n"
	"{\"id\":3,\"do\":\"prepare\",\"point\":{\"workload\":\"tg8\",\"model\":\"m\",\"precision\":\"f32\","
	"\"threads\":\"1\"},\"seed\":7}\n{\"id\":4,\"do\":\"verify\"}\n"
	"{\"id\":5,\"do\":\"run\",\"warmup\":1,\"repeat\":2,\"min_time_ns\":0,\"max_time_ns\":0,\"pass\":0,"
	"\"counters\":[]}\n{\"id\":6,\"do\":\"run\",\"warmup\":0,\"repeat\":1,\"min_time_ns\":0,"
	"\"max_time_ns\":0,\"pass\":0,\"counters\":[\"clock\",\"rusage\"]}\n{\"id\":7,\"do\":\"quit\"}\n",
	"{\"do\":\"ask\",\"what\":\"generate\",\"ids\":[1,2],\"n\":2,\"temp\":1,\"top_k\":4,\"stop\":[\"a\"],"
	"\"point\":{\"model\":\"m\"}}\n{\"do\":\"ask\",\"what\":\"logits\",\"sequences\":[[1],[2,3]],"
	"\"point\":{\"model\":\"m\"}}\n{\"do\":\"ask\",\"what\":\"perplexity\",\"ids\":[1,2,3,4,5],"
	"\"window\":4,\"point\":{\"model\":\"m\"}}\n{\"do\":\"ask\",\"what\":\"model\",\"point\":{\"model\":"
	"\"m\"}}\n{\"do\":\"cancel\",\"id\":1}\n",
	"workload=pp64+tg4\nmodel=m\nprecision=q8_0\nkv=q8_0\nthreads=2\nsequences=3\nubatch=16\nisa=avx2\n",
	"workload=tg4 \nmodel=m\nprecision=file\nthreads=1\ndepth=12\nblocking=480x256x4096\nprovider=own\n",
	"workload=gemm\nm=17\nn=33\nk=65\nprecision=wi8ai8\nthreads=1\nblocking=6x16\nprovider=openblas\n",
	"workload=read\nsize=65536\nthreads=2\ndevice=cpu\n",
	"workload=fma\ntype=int8\nthreads=1\naffinity=0-3+8\ncache=cold\nduration=sustained\noptions=a:b\n",
};

const void *fuzz_seed(int i, size_t *n)
{
	if (i >= (int)(sizeof seeds / sizeof *seeds))
		return NULL;
	*n = strlen(seeds[i]);
	return seeds[i];
}

/* ---- what is asked ---- */

static void number_cut(json_t *o, const char *key, json_int_t most)
{
	const json_t *v = json_object_get(o, key);
	if (json_is_integer(v) && json_integer_value(v) > most)
		json_object_set_new(o, key, json_integer(most));
}

/* A wide product's rows are a long answer, which takes seconds to write and to read. */
static void width_cut(json_t *point)
{
	enum { WIDE = 1 << 12, SIDE_MAX = 1 << 20 };
	long n = strtol(json_opt_string(point, "n", ""), NULL, 10);
	if (n > WIDE && n <= SIDE_MAX)
		json_object_set_new(point, "n", json_string("4096"));
}

/* Only the engine that computes nothing and the model that needs no file. */
static void point_tame(json_t *point)
{
	if (json_object_get(point, "engine") == NULL)
		json_object_set_new(point, "engine", json_string("null"));
	else if (strcmp(json_opt_string(point, "engine", "cpu"), "cpu") == 0)
		json_object_set_new(point, "engine", json_string("null"));
	if (json_object_get(point, "model"))
		json_object_set_new(point, "model", json_string(MODEL));
	width_cut(point);
}

/* Adds the request as a line, unless it would write files. */
static void request_add(struct strbuf *lines, json_t *request)
{
	static const struct {
		const char *key;
		json_int_t most;
	} costs[] = {{"warmup", 3}, {"repeat", 3}, {"min_time_ns", 100000}, {"n", 8}};
	for (size_t i = 0; i < sizeof costs / sizeof costs[0]; i++)
		number_cut(request, costs[i].key, costs[i].most);
	if (json_is_object(json_object_get(request, "point")))
		point_tame(json_object_get(request, "point"));
	if (strcmp(json_opt_string(request, "what", ""), "convert") == 0)
		return;
	char *text = json_dumps(request, JSON_COMPACT);
	if (text)
		strbuf_printf(lines, "%s\n", text);
	free(text);
}

/* Lines that are no object go as they are. */
static void line_add(struct strbuf *lines, const char *line, size_t n)
{
	json_t *request = json_loadb(line, n, JSON_ALLOW_NUL, NULL);
	if (json_is_object(request)) {
		request_add(lines, request);
	} else {
		strbuf_add(lines, line, n);
		strbuf_putc(lines, '\n');
	}
	json_decref(request);
}

static void lines_add(struct strbuf *lines, const char *data, size_t n)
{
	for (const char *end = data + n; data < end;) {
		const char *stop = memchr(data, '\n', (size_t)(end - data));
		size_t length = stop ? (size_t)(stop - data) : (size_t)(end - data);
		line_add(lines, data, length);
		data += length + 1;
	}
}

/* "key=value" lines become a point, which is checked, prepared, verified and run. */
static void point_add(struct strbuf *lines, const char *text)
{
	static const char *const requests[] = {"check", "prepare", "verify", "run"};
	json_t *point = json_object();
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, "\n"), n_key = strcspn(at, "=\n");
		if (n_key < n)
			json_object_setn_new(point, at, n_key, json_stringn(at + n_key + 1, n - n_key - 1));
		at += n + (at[n] == '\n');
	}
	for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
		json_t *o = json_pack("{s:s, s:O, s:i, s:i, s:i, s:i, s:i, s:[]}", "do", requests[i], "point",
				      point, "warmup", 0, "repeat", 1, "min_time_ns", 0, "max_time_ns", 0,
				      "pass", 0, "counters");
		if (o)
			request_add(lines, o);
		json_decref(o);
	}
	json_decref(point);
}

/* ---- what is answered ---- */

static int memory_file(const void *bytes, size_t n)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);
	FUZZ_CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static void answer_check(const json_t *o)
{
	const json_t *error = json_object_get(o, "error");
	FUZZ_CHECK(json_object_get(o, "id"));
	if (error)
		FUZZ_CHECK(*json_opt_string(error, "code", "") && *json_opt_string(error, "text", ""));
	else
		FUZZ_CHECK(json_object_get(o, "ok") || json_object_get(o, "event"));
}

static void answers_check(int fd)
{
	struct wire *w;
	json_t *o;
	int rc;
	FUZZ_CHECK(lseek(fd, 0, SEEK_SET) == 0 && wire_open(&w, fd, fd, NULL) == 0);
	while ((rc = wire_receive(w, &o, -1, NULL)) == 1) {
		answer_check(o);
		json_decref(o);
	}
	FUZZ_CHECK(rc == 0);
	wire_close(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct strbuf lines = {0};
	struct wire *w;
	struct diag d = {0};
	if (n && *data >= 'a' && *data <= 'z') {
		char *text = mem_strndup((const char *)data, n);
		point_add(&lines, text);
		free(text);
	} else {
		lines_add(&lines, (const char *)data, n);
	}
	int in = memory_file(strbuf_text(&lines), lines.len), out = memory_file("", 0), back = dup(out);
	strbuf_free(&lines);
	FUZZ_CHECK(back >= 0 && wire_open(&w, in, out, NULL) == 0);
	FUZZ_CHECK(server_run(w, &d) == 0);
	wire_close(w);
	answers_check(back);
	return 0;
}
