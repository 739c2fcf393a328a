/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine's memory ceilings: loops that do nothing but read, write, copy or (STREAM's fourth) a = b + s * c over
 * blocks of memory, and one that does nothing but wait for memory. After J. D. McCalpin's STREAM, with which they
 * share element type and definitions. They run on one thread; the caller splits the work.
 *
 * All go through their blocks again and again without a branch at the end of a pass: it would be mispredicted, which
 * is worth 6 % in a first cache. The loops' pointers move on their own: an indexed store takes a port that loads need.
 */
#ifndef IFM_KERNELS_STREAM_H
#define IFM_KERNELS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"

/* Blocks are 64-byte-aligned multiples of this: of what the longest loop body takes. */
#define STREAM_STEP 1024

/* What write stores, and what triad multiplies by. */
#define STREAM_SCALE 3.0

/* Reads all of the block `passes` times; returns its words or-ed, so that nothing can be left out. */
typedef uint64_t stream_read(const void *block, size_t bytes, long passes);

/* write: a = STREAM_SCALE. copy: a = b. triad: a = b + STREAM_SCALE * c. Blocks of doubles, `bytes` each, passes times;
 * those that an operation does not have are NULL. */
typedef void stream_fn(double *a, const double *b, const double *c, size_t bytes, long passes);

/* Follows n pointers (a multiple of CHASE_STEP) from p on, each read from where the one before pointed to, and returns
 * the last. */
const void *stream_chase(const void *p, long n);
#define CHASE_STEP 16

struct stream_read_info {
	const char *name; /* "read_avx2"; NULL ends the table */
	enum isa isa;
	stream_read *run;
};

struct stream_info {
	const char *name; /* "triad_nt_avx2"; NULL ends the table */
	const char *op;	  /* "write", "copy", "triad" */
	bool streaming;	  /* its stores go past the caches */
	enum isa isa;
	stream_fn *run;
};

/* The rows of stream.inc that this build has. */
extern const struct stream_read_info stream_reads[];
extern const struct stream_info streams[];

/* The highest level not above isa; with streaming stores where there are such, if asked. Static. */
const struct stream_read_info *stream_read_find(enum isa isa);
const struct stream_info *stream_find(const char *op, bool streaming, enum isa isa); /* NULL: no such op */

/*
 * How far the pointers of a loop go back: `bytes` when `at` has come to the end, else 0. The assembly makes
 * the compiler forget where the number comes from, or it would branch.
 */
static inline size_t stream_back(const void *at, const void *end, size_t bytes)
{
	size_t back = -(size_t)(at == end) & bytes;
	__asm__("" : "+r"(back));
	return back;
}

#define STREAM_READ(ISA, isa)	     stream_read read_##isa;
#define STREAM(ISA, op, stores, isa) stream_fn op##_##stores##_##isa;
#include "engines/kernels/stream.inc"
#undef STREAM_READ
#undef STREAM

#endif
