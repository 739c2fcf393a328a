/* SPDX-License-Identifier: Apache-2.0 */
/* Framing of the protocol, against writers that are slow, broken, gone or lying. */
#include "config.h"

#include "tests/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "harness/wire/wire.h"

#define MS ((int64_t)1000000)
/* Long enough for a machine that is busy; what is expected comes at once. */
#define PATIENCE (60000 * MS)

static volatile sig_atomic_t n_signals;

static void on_signal(int number)
{
	(void)number;
	n_signals = n_signals + 1;
}

struct ends {
	struct wire *wire;
	int peer;
};

static struct ends open_ends(void)
{
	int fd[2];
	struct ends e = {.peer = -1};
	struct diag d = {0};
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		bail("no socket pair");
	if (wire_open(&e.wire, fd[0], fd[0], &d))
		bail(d.text);
	e.peer = fd[1];
	return e;
}

static void close_ends(struct ends *e)
{
	if (e->peer >= 0)
		close(e->peer);
	wire_close(e->wire);
}

/* Nothing that follows makes sense when the test itself cannot write. */
static void put(int fd, const char *bytes, size_t n)
{
	while (n) {
		ssize_t done = write(fd, bytes, n);
		if (done < 0)
			bail(strerror(errno));
		bytes += done;
		n -= (size_t)done;
	}
}

static void say(int fd, const char *text)
{
	put(fd, text, strlen(text));
}

/* The next line is an object with that text. */
static void gets_line(struct wire *w, const char *want, const char *name)
{
	struct diag d = {0};
	json_t *o = NULL;
	int rc = wire_receive(w, &o, PATIENCE, &d);
	char *text = rc == 1 ? json_text(o) : mem_printf("rc %d: %s", rc, d.text);
	is_text(text, want, name);
	free(text);
	json_decref(o);
}

static void gets_error(struct wire *w, int64_t timeout_ns, int code, const char *part)
{
	struct diag d = {0};
	json_t *o = NULL;
	is_int(wire_receive(w, &o, timeout_ns, &d), code, part);
	has_text(d.text, part, "and says so");
	ok(!o, "no message");
	json_decref(o);
}

static void test_lines(void)
{
	struct ends e = open_ends();
	say(e.peer, "{\"id\":1}\n{\"id\": 2}\r\n  {\"b\":[1,2],\"a\":{}}\n{\"id\"");
	gets_line(e.wire, "{\"id\":1}", "a line");
	gets_line(e.wire, "{\"id\":2}", "the next one was there already");
	gets_line(e.wire, "{\"a\":{},\"b\":[1,2]}", "spaces do not matter");
	gets_error(e.wire, 0, ERR_CANCELLED, "nothing came in time");
	gets_error(e.wire, 2 * MS, ERR_CANCELLED, "nothing came in time");
	say(e.peer, ":3}\n");
	gets_line(e.wire, "{\"id\":3}", "half a line is kept over a timeout");
	say(e.peer, "{\"last\":true}");
	close(e.peer);
	e.peer = -1;
	gets_line(e.wire, "{\"last\":true}", "the last line may lack its newline");
	json_t *o = NULL;
	is_int(wire_receive(e.wire, &o, PATIENCE, NULL), 0, "end of file");
	is_int(wire_receive(e.wire, &o, -1, NULL), 0, "stays the end");
	close_ends(&e);
}

static void test_garbage(void)
{
	struct ends e = open_ends();
	char deep[5000];
	static const char nul[] = "{\"a\":\"b\0c\"}\n";
	say(e.peer, "\n[1]\n7\nnull\n{\"a\":1\n{\"a\":1,\"a\":2}\n{} {}\n{\"a\":\"\xff\xfe\"}\n");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "no JSON: \"\"");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "no JSON object: \"[1]\"");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "no JSON");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "no JSON");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "{\\x22a\\x22:1");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "duplicate");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "{} {}");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "\\xff\\xfe");
	put(e.peer, nul, sizeof nul - 1);
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "\\x00");
	memset(deep, '[', sizeof deep);
	put(e.peer, deep, sizeof deep);
	say(e.peer, "\n{\"good\":1}\n");
	gets_error(e.wire, PATIENCE, ERR_FORMAT, "[[[[...");
	gets_line(e.wire, "{\"good\":1}", "after any garbage a good line is read");
	close_ends(&e);
}

/* Runs fn in a process of its own, with the other end; what it leaves is e.peer closed here. */
static pid_t with_writer(struct ends *e, void (*fn)(int fd))
{
	fflush(stdout);
	pid_t child = fork();
	if (child < 0)
		bail("no fork");
	if (child == 0) {
		wire_close(e->wire);
		fn(e->peer);
		_exit(0);
	}
	close(e->peer);
	e->peer = -1;
	return child;
}

static void reaped(pid_t child)
{
	int status = -1;
	waitpid(child, &status, 0);
	is_int(status, 0, "the writer ended well");
}

static void write_slowly(int fd)
{
	static const char text[] = "{\"slow\":\"as a snail\"}\n{\"id\":2}\n";
	for (const char *p = text; *p; p++) {
		put(fd, p, 1);
		usleep(500);
	}
}

static void test_slow(void)
{
	struct ends e = open_ends();
	pid_t child = with_writer(&e, write_slowly);
	gets_line(e.wire, "{\"slow\":\"as a snail\"}", "a line byte by byte");
	gets_line(e.wire, "{\"id\":2}", "and another");
	gets_error(e.wire, PATIENCE, 0, "");
	reaped(child);
	close_ends(&e);
}

/* Echoes one message of any size. */
static void echo(int fd)
{
	struct wire *w;
	json_t *o = NULL;
	if (wire_open(&w, fd, fd, NULL) || wire_receive(w, &o, -1, NULL) != 1 || wire_send(w, o, -1, NULL))
		_exit(1);
	json_decref(o);
	wire_close(w);
}

/* Larger than all buffers in between: both directions block in the middle. */
static void test_large(void)
{
	enum { N = 3 << 20 };
	struct ends e = open_ends();
	char *text = malloc(N);
	struct diag d = {0};
	json_t *back = NULL;
	for (int i = 0; i < N; i++)
		text[i] = (char)('a' + i % 23);
	json_t *o = json_pack("{s:s%}", "text", text, (size_t)N);
	pid_t child = with_writer(&e, echo);
	is_int(wire_send(e.wire, o, PATIENCE, &d), 0, "3 MiB are sent");
	is_int(wire_receive(e.wire, &back, PATIENCE, &d), 1, "and come back");
	ok(json_equal(o, back), "as they were");
	reaped(child);
	json_decref(o);
	json_decref(back);
	free(text);
	close_ends(&e);
}

static void write_without_end(int fd)
{
	char chunk[1 << 16];
	memset(chunk, 'a', sizeof chunk);
	signal(SIGPIPE, SIG_IGN);
	for (size_t n = 0; n < (size_t)WIRE_LINE_MAX + 3 * sizeof chunk; n += sizeof chunk)
		if (write(fd, chunk, sizeof chunk) < 0)
			break;
	if (write(fd, "\n{\"id\":1}\n", 10) < 0)
		_exit(0);
}

static void test_oversize(void)
{
	if (mem_available() < (size_t)4 * WIRE_LINE_MAX) {
		skip("a line beyond the limit needs 1 GiB of memory");
		return;
	}
	struct ends e = open_ends();
	pid_t child = with_writer(&e, write_without_end);
	gets_error(e.wire, PATIENCE, ERR_IO, "line longer than");
	gets_error(e.wire, PATIENCE, ERR_IO, "line longer than");
	close_ends(&e);
	reaped(child);
}

static void test_signals(void)
{
	struct ends e = open_ends();
	struct sigaction action = {.sa_handler = on_signal}, before;
	struct itimerval every = {{0, 5000}, {0, 5000}}, never = {{0, 0}, {0, 0}};
	char *text = malloc(1 << 20);
	memset(text, 'x', 1 << 20);
	json_t *o = json_pack("{s:s%}", "text", text, (size_t)1 << 20);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &every, NULL);
	gets_error(e.wire, -1, ERR_CANCELLED, "interrupted by a signal");
	/* Nobody reads: it blocks until the timeout, however often it is interrupted. */
	struct diag d = {0};
	is_int(wire_send(e.wire, o, 50 * MS, &d), ERR_CANCELLED, "a reader that does not read");
	has_text(d.text, "does not read", "is told of");
	ok(n_signals >= 1, "signals came");
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &before, NULL);
	say(e.peer, "{\"id\":1}\n");
	gets_line(e.wire, "{\"id\":1}", "after a signal it goes on");
	json_decref(o);
	free(text);
	close_ends(&e);
}

static void test_gone(void)
{
	struct ends e = open_ends();
	struct diag d = {0};
	json_t *o = json_pack("{s:i}", "id", 1), *none = NULL;
	say(e.peer, "{\"id\":7}\n");
	/* Data that it never read: its death resets the connection. */
	is_int(wire_send(e.wire, o, PATIENCE, &d), 0, "sent to one who will not read");
	close(e.peer);
	e.peer = -1;
	gets_line(e.wire, "{\"id\":7}", "what it said before is read");
	is_int(wire_receive(e.wire, &none, PATIENCE, &d), 0, "then the end");
	is_int(wire_send(e.wire, o, PATIENCE, &d), ERR_IO, "nothing can be sent to it");
	has_text(d.text, "wire: write", "and this does not end the program");
	json_decref(o);
	close_ends(&e);
}

/* Two pipes, as with --stdio; both ends non-blocking, as a shell may leave them. */
static void test_pipes(void)
{
	int there[2], back[2];
	struct wire *w;
	struct diag d = {0};
	char line[64] = "";
	if (pipe(there) || pipe(back))
		bail("no pipes");
	fcntl(there[0], F_SETFL, O_NONBLOCK);
	fcntl(back[1], F_SETFL, O_NONBLOCK);
	is_int(wire_open(&w, there[0], back[1], &d), 0, "a wire over two pipes");
	say(there[1], "{\"id\":");
	gets_error(w, 0, ERR_CANCELLED, "nothing came in time");
	say(there[1], "1}\n");
	gets_line(w, "{\"id\":1}", "reads");
	json_t *o = json_pack("{s:i, s:i}", "z", 1, "a", 2);
	is_int(wire_send(w, o, PATIENCE, &d), 0, "writes");
	is_int(read(back[0], line, sizeof line - 1), 14, "one line");
	is_text(line, "{\"a\":2,\"z\":1}\n", "compact and sorted");
	close(there[1]);
	is_int(wire_receive(w, &(json_t *){NULL}, -1, &d), 0, "end of file");
	json_decref(o);
	close(back[0]);
	wire_close(w);
}

static void test_open(void)
{
	struct wire *w = NULL;
	struct diag d = {0};
	is_int(wire_open(&w, 9999, 9999, &d), ERR_IO, "no such descriptor");
	has_text(d.text, "9999", "is named");
	ok(!w, "no wire");
	wire_close(NULL);
}

int main(void)
{
	test_open();
	test_lines();
	test_garbage();
	test_slow();
	test_large();
	test_signals();
	test_gone();
	test_pipes();
	test_oversize();
	return tap_done();
}
