/* SPDX-License-Identifier: Apache-2.0 */
/* tokenize, detokenize: text to ids and back, of any file with a vocabulary. */
#include "config.h"

#include <stdlib.h>

#include "engines/base/json.h"
#include "engines/base/strbuf.h"
#include "engines/model/model.h"
#include "harness/measure/ask_private.h"
#include "harness/measure/text.h"

static int tokenizer_of(const struct question *q, const struct tokenizer **out, struct diag *d)
{
	if (!q->model->tokenizer)
		return diag_set(d, ERR_UNSUPPORTED, "model %s has no tokenizer", q->model->path);
	*out = q->model->tokenizer;
	return 0;
}

int ask_for_tokenize(struct question *q, json_t **ok, struct diag *d)
{
	const struct tokenizer *t = NULL;
	char *text = NULL;
	size_t n;
	bool bos = json_opt_bool(q->message, "bos", true),
	     special = json_opt_bool(q->message, "special", true);
	int rc = tokenizer_of(q, &t, d);
	if (rc == 0)
		rc = question_text(q->message, &text, &n, d);
	if (rc == 0)
		rc = tokenizer_encode(t, text, n, bos, special, &q->ids, d);
	free(text);
	if (rc)
		return rc;
	json_t *ids = json_array();
	for (size_t i = 0; i < q->ids.n; i++)
		json_array_append_new(ids, json_integer(q->ids.ids[i]));
	*ok = json_pack("{s:I, s:o}", "n", (json_int_t)q->ids.n, "ids", ids);
	return 0;
}

/* Number i of "ids": one of the vocabulary's. */
static int id_get(const struct question *q, const json_t *ids, size_t i, int32_t *out, struct diag *d)
{
	int n_vocab = tokenizer_vocab(q->model->tokenizer);
	const json_t *v = json_array_get(ids, i);
	json_int_t id = json_integer_value(v);
	if (!json_is_integer(v) || id < 0 || id >= n_vocab)
		return diag_set(d, ERR_USAGE, "ids[%zu]: expected a number from 0 to %d", i, n_vocab - 1);
	*out = (int32_t)id;
	return 0;
}

/* The bytes of all, and of each where "pieces" asks for them: of a control token its name. */
int ask_for_detokenize(struct question *q, json_t **ok, struct diag *d)
{
	const struct tokenizer *t = NULL;
	struct strbuf all = {0};
	json_t *ids, *pieces = json_array();
	int rc = tokenizer_of(q, &t, d);
	if (rc == 0)
		rc = json_get_array(q->message, "ids", &ids, d);
	bool first = true;
	for (size_t i = 0; rc == 0 && i < json_array_size(ids); i++) {
		int32_t id = 0;
		rc = id_get(q, ids, i, &id, d);
		if (rc)
			break;
		size_t from = all.len;
		tokenizer_decode(t, id, first, &all);
		first = first && id == tokenizer_bos(t);
		json_t *piece = json_object();
		text_put(piece, strbuf_text(&all) + from, all.len - from);
		json_array_append_new(pieces, piece);
	}
	if (rc == 0) {
		*ok = json_pack("{s:O}", "pieces", pieces);
		text_put(*ok, strbuf_text(&all), all.len);
	}
	json_decref(pieces);
	strbuf_free(&all);
	return rc;
}
