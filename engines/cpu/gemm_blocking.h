/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Blocking of matrix products: what a point's `blocking` says, and the
 * defaults of a processor class from engines/kernels/blocking/ *.blk.
 */
#ifndef IFM_CPU_GEMM_BLOCKING_H
#define IFM_CPU_GEMM_BLOCKING_H

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct blocking {
	int mr, nr;	/* the micro-tile */
	int mc, kc, nc; /* cache blocks: mc of M, kc of K, nc of N */
};

/* What the text asks for; 0 is "not said": "auto" says nothing. */
MUST_CHECK int blocking_parse(const char *text, struct blocking *out, struct diag *d);

/* The defaults of this processor's class for kernels of a level. source receives the name of
 * the file they are from, static. */
MUST_CHECK int blocking_default(enum dtype dtype, enum isa isa, struct blocking *out, const char **source,
				struct diag *d);

#endif
