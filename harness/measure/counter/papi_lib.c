/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/papi_lib.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "engines/base/library.h"

static struct papi_lib lib;
static bool tried, loaded;
static char reason[160];

#ifdef __SANITIZE_ADDRESS__
/* libpapi loses 320 bytes of its tables when it starts: none of ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libpapi";
}
#endif

/* The soname of the version whose types we know first: another one's could differ. */
static void *papi_open(void)
{
	char name[40];
	snprintf(name, sizeof name, "libpapi.so.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION),
		 PAPI_VERSION_MINOR(PAPI_VERSION));
	char why[120];
	void *handle = library_open(name, why, sizeof why);
	if (handle)
		return handle;
	snprintf(reason, sizeof reason, "%s not found: %.100s", name, why);
	return library_open("libpapi.so", NULL, 0);
}

static bool symbols_find(void *handle)
{
	static const struct {
		const char *name;
		size_t offset;
	} symbols[] = {
#define SYMBOL(name) {"PAPI_" #name, offsetof(struct papi_lib, name)},
		PAPI_LIB_FUNCTIONS(SYMBOL)
#undef SYMBOL
	};
	for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
		void *at = dlsym(handle, symbols[i].name);
		if (!at) {
			snprintf(reason, sizeof reason, "libpapi has no %s", symbols[i].name);
			return false;
		}
		memcpy((char *)&lib + symbols[i].offset, &at, sizeof at);
	}
	return true;
}

/* The library is left open: its threads' data live as long as the process. */
static bool library_start(void)
{
	void *handle = papi_open();
	if (!handle || !symbols_find(handle))
		return false;
	int rc = lib.library_init(PAPI_VER_CURRENT);
	if (rc != PAPI_VER_CURRENT) {
		snprintf(reason, sizeof reason, "PAPI_library_init: %s",
			 rc > 0 ? "libpapi is of another version" : lib.strerror(rc));
		return false;
	}
	rc = lib.thread_init(pthread_self);
	if (rc != PAPI_OK)
		snprintf(reason, sizeof reason, "PAPI_thread_init: %s", lib.strerror(rc));
	return rc == PAPI_OK;
}

const struct papi_lib *papi_lib(char *why, int size)
{
	if (!tried)
		loaded = library_start();
	tried = true;
	if (loaded)
		return &lib;
	snprintf(why, (size_t)size, "%s", reason);
	return NULL;
}
