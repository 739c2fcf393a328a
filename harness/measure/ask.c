/* SPDX-License-Identifier: Apache-2.0 */
/* ask: what is no benchmark. Text or ids in, events and one answer out. */
#include "config.h"

#include "workloads/ask.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/pool.h"
#include "engines/base/strbuf.h"
#include "engines/model/label.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "harness/measure/ask_convert.h"
#include "harness/measure/ask_private.h"

/* Progress is told so often. */
#define PROGRESS_NS 200000000

enum { SEQUENCES_MAX = 1024, UBATCH_MAX = 1 << 20 };

/* ---- what is asked about ---- */

/* The bytes of "text" or "text_base64": owned by the caller. */
int question_text(const json_t *message, char **out, size_t *n, struct diag *d)
{
	const char *base64 = json_opt_string(message, "text_base64", NULL), *text;
	if (base64)
		return wire_base64_decode(base64, (void **)out, n, d);
	int rc = json_get_string(message, "text", &text, d);
	if (rc)
		return rc;
	*out = mem_strdup(text);
	*n = strlen(text);
	return 0;
}

static int ids_of_text(struct question *q, struct diag *d)
{
	char *text;
	size_t n;
	if (!q->model->tokenizer)
		return diag_set(d, ERR_UNSUPPORTED, "model %s has no tokenizer: give ids", q->model->path);
	int rc = question_text(q->message, &text, &n, d);
	if (rc)
		return rc;
	rc = tokenizer_encode(q->model->tokenizer, text, n, true, true, &q->ids, d);
	free(text);
	return rc;
}

static int ids_of_array(const struct question *q, const json_t *array, struct token_list *out, struct diag *d)
{
	size_t n = json_array_size(array);
	int32_t *ids = mem_try_array(n + 1, sizeof *ids);
	if (!ids)
		return diag_set(d, ERR_OOM, "ids: no memory for %zu", n);
	*out = (struct token_list){ids, n};
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_array_get(array, i);
		json_int_t id = json_integer_value(v);
		if (!json_is_integer(v) || id < 0 || id >= q->model->hp.n_vocab)
			return diag_set(d, ERR_USAGE, "ids[%zu]: expected a number from 0 to %d", i,
					q->model->hp.n_vocab - 1);
		ids[i] = (int32_t)id;
	}
	return n ? 0 : diag_set(d, ERR_USAGE, "ids: expected an array of at least one token");
}

int question_ids(struct question *q, struct diag *d)
{
	const json_t *array = json_object_get(q->message, "ids");
	return array ? ids_of_array(q, array, &q->ids, d) : ids_of_text(q, d);
}

static int get_dtypes(struct question *q, struct diag *d)
{
	const char *precision = point_get(&q->point, KEY_PRECISION), *kv = point_get(&q->point, KEY_KV);
	q->config.precision = q->model->file_type;
	q->config.as_in_file = !*precision || strcmp(precision, "file") == 0;
	if (!q->config.as_in_file && !dtype_parse(precision, &q->config.precision))
		return diag_set(d, ERR_UNSUPPORTED,
				"point: unknown precision \"%.60s\", expected tf32, wi8ai8, %s", precision,
				dtype_file_names());
	if (!dtype_parse(kv, &q->config.kv) || !dtype_in_caches(q->config.kv))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown kv \"%.60s\", expected %s", kv,
				dtype_cache_names());
	return 0;
}

/* The engine, as the point asks or with all usable CPUs. */
int question_engine(struct question *q, struct diag *d)
{
	struct server *s = q->server;
	int threads = q->point.value[KEY_THREADS] ? 0 : pool_usable_cpus();
	int rc = get_dtypes(q, d);
	if (rc == 0)
		rc = state_engine(s, &q->point, threads, false, d);
	if (rc)
		return rc;
	q->config.ops = s->engine.ops;
	q->config.engine = s->engine.engine;
	q->config.model = q->model;
	q->config.provider = point_get(&q->point, KEY_PROVIDER);
	int64_t ubatch = 0;
	rc = point_get_int(&q->point, KEY_UBATCH, 0, UBATCH_MAX, &ubatch, d);
	q->config.ubatch = (int)ubatch;
	return rc;
}

/* ---- logits ---- */

static int on_row(void *arg, int row, const float *logits, int n_vocab)
{
	struct question *q = arg;
	char *data = wire_floats_encode(logits, (size_t)n_vocab);
	q->failed = server_event(q->server, "row", json_pack("{s:i, s:s}", "row", row, "data", data), NULL);
	free(data);
	return q->failed || server_cancelled(q->server);
}

/* "sequences": several lists of ids; else one. */
static int get_sequences(struct question *q, struct token_list **out, int *n, struct diag *d)
{
	const json_t *lists = json_object_get(q->message, "sequences");
	size_t n_lists = json_array_size(lists);
	int rc = 0;
	if (lists && (n_lists < 1 || n_lists > SEQUENCES_MAX))
		return diag_set(d, ERR_USAGE, "sequences: expected an array of 1 to %d lists of ids",
				SEQUENCES_MAX);
	struct token_list *list = mem_alloc((n_lists + 1) * sizeof *list);
	*out = list;
	*n = lists ? (int)n_lists : 1;
	for (size_t i = 0; i < n_lists && rc == 0; i++)
		rc = ids_of_array(q, json_array_get(lists, i), &list[i], d);
	if (!lists) {
		rc = question_ids(q, d);
		list[0] = q->ids;
		q->ids = (struct token_list){0};
	}
	return rc;
}

static int ask_for_logits(struct question *q, json_t **ok, struct diag *d)
{
	struct token_list *list = NULL;
	int n_seqs = 0;
	size_t n_rows = 0;
	int rc = get_sequences(q, &list, &n_seqs, d);
	if (rc == 0)
		rc = question_engine(q, d);
	if (rc == 0)
		rc = ask_logits(&q->config, list, n_seqs, on_row, q, d);
	for (int i = 0; i < n_seqs; i++) {
		n_rows += list[i].n;
		token_list_free(&list[i]);
	}
	free(list);
	if (rc == 0)
		*ok = json_pack("{s:I, s:i}", "rows", (json_int_t)n_rows, "cols", q->model->hp.n_vocab);
	return rc;
}

/* ---- perplexity ---- */

static int on_progress(void *arg, int done, int all)
{
	struct question *q = arg;
	int64_t now = clock_ns();
	if (now - q->told >= PROGRESS_NS) {
		json_t *event = json_pack("{s:i, s:i}", "done", done, "all", all);
		q->told = now;
		q->failed = server_event(q->server, "progress", event, NULL);
	}
	return q->failed || server_cancelled(q->server);
}

static int ask_for_perplexity(struct question *q, json_t **ok, struct diag *d)
{
	struct perplexity p;
	int64_t window;
	int rc = json_get_int(q->message, "window", 2, INT_MAX, &window, d);
	if (rc == 0)
		rc = question_ids(q, d);
	if (rc == 0)
		rc = question_engine(q, d);
	if (rc == 0)
		rc = ask_perplexity(&q->config, &q->ids, (int)window, on_progress, q, &p, d);
	if (rc)
		return rc;
	if (!isfinite(p.perplexity) || !isfinite(p.std_error) || !isfinite(p.nll))
		return diag_set(d, ERR_INTERNAL, "perplexity is no finite number over %lld tokens",
				(long long)p.n_tokens);
	*ok = json_pack("{s:f, s:f, s:f, s:I, s:i}", "perplexity", p.perplexity, "std_error", p.std_error,
			"nll", p.nll, "tokens", (json_int_t)p.n_tokens, "windows", p.n_windows);
	return 0;
}

/* ---- model, tokenize ---- */

static int ask_for_model(struct question *q, json_t **ok, struct diag *d)
{
	const struct model *m = q->model;
	struct wire_model w = {
		.name = m->name,
		.n_params = m->n_params,
		.n_context = m->hp.n_context,
		.n_vocab = m->hp.n_vocab,
		.weight_bytes = model_bytes(m),
	};
	struct strbuf label = {0};
	(void)d;
	model_label(m, &label);
	strncat(w.label, strbuf_text(&label), sizeof w.label - 1);
	strbuf_free(&label);
	memcpy(w.hash, m->hash, sizeof w.hash);
	strncat(w.arch, m->arch, sizeof w.arch - 1);
	strncat(w.file_type, dtype_name(m->file_type), sizeof w.file_type - 1);
	*ok = wire_model_to_json(&w);
	return 0;
}

static int ask_for_convert(struct question *q, json_t **ok, struct diag *d)
{
	return ask_convert(q->server, q->message, q->model, ok, d);
}

/* ---- the question ---- */

static const struct {
	const char *what;
	int (*fn)(struct question *q, json_t **ok, struct diag *d);
	bool tokenizer, hash, vocabulary;
} questions[] = {
	{"generate", ask_for_generate, true, false, false},
	{"logits", ask_for_logits, true, false, false},
	{"perplexity", ask_for_perplexity, true, false, false},
	{"tokenize", ask_for_tokenize, true, false, true},
	{"detokenize", ask_for_detokenize, true, false, true},
	{"model", ask_for_model, false, true, false},
	{"convert", ask_for_convert, false, false, false},
};
enum { N_QUESTIONS = sizeof questions / sizeof questions[0] };

static int find(const char *what, int *out, struct diag *d)
{
	for (int i = 0; i < N_QUESTIONS; i++)
		if (strcmp(questions[i].what, what) == 0) {
			*out = i;
			return 0;
		}
	return diag_set(d, ERR_UNSUPPORTED, "ask: unknown question \"%.40s\"", what);
}

static void question_free(struct question *q)
{
	point_free(&q->point);
	token_list_free(&q->ids);
	model_close(q->vocabulary);
}

/* A file's tokenizer alone; it is closed with the question. */
static int question_vocabulary(struct question *q, const char *name, const struct model_options *options,
			       struct diag *d)
{
	if (!*name)
		return diag_set(d, ERR_USAGE, "point: key \"model\" is missing");
	int rc = model_open(&q->vocabulary, name, options, d);
	q->model = q->vocabulary;
	return rc;
}

static int question_put(struct question *q, int i, json_t **ok, struct diag *d)
{
	const struct model_options options = {questions[i].tokenizer, questions[i].hash,
					      questions[i].vocabulary};
	json_t *point;
	int rc = json_get_object(q->message, "point", &point, d);
	if (rc == 0)
		rc = point_from_json(point, &q->point, d);
	const char *name = point_get(&q->point, KEY_MODEL);
	if (rc == 0 && options.tokenizer_only)
		rc = question_vocabulary(q, name, &options, d);
	else if (rc == 0)
		rc = state_model(q->server, name, &options, &q->model, d);
	if (rc == 0)
		rc = questions[i].fn(q, ok, d);
	return rc;
}

int request_ask(struct server *s, const json_t *message, json_t **ok, struct diag *d)
{
	struct question q = {.server = s, .message = message, .told = clock_ns()};
	const char *what;
	json_t *result = NULL;
	int i = 0, rc = json_get_string(message, "what", &what, d);
	if (rc == 0)
		rc = find(what, &i, d);
	if (rc == 0)
		rc = question_put(&q, i, &result, d);
	question_free(&q);
	if (rc)
		json_decref(result);
	else
		*ok = result;
	return rc;
}
