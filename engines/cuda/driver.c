/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/driver.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>

#include "engines/base/library.h"

/* cuMemAlloc is cuMemAlloc_v2 by the time it is a text. */
#define TEXT_(x) #x
#define TEXT(x)	 TEXT_(x)

/* That of the toolkit's major version: it has all entry points by the names of its header, and runs what its nvcc made. */
#define DRIVER_LEAST (CUDA_VERSION / 1000 * 1000)

static struct cuda_driver table;
static char reason[200];

/* Functions come from dlsym as objects: POSIX says that both have the same form. */
static bool symbol_find(void *handle, const char *name, void *to)
{
	*(void **)to = dlsym(handle, name);
	if (!*(void **)to)
		snprintf(reason, sizeof reason, "the NVIDIA driver's libcuda lacks %s, it is too old", name);
	return *(void **)to != NULL;
}

static bool symbols_find(void *handle)
{
#define ENTRY(f)                                                                                             \
	if (!symbol_find(handle, TEXT(f), (void *)&table.f))                                                 \
		return false;
#include "engines/cuda/driver.inc"
#undef ENTRY
	return true;
}

static const char *error_name(CUresult result)
{
	const char *name = NULL;
	return table.cuGetErrorName(result, &name) == CUDA_SUCCESS && name ? name : "unknown error";
}

static bool driver_start(void)
{
	CUresult r = table.cuInit(0);
	if (r != CUDA_SUCCESS)
		snprintf(reason, sizeof reason, "the NVIDIA driver does not start: %s", error_name(r));
	return r == CUDA_SUCCESS;
}

/* Before the other entry points are looked for: an older one lacks some of them. It may be asked before cuInit. */
static bool version_fits(void *handle)
{
	int version = 0;
	if (!symbol_find(handle, TEXT(cuDriverGetVersion), (void *)&table.cuDriverGetVersion))
		return false;
	if (table.cuDriverGetVersion(&version) == CUDA_SUCCESS && version >= DRIVER_LEAST)
		return true;
	snprintf(reason, sizeof reason, "the NVIDIA driver is for CUDA %d.%d, expected %d or later",
		 version / 1000, version % 1000 / 10, DRIVER_LEAST / 1000);
	return false;
}

static bool driver_open(void)
{
	char why[sizeof reason - 40];
	void *handle = library_open_cuda("libcuda.so.1", CUDA_DRIVER_VARIABLE, why, sizeof why);
	if (!handle) {
		snprintf(reason, sizeof reason, "no NVIDIA driver: %s", why);
		return false;
	}
	return version_fits(handle) && symbols_find(handle) && driver_start();
}

const struct cuda_driver *cuda_driver(const char **why)
{
	static bool asked, usable;
	if (!asked)
		usable = driver_open();
	asked = true;
	*why = usable ? "" : reason;
	return usable ? &table : NULL;
}

int cuda_check(const struct cuda_driver *cu, CUresult result, const char *what, struct diag *d)
{
	const char *words = NULL;
	if (result == CUDA_SUCCESS)
		return 0;
	if (cu->cuGetErrorString(result, &words) != CUDA_SUCCESS || !words)
		words = "no description";
	return diag_set(d, result == CUDA_ERROR_OUT_OF_MEMORY ? ERR_OOM : ERR_DEVICE, "%s: %s (%s)", what,
			words, error_name(result));
}
