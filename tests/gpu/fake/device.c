/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, what they say of themselves, and their primary contexts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/fake/stream.h"

static bool started;
static struct context contexts[FAKE_DEVICES_MOST];
static __thread CUcontext current_handle;

static int n_devices(void)
{
	size_t n = fake_setting("FAKE_CUDA_DEVICES", 1);
	return n < FAKE_DEVICES_MOST ? (int)n : FAKE_DEVICES_MOST;
}

static int device_check(CUdevice device)
{
	if (device >= 0 && device < n_devices())
		return 0;
	return fake_complain(CUDA_ERROR_INVALID_DEVICE, "no device %d of %d", device, n_devices());
}

static int null_check(const void *p)
{
	return p ? 0 : fake_complain(CUDA_ERROR_INVALID_VALUE, "no place for the result");
}

int device_need_start(void)
{
	return started ? 0 : fake_complain(CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called");
}

int device_need_context(void)
{
	if (!current_handle)
		return fake_complain(CUDA_ERROR_INVALID_CONTEXT, "the thread has no current context");
	if (!object_look(OBJECT_CONTEXT, current_handle))
		return fake_complain(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the current context was released");
	return 0;
}

struct context *context_current(void)
{
	struct context *const *at = object_look(OBJECT_CONTEXT, current_handle);
	return at ? *at : NULL;
}

FAKE(cuInit, NEED_NOTHING, (unsigned flags), (flags))
{
	if (flags)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "flags are 0");
	if (n_devices() == 0)
		return CUDA_ERROR_NO_DEVICE;
	started = true;
	return CUDA_SUCCESS;
}

FAKE(cuDriverGetVersion, NEED_NOTHING, (int *version), (version))
{
	if (null_check(version))
		return CUDA_ERROR_INVALID_VALUE;
	*version = (int)fake_setting("FAKE_CUDA_VERSION", 13000);
	return CUDA_SUCCESS;
}

FAKE(cuDeviceGetCount, NEED_START, (int *n), (n))
{
	if (null_check(n))
		return CUDA_ERROR_INVALID_VALUE;
	*n = n_devices();
	return CUDA_SUCCESS;
}

FAKE(cuDeviceGet, NEED_START, (CUdevice * device, int ordinal), (device, ordinal))
{
	if (null_check(device))
		return CUDA_ERROR_INVALID_VALUE;
	/* Asking for more than there are is how some count: no complaint. */
	if (ordinal < 0 || ordinal >= n_devices())
		return CUDA_ERROR_INVALID_DEVICE;
	*device = ordinal;
	return CUDA_SUCCESS;
}

FAKE(cuDeviceGetName, NEED_START, (char *name, int size, CUdevice device), (name, size, device))
{
	const char *own = getenv("FAKE_CUDA_NAME");
	if (device_check(device) || null_check(name))
		return CUDA_ERROR_INVALID_VALUE;
	snprintf(name, (size_t)size, "%s", own ? own : "Fake GPU");
	return CUDA_SUCCESS;
}

FAKE(cuDeviceGetPCIBusId, NEED_START, (char *id, int size, CUdevice device), (id, size, device))
{
	if (device_check(device) || null_check(id))
		return CUDA_ERROR_INVALID_VALUE;
	if (size < 13)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%d bytes are too few for 0000:00:00.0", size);
	const char *bus = getenv("FAKE_CUDA_BUS");
	snprintf(id, (size_t)size, "0000:%02X:00.0",
		 (unsigned char)((bus ? strtol(bus, NULL, 16) : 1) + device));
	return CUDA_SUCCESS;
}

FAKE(cuDeviceTotalMem, NEED_START, (size_t * bytes, CUdevice device), (bytes, device))
{
	if (device_check(device) || null_check(bytes))
		return CUDA_ERROR_INVALID_VALUE;
	*bytes = fake_setting("FAKE_CUDA_MEMORY", FAKE_MEMORY);
	return CUDA_SUCCESS;
}

/* Those of an H100 (SXM), what the environment says aside. */
/* clang-format off */
static const struct {
	CUdevice_attribute attribute;
	int value;
} attributes[] = {
	{CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
	{CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024},
	{CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024},
	{CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64},
	{CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, 2147483647},
	{CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65535},
	{CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65535},
	{CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 49152},
	{CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 232448},
	{CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, 233472},
	{CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK, 1024},
	{CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, 65536},
	{CU_DEVICE_ATTRIBUTE_WARP_SIZE, 32},
	{CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK, 65536},
	{CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR, 65536},
	{CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR, 2048},
	{CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR, 32},
	{CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 132},
	{CU_DEVICE_ATTRIBUTE_CLOCK_RATE, 1980000},
	{CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, 2619000},
	{CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 5120},
	{CU_DEVICE_ATTRIBUTE_MAX_PERSISTING_L2_CACHE_SIZE, 32768000},
	{CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT, 0},
	{CU_DEVICE_ATTRIBUTE_INTEGRATED, 0},
	{CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 1},
	{CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, 0},
	{CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, 1},
	{CU_DEVICE_ATTRIBUTE_ECC_ENABLED, 1},
	{CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID, 0},
	{CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID, 0},
	{CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT, 3},
	{CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
	{CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY, 1},
	{CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH, 1},
	{CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 1},
};
/* clang-format on */

static int capability(bool minor)
{
	const char *text = getenv("FAKE_CUDA_CC");
	int digits[2] = {9, 0};
	if (text && sscanf(text, "%d.%d", &digits[0], &digits[1]) != 2)
		fake_complain(0, "FAKE_CUDA_CC: \"%s\" is no 9.0", text);
	return digits[minor];
}

int device_capability(void)
{
	return 10 * capability(false) + capability(true);
}

FAKE(cuDeviceGetAttribute, NEED_START, (int *value, CUdevice_attribute attribute, CUdevice device),
     (value, attribute, device))
{
	if (device_check(device) || null_check(value))
		return CUDA_ERROR_INVALID_VALUE;
	if (attribute == CU_DEVICE_ATTRIBUTE_PCI_BUS_ID) {
		*value = device + 1;
		return CUDA_SUCCESS;
	}
	if (attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR ||
	    attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR) {
		*value = capability(attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
		return CUDA_SUCCESS;
	}
	if (attribute == CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE) {
		*value = (int)fake_setting("FAKE_CUDA_L2", 50 << 20);
		return CUDA_SUCCESS;
	}
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
		if (attributes[i].attribute == attribute) {
			*value = attributes[i].value;
			return CUDA_SUCCESS;
		}
	return fake_complain(CUDA_ERROR_INVALID_VALUE, "the fake knows no attribute %d", (int)attribute);
}

FAKE(cuDevicePrimaryCtxRetain, NEED_START, (CUcontext * context, CUdevice device), (context, device))
{
	struct context *c = &contexts[device_check(device) ? 0 : device];
	if (device < 0 || device >= n_devices() || null_check(context))
		return CUDA_ERROR_INVALID_DEVICE;
	if (c->retains++ == 0) {
		*c = (struct context){.device = device, .retains = 1};
		struct context **body = object_make(OBJECT_CONTEXT, c, sizeof(void *), &c->handle);
		*body = c;
		stream_make(c, CU_STREAM_DEFAULT, &c->legacy);
	}
	*context = c->handle;
	return CUDA_SUCCESS;
}

static void context_end(struct context *c)
{
	streams_drain(c);
	object_end(c->legacy);
	streams_drop(c);
	object_leaks(c);
	memory_leaks(c);
	c->retains = 0;
}

FAKE(cuDevicePrimaryCtxRelease, NEED_START, (CUdevice device), (device))
{
	struct context *c = &contexts[device_check(device) ? 0 : device];
	if (device < 0 || device >= n_devices())
		return CUDA_ERROR_INVALID_DEVICE;
	if (c->retains == 0)
		return fake_complain(CUDA_ERROR_INVALID_CONTEXT, "released more often than retained");
	if (--c->retains == 0)
		context_end(c);
	return CUDA_SUCCESS;
}

void device_leaks(void)
{
	for (int i = 0; i < FAKE_DEVICES_MOST; i++) {
		if (!contexts[i].retains)
			continue;
		fake_complain(0, "leaked: the primary context of device %d, retained %d time%s", i,
			      contexts[i].retains, contexts[i].retains > 1 ? "s" : "");
		context_end(&contexts[i]);
	}
	object_leaks(NULL);
}

FAKE(cuCtxSetCurrent, NEED_START, (CUcontext context), (context))
{
	if (context && !object_find(OBJECT_CONTEXT, context))
		return CUDA_ERROR_INVALID_CONTEXT;
	current_handle = context;
	return CUDA_SUCCESS;
}

/* What counters ask for, which are no part of the engine. */
FAKE(cuCtxGetCurrent, NEED_START, (CUcontext * context), (context))
{
	if (null_check(context))
		return CUDA_ERROR_INVALID_VALUE;
	*context = current_handle;
	return CUDA_SUCCESS;
}

FAKE(cuCtxGetDevice, NEED_CONTEXT, (CUdevice * device), (device))
{
	struct context *const *at = object_look(OBJECT_CONTEXT, current_handle);
	if (null_check(device))
		return CUDA_ERROR_INVALID_VALUE;
	*device = (*at)->device;
	return CUDA_SUCCESS;
}

FAKE(cuMemGetInfo, NEED_CONTEXT, (size_t * left, size_t *total), (left, total))
{
	if (null_check(left) || null_check(total))
		return CUDA_ERROR_INVALID_VALUE;
	*total = fake_setting("FAKE_CUDA_MEMORY", FAKE_MEMORY);
	*left = memory_left(context_current());
	return CUDA_SUCCESS;
}
