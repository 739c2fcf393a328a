/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* After the process has ended no more than this is read: what it left in a pipe (64 KiB), not what somebody
 * who holds the other end still sends. */
enum { LEFT_MAX = 1 << 20 };

struct tail {
	pthread_t thread;
	int fd;
	int wake;	       /* readable when the thread shall end */
	char kept[TAIL_BYTES]; /* byte i of the stream stands at i % TAIL_BYTES */
	uint64_t n;	       /* bytes of the stream so far */
};

static void keep(struct tail *t, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++, t->n++)
		t->kept[t->n % TAIL_BYTES] = p[i] ? p[i] : '?';
}

/* False when nothing more comes. */
static bool read_some(struct tail *t)
{
	char buf[4096];
	ssize_t n = read(t->fd, buf, sizeof buf);
	if (n > 0)
		keep(t, buf, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void *tail_thread(void *arg)
{
	struct tail *t = arg;
	struct pollfd f[2] = {{.fd = t->fd, .events = POLLIN}, {.fd = t->wake, .events = POLLIN}};
	while (!f[1].revents) {
		if (poll(f, 2, -1) < 0)
			continue;
		/* A closed pipe would be ready for ever. */
		if (f[0].revents && !read_some(t))
			f[0].fd = -1;
	}
	uint64_t end = t->n + LEFT_MAX;
	while (t->n < end && read_some(t))
		;
	return NULL;
}

static int start_thread(struct tail *t)
{
	sigset_t all, before;
	/* Signals are for the thread that waits for the worker. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int e = pthread_create(&t->thread, NULL, tail_thread, t);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}

static void tail_free(struct tail *t)
{
	close(t->fd);
	if (t->wake >= 0)
		close(t->wake);
	free(t);
}

int tail_open(struct tail **out, int fd, struct diag *d)
{
	struct tail *t = mem_alloc(sizeof *t);
	t->fd = fd;
	t->wake = eventfd(0, EFD_CLOEXEC);
	int e = t->wake < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) ? errno : start_thread(t);
	if (e) {
		tail_free(t);
		return diag_set(d, ERR_IO, "cannot read what the worker prints: %s", strerror(e));
	}
	*out = t;
	return 0;
}

/* Where the last TAIL_LINES lines of the stream begin, not before `first`. */
static uint64_t last_lines(const struct tail *t, uint64_t first)
{
	int lines = 0;
	for (uint64_t i = t->n; i > first; i--)
		if (t->kept[(i - 1) % TAIL_BYTES] == '\n' && i < t->n && ++lines == TAIL_LINES)
			return i;
	return first;
}

char *tail_close(struct tail *t)
{
	struct strbuf text = {0};
	uint64_t one = 1;
	if (write(t->wake, &one, sizeof one) == sizeof one)
		pthread_join(t->thread, NULL);
	uint64_t i = last_lines(t, t->n > TAIL_BYTES ? t->n - TAIL_BYTES : 0);
	if (i)
		strbuf_printf(&text, "[%llu bytes before this were not kept]\n", (unsigned long long)i);
	for (; i < t->n; i++)
		strbuf_putc(&text, t->kept[i % TAIL_BYTES]);
	tail_free(t);
	return strbuf_take(&text);
}
