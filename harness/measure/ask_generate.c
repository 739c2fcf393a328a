/* SPDX-License-Identifier: Apache-2.0 */
/* generate: a prompt or a turn of a chat goes on, token by token. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "engines/model/tokenizer/chat.h"
#include "harness/measure/ask_private.h"
#include "harness/measure/stop.h"
#include "harness/measure/text.h"
#include "workloads/sampler.h"

/* A generation under way. */
struct generation {
	struct question *q;
	struct stop stop;
	struct strbuf text, pending; /* of new tokens, without a stop string; what is not told yet */
	json_t *ids;
	size_t *starts; /* where in the text each token begins */
	size_t n_bytes; /* of all tokens, a stop string with them */
	int32_t turn_end;
};

/* Tokens whose text was cut off whole are not there either. */
static void ids_cut(struct generation *g)
{
	size_t n = json_array_size(g->ids);
	while (n && g->starts[n - 1] >= g->text.len)
		json_array_remove(g->ids, --n);
}

static bool text_add(struct generation *g, int32_t id)
{
	struct strbuf piece = {0}, go = {0};
	bool enough;
	tokenizer_decode(g->q->model->tokenizer, id, false, &piece);
	g->n_bytes += piece.len;
	enough = stop_feed(&g->stop, strbuf_text(&piece), piece.len, &go);
	strbuf_add(&g->text, strbuf_text(&go), go.len);
	strbuf_add(&g->pending, strbuf_text(&go), go.len);
	strbuf_free(&piece);
	strbuf_free(&go);
	return enough;
}

static int on_token(void *arg, int32_t id)
{
	struct generation *g = arg;
	struct question *q = g->q;
	size_t n = json_array_size(g->ids);
	json_t *event = json_pack("{s:i}", "token", (int)id);
	g->starts = mem_realloc(g->starts, (n + 1) * sizeof *g->starts);
	g->starts[n] = g->n_bytes;
	json_array_append_new(g->ids, json_integer(id));
	bool enough = id == g->turn_end;
	if (q->model->tokenizer && text_add(g, id)) {
		ids_cut(g);
		enough = true;
	}
	text_stream(event, &g->pending);
	q->failed = server_event(q->server, "token", event, NULL);
	if (q->failed || server_cancelled(q->server))
		return 1;
	return enough ? ASK_TOKEN_ENOUGH : 0;
}

/* ---- what is asked ---- */

static int get_int(const json_t *m, const char *key, int *out, struct diag *d)
{
	int64_t v;
	if (!json_object_get(m, key))
		return 0;
	int rc = json_get_int(m, key, 0, INT_MAX, &v, d);
	if (rc == 0)
		*out = (int)v;
	return rc;
}

static int get_real(const json_t *m, const char *key, double *out, struct diag *d)
{
	return json_object_get(m, key) ? json_get_real(m, key, out, d) : 0;
}

static int get_sampling(const json_t *m, struct sampling *s, struct diag *d)
{
	int64_t seed = 0;
	int rc = get_real(m, "temp", &s->temp, d);
	if (rc == 0)
		rc = get_int(m, "top_k", &s->top_k, d);
	if (rc == 0)
		rc = get_real(m, "top_p", &s->top_p, d);
	if (rc == 0)
		rc = get_real(m, "min_p", &s->min_p, d);
	if (rc == 0)
		rc = get_real(m, "repeat_penalty", &s->repeat_penalty, d);
	if (rc == 0)
		rc = get_int(m, "repeat_last_n", &s->repeat_last_n, d);
	if (rc == 0 && json_object_get(m, "seed"))
		rc = json_get_int(m, "seed", 0, INT64_MAX, &seed, d);
	s->seed = (uint64_t)seed;
	return rc;
}

static int get_stops(const json_t *m, struct stop *s, struct diag *d)
{
	const json_t *list = json_object_get(m, "stop");
	size_t n = json_array_size(list);
	if (!list)
		return 0;
	if (!json_is_array(list) || n > STOPS_MAX)
		return diag_set(d, ERR_USAGE, "stop: expected an array of at most %d texts", STOPS_MAX);
	for (size_t i = 0; i < n; i++) {
		const json_t *text = json_array_get(list, i);
		if (!json_is_string(text) || !json_string_length(text))
			return diag_set(d, ERR_USAGE, "stop[%zu]: expected a text that is not empty", i);
		s->text[s->n++] = json_string_value(text);
	}
	return 0;
}

/* "chat": true: the text is a user's turn, "system" what stands before it. */
static int get_chat(struct question *q, int32_t *turn_end, struct diag *d)
{
	const char *system = json_opt_string(q->message, "system", NULL);
	char *text = NULL;
	size_t n;
	if (!q->model->tokenizer)
		return diag_set(d, ERR_UNSUPPORTED, "model %s has no tokenizer, and so no chat template",
				q->model->path);
	int rc = question_text(q->message, &text, &n, d);
	if (rc == 0)
		rc = chat_encode(q->model->tokenizer,
				 &(struct chat_text){system, system ? strlen(system) : 0},
				 &(struct chat_text){text, n}, &q->ids, turn_end, d);
	free(text);
	return rc;
}

/* Did it end since there was no place for another token? One that ends the text itself needs none. */
static bool is_full(const struct generation *g, int64_t n_asked)
{
	const struct model *m = g->q->model;
	size_t n = json_array_size(g->ids);
	if (n == 0 || (int64_t)n >= n_asked || (int64_t)(g->q->ids.n + n) <= m->hp.n_context)
		return false;
	int32_t last = (int32_t)json_integer_value(json_array_get(g->ids, n - 1));
	return last != g->turn_end && !(m->tokenizer && tokenizer_ends(m->tokenizer, last));
}

static int generation_run(struct generation *g, json_t **ok, struct diag *d)
{
	struct question *q = g->q;
	struct sampling how = SAMPLING_GREEDY;
	int64_t n;
	int rc = json_get_int(q->message, "n", 1, INT_MAX, &n, d);
	if (rc == 0)
		rc = get_sampling(q->message, &how, d);
	if (rc == 0)
		rc = get_stops(q->message, &g->stop, d);
	if (rc == 0)
		rc = json_opt_bool(q->message, "chat", false) ? get_chat(q, &g->turn_end, d)
							      : question_ids(q, d);
	if (rc == 0)
		rc = question_engine(q, d);
	if (rc == 0)
		rc = ask_generate(&q->config, &q->ids, (int)n, &how, on_token, g, d);
	if (rc)
		return rc;
	/* What might have become a stop string, and bytes of a character that never came whole. */
	struct strbuf rest = {0};
	stop_flush(&g->stop, &rest);
	strbuf_add(&g->text, strbuf_text(&rest), rest.len);
	strbuf_add(&g->pending, strbuf_text(&rest), rest.len);
	strbuf_free(&rest);
	if (g->pending.len) {
		json_t *event = json_object();
		text_put(event, strbuf_text(&g->pending), g->pending.len);
		rc = server_event(q->server, "text", event, d);
	}
	*ok = json_pack("{s:I, s:O}", "n", (json_int_t)json_array_size(g->ids), "ids", g->ids);
	if (is_full(g, n))
		json_object_set_new(*ok, "context", json_integer(q->model->hp.n_context));
	text_put(*ok, strbuf_text(&g->text), g->text.len);
	return rc;
}

int ask_for_generate(struct question *q, json_t **ok, struct diag *d)
{
	struct generation g = {.q = q, .ids = json_array(), .turn_end = -1};
	int rc = generation_run(&g, ok, d);
	strbuf_free(&g.stop.held);
	strbuf_free(&g.text);
	strbuf_free(&g.pending);
	json_decref(g.ids);
	free(g.starts);
	return rc;
}
