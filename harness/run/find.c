/* SPDX-License-Identifier: Apache-2.0 */
/* Where the worker program is. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engines/base/mem.h"
#include "harness/run/client.h"

#define ENV_WORKER "INFEROMETER_WORKER"
#define PROGRAM	   "inferometer-worker"

static bool is_program(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

/* The folder of this program; "" when the kernel does not say. */
static void own_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
}

int client_find_worker(char **path, struct diag *d)
{
	char folder[PATH_MAX];
	const char *asked = getenv(ENV_WORKER);
	if (asked && *asked && !is_program(asked))
		return diag_set(d, ERR_IO, "$" ENV_WORKER " = %s: no executable program", asked);
	if (asked && *asked) {
		*path = mem_strdup(asked);
		return 0;
	}
	own_folder(folder, sizeof folder);
	char *beside = mem_printf("%s/" PROGRAM, folder);
	if (is_program(beside)) {
		*path = beside;
		return 0;
	}
	free(beside);
	if (is_program(PKGLIBEXECDIR "/" PROGRAM)) {
		*path = mem_strdup(PKGLIBEXECDIR "/" PROGRAM);
		return 0;
	}
	return diag_set(d, ERR_IO,
			"no worker: neither %.120s/" PROGRAM " nor " PKGLIBEXECDIR "/" PROGRAM
			" is executable; $" ENV_WORKER " may name one",
			folder);
}
