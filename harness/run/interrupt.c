/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static const int taken[] = {SIGINT, SIGTERM};
enum { N_TAKEN = sizeof taken / sizeof taken[0] };

static volatile sig_atomic_t count, target, notice = -1, is_drawn;
static struct sigaction before[N_TAKEN], pipe_before;

/* A terminal shows ^C where the cursor is: what follows begins on a line of its own. */
static void tell(void)
{
	static const char text[] = "\ninterrupted: ends after this visit; once more ends at once\n";
	int skip = is_drawn ? 0 : 1;
	size_t n = count == 1 ? sizeof text - 1 - (size_t)skip : 1;
	if (count == 2 && !is_drawn)
		return;
	if (write((int)notice, text + skip, n) < 0)
		notice = -1;
}

static void on_signal(int number)
{
	int saved = errno;
	bool heard = count < 2;
	(void)number;
	/* Beyond two there is nothing left to say. */
	if (count < 2)
		count++;
	if (count == 2 && target > 0)
		kill(-(pid_t)target, SIGKILL);
	if (heard && notice >= 0)
		tell();
	errno = saved;
}

void interrupt_begin(int notice_fd, bool drawn)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&act.sa_mask);
	for (int i = 0; i < N_TAKEN; i++)
		sigaddset(&act.sa_mask, taken[i]);
	count = target = 0;
	notice = notice_fd;
	is_drawn = drawn;
	for (int i = 0; i < N_TAKEN; i++)
		sigaction(taken[i], &act, &before[i]);
	/* Nobody who reads the progress is no reason to stop. */
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, &pipe_before);
}

void interrupt_end(void)
{
	for (int i = 0; i < N_TAKEN; i++)
		sigaction(taken[i], &before[i], NULL);
	sigaction(SIGPIPE, &pipe_before, NULL);
	count = 0;
}

int interrupt_count(void)
{
	return (int)count;
}

void interrupt_aim(int pid)
{
	target = pid;
	/* The second signal may have come before there was anything to kill. */
	if (pid > 0 && count >= 2)
		kill(-(pid_t)pid, SIGKILL);
}
