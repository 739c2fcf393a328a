/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cpu/level.h"

#include <sched.h>
#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/pool.h"

/* Caches are some tens of MiB at most on desktops and in guests; what a guest is told may be less than it uses. */
#define DRAM_BYTES_MIN ((uint64_t)256 << 20)
#define DRAM_LAST      4 /* times the last caches: a cyclic pass finds nothing in them again */
#define DRAM_LAST_MIN  2

const char *level_name(enum op_level level)
{
	static const char *const names[] = {"", "L1", "L2", "L3", "DRAM"};
	return names[level];
}

/* ---- who runs where ---- */

static int nth_cpu(const cpu_set_t *set, int n)
{
	int count = CPU_COUNT(set);
	n = count > 0 ? n % count : 0;
	for (int c = 0; c < CPU_SETSIZE; c++)
		if (CPU_ISSET(c, set) && n-- == 0)
			return c;
	return 0;
}

static void thread_caches(void *arg, int thread, int n_threads)
{
	struct cpu_caches *of = arg;
	cpu_set_t set;
	(void)n_threads;
	CPU_ZERO(&set);
	(void)sched_getaffinity(0, sizeof set, &set);
	cpu_caches_read("", nth_cpu(&set, thread), &of[thread]);
}

struct cpu_caches *threads_caches(struct pool *pool)
{
	struct cpu_caches *of = mem_alloc((size_t)pool_threads(pool) * sizeof *of);
	pool_run(pool, thread_caches, of);
	return of;
}

/* ---- working sets ---- */

/* Threads that share the cache of thread t at a level (from 0), itself included. */
static int sharers(const struct cpu_caches *of, int n, int t, int level)
{
	int count = 0;
	for (int i = 0; i < n; i++)
		count += of[i].level[level].bytes && of[i].level[level].first == of[t].level[level].first;
	return count;
}

/* What thread t has of it. */
static uint64_t part_of(const struct cpu_caches *of, int n, int t, int level)
{
	uint64_t bytes = of[t].level[level].bytes;
	return bytes ? bytes / (uint64_t)sharers(of, n, t, level) : 0;
}

uint64_t level_last_bytes(const struct cpu_caches *of, int n)
{
	uint64_t sum = 0;
	for (int t = 0; t < n; t++) {
		if (of[t].last == 0)
			return 0;
		/* Counted with the first thread that reaches it. */
		int level = of[t].last - 1, before = sharers(of, t, t, level);
		sum += before ? 0 : of[t].level[level].bytes;
	}
	return sum;
}

/* Half of its L3 part without what the L2 holds of it, or behind the L2: see level.h. */
static uint64_t third_part(uint64_t l2, uint64_t l3)
{
	uint64_t half = l3 / 2;
	return half >= 3 * l2 ? half - l2 : l2 + half;
}

/* The same part for each thread: the smallest one. ERR_UNAVAILABLE when a thread has none. */
static int cache_bytes(enum op_level op, const struct cpu_caches *of, int n, uint64_t *bytes, struct diag *d)
{
	int level = (int)op - (int)OP_L1;
	uint64_t least = UINT64_MAX;
	for (int t = 0; t < n; t++) {
		uint64_t part = part_of(of, n, t, level), before = level ? part_of(of, n, t, level - 1) : 0;
		if (of[t].last == 0)
			return diag_set(
				d, ERR_UNAVAILABLE,
				"%s: this machine does not tell its caches (no /sys/devices/system/cpu/cpu*/"
				"cache)",
				level_name(op));
		if (part == 0 && of[t].last <= level)
			return diag_set(d, ERR_UNAVAILABLE, "%s: the last cache of these CPUs is L%d",
					level_name(op), of[t].last);
		if (part == 0)
			return diag_set(d, ERR_UNAVAILABLE, "%s: its size is not told", level_name(op));
		part = op == OP_L3 ? third_part(before, part) : part / 2;
		if (part <= before)
			return diag_set(d, ERR_UNAVAILABLE, "%s: a thread's half of it is no larger than L%d",
					level_name(op), level);
		least = part < least ? part : least;
	}
	*bytes = least * (uint64_t)n;
	return 0;
}

static int dram_bytes(const struct cpu_caches *of, int n, uint64_t memory, uint64_t *bytes, struct diag *d)
{
	uint64_t last = level_last_bytes(of, n), want = DRAM_LAST * last, least = DRAM_LAST_MIN * last;
	if (last == 0)
		return diag_set(d, ERR_UNAVAILABLE,
				"DRAM: this machine does not tell how large its caches are");
	want = want < DRAM_BYTES_MIN ? DRAM_BYTES_MIN : want;
	/* Half, as others want memory, too. */
	want = want < memory / 2 ? want : memory / 2;
	if (want < least)
		return diag_set(
			d, ERR_OOM,
			"DRAM: needs %llu bytes, twice the last caches, in half of the memory; %llu are "
			"available",
			(unsigned long long)least, (unsigned long long)memory);
	*bytes = want;
	return 0;
}

int level_bytes(enum op_level level, const struct cpu_caches *of, int n, uint64_t memory, uint64_t *bytes,
		struct diag *d)
{
	return level == OP_DRAM ? dram_bytes(of, n, memory, bytes, d) : cache_bytes(level, of, n, bytes, d);
}
