/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the fake device: it is opened as the engine does, and what it complains of is read. */
#ifndef IFM_TESTS_GPU_FAKE_DEVICE_H
#define IFM_TESTS_GPU_FAKE_DEVICE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/temp_folder.h"

#include "engines/cuda/driver.h"

static const struct cuda_driver *cu;
static CUcontext context;
static char fake_log[300];

/* Where the library and its log are; nothing is opened. */
__attribute__((unused)) static void fake_name(void)
{
	char path[1024];
	const char *build = getenv("top_builddir");
	snprintf(path, sizeof path, "%s/tests/gpu/fake/libfakecuda.so", build ? build : ".");
	setenv("INFEROMETER_LIBCUDA", path, 1);
	setenv("INFEROMETER_LIBCUBLASLT", path, 1);
	snprintf(fake_log, sizeof fake_log, "%s/complaints", temp_folder());
	setenv("FAKE_CUDA_LOG", fake_log, 1);
}

/* With a current context. */
__attribute__((unused)) static void fake_open(void)
{
	const char *why;
	cu = cuda_driver(&why);
	if (!cu)
		bail(why);
	if (cu->cuDevicePrimaryCtxRetain(&context, 0) || cu->cuCtxSetCurrent(context))
		bail("no context");
}

/* All that was complained of since it was last asked. Static. */
__attribute__((unused)) static const char *complaints(void)
{
	static char text[4096];
	FILE *f = fopen(fake_log, "re");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	remove(fake_log);
	return text;
}

/* The call gave this, and this was said of it ("": nothing). */
#define gives(call, result, words)                                                                           \
	do {                                                                                                 \
		int gave = (int)(call);                                                                      \
		const char *said = complaints();                                                             \
		if (!ok(gave == (int)(result) && ((words)[0] ? strstr(said, words) != NULL : !said[0]),      \
			"%s: %s", #call, (words)[0] ? words : "no complaint"))                               \
			printf("# gave %d, expected %d; said \"%s\"\n", gave, (int)(result), said);          \
	} while (0)
#define is_fine(call) gives(call, 0, "")

__attribute__((unused)) static CUdeviceptr device_bytes(size_t size)
{
	CUdeviceptr at;
	if (cu->cuMemAlloc(&at, size))
		bail("no device memory");
	return at;
}

__attribute__((unused)) static CUdeviceptr device_copy(const void *from, size_t size)
{
	CUdeviceptr at = device_bytes(size);
	if (cu->cuMemcpyHtoD(at, from, size))
		bail("no copy");
	return at;
}

/* A fatbin as nvcc writes it, as far as it is looked at: PTX for this architecture. */
struct fake_image {
	uint32_t magic;
	uint16_t version, head_size;
	uint64_t size;
	uint16_t kind, entry_version;
	uint32_t entry_head_size;
	uint64_t entry_size;
	uint32_t packed[3], architecture, more[8];
};
__attribute__((unused)) static struct fake_image fake_image(uint32_t architecture)
{
	return (struct fake_image){.magic = 0xba55ed50u,
				   .version = 1,
				   .head_size = 16,
				   .size = 64,
				   .kind = 1,
				   .entry_head_size = 64,
				   .architecture = architecture};
}

/* The exit status of f in a process of its own, negative: the signal that ended it. */
__attribute__((unused)) static int in_child(void (*f)(void))
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		f();
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		bail("no child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#endif
