/* SPDX-License-Identifier: Apache-2.0 */
/* What a foreign record says of its point and its model, in our words. Within harness/exchange. */
#ifndef IFM_EXCHANGE_IMPORT_POINT_H
#define IFM_EXCHANGE_IMPORT_POINT_H

#include "harness/exchange/import.h"
#include "harness/wire/point.h"

#define FOREIGN	      "foreign"
#define LLAMA_BENCH   "llama-bench"
#define BATCHED_BENCH "llama-batched-bench"

/* The text, "unknown" for none. */
const char *import_told(const char *text);
/* XXH3-128 of a text. */
void import_id(char id[POINT_ID_SIZE], const char *text);

/* Every parameter that is not the usual one is in it: records that differ in one are of other points. Owned. */
void import_point(struct point *p, const struct import_record *r);

/* The content of the model is not known: what was said of it stands for it. */
void import_model_id(char id[POINT_ID_SIZE], const struct llama_bench *r);
/* As run_point.model has it; new reference, NULL for names that are no UTF-8. */
json_t *import_model(const struct llama_bench *r);

#endif
