/* SPDX-License-Identifier: Apache-2.0 */
/* What a program says as it aborts: of kernels that do what hardware would not take. */
#ifndef IFM_TESTS_GPU_LAST_WORDS_H
#define IFM_TESTS_GPU_LAST_WORDS_H

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/tap.h"

/* What f says on stderr in a process of its own; "it lives on" when that does not abort. Static. */
static inline const char *last_words(void (*f)(const void *arg), const void *arg)
{
	static char text[1000];
	size_t n = 0;
	int out[2], status;
	if (pipe(out) != 0)
		bail("pipe");
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(out[1], 2);
		f(arg);
		_exit(0);
	}
	close(out[1]);
	for (ssize_t got; (got = read(out[0], text + n, sizeof text - 1 - n)) > 0;)
		n += (size_t)got;
	text[n] = '\0';
	close(out[0]);
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? text : "it lives on";
}

#endif
