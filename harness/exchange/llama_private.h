/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of llama-bench's formats share. Within harness/exchange. */
#ifndef IFM_EXCHANGE_LLAMA_PRIVATE_H
#define IFM_EXCHANGE_LLAMA_PRIVATE_H

#include "harness/exchange/llama_bench.h"

struct strbuf;

/* Where a field stands in a record. */
const void *llama_at(const struct llama_bench *r, const struct llama_field *f);
/* Its value as text; true is 1. Control characters of texts are gone. */
void llama_value(struct strbuf *out, const struct llama_bench *r, const struct llama_field *f);

void llama_md_begin(struct llama_writer *w);
void llama_md_record(struct llama_writer *w, const struct llama_bench *r);
void llama_md_end(struct llama_writer *w);

#endif
