/* SPDX-License-Identifier: Apache-2.0 */
/* The fake device: what it says of itself, memory, copies, modules and launches, and that each misuse is complained of. */
#include "config.h"

#include "tests/gpu/fake_device.h"

#include "engines/cuda/kernels/args.h"
#include "engines/cuda/kernels/image.h"

static void test_device(void)
{
	int value;
	size_t bytes, left;
	char text[32];
	const char *name;

	is_fine(cu->cuDeviceGetCount(&value));
	is_int(value, 2, "devices");
	is_fine(cu->cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 1));
	is_int(value, 8, "major");
	is_fine(cu->cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 1));
	is_int(value, 6, "minor");
	is_fine(cu->cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 0));
	is_int(value, 132, "multiprocessors");
	gives(cu->cuDeviceGetAttribute(&value, CU_DEVICE_ATTRIBUTE_MAX, 0), CUDA_ERROR_INVALID_VALUE,
	      "no attribute");
	gives(cu->cuDeviceGetName(text, sizeof text, 2), CUDA_ERROR_INVALID_VALUE, "no device 2 of 2");
	is_fine(cu->cuDeviceGetName(text, sizeof text, 0));
	is_text(text, "Fake GPU", "name");
	is_fine(cu->cuDeviceGetPCIBusId(text, sizeof text, 1));
	is_text(text, "0000:02:00.0", "bus");
	is_fine(cu->cuDeviceTotalMem(&bytes, 0));
	is_int(bytes, 1 << 20, "memory");
	is_fine(cu->cuMemGetInfo(&left, &bytes));
	is_int(left, 1 << 20, "all of it is free");
	cu->cuGetErrorName(CUDA_ERROR_OUT_OF_MEMORY, &name);
	is_text(name, "CUDA_ERROR_OUT_OF_MEMORY", "names of errors");
	is_int(cu->cuGetErrorString((CUresult)12345, &name), CUDA_ERROR_INVALID_VALUE, "no such error");
}

static void test_failures(void)
{
	CUdeviceptr p;
	setenv("FAKE_CUDA_FAIL", "cuMemAlloc:2:2,cuMemFree:1:700", 1);
	is_fine(cu->cuMemAlloc(&p, 16));
	gives(cu->cuMemAlloc(&p, 16), CUDA_ERROR_OUT_OF_MEMORY, "");
	gives(cu->cuMemFree(p), CUDA_ERROR_ILLEGAL_ADDRESS, "");
	is_fine(cu->cuMemFree(p));
	setenv("FAKE_CUDA_FAIL", "cuMemAlloc:0:999", 1);
	gives(cu->cuMemAlloc(&p, 16), CUDA_ERROR_UNKNOWN, "");
	gives(cu->cuMemAlloc(&p, 16), CUDA_ERROR_UNKNOWN, "");
	unsetenv("FAKE_CUDA_FAIL");
}

static void test_memory(void)
{
	CUdeviceptr p, q;
	size_t left, total;
	uint32_t poison;

	is_fine(cu->cuMemAlloc(&p, 1000));
	is_int(p % 256, 0, "aligned");
	is_fine(cu->cuMemGetInfo(&left, &total));
	is_int(total - left, 1024, "it is counted");
	is_fine(cu->cuMemcpyDtoH(&poison, p + 996, 4));
	is_int(poison, 0xffffffff, "it is poisoned");
	gives(cu->cuMemAlloc(&q, 1 << 20), CUDA_ERROR_OUT_OF_MEMORY, "");
	gives(cu->cuMemAlloc(&q, 0), CUDA_ERROR_INVALID_VALUE, "0 bytes");
	gives(cu->cuMemFree(p + 256), CUDA_ERROR_INVALID_VALUE,
	      "this is 256 bytes into a block of 1000 bytes");
	gives(cu->cuMemFree(256), CUDA_ERROR_INVALID_VALUE, "no device memory (0x100)");
	is_fine(cu->cuMemFree(p));
	gives(cu->cuMemFree(p), CUDA_ERROR_INVALID_VALUE, "freed twice");
	is_fine(cu->cuMemAlloc(&q, 1000));
	ok(p != q, "no address is given twice");
	is_fine(cu->cuMemFree(q));
	is_fine(cu->cuMemFree(0));
	is_fine(cu->cuMemGetInfo(&left, &total));
	is_int(left, total, "all is free again");
}

static void test_copies(void)
{
	char host[64] = "what is copied", back[64] = "";
	CUdeviceptr p = device_bytes(64), q = device_bytes(64), gone = device_bytes(64);
	void *pinned;

	is_fine(cu->cuMemFree(gone));
	is_fine(cu->cuMemcpyHtoD(p, host, 64));
	is_fine(cu->cuMemcpyDtoDAsync(q, p, 64, NULL));
	is_fine(cu->cuMemcpyDtoH(back, q, 64));
	is_text(back, host, "through two blocks");
	is_fine(cu->cuMemcpyDtoH(back, q, 0));
	gives(cu->cuMemcpyHtoD(p + 1, host, 64), CUDA_ERROR_INVALID_VALUE,
	      "the target, 64 bytes from 1 bytes into");
	gives(cu->cuMemcpyDtoH(back, gone, 64), CUDA_ERROR_INVALID_VALUE, "that was freed");
	gives(cu->cuMemcpyDtoH(back, (CUdeviceptr)(uintptr_t)host, 64), CUDA_ERROR_INVALID_VALUE,
	      "no device memory");
	gives(cu->cuMemcpyHtoD(p, (void *)(uintptr_t)q, 64), CUDA_ERROR_INVALID_VALUE,
	      "the source is device memory");
	gives(cu->cuMemcpyDtoDAsync(p, p + 8, 16, NULL), CUDA_ERROR_INVALID_VALUE, "overlap");
	gives(cu->cuMemcpyHtoDAsync(p, host, 64, NULL), CUDA_ERROR_INVALID_VALUE, "no pinned host memory");
	is_fine(cu->cuMemAllocHost(&pinned, 64));
	memcpy(pinned, "pinned", 7);
	is_fine(cu->cuMemcpyHtoDAsync(p, pinned, 64, NULL));
	is_fine(cu->cuMemsetD8Async(p + 1, 'u', 1, NULL));
	is_fine(cu->cuMemcpyDtoHAsync(pinned, p, 64, NULL));
	is_text(pinned, "punned", "copied, set, copied");
	gives(cu->cuMemcpyHtoDAsync(p, (char *)pinned + 32, 64, NULL), CUDA_ERROR_INVALID_VALUE,
	      "32 bytes into a block");
	is_fine(cu->cuMemFreeHost(pinned));
	gives(cu->cuMemFreeHost(pinned), CUDA_ERROR_INVALID_VALUE, "freed twice");
	is_fine(cu->cuMemsetD32Async(p, 0x01020304, 16, NULL));
	is_fine(cu->cuMemcpyDtoH(back, p, 64));
	is_int((unsigned char)back[60], 4, "set by words");
	gives(cu->cuMemsetD32Async(p, 0, 17, NULL), CUDA_ERROR_INVALID_VALUE, "the target, 68 bytes");
	gives(cu->cuMemsetD32Async(p + 2, 0, 1, NULL), CUDA_ERROR_INVALID_VALUE, "not aligned to 4");
	is_fine(cu->cuMemFree(p));
	is_fine(cu->cuMemFree(q));
}

static CUmodule test_modules(void)
{
	const struct fake_image right = fake_image(80), newer = fake_image(100);
	CUmodule module, other;
	CUfunction function;

	gives(cu->cuModuleLoadData(&module, "nothing of use"), CUDA_ERROR_INVALID_IMAGE,
	      "no fatbin, cubin or PTX");
	gives(cu->cuModuleLoadData(&module, &newer), CUDA_ERROR_NO_BINARY_FOR_GPU, "");
	is_fine(cu->cuModuleLoadData(&other, "//\n.version 8.0\n"));
	is_fine(cu->cuModuleLoadData(&module, &right));
	gives(cu->cuModuleGetFunction(&function, module, "no_such_kernel"), CUDA_ERROR_NOT_FOUND, "");
	is_fine(cu->cuModuleGetFunction(&function, other, "bias_add_f32"));
	is_fine(cu->cuModuleUnload(other));
	gives(cu->cuModuleUnload(other), CUDA_ERROR_INVALID_HANDLE, "the module was destroyed");
	gives(cu->cuFuncSetAttribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 0),
	      CUDA_ERROR_INVALID_HANDLE, "the function was destroyed");
	return module;
}

/* What the engine loads, and a kernel whose threads wait for each other. */
static void test_engine_image(void)
{
	enum { COLS = 1000 };
	static const char *const names[] = {
#define KERNEL(name, args, threads) #name,
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
	};
	static float x[2 * COLS];
	int32_t id[2];
	CUmodule module;
	CUfunction f;
	int missing = 0;

	is_fine(cu->cuModuleLoadData(&module, cuda_kernels_image));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		missing += cu->cuModuleGetFunction(&f, module, names[i]) != CUDA_SUCCESS;
	is_int(missing, 0, "all kernels are there");
	for (int i = 0; i < 2 * COLS; i++)
		x[i] = (float)(i * 37 % 501);
	x[777] = x[COLS + 3] = 1000;
	CUdeviceptr dx = device_copy(x, sizeof x), did = device_bytes(sizeof id);
	CUdeviceptr dbest = device_bytes(2 * ARGMAX_PARTS * sizeof(struct argmax_best));
	struct argmax_args args = {(const float *)(uintptr_t)dx, (struct argmax_best *)(uintptr_t)dbest,
				   COLS};
	struct argmax_join_args join = {args.best, (int32_t *)(uintptr_t)did};
	void *params[] = {&args}, *join_params[] = {&join};
	is_fine(cu->cuModuleGetFunction(&f, module, "argmax"));
	is_fine(cu->cuLaunchKernel(f, 2, ARGMAX_PARTS, 1, 256, 1, 1, 0, NULL, params, NULL));
	is_fine(cu->cuModuleGetFunction(&f, module, "argmax_join"));
	is_fine(cu->cuLaunchKernel(f, 2, 1, 1, 32, 1, 1, 0, NULL, join_params, NULL));
	is_fine(cu->cuMemcpyDtoH(id, did, sizeof id));
	ok(id[0] == 777 && id[1] == 3, "argmax");
	is_fine(cu->cuMemFree(dx));
	is_fine(cu->cuMemFree(dbest));
	is_fine(cu->cuMemFree(did));
	is_fine(cu->cuModuleUnload(module));
}

static int launch(CUfunction f, unsigned gx, unsigned gy, unsigned threads, unsigned shared,
		  struct bias_args *args)
{
	void *params[] = {args};
	return (int)cu->cuLaunchKernel(f, gx, gy, 1, threads, 1, 1, shared, NULL, args ? params : NULL, NULL);
}

static void test_limits(CUfunction f, struct bias_args *args)
{
	const CUfunction_attribute shared = CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;

	gives(launch(f, 0, 1, 256, 0, args), CUDA_ERROR_INVALID_VALUE, "a grid of 0 x 1 x 1");
	gives(launch(f, 1, 65536, 256, 0, args), CUDA_ERROR_INVALID_VALUE, "a grid of 1 x 65536 x 1");
	gives(launch(f, 1u << 31, 1, 256, 0, args), CUDA_ERROR_INVALID_VALUE, "a grid of 2147483648");
	gives(launch(f, 1, 1, 1025, 0, args), CUDA_ERROR_INVALID_VALUE, "a block of 1025");
	gives(launch(f, 1, 1, 128, 0, args), CUDA_ERROR_INVALID_VALUE,
	      "blocks of 128 threads, its table says 256");
	gives(launch(f, 1, 1, 256, 0, NULL), CUDA_ERROR_INVALID_VALUE, "no arguments");
	gives(launch(f, 1, 1, 256, 49153, args), CUDA_ERROR_INVALID_VALUE, "allowed are 49152");
	gives(cu->cuFuncSetAttribute(f, shared, 232449), CUDA_ERROR_INVALID_VALUE, "the most are 232448");
	gives(cu->cuFuncSetAttribute(f, CU_FUNC_ATTRIBUTE_NUM_REGS, 1), CUDA_ERROR_INVALID_VALUE,
	      "attribute 4");
	is_fine(cu->cuFuncSetAttribute(f, shared, 65536));
	gives(launch(f, 1, 1, 256, 65537, args), CUDA_ERROR_INVALID_VALUE, "allowed are 65536");
}

/* A kernel that may begin while the one before runs. */
static int launch_early(CUfunction f, CUlaunchAttributeID attribute, struct bias_args *args)
{
	CUlaunchAttribute early = {.id = attribute, .value.programmaticStreamSerializationAllowed = 1};
	const CUlaunchConfig c = {2, 1, 1, 256, 1, 1, 0, NULL, &early, 1};
	void *params[] = {args};
	return (int)cu->cuLaunchKernelEx(&c, f, params, NULL);
}

static void test_early(CUfunction f, struct bias_args *args)
{
	const CUlaunchAttributeID early = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
	CUevent event;
	int compiled_for = 0;

	/* The other tests are of an older chip. */
	setenv("FAKE_CUDA_CC", "9.0", 1);
	is_fine(cu->cuFuncGetAttribute(&compiled_for, CU_FUNC_ATTRIBUTE_PTX_VERSION, f));
	is_int(compiled_for, 90, "the kernels know of it");
	is_fine(cu->cuEventCreate(&event, CU_EVENT_DEFAULT));
	is_fine(cu->cuEventRecord(event, NULL));
	gives(launch_early(f, early, args), CUDA_ERROR_INVALID_VALUE, "behind something that is no kernel");
	is_fine(launch(f, 2, 1, 256, 0, args));
	is_fine(launch_early(f, early, args));
	is_fine(launch_early(f, early, args));
	gives(launch_early(f, CU_LAUNCH_ATTRIBUTE_PRIORITY, args), CUDA_ERROR_INVALID_VALUE,
	      "launch attribute");
	setenv("FAKE_CUDA_CC", "8.6", 1);
	gives(launch_early(f, early, args), CUDA_ERROR_NOT_SUPPORTED, "capability 86");
	is_fine(cu->cuEventDestroy(event));
}

static void test_arguments(CUfunction f, struct bias_args args)
{
	struct bias_args bad = args;
	CUdeviceptr gone = device_bytes(4096);
	float host[4] = {0};
	void *pinned;

	is_fine(cu->cuMemFree(gone));
	bad.bias = (const float *)(uintptr_t)gone;
	gives(launch(f, 1, 1, 256, 0, &bad), CUDA_ERROR_ILLEGAL_ADDRESS,
	      "bias_add_f32: pointer 2 is to 0 bytes into a block of 4096 bytes that was freed");
	bad.bias = args.bias + 300;
	gives(launch(f, 1, 1, 256, 0, &bad), CUDA_ERROR_ILLEGAL_ADDRESS,
	      "0 bytes past the end of a block of 1200");
	bad.bias = host;
	gives(launch(f, 1, 1, 256, 0, &bad), CUDA_ERROR_ILLEGAL_ADDRESS, "pointer 2 is to no device memory");
	is_fine(cu->cuMemAllocHost(&pinned, 1200));
	memset(pinned, 0, 1200);
	bad.bias = pinned;
	is_fine(launch(f, 2, 1, 256, 0, &bad));
	is_fine(cu->cuMemFreeHost(pinned));
}

static void test_launches(CUmodule module)
{
	enum { ROWS = 3, COLS = 300 };
	static float c[ROWS * COLS], bias[COLS];
	CUfunction f;
	int bad = 0;

	for (int i = 0; i < ROWS * COLS; i++)
		c[i] = (float)i;
	for (int i = 0; i < COLS; i++)
		bias[i] = 1000.0f * (float)i;
	CUdeviceptr dc = device_copy(c, sizeof c), dbias = device_copy(bias, sizeof bias);
	struct bias_args args = {(float *)(uintptr_t)dc, (const float *)(uintptr_t)dbias, COLS};
	is_fine(cu->cuModuleGetFunction(&f, module, "bias_add_f32"));
	is_fine(launch(f, 2, ROWS, 256, 0, &args));
	is_fine(cu->cuCtxSynchronize());
	is_fine(cu->cuMemcpyDtoH(c, dc, sizeof c));
	for (int i = 0; i < ROWS * COLS; i++)
		bad += c[i] != (float)i + bias[i % COLS];
	is_int(bad, 0, "a kernel ran");
	args.cols = 1;
	test_limits(f, &args);
	args.cols = COLS;
	test_early(f, &args);
	test_arguments(f, args);
	is_fine(cu->cuMemFree(dc));
	is_fine(cu->cuMemFree(dbias));
}

static void test_contexts(void)
{
	CUcontext second;
	CUdeviceptr p;
	CUstream stream;

	is_fine(cu->cuDevicePrimaryCtxRetain(&second, 1));
	is_fine(cu->cuCtxSetCurrent(second));
	is_fine(cu->cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	p = device_bytes(64);
	is_fine(cu->cuCtxSetCurrent(context));
	gives(cu->cuMemsetD8Async(p, 0, 64, stream), CUDA_ERROR_INVALID_HANDLE, "another context");
	is_fine(cu->cuCtxSetCurrent(NULL));
	gives(cu->cuMemAlloc(&p, 64), CUDA_ERROR_INVALID_CONTEXT, "no current context");
	is_fine(cu->cuCtxSetCurrent(second));
	gives(cu->cuDevicePrimaryCtxRelease(1), 0,
	      "cuDevicePrimaryCtxRelease: leaked: 1 block of device memory, 64 bytes");
	gives(cu->cuMemAlloc(&p, 64), CUDA_ERROR_CONTEXT_IS_DESTROYED, "was released");
	gives(cu->cuCtxSetCurrent(second), CUDA_ERROR_INVALID_CONTEXT, "the context was destroyed");
	gives(cu->cuDevicePrimaryCtxRelease(1), CUDA_ERROR_INVALID_CONTEXT, "released more often");
	is_fine(cu->cuCtxSetCurrent(context));
}

int main(void)
{
	fake_name();
	setenv("FAKE_CUDA_DEVICES", "2", 1);
	setenv("FAKE_CUDA_CC", "8.6", 1);
	setenv("FAKE_CUDA_MEMORY", "0x100000", 1);
	fake_open();
	test_device();
	test_failures();
	test_memory();
	test_copies();
	CUmodule module = test_modules();
	test_engine_image();
	test_launches(module);
	test_contexts();
	is_fine(cu->cuModuleUnload(module));
	is_fine(cu->cuDevicePrimaryCtxRelease(0));
	return tap_done();
}
