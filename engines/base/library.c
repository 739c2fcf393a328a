/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/library.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

void *library_open(const char *file, char *why, size_t size)
{
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (handle)
		return handle;
	snprintf(why, size, "%s", dlerror());
	/* Once told, the text is freed by the next call. */
	(void)dlerror();
	return NULL;
}

#ifdef __aarch64__
#define CUDA_TARGET "targets/sbsa-linux/lib"
#else
#define CUDA_TARGET "targets/x86_64-linux/lib"
#endif

/* Where toolkits of NVIDIA's put their libraries. */
static void *toolkit_open(const char *file)
{
	static const char *const folders[] = {"lib64", "extras/CUPTI/lib64", CUDA_TARGET};
	const char *const roots[] = {getenv("CUDA_HOME"), getenv("CUDA_PATH"), "/usr/local/cuda"};
	char path[PATH_MAX];

	for (size_t r = 0; r < sizeof roots / sizeof roots[0]; r++)
		for (size_t f = 0; roots[r] && *roots[r] && f < sizeof folders / sizeof folders[0]; f++) {
			int n = snprintf(path, sizeof path, "%s/%s/%s", roots[r], folders[f], file);
			void *handle = n > 0 && (size_t)n < sizeof path ? library_open(path, NULL, 0) : NULL;
			if (handle)
				return handle;
		}
	return NULL;
}

void *library_open_cuda(const char *file, const char *variable, char *why, size_t size)
{
	const char *named = getenv(variable);
	char how[PATH_MAX];
	void *handle;

	if (named && *named) {
		handle = library_open(named, how, sizeof how);
		if (!handle)
			snprintf(why, size, "%s: %s", variable, how);
		return handle;
	}
	handle = library_open(file, NULL, 0);
	if (!handle)
		handle = toolkit_open(file);
	if (!handle)
		snprintf(why, size, "%s is not found (%s may name it)", file, variable);
	return handle;
}
