/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/library.h"

#include <dlfcn.h>
#include <stdio.h>

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
