/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocking of matrix products: what a point's `blocking` says, and the
 * defaults of a processor class from engines/kernels/blocking/ *.blk.
 */
#ifndef IFM_CPU_GEMM_BLOCKING_H
#define IFM_CPU_GEMM_BLOCKING_H

#include <stdbool.h>

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct blocking {
	int mr, nr;	/* the micro-tile */
	int mc, kc, nc; /* cache blocks: mc of M, kc of K, nc of N */
};

/* What the text asks for; 0 is "not said": "auto" says nothing. */
MUST_CHECK int blocking_parse(const char *text, struct blocking *out, struct diag *d);

/* What is looked for in a .blk file. */
struct blocking_query {
	const char *dtype, *isa;
	const char *cpu; /* "AuthenticAMD 26" */
	bool any_cpu;	 /* its lines count without a cpu line that names the processor */
};

/*
 * Reads the whole text of a .blk file, untrusted: it may be the user's. found: it has a line for the query, the
 * last of which out is. file stands in messages.
 */
MUST_CHECK int blocking_read(const char *text, const char *file, const struct blocking_query *q,
			     struct blocking *out, bool *found, struct diag *d);

/* The defaults of this processor's class for kernels of a level. source receives the name of
 * the file they are from, static. */
MUST_CHECK int blocking_default(enum dtype dtype, enum isa isa, struct blocking *out, const char **source,
				struct diag *d);

#endif
