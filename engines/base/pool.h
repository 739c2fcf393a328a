/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fork-join thread pool: the caller is thread 0, the others wait for work.
 * Work is cut statically, so that the same input with the same number of
 * threads takes the same way through memory and gives the same bits.
 * One pool serves one caller at a time.
 */
#ifndef IFM_BASE_POOL_H
#define IFM_BASE_POOL_H

#include <stdbool.h>

#include "engines/base/err.h"

struct pool;

/* What a thread does: thread in [0, n_threads). */
typedef void pool_fn(void *arg, int thread, int n_threads);

struct pool_config {
	int n_threads;	 /* at least 1, the caller included */
	bool pin;	 /* pin thread i to the i-th CPU of cpus, or of the last n_threads that are allowed */
	const int *cpus; /* n_threads CPU numbers, or NULL: the allowed ones in order */
	bool passive;	 /* wait in the kernel at once: counters then see only work.
	                  Else spin for a short while first */
};

MUST_CHECK int pool_open(struct pool **out, const struct pool_config *config, struct diag *d);
void pool_close(struct pool *p); /* NULL is fine; undoes the caller's pinning */
int pool_threads(const struct pool *p);
/* The CPU of each thread, of the pool; NULL when they are not pinned. */
const int *pool_cpus(const struct pool *p);

/* Runs fn(arg, 0..n-1, n) on all threads and returns when all are done. */
void pool_run(struct pool *p, pool_fn *fn, void *arg);

/* A barrier between the threads of one pool_run; all of them must call it. */
void pool_barrier(struct pool *p);

/* CPUs this process may use (its affinity mask and control group's quota, rounded up), as it was when first asked:
 * ask before a pool pins the caller. Not for several threads at once the first time. */
int pool_usable_cpus(void);

/* The part [*begin, *end) of n items that thread t of n_threads does: contiguous, sizes differ by at most one. */
static inline void pool_share(long n, int t, int n_threads, long *begin, long *end)
{
	*begin = n * t / n_threads;
	*end = n * (t + 1) / n_threads;
}

#endif
