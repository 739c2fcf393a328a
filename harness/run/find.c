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
	/* Beside this program in a build; where it was installed; and where that was moved as a whole. */
	char *places[] = {mem_printf("%s/" PROGRAM, folder), mem_strdup(PKGLIBEXECDIR "/" PROGRAM),
			  mem_printf("%s/../libexec/" PACKAGE "/" PROGRAM, folder)};
	char *found = NULL;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (!found && is_program(places[i]))
			found = places[i];
		else
			free(places[i]);
	}
	if (!found)
		return diag_set(d, ERR_IO,
				"no worker: neither %.120s/" PROGRAM " nor " PKGLIBEXECDIR "/" PROGRAM
				" is executable; $" ENV_WORKER " may name one",
				folder);
	*path = found;
	return 0;
}
