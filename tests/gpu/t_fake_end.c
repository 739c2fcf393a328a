/* SPDX-License-Identifier: Apache-2.0 */
/* The fake device where it fails to start, and what is said at the end of a process: each in one of its own. */
#include "config.h"

#include <signal.h>

#include "tests/gpu/fake_device.h"

#include "engines/cuda/kernels/args.h"

static void start(void)
{
	const char *why;
	cu = cuda_driver(&why);
	fputs(why, stderr);
	_exit(cu ? 0 : strstr(why, "CUDA_ERROR_NO_DEVICE") ? 1 : strstr(why, "CUDA 11.8") ? 2 : 3);
}

static void test_start(void)
{
	is_int(in_child(start), 0, "it starts");
	setenv("FAKE_CUDA_DEVICES", "0", 1);
	is_int(in_child(start), 1, "no device");
	unsetenv("FAKE_CUDA_DEVICES");
	setenv("FAKE_CUDA_FAIL", "cuInit:1:100", 1);
	is_int(in_child(start), 1, "it does not start");
	unsetenv("FAKE_CUDA_FAIL");
	setenv("FAKE_CUDA_VERSION", "11080", 1);
	is_int(in_child(start), 2, "too old");
	unsetenv("FAKE_CUDA_VERSION");
	is_text(complaints(), "", "nothing of that is a complaint");
}

static void clean(void)
{
	fake_open();
	CUdeviceptr p = device_bytes(64);
	if (cu->cuMemFree(p) || cu->cuDevicePrimaryCtxRelease(0))
		exit(1);
}

static void leaky(void)
{
	const struct fake_image image = fake_image(80);
	CUstream stream;
	CUevent event;
	CUmodule module;
	CUgraph graph;
	CUgraphExec exec;
	void *pinned;

	fake_open();
	device_bytes(64);
	device_bytes(100);
	if (cu->cuStreamCreate(&stream, 0) || cu->cuEventCreate(&event, 0) ||
	    cu->cuModuleLoadData(&module, &image) || cu->cuMemAllocHost(&pinned, 7) ||
	    cu->cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED) ||
	    cu->cuMemsetD8Async(device_bytes(1), 0, 1, stream) || cu->cuStreamEndCapture(stream, &graph) ||
	    cu->cuGraphInstantiateWithFlags(&exec, graph, 0))
		exit(1);
}

static void test_leaks(void)
{
	is_int(in_child(clean), 0, "all is given back");
	is_text(complaints(), "", "no leak");
	is_int(in_child(leaky), 0, "nothing is given back");
	const char *said = complaints();
	has_text(said, "at the end: leaked: the primary context of device 0, retained 1 time", "context");
	has_text(said, "leaked: 3 blocks of device memory, 165 bytes", "device memory");
	has_text(said, "leaked: 1 block of pinned host memory, 7 bytes", "pinned memory");
	has_text(said, "leaked: 1 stream\n", "stream");
	has_text(said, "leaked: 1 event\n", "event");
	has_text(said, "leaked: 1 module\n", "module");
	has_text(said, "leaked: 1 graph\n", "graph");
	has_text(said, "leaked: 1 executable graph\n", "executable graph");
}

static void launch(const char *kernel, void *args)
{
	const struct fake_image image = fake_image(80);
	void *params[] = {args};
	CUmodule module;
	CUfunction f;

	if (cu->cuModuleLoadData(&module, &image) || cu->cuModuleGetFunction(&f, module, kernel) ||
	    cu->cuLaunchKernel(f, 1, 1, 1, 256, 1, 1, 0, NULL, params, NULL))
		exit(1);
}

static void reads_beyond(void)
{
	fake_open();
	CUdeviceptr c = device_bytes(4096), bias = device_bytes(4096) + 4096 - 16;
	struct bias_args args = {(float *)(uintptr_t)c, (const float *)(uintptr_t)bias, 8};
	launch("bias_add_f32", &args);
}

static void touches(void)
{
	fake_open();
	*(volatile char *)(uintptr_t)device_bytes(64) = 0;
}

static void writes_beside(void)
{
	fake_open();
	CUdeviceptr in = device_bytes(1024), out = device_bytes(100);
	struct cast_args args = {(const float *)(uintptr_t)in, (void *)(uintptr_t)out, 52};
	if (cu->cuMemsetD32Async(in, 0x3f800000, 256, NULL))
		exit(1);
	launch("cast_bf16", &args);
	if (cu->cuMemFree(out))
		exit(1);
}

static void complains(void)
{
	CUdeviceptr p;
	fake_open();
	cu->cuMemAlloc(&p, 0);
}

static void forked(void)
{
	fake_open();
	if (cu->cuDevicePrimaryCtxRelease(0))
		exit(1);
	if (fork() == 0)
		_exit((int)cu->cuDevicePrimaryCtxRetain(&context, 0));
	int status;
	wait(&status);
	exit(WEXITSTATUS(status));
}

static void test_faults(void)
{
	ok(in_child(reads_beyond) != 0, "a kernel that reads past the end of its block is no more");
	has_text(complaints(), "bias_add_f32 touches 0 bytes past the end of a block of 4096 bytes",
		 "and said so");
	ok(in_child(touches) != 0, "the host cannot touch device memory");
	complaints();
	is_int(in_child(writes_beside), 0, "a kernel writes behind its block, where memory is");
	has_text(complaints(), "cuMemFree: 0 bytes past the end of a block of 100 bytes were written to",
		 "it is seen");
	setenv("FAKE_CUDA_ABORT", "1", 1);
	is_int(in_child(complains), -SIGABRT, "a complaint can be the end");
	complaints();
	unsetenv("FAKE_CUDA_ABORT");
	is_int(in_child(forked), CUDA_ERROR_NOT_INITIALIZED, "a forked process has no device");
	has_text(complaints(), "forked after cuInit", "and is told why");
}

int main(void)
{
	fake_name();
	test_start();
	test_leaks();
	test_faults();
	return tap_done();
}
