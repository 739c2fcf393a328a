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

/* What a program looks for relative to itself: beside it in a build, and where it was installed to. */
static const char *const beside[] = {"workloads", "../../share"};
enum { N_BESIDE = sizeof beside / sizeof beside[0] };

/* The folder of a program, links resolved: it is what the kernel tells the program. NULL: cannot be said. */
static char *folder_of(const char *program)
{
	char *path = realpath(program, NULL), *slash = path ? strrchr(path, '/') : NULL;
	if (slash)
		*slash = 0;
	return path;
}

/* So that the copy finds what its original finds: its model, its data. */
static bool beside_link(const char *program, const char *folder)
{
	char *from = folder_of(program);
	bool done = from != NULL;
	for (int i = 0; done && i < N_BESIDE; i++) {
		char *target = mem_printf("%s/%s", from, beside[i]);
		char *link = mem_printf("%s/%s", folder, beside[i]);
		done = access(target, X_OK) || symlink(target, link) == 0;
		free(target);
		free(link);
	}
	free(from);
	return done;
}

/* As deep as an installed one: ROOT/libexec/inferometer. */
static char *folder_make(const char *root)
{
	static const char *const levels[] = {"libexec", "libexec/" PACKAGE};
	char *path = NULL;
	for (int i = 0; i < 2; i++) {
		free(path);
		path = mem_printf("%s/%s", root, levels[i]);
		if (mkdir(path, S_IRWXU)) {
			free(path);
			return NULL;
		}
	}
	return path;
}

int trial_copy(const char *program, char **path, struct diag *d)
{
	const char *tmp = getenv("TMPDIR"), *slash = strrchr(program, '/');
	char *root = mem_printf("%s/inferometer-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(root)) {
		int rc = fail(d, program, root);
		free(root);
		return rc;
	}
	char *folder = folder_make(root);
	char *copy = mem_printf("%s/libexec/" PACKAGE "/%s", root, slash ? slash + 1 : program);
	int rc = folder ? copy_to(program, copy, d) : fail(d, program, root);
	if (rc == 0 && !beside_link(program, folder))
		rc = fail(d, program, "linking what stands beside it");
	free(folder);
	free(root);
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
	unlink(path);
	*strrchr(path, '/') = 0;
	for (int i = 0; i < N_BESIDE; i++) {
		char *link = mem_printf("%s/%s", path, beside[i]);
		unlink(link);
		free(link);
	}
	for (int level = 0; level < 3; level++) {
		rmdir(path);
		*strrchr(path, '/') = 0;
	}
	free(path);
}
