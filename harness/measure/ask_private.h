/* SPDX-License-Identifier: Apache-2.0 */
/* One question at work: what the files of ask share. Within harness/measure. */
#ifndef IFM_MEASURE_ASK_PRIVATE_H
#define IFM_MEASURE_ASK_PRIVATE_H

#include "engines/model/tokenizer/tokenizer.h"
#include "harness/measure/state.h"
#include "workloads/ask.h"

struct question {
	struct server *server;
	const json_t *message;
	struct point point;
	const struct model *model;
	struct model *vocabulary; /* model, where it is the question's own; else NULL */
	struct ask_config config;
	struct token_list ids;
	int64_t told; /* when progress was told last */
	int failed;   /* of an event that could not be sent */
};

/* The bytes of "text" or "text_base64": owned by the caller. */
MUST_CHECK int question_text(const json_t *message, char **out, size_t *n, struct diag *d);
/* q->ids of "ids" or a text, with the BOS that the model asks for. */
MUST_CHECK int question_ids(struct question *q, struct diag *d);
/* q->config: the engine, as the point asks or with all usable CPUs. */
MUST_CHECK int question_engine(struct question *q, struct diag *d);

/* Answers: fill *ok (new reference) or fail. */
int ask_for_generate(struct question *q, json_t **ok, struct diag *d);
int ask_for_tokenize(struct question *q, json_t **ok, struct diag *d);
int ask_for_detokenize(struct question *q, json_t **ok, struct diag *d);

#endif
