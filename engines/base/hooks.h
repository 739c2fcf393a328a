/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to know of the threads that do an engine's work: counters have to be opened, read and closed by the
 * thread that they count. Unset, it costs a pool one branch when a thread begins and one when it ends; nothing
 * when it works. Not for several threads at once: one opens engines and sets hooks.
 */
#ifndef IFM_BASE_HOOKS_H
#define IFM_BASE_HOOKS_H

#include <stdbool.h>

struct thread_hooks {
	void *arg;
	/* Both Required, called on the thread itself: before its first job and after its last. Thread 0 is the
	 * one that opens the pool. Several threads are born at once; one whose pool could not be opened may go
	 * without having been born. */
	void (*born)(void *arg, int thread, int n_threads);
	void (*gone)(void *arg, int thread);
};

/* For pools opened from now on; NULL: none, and those that were opened with hooks call them no more. */
void hooks_set(const struct thread_hooks *hooks);

/* Number of the hooks that are set, which rises; 0: none. A pool keeps it. */
extern int hooks_id;

void hooks_call_born(int thread, int n_threads);
void hooks_call_gone(int thread);

static inline void hooks_born(int id, int thread, int n_threads)
{
	if (id && id == hooks_id)
		hooks_call_born(thread, n_threads);
}

static inline void hooks_gone(int id, int thread)
{
	if (id && id == hooks_id)
		hooks_call_gone(thread);
}

/* Runs fn(arg, thread, n_threads) once on every thread of the last pool that was opened with the hooks that are
 * set; false, and nothing is run, when there is none such. */
bool hooks_each(void (*fn)(void *arg, int thread, int n_threads), void *arg);

/* ---- operations ---- */

/* Who wants to know which operation is submitted to a device: traces name what ran by it. */
struct op_hooks {
	void *arg;
	/* Both Required, in pairs that nest, on the thread that submits. op: static, "attention"; block: of the model, -1:
	 * none. What is captured into a graph belongs to the operation that is open then, where the trace is told so and
	 * there is one; else to the operation that launches the graph. */
	void (*begin)(void *arg, const char *op, int block);
	void (*end)(void *arg);
};

/* NULL: none. Not within an operation. */
void hooks_set_op(const struct op_hooks *hooks);

/* Are some set? */
extern bool hooks_op;

void hooks_call_op_begin(const char *op, int block);
void hooks_call_op_end(void);

/* For engines: around what they submit. Unset, a branch each. */
static inline void hooks_op_begin(const char *op, int block)
{
	if (hooks_op)
		hooks_call_op_begin(op, block);
}

static inline void hooks_op_end(void)
{
	if (hooks_op)
		hooks_call_op_end();
}

#endif
