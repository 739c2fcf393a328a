/* SPDX-License-Identifier: Apache-2.0 */
/* generate: continues a text, token by token, greedily. */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "harness/wire/wire.h"
#include "reports/text.h"

enum { N_USUAL = 128 };

struct arguments {
	struct ask ask;
	long n;
	bool json;
};

static const struct argp_option options[] = {
	{"n-predict", 'n', "N", 0, "at most so many new tokens (128)", 0},
	{"output", 'o', "FORMAT", 0, "text as it comes, or json: ids and text of the new tokens (text)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &a->ask;
		break;
	case 'n':
		a->n = cmd_number(state, "-n", arg, 1, INT_MAX);
		break;
	case 'o':
		a->json = ask_wants_json(arg, state);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": a prompt is given with -p", arg);
		break;
	case ARGP_KEY_END:
		ask_check_model(&a->ask, state);
		ask_check_prompt(&a->ask, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&ask_argp, 0, NULL, 0}, {&ask_prompt_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Continues a text (or token ids) with the likeliest token, again and again. Prints the new "
	       "text as "
	       "it comes; ends early at the model's end-of-text token or when its context is full.",
};

/* A vocabulary is not to be trusted: on a terminal nothing in it is a command. */
static void print_bytes(const char *text, size_t n)
{
	if (!isatty(STDOUT_FILENO)) {
		fwrite(text, 1, n, stdout);
		return;
	}
	struct strbuf raw = {0}, plain = {0};
	strbuf_add(&raw, text, n);
	text_lines(&plain, strbuf_text(&raw));
	fputs(strbuf_text(&plain), stdout);
	strbuf_free(&raw);
	strbuf_free(&plain);
}

/* Prints the text of an event; stops the generation when nobody reads it. */
static int on_event(void *arg, const json_t *event)
{
	bool *printed = arg;
	const char *text = json_opt_string(event, "text", NULL);
	const char *base64 = json_opt_string(event, "text_base64", NULL);
	void *bytes;
	size_t n;
	if (text)
		print_bytes(text, strlen(text));
	else if (base64 && wire_base64_decode(base64, &bytes, &n, NULL) == 0) {
		print_bytes(bytes, n);
		free(bytes);
	}
	*printed = true;
	return fflush(stdout) != 0;
}

/* Bytes that are no UTF-8 stand in "text_base64" as they are, and in "text" with U+FFFD for what is broken. */
static void add_readable(json_t *o, const char *base64)
{
	void *bytes;
	size_t n;
	struct strbuf raw = {0}, readable = {0};
	if (wire_base64_decode(base64, &bytes, &n, NULL))
		return;
	strbuf_add(&raw, bytes, n);
	text_lines(&readable, strbuf_text(&raw));
	json_object_set_new(o, "text", json_string(strbuf_text(&readable)));
	json_object_set_new(o, "text_base64", json_string(base64));
	strbuf_free(&raw);
	strbuf_free(&readable);
	free(bytes);
}

static void print_json(const json_t *answer)
{
	const char *base64 = json_opt_string(answer, "text_base64", NULL);
	json_t *o = json_object();
	json_object_set(o, "ids", json_object_get(answer, "ids"));
	json_object_set(o, "text", json_object_get(answer, "text"));
	if (base64)
		add_readable(o, base64);
	char *text = json_text(o);
	puts(text);
	free(text);
	json_decref(o);
}

int cmd_generate(int argc, char **argv)
{
	struct arguments a = {.n = N_USUAL};
	struct diag d = {0};
	json_t *answer = NULL;
	bool printed = false;
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	json_t *body = json_pack("{s:I}", "n", (json_int_t)a.n);
	ask_put_prompt(body, &a.ask);
	int rc = ask_worker(&a.ask, "generate", body, a.json ? NULL : on_event, &printed, &answer, &d);
	if (rc == 0 && a.json)
		print_json(answer);
	else if (printed && !ferror(stdout))
		putchar('\n');
	json_decref(answer);
	ask_free(&a.ask);
	return cmd_finish(rc && !ferror(stdout) ? ask_fail(&d) : EXIT_OK);
}
