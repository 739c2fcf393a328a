/* SPDX-License-Identifier: Apache-2.0 */
/* perplexity: how well a model (at a precision) foretells a text. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"

enum {
	WINDOW_USUAL = 256,
	/* The text goes in one message, whose limit is 256 MiB; in base64 it grows by a third. */
	TEXT_MAX = 128 << 20,
};

struct arguments {
	struct ask ask;
	const char *path;
	long window;
	bool json;
};

static const struct argp_option options[] = {
	{"file", 'f', "FILE", 0, "the text", 0},
	{"window", 'c', "N", 0, "tokens of a window; the second half of each is scored (256)", 0},
	{"output", 'o', "FORMAT", 0, "text or json (text)", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->ask;
		break;
	case 'f':
		a->path = arg;
		break;
	case 'c':
		a->window = cmd_number(state, "-c", arg, 2, INT_MAX);
		break;
	case 'o':
		a->json = ask_wants_json(arg, state);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": the text is named with -f", arg);
		break;
	case ARGP_KEY_END:
		ask_check_model(&a->ask, state);
		if (!a->path)
			argp_error(state, "no text: name a file with -f");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp_child children[] = {{&ask_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Scores a model on a text: perplexity over windows of -c tokens, each beginning with the "
	       "model's "
	       "beginning-of-sequence token where it asks for one, the second half of each window counted, "
	       "with "
	       "the standard error. The same figure as llama.cpp's llama-perplexity.",
};

static int on_progress(void *arg, const json_t *event)
{
	(void)arg;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%d of %d windows", (int)json_opt_int(event, "done", 0),
			(int)json_opt_int(event, "all", 0));
	return 0;
}

static int ask_for_score(const struct arguments *a, json_t **answer, struct diag *d)
{
	struct strbuf text = {0};
	int rc = ask_read_text(a->path, &text, d);
	if (rc == 0) {
		json_t *body = json_pack("{s:I}", "window", (json_int_t)a->window);
		ask_put_text(body, strbuf_text(&text), text.len);
		rc = ask_worker(&a->ask, "perplexity", body, on_progress, NULL, answer, d);
	}
	strbuf_free(&text);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	return rc;
}

static void print_score(const json_t *answer, bool json)
{
	if (json) {
		char *text = json_text(answer);
		puts(text);
		free(text);
		return;
	}
	printf("perplexity %.4f +/- %.4f over %lld tokens in %lld windows\n",
	       json_opt_real(answer, "perplexity", 0), json_opt_real(answer, "std_error", 0),
	       (long long)json_opt_int(answer, "tokens", 0), (long long)json_opt_int(answer, "windows", 0));
}

int cmd_perplexity(int argc, char **argv)
{
	struct arguments a = {.window = WINDOW_USUAL};
	struct diag d = {0};
	json_t *answer = NULL;
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	int rc = ask_for_score(&a, &answer, &d);
	if (rc == 0)
		print_score(answer, a.json);
	json_decref(answer);
	ask_free(&a.ask);
	return cmd_finish(rc ? ask_fail(&d) : EXIT_OK);
}
