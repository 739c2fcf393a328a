/* SPDX-License-Identifier: Apache-2.0 */
/* Framing: one JSON object a line, over descriptors that may be slow, closed or lying. */
#include "config.h"

#include "harness/wire/wire.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/clock.h"
#include "engines/base/mem.h"

enum {
	READ_FIRST = 64 << 10, /* the buffer's first size: most answers fit */
	QUOTE_BYTES = 60,      /* of a bad line, shown in its error */
};

struct wire {
	int fd_in, fd_out;
	bool out_is_socket;
	char *buf; /* [begin, end) holds bytes not yet handed out */
	size_t begin, end, cap;
	size_t scanned; /* bytes after begin known to hold no newline */
	bool eof;
	bool broken; /* a line was too long: the stream is not read any more */
};

int wire_open(struct wire **out, int fd_in, int fd_out, struct diag *d)
{
	struct stat in, st;
	if (fstat(fd_in, &in) || fstat(fd_out, &st))
		return diag_set(d, ERR_IO, "wire: descriptor %d, %d: %s", fd_in, fd_out, strerror(errno));
	struct wire *w = mem_alloc(sizeof *w);
	w->fd_in = fd_in;
	w->fd_out = fd_out;
	w->out_is_socket = S_ISSOCK(st.st_mode);
	w->buf = mem_alloc(READ_FIRST);
	w->cap = READ_FIRST;
	*out = w;
	return 0;
}

void wire_close(struct wire *w)
{
	if (!w)
		return;
	close(w->fd_in);
	if (w->fd_out != w->fd_in)
		close(w->fd_out);
	free(w->buf);
	free(w);
}

/* Milliseconds poll() may wait, rounded up so that it does not spin at the end. */
static int wait_ms(int64_t deadline)
{
	if (deadline < 0)
		return -1;
	int64_t left = deadline - clock_ns();
	if (left <= 0)
		return 0;
	left = (left + 999999) / 1000000;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static int64_t deadline_of(int64_t timeout_ns)
{
	if (timeout_ns < 0)
		return -1;
	int64_t now = clock_ns();
	return timeout_ns > INT64_MAX - now ? -1 : now + timeout_ns;
}

/* ---- sending ---- */

/* A pipe that poll() calls writable takes PIPE_BUF bytes without blocking. */
static ssize_t write_some(const struct wire *w, const char *p, size_t n)
{
	if (w->out_is_socket)
		return send(w->fd_out, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return write(w->fd_out, p, n < PIPE_BUF ? n : PIPE_BUF);
}

static int write_all(const struct wire *w, const char *p, size_t n, int64_t deadline, struct diag *d)
{
	while (n) {
		struct pollfd f = {.fd = w->fd_out, .events = POLLOUT};
		int ready = poll(&f, 1, wait_ms(deadline));
		/* Half a line would spoil the stream: a signal does not stop it. */
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return diag_set(d, ERR_IO, "wire: poll: %s", strerror(errno));
		if (ready == 0)
			return diag_set(d, ERR_CANCELLED,
					"wire: the other side does not read: %zu bytes left", n);
		ssize_t done = write_some(w, p, n);
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return diag_set(d, ERR_IO, "wire: write: %s", strerror(errno));
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

int wire_send(struct wire *w, const json_t *message, int64_t timeout_ns, struct diag *d)
{
	char *text = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		return diag_set(d, ERR_INTERNAL, "wire: message cannot be written as JSON");
	size_t n = strlen(text);
	if (n >= WIRE_LINE_MAX) {
		free(text);
		return diag_set(d, ERR_FORMAT, "wire: message of %zu bytes, a line may have %u", n,
				WIRE_LINE_MAX);
	}
	text[n] = '\n';
	int rc = write_all(w, text, n + 1, deadline_of(timeout_ns), d);
	free(text);
	return rc;
}

/* ---- receiving ---- */

/* Room behind `end`: moves what is held to the front, then doubles. */
static int make_room(struct wire *w, struct diag *d)
{
	if (w->begin) {
		memmove(w->buf, w->buf + w->begin, w->end - w->begin);
		w->end -= w->begin;
		w->begin = 0;
	}
	if (w->end < w->cap)
		return 0;
	char *buf = realloc(w->buf, 2 * w->cap);
	if (!buf)
		return diag_set(d, ERR_OOM, "wire: no memory for a line of %zu bytes", w->end);
	w->buf = buf;
	w->cap *= 2;
	return 0;
}

/* One read; 0 also at end of file (w->eof). */
static int fill(struct wire *w, int64_t deadline, struct diag *d)
{
	int rc = make_room(w, d);
	if (rc)
		return rc;
	struct pollfd f = {.fd = w->fd_in, .events = POLLIN};
	int ready = poll(&f, 1, wait_ms(deadline));
	if (ready == 0)
		return diag_set(d, ERR_CANCELLED, "wire: nothing came in time");
	ssize_t n = ready < 0 ? -1 : read(w->fd_in, w->buf + w->end, w->cap - w->end);
	if (n < 0 && errno == EINTR)
		return diag_set(d, ERR_CANCELLED, "wire: interrupted by a signal");
	if (n < 0 && errno == EAGAIN)
		return 0;
	/* A peer that died with our data unread resets the connection: its end, too. */
	if (n < 0 && errno != ECONNRESET)
		return diag_set(d, ERR_IO, "wire: read: %s", strerror(errno));
	w->eof = n <= 0;
	w->end += n > 0 ? (size_t)n : 0;
	return 0;
}

static void quote(const char *line, size_t n, char *out, size_t size)
{
	size_t at = 0;
	for (size_t i = 0; i < n && i < QUOTE_BYTES && at + 8 < size; i++) {
		unsigned char c = (unsigned char)line[i];
		bool plain = c >= ' ' && c < 0x7f && c != '\\' && c != '"';
		at += (size_t)snprintf(out + at, size - at, plain ? "%c" : "\\x%02x", c);
	}
	snprintf(out + at, size - at, "%s", n > QUOTE_BYTES ? "..." : "");
}

static int parse(const char *line, size_t n, json_t **message, struct diag *d)
{
	char shown[QUOTE_BYTES * 4 + 16];
	json_error_t e;
	json_t *o = json_loadb(line, n, JSON_REJECT_DUPLICATES, &e);
	if (json_is_object(o)) {
		*message = o;
		return 1;
	}
	quote(line, n, shown, sizeof shown);
	if (o)
		diag_set(d, ERR_FORMAT, "no JSON object: \"%s\"", shown);
	else
		diag_set(d, ERR_FORMAT, "no JSON: \"%s\": %.80s at byte %d", shown, e.text, e.position);
	json_decref(o);
	return ERR_FORMAT;
}

/* Hands out the first n bytes held as a line; `skip` more (its newline) are dropped. */
static int take_line(struct wire *w, size_t n, size_t skip, json_t **message, struct diag *d)
{
	const char *line = w->buf + w->begin;
	w->begin += n + skip;
	w->scanned = 0;
	return parse(line, n, message, d);
}

/* Where the next line would begin is not known: nothing more comes. */
static int too_long(struct wire *w, struct diag *d)
{
	w->begin = w->end = w->scanned = 0;
	w->broken = true;
	return diag_set(d, ERR_IO, "wire: line longer than %u bytes", WIRE_LINE_MAX);
}

int wire_receive(struct wire *w, json_t **message, int64_t timeout_ns, struct diag *d)
{
	int64_t deadline = deadline_of(timeout_ns);
	for (;;) {
		size_t held = w->end - w->begin;
		const char *start = w->buf + w->begin;
		const char *newline =
			held > w->scanned ? memchr(start + w->scanned, '\n', held - w->scanned) : NULL;
		size_t length = newline ? (size_t)(newline - start) : held;
		if (length > WIRE_LINE_MAX || w->broken)
			return too_long(w, d);
		if (newline)
			return take_line(w, length, 1, message, d);
		w->scanned = held;
		if (w->eof && held == 0)
			return 0;
		if (w->eof)
			return take_line(w, held, 0, message, d);
		int rc = fill(w, deadline, d);
		if (rc)
			return rc;
	}
}
