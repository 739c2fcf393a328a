/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/hooks.h"

#include <stddef.h>

int hooks_id;

bool hooks_op;

static struct thread_hooks current;
static struct op_hooks current_op;
static int n_set;

void hooks_set(const struct thread_hooks *hooks)
{
	hooks_id = hooks ? ++n_set : 0;
	current = hooks ? *hooks : (struct thread_hooks){0};
}

void hooks_call_born(int thread, int n_threads)
{
	current.born(current.arg, thread, n_threads);
}

void hooks_call_gone(int thread)
{
	current.gone(current.arg, thread);
}

void hooks_set_op(const struct op_hooks *hooks)
{
	hooks_op = hooks != NULL;
	current_op = hooks ? *hooks : (struct op_hooks){0};
}

void hooks_call_op_begin(const char *op, int block)
{
	current_op.begin(current_op.arg, op, block);
}

void hooks_call_op_end(void)
{
	current_op.end(current_op.arg);
}
