/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engines/base/mem.h"

/* Each try lost to a writer that ended in between, or to what a killed one had just forked and holds the lock with it
 * until it learns of that: not so often in a row. */
enum { TRIES = 100, COMMAND_MAX = 120 /* of a command, for messages */ };

struct store_lock {
	char *path;
	int fd;
};

/* Two names of one database must meet at one lock: links are followed. */
static char *lock_path(const char *file)
{
	char *real = realpath(file, NULL);
	char *path = mem_printf("%s-lock", real ? real : file);

	free(real);
	return path;
}

/* The one that ended removed the file that we had opened meanwhile: our lock holds nobody up. */
static bool is_current(int fd, const char *path)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

/* 0: try again. */
static int held_by_other(int fd, const char *name, struct diag *d)
{
	char text[32 + COMMAND_MAX] = "", *command;
	long pid = 0;

	if (pread(fd, text, sizeof text - 1, 0) > 0)
		pid = strtol(text, &command, 10);
	if (pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH) {
		const struct timespec nap = {.tv_nsec = 50000000};
		nanosleep(&nap, NULL);
		return 0;
	}
	if (pid > 0 && *command == ' ' && command[1])
		return diag_set_at(d, ERR_IO, name, 0, "locked by another run (pid %ld): %.*s", pid,
				   (int)strcspn(command + 1, "\n"), command + 1);
	if (pid > 0)
		return diag_set_at(d, ERR_IO, name, 0, "locked by another run (pid %ld)", pid);
	return diag_set_at(d, ERR_IO, name, 0,
			   "locked by another run: wait for it, or name another "
			   "store with --store");
}

/* 1 with *out, 0 to try again. */
static int take_once(int *out, const char *path, const char *name, struct diag *d)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666), rc = 0;

	if (fd < 0)
		return diag_set_at(d, ERR_IO, name, 0, "not writable: cannot create \"%s\": %s", path,
				   strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		rc = errno == EWOULDBLOCK ? held_by_other(fd, name, d)
					  : diag_set_at(d, ERR_IO, name, 0, "cannot lock \"%s\": %s", path,
							strerror(errno));
	else if (is_current(fd, path))
		rc = 1;
	if (rc == 1)
		*out = fd;
	else
		close(fd);
	return rc;
}

/* What was typed, as far as it fits; "" when the kernel does not tell. */
static void own_command(char out[COMMAND_MAX])
{
	ssize_t n = 0;
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		n = read(fd, out, COMMAND_MAX - 1);
		close(fd);
	}
	/* Arguments end with NUL; a line ends the file. */
	for (ssize_t i = 0; i < n; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n > 0 ? n : 0] = '\0';
}

int store_lock_take(struct store_lock **out, const char *file, const char *name, struct diag *d)
{
	char *path = lock_path(file);
	char command[COMMAND_MAX];
	int fd = -1, rc = 0;

	for (int i = 0; i < TRIES && rc == 0; i++)
		rc = take_once(&fd, path, name, d);
	if (rc != 1) {
		free(path);
		return rc ? rc
			  : diag_set_at(d, ERR_IO, name, 0,
					"locked again and again by runs that end at once");
	}
	own_command(command);
	/* It serves messages alone: no matter if it cannot be written. */
	if (ftruncate(fd, 0) == 0)
		(void)dprintf(fd, "%ld %s\n", (long)getpid(), command);
	*out = mem_alloc(sizeof **out);
	(*out)->path = path;
	(*out)->fd = fd;
	return 0;
}

bool store_lock_holds(const struct store_lock *l)
{
	return !l || is_current(l->fd, l->path);
}

void store_lock_drop(struct store_lock *l)
{
	if (!l)
		return;
	/* First remove, then let go: whoever takes it in between sees that it is not current. One that is not ours any
	 * more stays. */
	if (store_lock_holds(l))
		(void)unlink(l->path);
	close(l->fd);
	free(l->path);
	free(l);
}
