/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/nvml_lib.h"

#include <dlfcn.h>
#include <stdio.h>

#include "engines/base/library.h"

const char *nvml_words(int result)
{
	static const struct {
		int result;
		const char *words;
	} known[] = {
		{NVML_NOT_SUPPORTED, "not supported by this device"},
		{NVML_NO_PERMISSION, "no permission: this user needs to read and write /dev/nvidiactl and "
				     "/dev/nvidia0, as root or "
				     "by their group"},
		{NVML_NOT_FOUND, "there is no such device"},
		{NVML_DRIVER_NOT_LOADED,
		 "the kernel's driver is not loaded: 'modprobe nvidia', or give the container its GPUs"},
		{NVML_GPU_IS_LOST, "the device fell off the bus: the machine has to be started anew"},
		{NVML_VERSIONS_DIFFER,
		 "library and kernel driver are of different versions: load the driver anew, or restart"},
		{NVML_LACKS, "this driver's library has no such function"},
	};
	static _Thread_local char other[24];
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].result == result)
			return known[i].words;
	snprintf(other, sizeof other, "NVML error %d", result);
	return other;
}

/* Functions come from dlsym as objects: POSIX says that both have the same form. */
static void symbols_find(struct nvml_lib *lib, void *handle)
{
#define ENTRY(f, arguments) *(void **)&lib->f = dlsym(handle, #f);
#include "harness/measure/counter/nvml_lib.inc"
#undef ENTRY
}

/* Stopped, it stays loaded: whoever uses the GPU has it in memory anyway, and opening it again costs nothing. */
bool nvml_start(struct nvml_lib *lib, char *why, int size)
{
	char reason[160];
	void *handle = library_open_cuda("libnvidia-ml.so.1", NVML_VARIABLE, reason, sizeof reason);
	if (!handle) {
		snprintf(why, (size_t)size, "no NVIDIA driver: %s", reason);
		return false;
	}
	symbols_find(lib, handle);
	if (!lib->nvmlInit_v2 || !lib->nvmlDeviceGetCount_v2 || !lib->nvmlDeviceGetHandleByIndex_v2) {
		snprintf(why, (size_t)size,
			 "libnvidia-ml.so.1 lacks nvmlInit_v2 or what finds devices: it is too old or "
			 "no NVML");
		return false;
	}
	int result = lib->nvmlInit_v2();
	if (result != NVML_DONE)
		snprintf(why, (size_t)size, "NVML does not start: %s", nvml_words(result));
	return result == NVML_DONE;
}

void nvml_stop(struct nvml_lib *lib)
{
	if (lib->nvmlShutdown)
		lib->nvmlShutdown();
}
