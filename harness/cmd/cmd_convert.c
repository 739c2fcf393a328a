/* SPDX-License-Identifier: Apache-2.0 */
/* convert: a model as a GGUF file at another precision. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/cmd/ask.h"
#include "reports/text.h"

enum { KEY_OF_PRECISION = OPTION_OWN, KEY_OF_FORCE, KEY_OF_WORKER, THREADS_MAX = 4096 };

struct arguments {
	struct ask ask;
	const char *precision, *path;
	long threads; /* 0: not given */
	bool force;
};

static const struct argp_option options[] = {
	{"model", 'm', "MODEL", 0, "GGUF file, synthetic:NAME, or 'default' for the shipped model", 0},
	{"precision", KEY_OF_PRECISION, "P", 0, "f32, f16, bf16, q8_0 or q4_0", 0},
	{"output", 'o', "FILE", 0, "the file to write, never the model itself", 0},
	{"force", KEY_OF_FORCE, NULL, 0, "replace a file that is there", 0},
	{"threads", 't', "N", 0, "threads (all usable CPUs)", 0},
	{"worker", KEY_OF_WORKER, "PROGRAM", 0, "worker program (the one installed)", 0},
	{0},
};

/* What goes into a message must be text. */
static const char *text_check(const char *option, const char *arg, struct argp_state *state)
{
	json_t *text = json_string(arg);
	if (!text)
		argp_error(state, "%s: expected UTF-8", option);
	json_decref(text);
	return arg;
}

static void check_complete(const struct arguments *a, struct argp_state *state)
{
	ask_check_model(&a->ask, state);
	if (!a->precision)
		argp_error(state, "no precision: name one with --precision, as --precision q8_0");
	if (!a->path)
		argp_error(state, "no file to write: name one with -o, as -o model.gguf");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case 'm':
		point_set(&a->ask.point, KEY_MODEL, text_check("-m", arg, state));
		break;
	case KEY_OF_PRECISION:
		a->precision = text_check("--precision", arg, state);
		break;
	case 'o':
		a->path = text_check("-o", arg, state);
		break;
	case KEY_OF_FORCE:
		a->force = true;
		break;
	case 't':
		a->threads = cmd_number(state, "-t", arg, 1, THREADS_MAX);
		break;
	case KEY_OF_WORKER:
		a->ask.worker = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": the file is named with -o", arg);
		break;
	case ARGP_KEY_END:
		check_complete(a, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Writes a model as a GGUF file at another precision: the same file as llama.cpp's "
	       "llama-quantize "
	       "--pure. Rows that are no multiple of a block become f16; norms, biases and the like stay as "
	       "they "
	       "are.",
};

static int on_progress(void *arg, const json_t *event)
{
	double all = json_opt_real(event, "all", 0);
	(void)arg;
	if (isatty(STDERR_FILENO) && all > 0)
		fprintf(stderr, "\r%.0f %% of %.1f MB", 100 * json_opt_real(event, "done", 0) / all,
			all / 1e6);
	return 0;
}

static int ask_for_file(const struct arguments *a, json_t **answer, struct diag *d)
{
	json_t *body =
		json_pack("{s:s, s:s, s:b}", "path", a->path, "precision", a->precision, "replace", a->force);
	if (a->threads)
		json_object_set_new(body, "threads", json_integer(a->threads));
	int rc = ask_worker(&a->ask, "convert", body, on_progress, NULL, answer, d);
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	return rc;
}

/* A worker that was killed leaves what it wrote only where it had to name it at once: see fresh.h of engines/model. */
static void remove_rest(const char *path)
{
	char *rest = mem_printf("%s.tmp", path);
	if (interrupt_seen())
		unlink(rest);
	free(rest);
}

/* "FILE: 1234 bytes, 38 tensors: 9 f32, 29 q8_0". The types are words of the worker. */
static void print_answer(const struct arguments *a, json_t *answer)
{
	struct strbuf line = {0}, plain = {0};
	const char *type, *before = ":";
	json_t *n;
	strbuf_printf(&line, "%s: %lld bytes, %lld tensors", a->path,
		      (long long)json_opt_int(answer, "bytes", 0),
		      (long long)json_opt_int(answer, "tensors", 0));
	json_object_foreach(json_object_get(answer, "types"), type, n)
	{
		strbuf_printf(&line, "%s %lld %s", before, (long long)json_integer_value(n), type);
		before = ",";
	}
	text_plain(&plain, strbuf_text(&line));
	puts(strbuf_text(&plain));
	strbuf_free(&line);
	strbuf_free(&plain);
}

int cmd_convert(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag d = {0};
	json_t *answer = NULL;
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	int rc = ask_for_file(&a, &answer, &d);
	if (rc == 0)
		print_answer(&a, answer);
	else
		remove_rest(a.path);
	json_decref(answer);
	ask_free(&a.ask);
	return cmd_finish(rc ? ask_fail(&d) : EXIT_OK);
}
