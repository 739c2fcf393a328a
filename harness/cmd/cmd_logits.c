/* SPDX-License-Identifier: Apache-2.0 */
/* logits: of every token, as a NumPy file, to check against another implementation. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/cmd/ask.h"
#include "harness/cmd/npy.h"
#include "harness/wire/wire.h"

/* More than any vocabulary: a row of so many logits just fits into a message. */
enum { VOCAB_MAX = 1 << 25 };

struct arguments {
	struct ask ask;
	const char *path;
};

static const struct argp_option options[] = {
	{"output", 'o', "FILE", 0, "NumPy file to write: float32 [tokens, vocabulary]", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct arguments *a = state->input;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = state->child_inputs[1] = &a->ask;
		break;
	case 'o':
		a->path = arg;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument \"%.60s\": a prompt is given with -p, -f or --ids",
			   arg);
		break;
	case ARGP_KEY_END:
		ask_check_model(&a->ask, state);
		ask_check_prompt(&a->ask, SIZE_MAX, state);
		if (!a->path)
			argp_error(state, "no file to write: name one with -o, as -o logits.npy");
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
	.doc = "Writes the logits that a model gives after each token of a text (or of token ids) as a NumPy "
	       "file, float32 of shape [tokens, vocabulary]. --ids given several times: as many sequences, "
	       "computed side by side in the same steps; their rows stand one after the other.",
};

/* What comes row by row. */
struct writer {
	struct npy *file;
	int rows, cols; /* cols 0: not known yet */
	float *row;
	struct diag *d;
	int failed;
};

static int take_row(struct writer *w, const json_t *event)
{
	const char *data;
	int64_t row;
	int rc = json_get_int(event, "row", w->rows, w->rows, &row, w->d);
	if (rc == 0)
		rc = json_get_string(event, "data", &data, w->d);
	if (rc == 0)
		rc = wire_floats_decode(data, w->row, (size_t)w->cols, w->d);
	if (rc == 0)
		rc = npy_row(w->file, w->row, (size_t)w->cols, w->d);
	w->rows++;
	return rc;
}

static int on_event(void *arg, const json_t *event)
{
	struct writer *w = arg;
	w->failed = take_row(w, event);
	return w->failed != 0;
}

/* How long a row is: the worker says it of the model. */
static int ask_cols(const struct ask *a, int *cols, struct diag *d)
{
	json_t *answer = NULL;
	struct wire_model m;
	int rc = ask_worker(a, "model", json_object(), NULL, NULL, &answer, d);
	if (rc == 0)
		rc = wire_model_from_json(answer, &m, d);
	json_decref(answer);
	if (rc)
		return rc;
	if (m.n_vocab < 1 || m.n_vocab > VOCAB_MAX)
		rc = diag_set(d, ERR_FORMAT,
			      "the worker says the vocabulary has %lld tokens, expected 1 to %d",
			      (long long)m.n_vocab, VOCAB_MAX);
	else
		*cols = (int)m.n_vocab;
	wire_model_free(&m);
	return rc;
}

static int write_logits(const struct arguments *a, struct writer *w, struct diag *d)
{
	json_t *body = json_object(), *answer = NULL;
	struct diag asked = {0};
	int rc = ask_put_prompt(body, &a->ask, &asked);
	if (rc == 0)
		rc = ask_worker(&a->ask, "logits", body, on_event, w, &answer, &asked);
	else
		json_decref(body);
	if (rc == 0 && json_opt_int(answer, "rows", -1) != w->rows)
		rc = diag_set(&asked, ERR_FORMAT, "the worker sent %d rows and says it sent %lld", w->rows,
			      (long long)json_opt_int(answer, "rows", -1));
	json_decref(answer);
	/* A row that could not be taken ended the question: its own error says why. */
	if (rc && !w->failed)
		*d = asked;
	return w->failed ? w->failed : rc;
}

static int run(const struct arguments *a, struct diag *d)
{
	struct writer w = {.d = d};
	int rc = ask_cols(&a->ask, &w.cols, d);
	if (rc == 0)
		rc = npy_create(&w.file, a->path, d);
	if (rc)
		return rc;
	w.row = mem_try_array((size_t)w.cols, sizeof *w.row);
	rc = w.row ? write_logits(a, &w, d)
		   : diag_set(d, ERR_OOM, "no memory for a row of %d logits", w.cols);
	if (rc == 0)
		rc = npy_finish(w.file, d);
	else
		npy_discard(w.file);
	free(w.row);
	return rc;
}

int cmd_logits(int argc, char **argv)
{
	struct arguments a = {0};
	struct diag d = {0};
	cmd_parse(&argp, argc, argv, &a);
	interrupt_catch();
	int rc = run(&a, &d);
	ask_free(&a.ask);
	return rc ? ask_fail(&d) : EXIT_OK;
}
