/* SPDX-License-Identifier: Apache-2.0 */
/* What both tests of faults need: the fake worker, and a look at what a fault may have left behind. */
#ifndef IFM_TESTS_FAULTS_H
#define IFM_TESTS_FAULTS_H

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* fake_worker beside this test. Static. */
__attribute__((unused)) static const char *fake_worker(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "/fake_worker");
	path[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(path, '/');
	memcpy(slash ? slash : path, "/fake_worker", sizeof "/fake_worker");
	return path;
}

/* Open descriptors of this process. */
__attribute__((unused)) static int n_descriptors(void)
{
	int n = 0;
	DIR *dir = opendir("/proc/self/fd");
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

__attribute__((unused)) static bool has_no_children(void)
{
	return waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;
}

/* Gone, or a zombie that some init has not looked at. */
__attribute__((unused)) static bool is_gone(int pid)
{
	char path[64], line[256] = "";
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return true;
	char *got = fgets(line, sizeof line, f);
	fclose(f);
	const char *state = got ? strrchr(line, ')') : NULL;
	return !state || state[2] == 'Z' || state[2] == 'X';
}

#endif
