/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine and its clock cost when nothing is computed: a parallel region of the pool, a reading of the clock. */
#ifndef IFM_CPU_OP_CALLS_H
#define IFM_CPU_OP_CALLS_H

#include "engines/engine.h"

struct pool;

/* Of a submit: each lasts a fraction of a millisecond at least. */
long calls_of(enum op_kind kind, int n_threads);

void calls_run(enum op_kind kind, struct pool *pool);
void calls_describe(enum op_kind kind, struct pool *pool, struct strbuf *out);

#endif
