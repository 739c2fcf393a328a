/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/watch.h"

#include <dirent.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "engines/base/mem.h"

enum {
	LOOK_MS = 50,
	/* Looks between two searches for children, which read a file a thread. */
	SEARCH_LOOKS = 20,
	MEMBERS_MAX = 64,
};

struct watch {
	pthread_t thread;
	int wake; /* readable when the thread shall end */
	int64_t limit, killed_at;
	int n; /* members[0] is the process itself, the rest what it started */
	int members[MEMBERS_MAX];
};

/* A child shares most of what it has with its parent: of it counts what it has of its own. */
static int64_t held_bytes(int pid, bool shared)
{
	char path[64];
	long long resident = 0, of_files = 0;
	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return 0;
	int n = fscanf(f, "%*d %lld %lld", &resident, &of_files);
	fclose(f);
	if (n != 2 || resident < 0 || of_files < 0 || resident > INT64_MAX / 65536)
		return 0;
	return (shared ? resident : resident - of_files) * sysconf(_SC_PAGESIZE);
}

static void add_member(struct watch *w, int pid)
{
	for (int i = 0; i < w->n; i++)
		if (w->members[i] == pid)
			return;
	if (w->n < MEMBERS_MAX)
		w->members[w->n++] = pid;
}

/* Absent where the kernel was built without CONFIG_PROC_CHILDREN: then the process alone counts. */
static void add_children(struct watch *w, const char *path)
{
	int pid;
	FILE *f = fopen(path, "re");
	if (!f)
		return;
	while (fscanf(f, "%d", &pid) == 1)
		add_member(w, pid);
	fclose(f);
}

static void search(struct watch *w, int pid)
{
	char path[64 + sizeof((struct dirent *)0)->d_name];
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *dir = opendir(path);
	if (!dir)
		return;
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, e->d_name);
		add_children(w, path);
	}
	closedir(dir);
}

static int64_t look(struct watch *w, int turn)
{
	int64_t sum = 0;
	if (turn % SEARCH_LOOKS == 0) {
		w->n = 1;
		/* Grows while it is gone through: children of children follow. */
		for (int i = 0; i < w->n; i++)
			search(w, w->members[i]);
	}
	for (int i = 0; i < w->n; i++)
		sum += held_bytes(w->members[i], i == 0);
	return sum;
}

static void *watch_thread(void *arg)
{
	struct watch *w = arg;
	struct pollfd f = {.fd = w->wake, .events = POLLIN};
	for (int turn = 0; poll(&f, 1, LOOK_MS) <= 0; turn++) {
		int64_t bytes = look(w, turn);
		if (bytes <= w->limit)
			continue;
		w->killed_at = bytes;
		kill(-w->members[0], SIGKILL);
		break;
	}
	return NULL;
}

int watch_start(struct watch **out, int pid, int64_t limit_bytes, struct diag *d)
{
	struct watch *w = mem_alloc(sizeof *w);
	sigset_t all, before;
	w->limit = limit_bytes;
	w->members[0] = pid;
	w->wake = eventfd(0, EFD_CLOEXEC);
	/* Signals are for the thread that waits for the worker. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int e = w->wake < 0 ? -1 : pthread_create(&w->thread, NULL, watch_thread, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (e) {
		if (w->wake >= 0)
			close(w->wake);
		free(w);
		return diag_set(d, ERR_IO, "cannot watch the memory of the worker");
	}
	*out = w;
	return 0;
}

int64_t watch_stop(struct watch *w)
{
	uint64_t one = 1;
	if (!w)
		return 0;
	if (write(w->wake, &one, sizeof one) == sizeof one)
		pthread_join(w->thread, NULL);
	int64_t bytes = w->killed_at;
	close(w->wake);
	free(w);
	return bytes;
}

static void put_bytes(int64_t bytes, char *out, int size)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double v = (double)bytes / 1e3;
	int u = 0;
	/* 999.95 would be printed as 1000.0. */
	for (; v >= 999.95 && u < 3; u++)
		v /= 1e3;
	snprintf(out, (size_t)size, "%.1f %s", v, units[u]);
}

void watch_say(int64_t bytes, int64_t limit, char *out, int size)
{
	char grown[32], most[32];
	put_bytes(bytes, grown, sizeof grown);
	put_bytes(limit, most, sizeof most);
	snprintf(out, (size_t)size, "grew to %s, limit %s", grown, most);
}
