/* SPDX-License-Identifier: Apache-2.0 */
/* What runs on the device and touches what it must not is named before the process goes down as it would anyway. */
#include "config.h"

#include <signal.h>
#include <string.h>

#include "tests/gpu/fake/early.h"
#include "tests/gpu/fake/memory.h"

static const char *running;
static struct sigaction before[2];

static void on_fault(int signal_number, siginfo_t *info, void *unused)
{
	(void)unused;
	if (early_fault(info->si_addr))
		return;
	fake_complain(0, "%s touches %s", running, memory_words(MEMORY_DEVICE, info->si_addr));
	/* Back in the faulting instruction, whoever was asked before meets it again. */
	sigaction(signal_number, &before[signal_number == SIGBUS], NULL);
}

void fault_watch(const char *what)
{
	struct sigaction action;
	memset(&action, 0, sizeof action);
	action.sa_sigaction = on_fault;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	running = what;
	sigaction(SIGSEGV, &action, &before[0]);
	sigaction(SIGBUS, &action, &before[1]);
}

void fault_unwatch(void)
{
	sigaction(SIGSEGV, &before[0], NULL);
	sigaction(SIGBUS, &before[1], NULL);
}
