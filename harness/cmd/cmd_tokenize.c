/* SPDX-License-Identifier: Apache-2.0 */
/* tokenize: the tokens of a text, and the text of tokens. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "harness/wire/wire.h"

enum {
	KEY_OF_IDS_ONLY = OPTION_OWN,
	KEY_OF_BOS,
	KEY_OF_NO_SPECIAL,
	KEY_OF_DECODE,
	KEY_OF_WORKER_HERE,
};

struct arguments {
	struct ask ask;
	const char *model, *text, *path;
	json_t *decode; /* ids; NULL: encode */
	bool ids_only, bos, plain;
};

static const struct argp_option options[] = {
	{"model", 'm', "MODEL", 0,
	 "GGUF file (a vocabulary alone will do), or 'default' for the shipped model", 0},
	{"prompt", 'p', "TEXT", 0, "the text", 0},
	{"file", 'f', "FILE", 0, "the text is what stands in a file; - is standard input (-)", 0},
	{"ids", KEY_OF_IDS_ONLY, NULL, 0, "print ids alone, separated by blanks, on one line", 0},
	{"bos", KEY_OF_BOS, NULL, 0, "put the beginning-of-sequence token first where the model asks for one",
	 0},
	{"no-special", KEY_OF_NO_SPECIAL, NULL, 0, "texts of control tokens are plain text", 0},
	{"decode", KEY_OF_DECODE, "IDS", 0, "print the text of these ids, as \"1 5 9\" or 1,5,9", 0},
	{"worker", KEY_OF_WORKER_HERE, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

static json_t *parse_ids(const char *text, struct argp_state *state)
{
	json_t *ids = json_array();
	const char *at = text + strspn(text, " ,\n");
	while (*at) {
		char *end;
		errno = 0;
		long v = strtol(at, &end, 10);
		if (*at < '0' || *at > '9' || errno || v > INT_MAX || !strchr(" ,\n", *end))
			argp_error(state, "--decode \"%.60s\": expected token ids, as \"1 5 9\" or 1,5,9",
				   text);
		json_array_append_new(ids, json_integer(v));
		at = end + strspn(end, " ,\n");
	}
	return ids;
}

static void check(const struct arguments *a, struct argp_state *state)
{
	if (!a->model)
		argp_error(state, "no model: name one with -m, as -m model.gguf or -m default");
	if (!!a->text + !!a->path + !!a->decode > 1)
		argp_error(state, "expected one of a text with -p, a file with -f and ids with --decode");
	if (a->decode && (a->ids_only || a->bos || a->plain))
		argp_error(state, "--ids, --bos and --no-special do not go with --decode");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'm':
		a->model = arg;
		break;
	case 'p':
		a->text = arg;
		break;
	case 'f':
		a->path = arg;
		break;
	case KEY_OF_IDS_ONLY:
		a->ids_only = true;
		break;
	case KEY_OF_BOS:
		a->bos = true;
		break;
	case KEY_OF_NO_SPECIAL:
		a->plain = true;
		break;
	case KEY_OF_DECODE:
		json_decref(a->decode);
		a->decode = parse_ids(arg, state);
		break;
	case KEY_OF_WORKER_HERE:
		a->ask.worker = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": a text is given with -p or -f", arg);
		break;
	case ARGP_KEY_END:
		check(a, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Prints the tokens of a text, one a line: its id and its bytes, quoted. Exactly those of "
	       "llama.cpp; no "
	       "weights are needed.",
};

/* The bytes of "text" or "text_base64". */
static void bytes_of(const json_t *o, struct strbuf *out)
{
	const char *base64 = json_opt_string(o, "text_base64", NULL);
	const json_t *text = json_object_get(o, "text");
	void *bytes;
	size_t n;
	if (!base64) {
		strbuf_add(out, json_string_value(text) ? json_string_value(text) : "",
			   json_string_length(text));
		return;
	}
	if (wire_base64_decode(base64, &bytes, &n, NULL))
		return;
	strbuf_add(out, bytes, n);
	free(bytes);
}

/* In quotes; a vocabulary is not to be trusted: what is no printable ASCII or UTF-8 text is \xNN. */
static void print_quoted(const json_t *piece)
{
	struct strbuf s = {0};
	bool utf8 = !json_object_get(piece, "text_base64");
	bytes_of(piece, &s);
	putchar('"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)strbuf_text(&s)[i];
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c == '\n')
			fputs("\\n", stdout);
		else if (c < ' ' || c == 0x7f || (c >= 0x80 && !utf8))
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	puts("\"");
	strbuf_free(&s);
}

static int print_tokens(const struct arguments *a, const json_t *ids, struct diag *d)
{
	json_t *answer = NULL;
	size_t n = json_array_size(ids);
	for (size_t i = 0; i < n && a->ids_only; i++)
		printf("%s%lld", i ? " " : "", (long long)json_integer_value(json_array_get(ids, i)));
	if (a->ids_only) {
		putchar('\n');
		return 0;
	}
	json_t *body = json_pack("{s:O}", "ids", ids);
	int rc = ask_worker(&a->ask, "detokenize", body, NULL, NULL, &answer, d);
	const json_t *pieces = json_object_get(answer, "pieces");
	for (size_t i = 0; i < n && rc == 0; i++) {
		printf("%7lld  ", (long long)json_integer_value(json_array_get(ids, i)));
		print_quoted(json_array_get(pieces, i));
	}
	json_decref(answer);
	return rc;
}

static int encode(const struct arguments *a, struct diag *d)
{
	struct strbuf text = {0};
	json_t *answer = NULL;
	int rc = a->text ? 0 : ask_read_text(a->path ? a->path : "-", &text, d);
	if (rc == 0) {
		json_t *body = json_pack("{s:b, s:b}", "bos", a->bos, "special", !a->plain);
		if (a->text)
			ask_put_text(body, a->text, strlen(a->text));
		else
			ask_put_text(body, strbuf_text(&text), text.len);
		rc = ask_worker(&a->ask, "tokenize", body, NULL, NULL, &answer, d);
	}
	if (rc == 0)
		rc = print_tokens(a, json_object_get(answer, "ids"), d);
	if (rc == 0 && (a->text ? !*a->text : text.len == 0))
		fprintf(stderr, "inferometer: the text is empty: it has no tokens\n");
	json_decref(answer);
	strbuf_free(&text);
	return rc;
}

static int decode(const struct arguments *a, struct diag *d)
{
	struct strbuf text = {0};
	json_t *answer = NULL;
	int rc = ask_worker(&a->ask, "detokenize", json_pack("{s:O}", "ids", a->decode), NULL, NULL, &answer,
			    d);
	if (rc == 0) {
		bytes_of(answer, &text);
		fwrite(strbuf_text(&text), 1, text.len, stdout);
	}
	json_decref(answer);
	strbuf_free(&text);
	return rc;
}

int cmd_tokenize(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	point_set(&a.ask.point, KEY_MODEL, a.model);
	int rc = a.decode ? decode(&a, &d) : encode(&a, &d);
	json_decref(a.decode);
	ask_free(&a.ask);
	return cmd_finish(rc ? ask_fail(&d) : EXIT_OK);
}
