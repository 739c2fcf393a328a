/* SPDX-License-Identifier: Apache-2.0 */
/* hwloc on a captured tree: in a process of its own, which may fail or hang. */
#include "config.h"

#include "harness/host/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engines/base/json.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"

/* A tree of 1024 CPUs takes a second; facts are a few KiB. */
enum { SECONDS_MAX = 5, ANSWER_MAX = 1 << 18 };
#define MEMORY_MAX ((rlim_t)2 << 30)

static void limits_set(void)
{
	const struct rlimit none = {0, 0}, seconds = {SECONDS_MAX, SECONDS_MAX};

	setrlimit(RLIMIT_CORE, &none);
	setrlimit(RLIMIT_CPU, &seconds);
#ifndef __SANITIZE_ADDRESS__ /* its shadow takes terabytes of addresses */
	const struct rlimit memory = {MEMORY_MAX, MEMORY_MAX};
	setrlimit(RLIMIT_AS, &memory);
#endif
	signal(SIGALRM, SIG_DFL);
	alarm(SECONDS_MAX);
}

/* Variables that would make hwloc look at another place than the tree, or at this machine's processor. */
static void variables_set(const char *root)
{
	static const char *const others[] = {"HWLOC_XMLFILE", "HWLOC_SYNTHETIC", "HWLOC_THISSYSTEM",
					     "HWLOC_CPUID_PATH", "HWLOC_PLUGINS_BLACKLIST"};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		unsetenv(others[i]);
	setenv("HWLOC_FSROOT", root, 1);
	setenv("HWLOC_COMPONENTS", "linux,stop", 1);
	setenv("HWLOC_HIDE_ERRORS", "2", 1);
}

static void write_all(int fd, const char *text)
{
	for (size_t n = strlen(text); n > 0;) {
		ssize_t did = write(fd, text, n);
		if (did <= 0)
			return;
		text += did;
		n -= (size_t)did;
	}
}

static void child_run(const char *root, int out)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	json_t *facts;

	if (null >= 0)
		dup2(null, STDERR_FILENO);
	limits_set();
	variables_set(root);
	if (topology_load(&facts, NULL))
		_exit(1);
	write_all(out, json_text(facts));
	_exit(0);
}

static void answer_read(int fd, struct strbuf *text)
{
	char buf[4096];
	ssize_t n;

	while (text->len < ANSWER_MAX && (n = read(fd, buf, sizeof buf)) != 0)
		if (n > 0)
			strbuf_add(text, buf, (size_t)n);
		else if (errno != EINTR)
			return;
}

static int answer_wait(pid_t pid, struct diag *d)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return diag_set(d, ERR_INTERNAL, "hwloc's process is lost");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return diag_set(d, ERR_CANCELLED, "hwloc is not done after %d s", SECONDS_MAX);
	if (WIFSIGNALED(status))
		return diag_set(d, ERR_DEVICE, "hwloc died of signal %d", WTERMSIG(status));
	return WEXITSTATUS(status) ? diag_set(d, ERR_FORMAT, "hwloc does not understand the tree") : 0;
}

/* hwloc makes up a processor where it finds none: it wants a mask of /sys, or cpuinfo. */
static bool has_processors(const char *root)
{
	static const char *const masks[] = {"core_cpus", "thread_siblings", "core_siblings"};
	char text[FILE_HEAD], path[128];

	for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
		snprintf(path, sizeof path, CPU_FOLDER "/cpu0/topology/%s", masks[i]);
		if (file_line(root, path, text, sizeof text))
			return true;
	}
	return file_head(root, "/proc/cpuinfo", text, sizeof text) > 0 && cpuinfo_processors(text) > 0;
}

int topology_read(const char *root, json_t **out, struct diag *d)
{
	struct strbuf text = {0};
	int ends[2];

	if (*root == '\0')
		return topology_load(out, d);
	if (!has_processors(root))
		return diag_set(d, ERR_UNAVAILABLE, "neither /sys nor /proc/cpuinfo tells of processors");
	if (pipe2(ends, O_CLOEXEC))
		return diag_set(d, ERR_IO, "a pipe to hwloc: %s", strerror(errno));
	pid_t pid = fork();
	if (pid == 0)
		child_run(root, ends[1]);
	close(ends[1]);
	if (pid > 0)
		answer_read(ends[0], &text);
	close(ends[0]);
	int rc = pid > 0 ? answer_wait(pid, d) : diag_set(d, ERR_IO, "fork: %s", strerror(errno));
	json_t *facts = rc ? NULL : json_loads(strbuf_text(&text), 0, NULL);
	strbuf_free(&text);
	if (rc == 0 && !json_is_object(facts))
		rc = diag_set(d, ERR_FORMAT, "hwloc's process gave no facts");
	if (rc == 0)
		*out = json_incref(facts);
	json_decref(facts);
	return rc;
}
