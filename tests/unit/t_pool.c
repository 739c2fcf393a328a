/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include "tests/tap.h"
#include "engines/base/hooks.h"
#include "engines/base/pool.h"

#define N_MAX 64

struct seen {
	struct pool *pool;
	atomic_int calls[N_MAX];
	atomic_int n_wrong;
	int plain[N_MAX]; /* written before a barrier, read after it: the thread sanitizer watches */
	int cpu[N_MAX];
};

static void count(void *arg, int t, int n)
{
	struct seen *s = arg;
	atomic_fetch_add(&s->calls[t], 1);
	if (n != pool_threads(s->pool))
		atomic_fetch_add(&s->n_wrong, 1);
}

static void cross_barriers(void *arg, int t, int n)
{
	struct seen *s = arg;
	for (int round = 1; round <= 50; round++) {
		s->plain[t] = round;
		pool_barrier(s->pool);
		for (int i = 0; i < n; i++)
			if (s->plain[i] != round)
				atomic_fetch_add(&s->n_wrong, 1);
		pool_barrier(s->pool);
	}
}

static void note_cpu(void *arg, int t, int n)
{
	struct seen *s = arg;
	cpu_set_t set;
	(void)n;
	sched_getaffinity(0, sizeof set, &set);
	s->cpu[t] = -1;
	for (int c = 0; c < CPU_SETSIZE && CPU_COUNT(&set) == 1; c++)
		if (CPU_ISSET(c, &set))
			s->cpu[t] = c;
}

static void test_runs(int n_threads, bool passive)
{
	struct diag d = {0};
	struct pool_config c = {.n_threads = n_threads, .passive = passive};
	struct seen s = {0};
	if (!ok(pool_open(&s.pool, &c, &d) == 0, "%d threads open%s", n_threads, passive ? ", passive" : ""))
		return;
	for (int i = 0; i < 200; i++)
		pool_run(s.pool, count, &s);
	int n_good = 0;
	for (int i = 0; i < n_threads; i++)
		n_good += atomic_load(&s.calls[i]) == 200;
	is_int(n_good, n_threads, "every thread ran every job once");
	pool_run(s.pool, cross_barriers, &s);
	is_int(atomic_load(&s.n_wrong), 0, "a barrier separates the rounds");
	pool_close(s.pool);
}

static void test_pinning(void)
{
	struct diag d = {0};
	cpu_set_t before, after;
	struct seen s = {0};
	pthread_getaffinity_np(pthread_self(), sizeof before, &before);
	int n = CPU_COUNT(&before) < 4 ? CPU_COUNT(&before) : 4;
	struct pool_config c = {.n_threads = n, .pin = true};
	is_int(pool_open(&s.pool, &c, &d), 0, "a pinned pool opens");
	pool_run(s.pool, note_cpu, &s);
	int n_good = 0;
	for (int i = 0; i < n; i++)
		n_good += s.cpu[i] >= 0 && (i == 0 || s.cpu[i] > s.cpu[i - 1]);
	is_int(n_good, n, "each thread has its CPU, in order");
	pool_close(s.pool);
	pthread_getaffinity_np(pthread_self(), sizeof after, &after);
	ok(CPU_EQUAL(&before, &after), "close undoes the caller's pinning");

	c.n_threads = CPU_COUNT(&before) + 1;
	is_int(pool_open(&s.pool, &c, &d), ERR_USAGE, "more pinned threads than CPUs are refused");
	has_text(d.text, "cannot pin", "and it is said");
	diag_clear(&d);
	c = (struct pool_config){.n_threads = 1, .pin = true, .cpus = (int[]){CPU_SETSIZE + 7}};
	is_int(pool_open(&s.pool, &c, &d), ERR_USAGE, "a CPU that is not there is refused");
}

static void test_share(void)
{
	int n_bad = 0;
	for (int threads = 1; threads <= 64; threads++)
		for (long n = 0; n < 200; n += 7) {
			long at = 0;
			for (int t = 0; t < threads; t++) {
				long b, e;
				pool_share(n, t, threads, &b, &e);
				n_bad += b != at || e < b || e - b > n / threads + 1;
				at = e;
			}
			n_bad += at != n;
		}
	is_int(n_bad, 0, "shares are contiguous, whole and even");
}

/* ---- hooks ---- */

struct hooked {
	atomic_int born[4], gone[4], seen[4], n_threads;
};

static void on_born(void *arg, int thread, int n_threads)
{
	struct hooked *h = arg;
	atomic_fetch_add(&h->born[thread], 1);
	atomic_store(&h->n_threads, n_threads);
}

static void on_gone(void *arg, int thread)
{
	atomic_fetch_add(&((struct hooked *)arg)->gone[thread], 1);
}

static void on_each(void *arg, int thread, int n_threads)
{
	(void)n_threads;
	atomic_fetch_add(&((struct hooked *)arg)->seen[thread], 1);
}

static int sum_of(atomic_int *x)
{
	return x[0] + x[1] + x[2] + x[3];
}

static void test_hooks(void)
{
	struct hooked h = {0}, other = {0};
	const struct thread_hooks hooks = {&h, on_born, on_gone}, later = {&other, on_born, on_gone};
	const struct pool_config three = {.n_threads = 3, .passive = true};
	struct pool *plain = NULL, *p = NULL;
	struct diag d = {0};
	ok(!hooks_each(on_each, &h), "nobody without hooks");
	if (pool_open(&plain, &three, &d))
		bail(d.text);
	hooks_set(&hooks);
	ok(!hooks_each(on_each, &h), "nor in a pool that was opened before");
	if (pool_open(&p, &three, &d))
		bail(d.text);
	ok(hooks_each(on_each, &h), "each thread of the pool");
	is_int(sum_of(h.seen), 3, "three of them");
	ok(h.born[0] == 1 && h.born[1] == 1 && h.born[2] == 1 && h.n_threads == 3, "were born once");
	pool_close(plain);
	is_int(sum_of(h.gone), 0, "another pool's threads are no business of the hooks");
	pool_close(p);
	ok(h.gone[0] == 1 && h.gone[1] == 1 && h.gone[2] == 1, "and are gone once");
	ok(!hooks_each(on_each, &h), "with the pool");
	if (pool_open(&p, &three, &d))
		bail(d.text);
	pool_run(p, on_each, &h);
	is_int(sum_of(h.born), 6, "born again");
	hooks_set(&later);
	ok(!hooks_each(on_each, &h), "new hooks are not for a pool of before");
	pool_close(p);
	is_int(sum_of(h.gone) + sum_of(other.gone), 3, "which tells nobody");
	hooks_set(NULL);
}

int main(void)
{
	struct diag d = {0};
	struct pool *p = NULL;
	test_runs(1, false);
	test_runs(2, false);
	test_runs(4, true);
	test_runs(13, false); /* more threads than most test machines have */
	test_runs(64, true);
	test_pinning();
	test_share();
	test_hooks();
	is_int(pool_open(&p, &(struct pool_config){.n_threads = 0}, &d), ERR_USAGE, "no threads: refused");
	ok(p == NULL, "and the result is untouched");
	ok(pool_usable_cpus() >= 1, "there is a usable CPU");
	pool_close(NULL);
	return tap_done();
}
