/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/hooks.h"

int hooks_id;

static struct thread_hooks current;
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
