/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/ask.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/wire/wire.h"

/* Of a text that goes into a message, whose line is at most 256 MiB. */
enum { TEXT_MAX = 32 << 20 };

enum {
	KEY_OF_PRECISION = OPTION_ASK,
	KEY_OF_KV,
	KEY_OF_ISA,
	KEY_OF_PROVIDER,
	KEY_OF_ENGINE,
	KEY_OF_DEVICE,
	KEY_OF_WORKER,
	KEY_OF_IDS,
	KEY_OF_UBATCH,
};

static const struct argp_option options[] = {
	{"model", 'm', "MODEL", 0, "GGUF file, synthetic:NAME, or 'default' for the shipped model", 0},
	{"precision", KEY_OF_PRECISION, "P", 0,
	 "weights are converted to f32, tf32, f16, bf16, q8_0, q4_0 or wi8ai8 (as in the file)", 0},
	{"kv", KEY_OF_KV, "TYPE", 0, "element type of the key-value cache, f32, f16, bf16 or q8_0 (f16)", 0},
	{"ubatch", KEY_OF_UBATCH, "N", 0, "most tokens of a step of a prompt (512)", 0},
	{"ub", 0, NULL, OPTION_ALIAS, NULL, 0},
	{"threads", 't', "N", 0, "threads (all usable CPUs)", 0},
	{"isa", KEY_OF_ISA, "LEVEL", 0,
	 "instruction set level: ref, avx2, avx512, vnni, bf16, neon (the highest usable)", 0},
	{"provider", KEY_OF_PROVIDER, "NAME", 0,
	 "who does matrix products: own, openblas, onednn, blis or, on a GPU, "
	 "cublaslt (own)",
	 0},
	{"device", KEY_OF_DEVICE, "NAME", 0, "what it runs on, as cuda:0 (cpu)", 0},
	{"engine", KEY_OF_ENGINE, "NAME", 0, "engine in the worker (the one that has the device)", 0},
	{"worker", KEY_OF_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

/* What goes into a message must be text. */
static void set(struct ask *a, enum point_key key, const char *value, struct argp_state *state)
{
	json_t *text = json_string(value);
	if (!text)
		argp_error(state, "%s: expected UTF-8", point_key_name(key));
	json_decref(text);
	point_set(&a->point, key, value);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const struct {
		int option;
		enum point_key key;
	} keys[] = {
		{'m', KEY_MODEL},
		{KEY_OF_PRECISION, KEY_PRECISION},
		{KEY_OF_KV, KEY_KV},
		{KEY_OF_UBATCH, KEY_UBATCH},
		{'t', KEY_THREADS},
		{KEY_OF_ISA, KEY_ISA},
		{KEY_OF_PROVIDER, KEY_PROVIDER},
		{KEY_OF_ENGINE, KEY_ENGINE},
		{KEY_OF_DEVICE, KEY_DEVICE},
	};
	struct ask *a = state->input;
	if (key == KEY_OF_WORKER) {
		a->worker = arg;
		return 0;
	}
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (keys[i].option == key) {
			set(a, keys[i].key, arg, state);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

const struct argp ask_argp = {.options = options, .parser = parse};

static const struct argp_option prompt_options[] = {
	{"prompt", 'p', "TEXT", 0, "the prompt", 0},
	{"file", 'f', "FILE", 0, "the prompt is what stands in a file; - is standard input", 0},
	{"ids", KEY_OF_IDS, "LIST", 0, "token ids in place of a text, as 1,5,9", 0},
	{0},
};

static json_t *parse_ids(const char *text, struct argp_state *state)
{
	json_t *ids = json_array();
	const char *at = text;
	for (char *end;; at = end + 1) {
		errno = 0;
		long v = strtol(at, &end, 10);
		if (*at < '0' || *at > '9' || errno || v > INT_MAX || (*end && *end != ','))
			argp_error(state, "--ids \"%.60s\": expected token ids separated by commas, as 1,5,9",
				   text);
		json_array_append_new(ids, json_integer(v));
		if (!*end)
			return ids;
	}
}

static error_t parse_prompt(int key, char *arg, struct argp_state *state)
{
	struct ask *a = state->input;
	if (key == 'p') {
		a->text = arg;
	} else if (key == 'f') {
		a->path = arg;
	} else if (key == KEY_OF_IDS) {
		a->ids = a->ids ? a->ids : json_array();
		json_array_append_new(a->ids, parse_ids(arg, state));
	} else {
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp ask_prompt_argp = {.options = prompt_options, .parser = parse_prompt};

void ask_check_model(const struct ask *a, struct argp_state *state)
{
	if (!a->point.value[KEY_MODEL])
		argp_error(state, "no model: name one with -m, as -m model.gguf or -m default");
}

void ask_check_prompt(const struct ask *a, size_t most_lists, struct argp_state *state)
{
	if (!!a->text + !!a->path + !!a->ids != 1)
		argp_error(state, "expected either a text with -p, a file with -f or token ids with --ids");
	if (json_array_size(a->ids) > most_lists)
		argp_error(state, "--ids stands %zu times, expected once", json_array_size(a->ids));
}

bool ask_wants_json(const char *format, struct argp_state *state)
{
	bool json = strcmp(format, "json") == 0;
	if (!json && strcmp(format, "text") != 0)
		argp_error(state, "-o \"%.40s\": expected text or json", format);
	return json;
}

void ask_put_text(json_t *body, const char *text, size_t n)
{
	json_t *string = memchr(text, 0, n) ? NULL : json_stringn(text, n);
	if (string) {
		json_object_set_new(body, "text", string);
		return;
	}
	char *base64 = wire_base64_encode(text, n);
	json_object_set_new(body, "text_base64", json_string(base64));
	free(base64);
}

static int read_stream(FILE *f, const char *path, struct strbuf *text, struct diag *d)
{
	char part[1 << 16];
	size_t n;
	while ((n = fread(part, 1, sizeof part, f)) > 0) {
		if (text->len + n > TEXT_MAX)
			return diag_set_at(d, ERR_USAGE, path, 0, "at most %d MiB of text are taken",
					   TEXT_MAX >> 20);
		strbuf_add(text, part, n);
	}
	return ferror(f) ? diag_set_at(d, ERR_IO, path, 0, "%s", strerror(errno)) : 0;
}

int ask_read_text(const char *path, struct strbuf *text, struct diag *d)
{
	bool standard = strcmp(path, "-") == 0;
	FILE *f = standard ? stdin : fopen(path, "rb");
	if (!f)
		return diag_set_at(d, ERR_IO, path, 0, "%s", strerror(errno));
	int rc = read_stream(f, standard ? "standard input" : path, text, d);
	if (!standard)
		fclose(f);
	return rc;
}

int ask_put_prompt(json_t *body, const struct ask *a, struct diag *d)
{
	struct strbuf text = {0};
	int rc = 0;
	if (json_array_size(a->ids) > 1)
		json_object_set(body, "sequences", a->ids);
	else if (a->ids)
		json_object_set(body, "ids", json_array_get(a->ids, 0));
	else if (a->text)
		ask_put_text(body, a->text, strlen(a->text));
	else
		rc = ask_read_text(a->path, &text, d);
	if (rc == 0 && a->path)
		ask_put_text(body, strbuf_text(&text), text.len);
	strbuf_free(&text);
	return rc;
}

/* Events come between the caller's looks at the flag. */
struct listener {
	client_event_fn *fn;
	void *arg;
};

static int on_event(void *arg, const json_t *event)
{
	struct listener *l = arg;
	if (interrupt_seen())
		return 1;
	return l->fn ? l->fn(l->arg, event) : 0;
}

/* A worker of another protocol must not be asked anything else. No part of its answer is needed: what the question runs
 * on is opened by the question. */
static int check_hello(struct client *c, struct diag *d)
{
	json_t *answer = NULL, *body = json_pack("{s:i, s:[]}", "protocol", WIRE_PROTOCOL, "parts");
	int64_t wall_ns;
	int rc = client_ask(c, "hello", body, -1, NULL, NULL, &answer, &wall_ns, d);
	json_decref(body);
	json_decref(answer);
	return rc;
}

static int ask_program(const char *worker, json_t *body, struct listener *l, json_t **answer, struct diag *d)
{
	struct client *c = NULL;
	int64_t wall_ns;
	int rc = client_start(&c, worker, d);
	if (rc)
		return rc;
	interrupt_kills(client_pid(c));
	rc = check_hello(c, d);
	if (rc == 0)
		rc = client_ask(c, "ask", body, -1, on_event, l, answer, &wall_ns, d);
	interrupt_kills(0);
	client_stop(c, NULL);
	return rc;
}

int ask_worker(const struct ask *a, const char *what, json_t *body, client_event_fn *fn, void *arg,
	       json_t **answer, struct diag *d)
{
	struct listener listener = {fn, arg};
	char *found = NULL;
	json_object_set_new(body, "what", json_string(what));
	json_object_set_new(body, "point", point_to_json(&a->point));
	int rc = a->worker ? 0 : client_find_worker(&found, d);
	if (rc == 0)
		rc = ask_program(a->worker ? a->worker : found, body, &listener, answer, d);
	free(found);
	json_decref(body);
	return rc;
}

int ask_fail(const struct diag *d)
{
	if (interrupt_seen())
		return EXIT_INTERRUPTED;
	int status = cmd_fail(d);
	return d->code == ERR_UNAVAILABLE ? EXIT_POINTS : status;
}

void ask_free(struct ask *a)
{
	point_free(&a->point);
	json_decref(a->ids);
}
