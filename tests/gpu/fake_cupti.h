/* SPDX-License-Identifier: Apache-2.0 */
/* What a test says to the library that stands for libcupti (fake_cupti.c). */
#ifndef IFM_TESTS_FAKE_CUPTI_H
#define IFM_TESTS_FAKE_CUPTI_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/tap.h"

static struct {
	const char *(*log)(void);
	void (*reset)(void);
	void (*refuse)(const char *call, int code);
	int (*left)(void);
	void (*drop)(int records);
	/* A node of a graph: an event of CUpti_CallbackIdResource. */
	void (*node)(int event, uint64_t node, uint64_t original);
} fake;

/* From now on the sources find it. */
static void fake_open(void)
{
	char path[4096];
	const char *top = getenv("top_builddir");
	snprintf(path, sizeof path, "%s/tests/gpu/fake_cupti.so", top ? top : ".");
	setenv("INFEROMETER_LIBCUPTI", path, 1);
	setenv("INFEROMETER_LIBCUDA", path, 1);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		bail(dlerror());
	*(void **)&fake.log = dlsym(handle, "fake_log");
	*(void **)&fake.reset = dlsym(handle, "fake_reset");
	*(void **)&fake.refuse = dlsym(handle, "fake_refuse");
	*(void **)&fake.left = dlsym(handle, "fake_left");
	*(void **)&fake.drop = dlsym(handle, "fake_drop");
	*(void **)&fake.node = dlsym(handle, "fake_node");
}

#endif
