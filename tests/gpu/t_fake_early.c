/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fake device makes of kernels that begin while the one before them runs: kernels of this test's own, right ones and
 * wrong ones, on its memory.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engines/cuda/kernels/portable.h"
#include "tests/gpu/fake/early.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/last_words.h"
#include "tests/gpu/simt.h"
#include "tests/tap.h"

enum { THREADS = 64, BLOCKS = 2, N = 3000, BYTES = N * sizeof(uint32_t) };

struct words {
	const uint32_t *weight, *from;
	uint32_t *to;
};

static struct context owner;
static uint32_t *weight, *x, *y, *pinned;

/* ---- kernels: to[i] = from[i] + weight[i] ---- */

static int first(void)
{
	return block_x() * THREADS + thread_x();
}

static void add(const struct words *a)
{
	for (int i = first(); i < N; i += THREADS * BLOCKS)
		a->to[i] = a->from[i] + a->weight[i];
}

/* Reads early what it may. */
static void right(const void *args)
{
	const struct words *a = args;
	uint32_t w = *(const volatile uint32_t *)(a->weight + first());
	grid_wait();
	add(a);
	a->to[first()] += w - a->weight[first()];
}

static void reads(const void *args)
{
	const struct words *a = args;
	uint32_t v = *(const volatile uint32_t *)(a->from + first());
	grid_wait();
	add(a);
	a->to[first()] = v + a->weight[first()];
}

/* One thread of the last block, when the first has opened all. */
static void one_reads(const void *args)
{
	const struct words *a = args;
	if (first() == THREADS * BLOCKS - 1)
		(void)*(const volatile uint32_t *)(a->from + N - 1);
	grid_wait();
	add(a);
}

/* What is there already is a store, too. */
static void stores(const void *args)
{
	const struct words *a = args;
	*(volatile uint32_t *)a->to = 0;
	grid_wait();
	add(a);
}

/* Threads that wait for each other before and behind it. */
static void meets(const void *args)
{
	if (thread_x() < WARP)
		grid_wait();
	block_barrier();
	if (thread_x() >= WARP)
		grid_wait();
	add(args);
}

/* ---- runs ---- */

static void run(void (*fn)(const void *), bool early, const uint32_t *from, uint32_t *to)
{
	const struct simt_kernel k = {"kernel", fn, sizeof(struct words), THREADS};
	const struct words a = {weight, from, to};
	early_begin(k.name, early);
	fault_watch(k.name);
	simt_run(&k, (const unsigned[]){BLOCKS, 1, 1}, (const unsigned[]){THREADS, 1, 1}, 0, &a);
	fault_unwatch();
	early_end();
}

static uint32_t *memory(enum memory_kind kind)
{
	void *at;
	if (memory_take(kind, &owner, BYTES, &at))
		bail("no memory");
	memory_show();
	memset(at, 0, BYTES);
	return at;
}

static void begin(void)
{
	weight = memory(MEMORY_DEVICE);
	x = memory(MEMORY_DEVICE);
	y = memory(MEMORY_DEVICE);
	pinned = memory(MEMORY_PINNED);
	for (uint32_t i = 0; i < N; i++)
		weight[i] = 1 + i;
}

static bool is_weights(const uint32_t *got, uint32_t times)
{
	memory_show();
	for (uint32_t i = 0; i < N; i++)
		if (got[i] != times * (1 + i))
			return false;
	return true;
}

static void test_right(void)
{
	run(right, false, x, x);
	run(right, true, x, y);
	ok(is_weights(x, 1) && is_weights(y, 2), "a kernel that waits finds what the one before it wrote");
	run(right, false, y, y);
	run(right, true, y, y);
	run(meets, true, y, y);
	run(right, true, y, pinned);
	memory_hide();
	ok(is_weights(y, 5) && is_weights(pinned, 6), "a chain of them, in place, too");
	pinned[0]++;
	is_int(pinned[0], 7, "memory of the host is the host's again");
	run(right, false, weight, x);
	run(reads, true, y, pinned);
	ok(is_weights(x, 2) && is_weights(pinned, 6), "what was there before the chain may be read early");
}

static void test_controls(void)
{
	setenv("FAKE_CUDA_EARLY", "never_waits", 1);
	memset(x, 0, BYTES);
	memset(pinned, 0, BYTES);
	run(right, false, x, x);
	run(right, true, x, y);
	ok(is_weights(x, 1) && is_weights(y, 1), "never_waits: it finds what was there before");
	run(right, true, y, pinned);
	ok(is_weights(y, 1) && is_weights(pinned, 6), "and so does the next: y was 5 times as much");
	run(right, false, x, x);
	run(right, false, x, y);
	ok(is_weights(x, 2) && is_weights(y, 3), "not one that is launched behind it");
	setenv("FAKE_CUDA_EARLY", "out_of_order:ker", 1);
	run(right, false, x, x);
	run(right, false, x, y);
	ok(is_weights(x, 3) && is_weights(y, 3), "out_of_order: that one, too");
	setenv("FAKE_CUDA_EARLY", "out_of_order:other", 1);
	run(right, false, x, x);
	run(right, false, x, y);
	ok(is_weights(x, 4) && is_weights(y, 5), "kernels of that name alone");
	setenv("FAKE_CUDA_EARLY", "0", 1);
	run(right, false, x, x);
	run(reads, true, x, y);
	ok(is_weights(x, 5) && is_weights(y, 6), "0: nobody looks");
	unsetenv("FAKE_CUDA_EARLY");
}

/* ---- wrong ones, each in a process of its own ---- */

static void reads_one_back(void)
{
	run(right, false, x, x);
	run(reads, true, x, y);
}

static void reads_two_back(void)
{
	run(right, false, x, x);
	run(right, true, x, pinned);
	run(reads, true, x, y);
}

static void reads_in_one(void)
{
	run(right, false, x, x);
	run(one_reads, true, x, y);
}

static void reads_new_call(void)
{
	run(right, false, x, x);
	memory_hide();
	run(reads, true, x, y);
}

static void stores_at_once(void)
{
	run(right, false, x, x);
	run(stores, true, x, y);
}

static void stores_pinned(void)
{
	run(right, false, x, x);
	run(stores, true, x, pinned);
}

static void call(const void *arg)
{
	(*(void (*const *)(void))arg)();
}

static const char *dying(void (*f)(void))
{
	return last_words(call, &f);
}

static void test_wrong(void)
{
	/* Which thread comes first depends on how many kernels ran before. */
	const char touches[] =
		"kernel, before it has waited for the kernel before it, touches what a kernel wrote: ";
	const char stored[] = "kernel, before it has waited for the kernel before it, stores: 0 bytes into a "
			      "block of 12000 bytes";
	has_text(dying(reads_one_back), touches, "a load of what the kernel before wrote");
	has_text(dying(reads_two_back), touches, "of what the one before that wrote");
	has_text(dying(reads_new_call), touches, "of what one wrote that was launched by another call");
	has_text(dying(reads_in_one), "touches what a kernel wrote: 11996 bytes into", "by one thread");
	has_text(dying(reads_in_one), "kernel, block (1, 0, 0), thread 63: it has not", "which is named");
	has_text(dying(stores_at_once), stored, "a store");
	has_text(dying(stores_pinned), stored, "to memory of the host");
}

int main(void)
{
	unsetenv("FAKE_CUDA_EARLY");
	begin();
	test_wrong();
	test_right();
	test_controls();
	return tap_done();
}
