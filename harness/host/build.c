/* SPDX-License-Identifier: Apache-2.0 */
/* What is measured, as a program: its file and how it was built. */
#include "config.h"

#include "harness/host/host.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "harness/host/elf_note.h"
#include "harness/host/files.h"
#include "harness/host/sha256.h"

/* A program beyond this is none of ours, and takes seconds to hash. */
#define PROGRAM_MAX ((off_t)1 << 30)

static json_t *file_sha256(int fd, const char *path)
{
	static const size_t size = 1 << 16;
	struct sha256 h;
	char out[SHA256_TEXT], *buf = malloc(size);
	ssize_t n = -1;

	sha256_begin(&h);
	while (buf && (n = read(fd, buf, size)) > 0)
		sha256_add(&h, buf, (size_t)n);
	free(buf);
	if (n < 0)
		return fact_unread(path);
	sha256_end(&h, out);
	return json_string(out);
}

static json_t *build_id(int fd)
{
	unsigned char head[ELF_HEAD];
	char id[ELF_ID_TEXT];
	ssize_t n = pread(fd, head, sizeof head, 0);

	if (n > 0 && elf_build_id(head, (size_t)n, id))
		return json_string(id);
	return fact_absent("no build id in the file's first %d KiB", ELF_HEAD >> 10);
}

static void put_file(json_t *o, const char *path)
{
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
	struct stat st;
	json_t *why = NULL;

	if (!path)
		why = fact_unknown("no worker");
	else if (fd < 0)
		why = fact_unknown("the worker: %s", strerror(errno));
	else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > PROGRAM_MAX)
		why = fact_unknown("the worker is no plain file of less than 1 GiB");
	json_object_set_new(o, "build.worker_build_id", why ? json_incref(why) : build_id(fd));
	json_object_set_new(o, "build.worker_sha256", why ? why : file_sha256(fd, "the worker"));
	if (fd >= 0)
		close(fd);
}

/* A fact that the worker told. */
static json_t *told(const json_t *build, const char *key)
{
	const char *text = json_opt_string(build, key, "");

	return *text ? fact_long(text) : fact_unknown("the worker does not tell");
}

/* "-dirty" ends what git describes when files were changed. */
static json_t *dirty(const json_t *build)
{
	const char *git = json_opt_string(build, "git", "");
	size_t n = strlen(git);

	if (!*git || strcmp(git, "none") == 0)
		return fact_unknown("built outside of a repository, or not told");
	return fact_text(n >= 6 && strcmp(git + n - 6, "-dirty") == 0 ? "yes" : "no");
}

static json_t *link_time(const json_t *build)
{
	const char *flags = json_opt_string(build, "flags", "");

	if (!*flags)
		return fact_unknown("the worker does not tell");
	const char *on = strstr(flags, "-flto"), *off = strstr(flags, "-fno-lto");
	return fact_text(on && (!off || off < on) ? "yes" : "no");
}

void host_put_worker(json_t *environment, const char *worker, const json_t *build, const char *providers)
{
	static const char *const keys[][2] = {{"build.version", "version"},
					      {"build.commit", "git"},
					      {"build.compiler", "compiler"},
					      {"build.flags", "flags"}};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_object_set_new(environment, keys[i][0], told(build, keys[i][1]));
	json_object_set_new(environment, "build.dirty", dirty(build));
	json_object_set_new(environment, "build.lto", link_time(build));
	json_object_set_new(environment, "build.blas",
			    providers && *providers ? fact_text(providers)
						    : fact_unknown("the worker does not tell"));
	put_file(environment, worker);
}
