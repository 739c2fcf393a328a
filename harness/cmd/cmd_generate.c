/* SPDX-License-Identifier: Apache-2.0 */
/* generate: continues a text or answers a turn of a chat, token by token. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
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

enum {
	KEY_OF_NUMBER = OPTION_OWN, /* + index into numbers */
	KEY_OF_STOP = OPTION_OWN + 16,
	KEY_OF_CHAT,
	KEY_OF_SYSTEM,
};

/* How the next token is chosen: option and field of the question. */
static const struct {
	const char *name, *field;
	bool whole;
} numbers[] = {
	{"temp", "temp", false},
	{"top-k", "top_k", true},
	{"top-p", "top_p", false},
	{"min-p", "min_p", false},
	{"repeat-penalty", "repeat_penalty", false},
	{"repeat-last-n", "repeat_last_n", true},
	{"seed", "seed", true},
};
enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

struct arguments {
	struct ask ask;
	long n;
	bool json, chat;
	const char *system;
	json_t *stop;		   /* array of texts */
	json_t *number[N_NUMBERS]; /* NULL: not given */
};

static const struct argp_option options[] = {
	{"n-predict", 'n', "N", 0, "at most so many new tokens (128)", 0},
	{"output", 'o', "FORMAT", 0, "text as it comes, or json: ids and text of the new tokens (text)", 0},
	{"temp", KEY_OF_NUMBER, "T", 0,
	 "temperature; 0 takes the likeliest token, whatever the others say (0)", 1},
	{"top-k", KEY_OF_NUMBER + 1, "N", 0, "draw among the N likeliest tokens; 0: all (40)", 1},
	{"top-p", KEY_OF_NUMBER + 2, "P", 0,
	 "and among the likeliest that together have this probability (0.95)", 1},
	{"min-p", KEY_OF_NUMBER + 3, "P", 0,
	 "and among those at least so likely, as a share of the likeliest (0.05)", 1},
	{"repeat-penalty", KEY_OF_NUMBER + 4, "X", 0, "makes recent tokens less likely; 1: no (1)", 1},
	{"repeat-last-n", KEY_OF_NUMBER + 5, "N", 0, "how many tokens are recent (64)", 1},
	{"seed", KEY_OF_NUMBER + 6, "N", 0, "of the draws: same seed, same text (0)", 1},
	{"stop", KEY_OF_STOP, "TEXT", 0, "end before this text; may stand more than once", 1},
	{"chat", KEY_OF_CHAT, NULL, 0,
	 "the prompt is a user's turn, in the form of the model's chat template", 1},
	{"system", KEY_OF_SYSTEM, "TEXT", 0, "system message of a chat", 1},
	{0},
};

static void number_set(struct arguments *a, int i, const char *arg, struct argp_state *state)
{
	char *end;
	errno = 0;
	double v = strtod(arg, &end);
	if (end == arg || *end || errno || !isfinite(v) || v < 0)
		argp_error(state, "--%s \"%.60s\": expected a number from 0 on", numbers[i].name, arg);
	json_decref(a->number[i]);
	a->number[i] = numbers[i].whole ? json_integer(cmd_number(state, numbers[i].name, arg, 0, LONG_MAX))
					: json_real(v);
}

static json_t *text_take(const char *option, const char *arg, struct argp_state *state)
{
	json_t *text = json_string(arg);
	if (!text || !*arg)
		argp_error(state, "--%s: expected UTF-8 text that is not empty", option);
	return text;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	if (key >= KEY_OF_NUMBER && key < KEY_OF_NUMBER + N_NUMBERS) {
		number_set(a, key - KEY_OF_NUMBER, arg, state);
		return 0;
	}
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
	case KEY_OF_STOP:
		a->stop = a->stop ? a->stop : json_array();
		json_array_append_new(a->stop, text_take("stop", arg, state));
		break;
	case KEY_OF_CHAT:
		a->chat = true;
		break;
	case KEY_OF_SYSTEM:
		json_decref(text_take("system", arg, state));
		a->system = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": a prompt is given with -p or -f", arg);
		break;
	case ARGP_KEY_END:
		ask_check_model(&a->ask, state);
		ask_check_prompt(&a->ask, 1, state);
		if (a->system && !a->chat)
			argp_error(state, "--system is a part of a chat: expected --chat with it");
		if (a->chat && a->ask.ids)
			argp_error(state, "a chat takes a text, with -p or -f");
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
	.doc = "Continues a text (or token ids), by the likeliest token or (--temp) by draws among the "
	       "likely "
	       "ones. Prints the new text as it comes; ends early at the model's end-of-text token, before a "
	       "--stop text or when the context is full.",
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

/* What was asked for is not what came. */
static void say_full(const struct arguments *a, const json_t *answer)
{
	int64_t n_context = json_opt_int(answer, "context", 0);
	if (n_context > 0)
		fprintf(stderr,
			"inferometer: %zu of %ld tokens: the model's context of %lld tokens is full\n",
			json_array_size(json_object_get(answer, "ids")), a->n, (long long)n_context);
}

/* The question, but for the prompt. */
static json_t *make_body(const struct arguments *a)
{
	json_t *body = json_pack("{s:I}", "n", (json_int_t)a->n);
	for (int i = 0; i < N_NUMBERS; i++)
		if (a->number[i])
			json_object_set(body, numbers[i].field, a->number[i]);
	if (a->stop)
		json_object_set(body, "stop", a->stop);
	if (a->chat)
		json_object_set_new(body, "chat", json_true());
	if (a->system)
		json_object_set_new(body, "system", json_string(a->system));
	return body;
}

static void arguments_free(struct arguments *a)
{
	ask_free(&a->ask);
	json_decref(a->stop);
	for (int i = 0; i < N_NUMBERS; i++)
		json_decref(a->number[i]);
}

int cmd_generate(int argc, char **argv)
{
	struct arguments a = {.n = N_USUAL};
	struct diag d = {0};
	json_t *answer = NULL;
	bool printed = false;
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	json_t *body = make_body(&a);
	int rc = ask_put_prompt(body, &a.ask, &d);
	if (rc == 0)
		rc = ask_worker(&a.ask, "generate", body, a.json ? NULL : on_event, &printed, &answer, &d);
	else
		json_decref(body);
	if (rc == 0 && a.json)
		print_json(answer);
	else if (printed && !ferror(stdout))
		putchar('\n');
	if (rc == 0) {
		(void)fflush(stdout);
		say_full(&a, answer);
	}
	json_decref(answer);
	arguments_free(&a);
	return cmd_finish(rc && !ferror(stdout) ? ask_fail(&d) : EXIT_OK);
}
