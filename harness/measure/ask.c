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
#include "engines/model/model.h"
#include "engines/model/tokenizer/tokenizer.h"
#include "harness/measure/state.h"
#include "harness/measure/text.h"

/* Progress is told so often. */
#define PROGRESS_NS 200000000

/* One question at work. */
struct question {
	struct server *server;
	const json_t *message;
	struct point point;
	const struct model *model;
	struct ask_config config;
	struct token_list ids;
	struct strbuf text, pending; /* of new tokens */
	json_t *new_ids;
	int64_t told; /* when progress was told last */
	int failed;   /* of an event that could not be sent */
};

/* ---- what is asked about ---- */

/* The bytes of "text" or "text_base64": owned by the caller. */
static int get_text(const json_t *message, char **out, size_t *n, struct diag *d)
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
	int rc = get_text(q->message, &text, &n, d);
	if (rc)
		return rc;
	rc = tokenizer_encode(q->model->tokenizer, text, n, true, true, &q->ids, d);
	free(text);
	return rc;
}

static int get_ids(struct question *q, struct diag *d)
{
	const json_t *array = json_object_get(q->message, "ids");
	if (!array)
		return ids_of_text(q, d);
	size_t n = json_array_size(array);
	int32_t *ids = mem_try_array(n + 1, sizeof *ids);
	if (!ids)
		return diag_set(d, ERR_OOM, "ids: no memory for %zu", n);
	q->ids = (struct token_list){ids, n};
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

static int get_dtypes(struct question *q, struct diag *d)
{
	const char *precision = point_get(&q->point, KEY_PRECISION), *kv = point_get(&q->point, KEY_KV);
	q->config.precision = q->model->file_type;
	if (*precision && strcmp(precision, "file") != 0 && !dtype_parse(precision, &q->config.precision))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown precision \"%.60s\"", precision);
	if (!dtype_parse(kv, &q->config.kv) || !dtype_in_caches(q->config.kv))
		return diag_set(d, ERR_UNSUPPORTED, "point: unknown kv \"%.60s\"", kv);
	return 0;
}

/* The engine, as the point asks or with all usable CPUs. */
static int get_engine(struct question *q, struct diag *d)
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
	return 0;
}

/* ---- generate ---- */

static int on_token(void *arg, int32_t id)
{
	struct question *q = arg;
	json_t *event = json_pack("{s:i}", "token", (int)id);
	json_array_append_new(q->new_ids, json_integer(id));
	if (q->model->tokenizer) {
		struct strbuf piece = {0};
		tokenizer_decode(q->model->tokenizer, id, false, &piece);
		strbuf_add(&q->text, strbuf_text(&piece), piece.len);
		strbuf_add(&q->pending, strbuf_text(&piece), piece.len);
		strbuf_free(&piece);
	}
	text_stream(event, &q->pending);
	q->failed = server_event(q->server, "token", event, NULL);
	return q->failed || server_cancelled(q->server);
}

static int ask_for_generate(struct question *q, json_t **ok, struct diag *d)
{
	int64_t n;
	int rc = json_get_int(q->message, "n", 1, INT_MAX, &n, d);
	if (rc == 0)
		rc = get_ids(q, d);
	if (rc == 0)
		rc = get_engine(q, d);
	if (rc)
		return rc;
	q->new_ids = json_array();
	rc = ask_generate(&q->config, &q->ids, (int)n, on_token, q, d);
	if (rc)
		return rc;
	/* Bytes of a character that never came whole. */
	if (q->pending.len) {
		json_t *event = json_object();
		text_put(event, strbuf_text(&q->pending), q->pending.len);
		rc = server_event(q->server, "text", event, d);
	}
	*ok = json_pack("{s:I, s:O}", "n", (json_int_t)json_array_size(q->new_ids), "ids", q->new_ids);
	text_put(*ok, strbuf_text(&q->text), q->text.len);
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

static int ask_for_logits(struct question *q, json_t **ok, struct diag *d)
{
	int rc = get_ids(q, d);
	if (rc == 0)
		rc = get_engine(q, d);
	if (rc == 0)
		rc = ask_logits(&q->config, &q->ids, on_row, q, d);
	if (rc == 0)
		*ok = json_pack("{s:I, s:i}", "rows", (json_int_t)q->ids.n, "cols", q->model->hp.n_vocab);
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
		rc = get_ids(q, d);
	if (rc == 0)
		rc = get_engine(q, d);
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
	};
	(void)d;
	memcpy(w.hash, m->hash, sizeof w.hash);
	strncat(w.arch, m->arch, sizeof w.arch - 1);
	strncat(w.file_type, dtype_name(m->file_type), sizeof w.file_type - 1);
	*ok = wire_model_to_json(&w);
	return 0;
}

static int ask_for_tokenize(struct question *q, json_t **ok, struct diag *d)
{
	int rc = ids_of_text(q, d);
	if (rc)
		return rc;
	json_t *ids = json_array();
	for (size_t i = 0; i < q->ids.n; i++)
		json_array_append_new(ids, json_integer(q->ids.ids[i]));
	*ok = json_pack("{s:I, s:o}", "n", (json_int_t)q->ids.n, "ids", ids);
	return 0;
}

/* ---- the question ---- */

static const struct {
	const char *what;
	int (*fn)(struct question *q, json_t **ok, struct diag *d);
	bool tokenizer, hash;
} questions[] = {
	{"generate", ask_for_generate, true, false},	 {"logits", ask_for_logits, true, false},
	{"perplexity", ask_for_perplexity, true, false}, {"tokenize", ask_for_tokenize, true, false},
	{"model", ask_for_model, false, true},
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
	strbuf_free(&q->text);
	strbuf_free(&q->pending);
	json_decref(q->new_ids);
}

static int question_put(struct question *q, int i, json_t **ok, struct diag *d)
{
	const struct model_options options = {questions[i].tokenizer, questions[i].hash};
	json_t *point;
	int rc = json_get_object(q->message, "point", &point, d);
	if (rc == 0)
		rc = point_from_json(point, &q->point, d);
	if (rc == 0)
		rc = state_model(q->server, point_get(&q->point, KEY_MODEL), &options, &q->model, d);
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
