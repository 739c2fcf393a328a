/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread of a block is a fiber; all of a process run on one thread of the system. A fiber goes on until it waits or
 * returns, then another one that can goes on: nothing stands between them. Contexts are made once and used for all blocks.
 * Barriers count as on devices: of a block the threads that have not returned, of a warp all of its lanes.
 */
/* Its longjmp refuses to go from one stack to another. */
#undef _FORTIFY_SOURCE
#include "config.h"

#include "tests/gpu/simt.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "engines/base/mem.h"
#include "engines/cuda/kernels/portable.h"

#if defined __SANITIZE_ADDRESS__
#define WITH_ASAN 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#define THREADS_MAX 1024
#define WARP	    32
/* Kernels hold some hundred floats, sanitizers put space between them. */
#define STACK_SIZE (256 << 10)

enum wait {
	WAIT_NONE = 0, /* it may go on */
	WAIT_LANES,
	WAIT_BLOCK,
	WAIT_GRID, /* for the kernel before */
	WAIT_WORK, /* it has returned */
};

struct fiber {
	jmp_buf at;
	enum wait wait;
	int n_exchanges, n_grid_waits;
	char *stack;
	size_t stack_size;
	void *fake_stack; /* AddressSanitizer's */
};

struct warp {
	int n_lanes, n_waiting, n_left;
	/* In turns, so that a lane may bring its next value while others still read the last ones. */
	_Alignas(16) char slots[2][WARP * SIMT_SLOT];
};

/*
 * Launches take turns in the order of threads: where a barrier is missing, some order shows it. In the first all go on as
 * evenly as can be, in the others a warp goes as far as it can before the next one begins.
 */
enum order { ORDER_ROUND = 0, ORDER_UP, ORDER_DOWN, ORDER_COUNT };

struct simt_place simt_now;

/* The last is the caller of simt_run. */
static struct fiber fibers[THREADS_MAX + 1];
static struct warp warps[THREADS_MAX / WARP];
static struct fiber *const caller = &fibers[THREADS_MAX];
static int n_threads, n_made, n_waiting, n_left;
static enum order order;
static const struct simt_kernel *kernel;
static const void *kernel_args;
static void (*on_block)(void);

void simt_fail(const char *what)
{
	fprintf(stderr, "%s, block (%d, %d, %d), thread %d: %s\n", kernel ? kernel->name : "?",
		simt_now.block[0], simt_now.block[1], simt_now.block[2], simt_now.thread, what);
	abort();
}

static void switch_begin(struct fiber *from, struct fiber *to)
{
#ifdef WITH_ASAN
	__sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->stack_size);
#else
	(void)from;
	(void)to;
#endif
}

static void switch_end(struct fiber *me)
{
#ifdef WITH_ASAN
	const void *bottom;
	size_t size;
	__sanitizer_finish_switch_fiber(me->fake_stack, &bottom, &size);
	/* Where the caller's stack is, its first fiber learns; of the others it may be whosever came before. */
	if (!caller->stack) {
		caller->stack = (char *)bottom;
		caller->stack_size = size;
	}
#else
	(void)me;
#endif
}

/* Stays with from's own work until somebody switches back to it. */
static void fiber_switch(struct fiber *from, struct fiber *to)
{
	if (to != caller)
		simt_now.thread = (int)(to - fibers);
	if (_setjmp(from->at) == 0) {
		switch_begin(from, to);
		_longjmp(to->at, 1);
	}
	switch_end(from);
}

/* The first of n threads that can go on, tried in turn from the given one on, up or down; NULL when none can. */
static struct fiber *fiber_ready(int first, int n, int from, int step)
{
	for (int i = 0; i < n; i++) {
		struct fiber *f = &fibers[first + (from + step * i + n) % n];
		if (f->wait == WAIT_NONE)
			return f;
	}
	return NULL;
}

static void release(int first, int n, enum wait what)
{
	for (int i = first; i < first + n; i++)
		if (fibers[i].wait == what)
			fibers[i].wait = WAIT_NONE;
}

/* The first of a block that can go on, from the end where it began. */
static struct fiber *fiber_first(void)
{
	return fiber_ready(0, n_threads, order == ORDER_DOWN ? n_threads - 1 : 0,
			   order == ORDER_DOWN ? -1 : 1);
}

/* Who goes on when me waits: the caller when all have returned. */
static struct fiber *fiber_next(int me)
{
	int warp = me / WARP;
	struct fiber *next;
	if (n_left == n_threads)
		return caller;
	if (order == ORDER_ROUND) {
		next = fiber_ready(0, n_threads, me + 1, 1);
	} else {
		next = fiber_ready(warp * WARP, warps[warp].n_lanes, me % WARP, 1);
		if (!next)
			next = fiber_first();
	}
	if (!next) {
		/* As late as can be: what is read too early is read before. */
		release(0, n_threads, WAIT_GRID);
		next = fiber_first();
	}
	if (!next)
		simt_fail("waits for threads that wait for something else or have returned");
	return next;
}

static void block_release_if_all(void)
{
	if (n_waiting && n_waiting + n_left == n_threads) {
		n_waiting = 0;
		release(0, n_threads, WAIT_BLOCK);
	}
}

static void fiber_wait(int me)
{
	struct fiber *next = fibers[me].wait == WAIT_NONE ? &fibers[me] : fiber_next(me);
	if (next != &fibers[me])
		fiber_switch(&fibers[me], next);
}

void simt_barrier(void)
{
	int me = simt_now.thread;
	fibers[me].wait = WAIT_BLOCK;
	n_waiting++;
	block_release_if_all();
	fiber_wait(me);
}

void simt_grid_wait(void)
{
	int me = simt_now.thread;
	fibers[me].n_grid_waits++;
	fibers[me].wait = WAIT_GRID;
	fiber_wait(me);
}

bool simt_has_waited(void)
{
	return fibers[simt_now.thread].n_grid_waits > 0;
}

void simt_on_block(void (*f)(void))
{
	on_block = f;
}

const char *simt_exchange(const void *mine, size_t size)
{
	int me = simt_now.thread;
	struct warp *w = &warps[me / WARP];
	char *slots = w->slots[fibers[me].n_exchanges++ % 2];
	if (w->n_left)
		simt_fail("a lane of its warp has returned");
	if (w->n_lanes < WARP)
		simt_fail("its warp has not all lanes");
	memcpy(slots + me % WARP * SIMT_SLOT, mine, size);
	fibers[me].wait = WAIT_LANES;
	if (++w->n_waiting == w->n_lanes) {
		w->n_waiting = 0;
		release(me / WARP * WARP, w->n_lanes, WAIT_LANES);
	}
	fiber_wait(me);
	return slots;
}

/* A thread is done. */
static void fiber_left(int me)
{
	if (fibers[me].n_grid_waits != 1)
		simt_fail("returns without having waited for the kernel before it, or waited twice");
	fibers[me].wait = WAIT_WORK;
	warps[me / WARP].n_left++;
	n_left++;
	if (warps[me / WARP].n_waiting)
		simt_fail("returns while lanes of its warp wait for it");
	block_release_if_all();
}

static void fiber_main(int me)
{
	struct fiber *next = caller;
	switch_end(&fibers[me]);
	for (;;) {
		fiber_switch(&fibers[me], next);
		kernel->fn(kernel_args);
		fiber_left(me);
		next = fiber_next(me);
	}
}

/* Runs it up to where it waits for work. From there on _longjmp does, which unlike swapcontext asks nothing of the
 * system. */
static void fiber_make(int i)
{
	static ucontext_t context, back;
	struct fiber *f = &fibers[i];
	f->stack = mem_alloc(STACK_SIZE);
	f->stack_size = STACK_SIZE;
	getcontext(&context);
	context.uc_stack.ss_sp = f->stack;
	context.uc_stack.ss_size = f->stack_size;
	context.uc_link = NULL;
	makecontext(&context, (void (*)(void))fiber_main, 1, i);
	if (_setjmp(caller->at) == 0) {
		switch_begin(caller, f);
		swapcontext(&back, &context);
	}
	switch_end(caller);
}

static void block_run(void)
{
	n_left = n_waiting = 0;
	for (int i = 0; i < n_threads; i++) {
		struct warp *w = &warps[i / WARP];
		w->n_lanes = n_threads - i / WARP * WARP < WARP ? n_threads % WARP : WARP;
		w->n_left = w->n_waiting = 0;
		fibers[i].wait = WAIT_NONE;
		fibers[i].n_exchanges = 0;
		fibers[i].n_grid_waits = 0;
	}
	if (on_block)
		on_block();
	fiber_switch(caller, fiber_first());
}

static void check_launch(const struct simt_kernel *k, const unsigned block[3], size_t shared)
{
	if (block[1] != 1 || block[2] != 1 || block[0] < 1 || (int)block[0] > k->max_threads ||
	    k->max_threads > THREADS_MAX)
		simt_fail("it takes no blocks of this shape");
	if (shared)
		simt_fail("it takes no dynamic shared memory");
}

void simt_run(const struct simt_kernel *k, const unsigned grid[3], const unsigned block[3], size_t shared,
	      const void *args)
{
	void *copy = mem_alloc(k->args_size);
	memcpy(copy, args, k->args_size);
	kernel = k;
	kernel_args = copy;
	check_launch(k, block, shared);
	n_threads = (int)block[0];
	for (; n_made < n_threads; n_made++)
		fiber_make(n_made);
	simt_now.threads = n_threads;
	order = (order + 1) % ORDER_COUNT;
	for (int i = 0; i < 3; i++)
		simt_now.grid[i] = (int)grid[i];
	for (unsigned z = 0; z < grid[2]; z++)
		for (unsigned y = 0; y < grid[1]; y++)
			for (unsigned x = 0; x < grid[0]; x++) {
				simt_now.block[0] = (int)x;
				simt_now.block[1] = (int)y;
				simt_now.block[2] = (int)z;
				block_run();
			}
	free(copy);
}

const struct simt_kernel *simt_find(const char *name)
{
	for (int i = 0; i < simt_n_kernels; i++)
		if (strcmp(simt_kernels[i].name, name) == 0)
			return &simt_kernels[i];
	return NULL;
}
