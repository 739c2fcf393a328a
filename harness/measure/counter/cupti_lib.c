/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/cupti_lib.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/library.h"

/* cuMemAlloc is cuMemAlloc_v2 by the time it is a text. */
#define TEXT_(x) #x
#define TEXT(x)	 TEXT_(x)

/* The major number of the toolkit: CUPTI_API_VERSION is 130001 in 13.0. */
#define CUPTI_MAJOR (CUPTI_API_VERSION / 10000)

enum { REASON = 180 };

static struct cupti_lib lib;
static struct cupti_driver driver;

/* Functions come from dlsym as objects: POSIX says that both have the same form. */
static bool symbol_find(void *handle, const char *library, const char *name, void *to, char *why)
{
	*(void **)to = dlsym(handle, name);
	if (!*(void **)to)
		snprintf(why, REASON, "%s has no %s", library, name);
	return *(void **)to != NULL;
}

static bool lib_symbols(void *handle, char *why)
{
#define DRIVER(f)
#define CUPTI(f)                                                                                             \
	if (!symbol_find(handle, "libcupti", TEXT(f), (void *)&lib.f, why))                                  \
		return false;
#include "harness/measure/counter/cupti_lib.inc"
#undef CUPTI
#undef DRIVER
	return true;
}

static bool driver_symbols(void *handle, char *why)
{
#define CUPTI(f)
#define DRIVER(f)                                                                                            \
	if (!symbol_find(handle, "the NVIDIA driver's libcuda", TEXT(f), (void *)&driver.f, why))            \
		return false;
#include "harness/measure/counter/cupti_lib.inc"
#undef DRIVER
#undef CUPTI
	return true;
}

static bool lib_open(char *why)
{
	char soname[32];
	uint32_t version = 0;
	snprintf(soname, sizeof soname, "libcupti.so.%d", CUPTI_MAJOR);
	void *handle = library_open_cuda(soname, CUPTI_VARIABLE, why, REASON);
	if (!handle || !lib_symbols(handle, why))
		return false;
	if (lib.cuptiGetVersion(&version) == CUPTI_SUCCESS && version >= CUPTI_API_VERSION)
		return true;
	snprintf(why, REASON, "libcupti is of version %u, older than the %d this worker was built with",
		 version, CUPTI_API_VERSION);
	return false;
}

static bool driver_open(char *why)
{
	const char *name = NULL;
	int n = 0;
	char text[REASON - 20];
	void *handle = library_open_cuda("libcuda.so.1", CUPTI_DRIVER_VARIABLE, text, sizeof text);
	if (!handle) {
		snprintf(why, REASON, "no NVIDIA driver: %s", text);
		return false;
	}
	if (!driver_symbols(handle, why))
		return false;
	CUresult r = driver.cuInit(0);
	if (r == CUDA_SUCCESS)
		r = driver.cuDeviceGetCount(&n);
	if (r != CUDA_SUCCESS && driver.cuGetErrorName(r, &name) != CUDA_SUCCESS)
		name = NULL;
	if (r != CUDA_SUCCESS)
		snprintf(why, REASON, "the NVIDIA driver does not start: %s", name ? name : "unknown error");
	else if (n == 0)
		snprintf(why, REASON, "the NVIDIA driver has no device");
	return r == CUDA_SUCCESS && n > 0;
}

const struct cupti_lib *cupti_lib(char *why, int size)
{
	static bool tried, loaded;
	static char reason[REASON];
	if (!tried)
		loaded = lib_open(reason);
	tried = true;
	if (loaded)
		return &lib;
	snprintf(why, (size_t)size, "%s", reason);
	return NULL;
}

const struct cupti_driver *cupti_driver(char *why, int size)
{
	static bool tried, loaded;
	static char reason[REASON];
	if (!tried)
		loaded = driver_open(reason);
	tried = true;
	if (loaded)
		return &driver;
	snprintf(why, (size_t)size, "%s", reason);
	return NULL;
}

bool cupti_claim(const char *source, char *why, int size)
{
	static const char *owner;
	if (!owner)
		owner = source;
	if (strcmp(owner, source) == 0)
		return true;
	snprintf(why, (size_t)size, "%s was used in this process, and CUPTI does not do both", owner);
	return false;
}
