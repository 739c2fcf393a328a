/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/pool.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/hooks.h"
#include "engines/base/mem.h"

/* Spinning covers the gap between two products of a step (a few microseconds); a longer
 * wait is worth a sleep, whose wake-up costs about as much as this. */
#define SPIN_NS		 40000
#define SPINS_A_CLOCK	 32
#define THREADS_MAX	 4096
#define STACK_BYTES	 (1 << 20)
#define CACHE_LINE_BYTES 64

/* A word that threads wait on until it changes, and how many of them sleep in the kernel. */
struct gate {
	_Atomic uint32_t word;
	_Atomic uint32_t n_asleep;
	char pad[CACHE_LINE_BYTES - 2 * sizeof(uint32_t)];
};

struct worker {
	struct pool *pool;
	int index;
	pthread_t id;
};

struct pool {
	struct gate job;      /* changes once a pool_run */
	struct gate pending;  /* workers that have not finished it */
	struct gate barrier;  /* changes when the last thread arrives */
	_Atomic int n_at_bar; /* threads that have arrived */
	int n_threads;
	int n_started; /* workers that exist: n_threads - 1 once open */
	int64_t spin_ns;
	pool_fn *fn; /* of the current job; NULL ends the workers */
	void *arg;
	struct worker *workers; /* n_threads - 1 */
	int *cpus;		/* of the threads; NULL: not pinned */
	int hooks;		/* those that were set when it was opened, 0: none */
	bool pinned;		/* caller_mask is to be restored */
	cpu_set_t caller_mask;
};

/* The last one that was opened with hooks, NULL: none is open. */
static struct pool *hooked;

static void cpu_relax(void)
{
#if defined __x86_64__ || defined __i386__
	__builtin_ia32_pause();
#elif defined __aarch64__
	__asm__ volatile("isb" ::: "memory");
#endif
}

/* Waits until g->word is no longer old. */
static void gate_wait(struct gate *g, uint32_t old, int64_t spin_ns)
{
	if (spin_ns) {
		int64_t end = clock_ns() + spin_ns;
		do {
			for (int i = 0; i < SPINS_A_CLOCK; i++) {
				if (atomic_load_explicit(&g->word, memory_order_acquire) != old)
					return;
				cpu_relax();
			}
		} while (clock_ns() < end);
	}
	/* Sequentially consistent on both sides: either the waker sees a sleeper or we see
	 * the new word (the kernel compares it again). */
	atomic_fetch_add(&g->n_asleep, 1);
	while (atomic_load(&g->word) == old)
		syscall(SYS_futex, &g->word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
	atomic_fetch_sub(&g->n_asleep, 1);
}

/* After a change of the word. */
static void gate_wake(struct gate *g)
{
	if (atomic_load(&g->n_asleep))
		syscall(SYS_futex, &g->word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	hooks_born(p->hooks, w->index, p->n_threads);
	for (uint32_t seen = 0;; seen++) {
		gate_wait(&p->job, seen, p->spin_ns);
		if (!p->fn)
			break;
		p->fn(p->arg, w->index, p->n_threads);
		if (atomic_fetch_sub(&p->pending.word, 1) == 1)
			gate_wake(&p->pending);
	}
	hooks_gone(p->hooks, w->index);
	return NULL;
}

static void job_start(struct pool *p, pool_fn *fn, void *arg)
{
	p->fn = fn;
	p->arg = arg;
	atomic_store(&p->pending.word, (uint32_t)p->n_started);
	atomic_fetch_add(&p->job.word, 1);
	gate_wake(&p->job);
}

void pool_run(struct pool *p, pool_fn *fn, void *arg)
{
	if (p->n_threads == 1) {
		fn(arg, 0, 1);
		return;
	}
	job_start(p, fn, arg);
	fn(arg, 0, p->n_threads);
	uint32_t left;
	while ((left = atomic_load_explicit(&p->pending.word, memory_order_acquire)) != 0)
		gate_wait(&p->pending, left, p->spin_ns);
}

void pool_barrier(struct pool *p)
{
	if (p->n_threads == 1)
		return;
	uint32_t phase = atomic_load(&p->barrier.word);
	if (atomic_fetch_add(&p->n_at_bar, 1) + 1 < p->n_threads) {
		gate_wait(&p->barrier, phase, p->spin_ns);
		return;
	}
	atomic_store(&p->n_at_bar, 0);
	atomic_fetch_add(&p->barrier.word, 1);
	gate_wake(&p->barrier);
}

int pool_threads(const struct pool *p)
{
	return p->n_threads;
}

const int *pool_cpus(const struct pool *p)
{
	return p->cpus;
}

/* The CPUs to pin to: those asked for, or the allowed ones in order. */
static int cpus_choose(const struct pool_config *config, const cpu_set_t *allowed, int *cpus, struct diag *d)
{
	/* The first CPUs do what else there is to do (interrupts, whoever started us): they are taken last. */
	int n = 0, spare = CPU_COUNT(allowed) - config->n_threads;
	for (int c = 0; c < CPU_SETSIZE && n < config->n_threads && !config->cpus; c++)
		if (CPU_ISSET(c, allowed) && spare-- <= 0)
			cpus[n++] = c;
	for (; config->cpus && n < config->n_threads; n++) {
		cpus[n] = config->cpus[n];
		if (cpus[n] < 0 || cpus[n] >= CPU_SETSIZE || !CPU_ISSET(cpus[n], allowed))
			return diag_set(d, ERR_USAGE,
					"thread %d cannot be pinned to CPU %d: it is not allowed here", n,
					cpus[n]);
	}
	if (n < config->n_threads)
		return diag_set(d, ERR_USAGE, "cannot pin %d threads: only %d CPUs are allowed here",
				config->n_threads, n);
	return 0;
}

static int worker_start(struct pool *p, int index, int cpu, struct diag *d)
{
	struct worker *w = &p->workers[index - 1];
	pthread_attr_t attr;
	cpu_set_t set;
	*w = (struct worker){.pool = p, .index = index};
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (cpu >= 0) {
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		pthread_attr_setaffinity_np(&attr, sizeof set, &set);
	}
	int e = pthread_create(&w->id, &attr, worker_main, w);
	pthread_attr_destroy(&attr);
	if (e)
		return diag_set(d, e == EAGAIN ? ERR_OOM : ERR_DEVICE, "cannot start thread %d of %d: %s",
				index + 1, p->n_threads, strerror(e));
	p->n_started++;
	return 0;
}

static int caller_pin(struct pool *p, int cpu, struct diag *d)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	int e = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
	if (e)
		return diag_set(d, ERR_DEVICE, "cannot pin to CPU %d: %s", cpu, strerror(e));
	p->pinned = true;
	return 0;
}

static void do_nothing(void *arg, int thread, int n_threads)
{
	(void)arg, (void)thread, (void)n_threads;
}

int pool_open(struct pool **out, const struct pool_config *config, struct diag *d)
{
	int n = config->n_threads;
	if (n < 1 || n > THREADS_MAX)
		return diag_set(d, ERR_USAGE, "%d threads: expected 1 to %d", n, THREADS_MAX);
	struct pool *p = mem_alloc(sizeof *p);
	int rc = 0;
	p->n_threads = n;
	p->hooks = hooks_id;
	p->workers = mem_alloc((size_t)n * sizeof *p->workers);
	/* With more threads than CPUs a spinning thread keeps the one it waits for from running. */
	p->spin_ns = config->passive || n > pool_usable_cpus() ? 0 : SPIN_NS;
	if (config->pin) {
		pthread_getaffinity_np(pthread_self(), sizeof p->caller_mask, &p->caller_mask);
		p->cpus = mem_alloc((size_t)n * sizeof *p->cpus);
		rc = cpus_choose(config, &p->caller_mask, p->cpus, d);
	}
	for (int i = 1; i < n && !rc; i++)
		rc = worker_start(p, i, config->pin ? p->cpus[i] : -1, d);
	if (!rc && config->pin)
		rc = caller_pin(p, p->cpus[0], d);
	if (rc) {
		pool_close(p);
		return rc;
	}
	if (p->hooks) {
		hooks_born(p->hooks, 0, n);
		hooked = p;
		/* Once all have done nothing, all have been born. */
		pool_run(p, do_nothing, NULL);
	}
	*out = p;
	return 0;
}

void pool_close(struct pool *p)
{
	if (!p)
		return;
	job_start(p, NULL, NULL);
	for (int i = 0; i < p->n_started; i++)
		pthread_join(p->workers[i].id, NULL);
	hooks_gone(p->hooks, 0);
	if (hooked == p)
		hooked = NULL;
	if (p->pinned)
		pthread_setaffinity_np(pthread_self(), sizeof p->caller_mask, &p->caller_mask);
	free(p->cpus);
	free(p->workers);
	free(p);
}

bool hooks_each(pool_fn *fn, void *arg)
{
	if (!hooked || hooked->hooks != hooks_id)
		return false;
	pool_run(hooked, fn, arg);
	return true;
}
