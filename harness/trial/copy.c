/* SPDX-License-Identifier: Apache-2.0 */
/* The same program at another path: what an A/A comparison compares with. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/trial/trial.h"

static int fail(struct diag *d, const char *program, const char *what)
{
	return diag_set(d, ERR_IO, "cannot copy %.300s: %s: %s", program, what, strerror(errno));
}

static bool write_all(int fd, const char *data, ssize_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, data, (size_t)n);
		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			data += written;
			n -= written;
		}
	}
	return true;
}

static bool copy_bytes(int from, int to)
{
	static char block[1 << 16];
	for (;;) {
		ssize_t n = read(from, block, sizeof block);
		if (n == 0)
			return true;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !write_all(to, block, n))
			return false;
	}
}

/* The name under which it is found stays: a worker may tell who it is by that. */
static int copy_to(const char *program, const char *path, struct diag *d)
{
	int from = open(program, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return fail(d, program, "reading");
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRWXU);
	int rc = to < 0 || !copy_bytes(from, to) ? fail(d, program, "writing") : 0;
	close(from);
	if (to >= 0 && close(to) && rc == 0)
		rc = fail(d, program, "writing");
	return rc;
}

int trial_copy(const char *program, char **path, struct diag *d)
{
	const char *tmp = getenv("TMPDIR"), *slash = strrchr(program, '/');
	char *folder = mem_printf("%s/inferometer-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int rc = 0;
	if (!mkdtemp(folder)) {
		rc = fail(d, program, folder);
		free(folder);
		return rc;
	}
	char *copy = mem_printf("%s/%s", folder, slash ? slash + 1 : program);
	rc = copy_to(program, copy, d);
	free(folder);
	if (rc)
		trial_copy_remove(copy);
	else
		*path = copy;
	return rc;
}

void trial_copy_remove(char *path)
{
	if (!path)
		return;
	char *slash = strrchr(path, '/');
	unlink(path);
	*slash = 0;
	rmdir(path);
	free(path);
}
