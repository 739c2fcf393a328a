/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of the fake device: captures and what is illegal in them, graphs, events, streams that nobody waited for. */
#include "config.h"

#include "tests/gpu/fake_device.h"

#include "engines/cuda/kernels/args.h"

enum { COLS = 100 };

static CUstream stream;
static CUmodule module;
static CUfunction bias_add;
static CUdeviceptr c, bias;

static void set_up(void)
{
	const struct fake_image image = fake_image(80);
	float ones[COLS];

	for (int i = 0; i < COLS; i++)
		ones[i] = 1;
	bias = device_copy(ones, sizeof ones);
	c = device_bytes(sizeof ones);
	if (cu->cuMemsetD32Async(c, 0, COLS, NULL) || cu->cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING) ||
	    cu->cuModuleLoadData(&module, &image) ||
	    cu->cuModuleGetFunction(&bias_add, module, "bias_add_f32"))
		bail("no kernel");
}

static int launch(CUstream where)
{
	struct bias_args args = {(float *)(uintptr_t)c, (const float *)(uintptr_t)bias, COLS};
	void *params[] = {&args};
	int r = (int)cu->cuLaunchKernel(bias_add, 1, 1, 1, 256, 1, 1, 0, where, params, NULL);
	/* What a launch was given is copied. */
	memset(&args, 0xff, sizeof args);
	return r;
}

static float now(int i)
{
	float all[COLS];
	if (cu->cuMemcpyDtoH(all, c, sizeof all))
		bail("no copy");
	return all[i];
}

static void test_graph(void)
{
	CUgraph graph;
	CUgraphExec exec;
	CUevent event;

	is_fine(cu->cuEventCreate(&event, 0));
	is_fine(cu->cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
	is_fine(cu->cuMemsetD32Async(c, 0x40000000, COLS / 2, stream));
	is_fine(launch(stream));
	is_fine(launch(stream));
	is_fine(cu->cuEventRecord(event, stream));
	is_fine(cu->cuStreamEndCapture(stream, &graph));
	is_near(now(0), 0, 0, "nothing ran while it was captured");
	is_fine(cu->cuGraphInstantiateWithFlags(&exec, graph, 0));
	is_fine(cu->cuGraphDestroy(graph));
	gives(cu->cuGraphDestroy(graph), CUDA_ERROR_INVALID_HANDLE, "the graph was destroyed");
	gives(cu->cuEventSynchronize(event), CUDA_ERROR_INVALID_HANDLE, "recorded by a capture");
	is_fine(cu->cuGraphLaunch(exec, stream));
	is_near(now(0), 4, 0, "a graph ran");
	is_fine(cu->cuGraphLaunch(exec, stream));
	is_near(now(0), 4, 0, "again: what it sets");
	is_near(now(COLS - 1), 4, 0, "again: what it adds");
	CUdeviceptr kept = bias;
	is_fine(cu->cuMemFree(bias));
	gives(cu->cuGraphLaunch(exec, stream), CUDA_ERROR_ILLEGAL_ADDRESS, "that was freed");
	is_fine(cu->cuGraphExecDestroy(exec));
	gives(cu->cuGraphLaunch(exec, stream), CUDA_ERROR_INVALID_HANDLE,
	      "the executable graph was destroyed");
	gives(cu->cuGraphLaunch((CUgraphExec)(uintptr_t)kept, stream), CUDA_ERROR_INVALID_HANDLE,
	      "is no executable graph");
	gives(cu->cuGraphLaunch((CUgraphExec)stream, stream), CUDA_ERROR_INVALID_HANDLE,
	      "a stream where a executable graph is expected");
	is_fine(cu->cuEventDestroy(event));
}

static void capture_spoiled(const char *what)
{
	CUgraph graph;
	gives(launch(stream), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "");
	gives(cu->cuStreamEndCapture(stream, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "");
	ok(graph == NULL, "no graph: %s", what);
	is_fine(cu->cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
}

static void test_capture(void)
{
	CUgraph graph;
	CUdeviceptr p;
	CUevent event;
	CUstream other;
	float x;
	const char illegal[] = "illegal while a stream captures";
	const CUresult unsupported = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;

	gives(cu->cuStreamEndCapture(stream, &graph), CUDA_ERROR_ILLEGAL_STATE, "does not capture");
	gives(cu->cuStreamBeginCapture(NULL, CU_STREAM_CAPTURE_MODE_GLOBAL), unsupported,
	      "the legacy stream");
	is_fine(cu->cuEventCreate(&event, 0));
	is_fine(cu->cuEventRecord(event, NULL));
	is_fine(cu->cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
	gives(cu->cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), CUDA_ERROR_ILLEGAL_STATE,
	      "already");
	gives(cu->cuMemAlloc(&p, 64), unsupported, illegal);
	capture_spoiled("memory");
	gives(cu->cuMemcpyDtoH(&x, c, sizeof x), unsupported, illegal);
	capture_spoiled("a copy");
	gives(cu->cuStreamSynchronize(stream), unsupported, illegal);
	capture_spoiled("a wait");
	gives(cu->cuCtxSynchronize(), unsupported, illegal);
	capture_spoiled("a wait for all");
	gives(cu->cuEventSynchronize(event), unsupported, illegal);
	capture_spoiled("a wait for an event");
	gives(cu->cuMemcpyHtoDAsync(c, &x, sizeof x, stream), CUDA_ERROR_INVALID_VALUE,
	      "no pinned host memory");
	capture_spoiled("a copy from what is not pinned");
	is_fine(cu->cuStreamEndCapture(stream, &graph));
	is_fine(cu->cuGraphDestroy(graph));
	is_fine(cu->cuStreamCreate(&other, CU_STREAM_DEFAULT));
	is_fine(cu->cuStreamBeginCapture(other, CU_STREAM_CAPTURE_MODE_RELAXED));
	is_fine(cu->cuMemAlloc(&p, 64));
	is_fine(cu->cuMemFree(p));
	gives(launch(NULL), CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "the legacy stream waits");
	gives(cu->cuStreamDestroy(other), 0, "still captures");
	is_fine(cu->cuEventDestroy(event));
}

static void test_events(void)
{
	CUevent a, b, quiet;
	float ms = -1;

	is_fine(cu->cuEventCreate(&a, 0));
	is_fine(cu->cuEventCreate(&b, CU_EVENT_BLOCKING_SYNC));
	is_fine(cu->cuEventCreate(&quiet, CU_EVENT_DISABLE_TIMING));
	gives(cu->cuEventCreate(&quiet, 64), CUDA_ERROR_INVALID_VALUE, "flags 64");
	gives(cu->cuEventElapsedTime(&ms, a, b), CUDA_ERROR_INVALID_HANDLE, "never recorded");
	gives(cu->cuEventSynchronize(a), CUDA_ERROR_INVALID_HANDLE, "never recorded");
	is_fine(cu->cuEventRecord(a, stream));
	is_fine(launch(stream));
	is_fine(cu->cuEventRecord(b, stream));
	is_fine(cu->cuEventRecord(quiet, stream));
	is_fine(cu->cuEventSynchronize(b));
	is_fine(cu->cuEventElapsedTime(&ms, a, b));
	ok(ms >= 0, "time goes on");
	gives(cu->cuEventElapsedTime(&ms, a, quiet), CUDA_ERROR_INVALID_HANDLE, "has no time");
	is_fine(cu->cuEventDestroy(quiet));
	gives(cu->cuEventRecord(quiet, stream), CUDA_ERROR_INVALID_HANDLE, "the event was destroyed");
	is_fine(cu->cuEventDestroy(a));
	is_fine(cu->cuEventDestroy(b));
}

static void test_lazy(void)
{
	float *pinned, ms;
	CUevent a, b;

	is_fine(cu->cuMemAllocHost((void **)&pinned, sizeof *pinned));
	is_fine(cu->cuMemsetD32Async(c, 0, COLS, stream));
	setenv("FAKE_CUDA_LAZY", "1", 1);
	is_fine(cu->cuEventCreate(&a, 0));
	is_fine(cu->cuEventCreate(&b, 0));
	is_fine(cu->cuEventRecord(a, stream));
	is_fine(launch(stream));
	is_fine(cu->cuEventRecord(b, stream));
	is_near(now(0), 0, 0, "a stream that does not block is not waited for by a copy");
	gives(cu->cuEventElapsedTime(&ms, a, b), CUDA_ERROR_NOT_READY, "nobody waited");
	is_fine(cu->cuEventSynchronize(b));
	is_fine(cu->cuEventElapsedTime(&ms, a, b));
	is_near(now(0), 1, 0, "it ran when it was waited for");
	*pinned = 5;
	is_fine(cu->cuMemcpyHtoDAsync(c, pinned, sizeof *pinned, stream));
	*pinned = 6;
	is_fine(cu->cuStreamSynchronize(stream));
	is_near(now(0), 6, 0, "what is written before the wait is what is copied");
	is_fine(launch(NULL));
	is_near(now(0), 7, 0, "a copy waits for the legacy stream");
	is_fine(launch(stream));
	is_fine(cu->cuStreamDestroy(stream));
	is_near(now(0), 8, 0, "what is left is done when a stream goes");
	gives(launch(stream), CUDA_ERROR_INVALID_HANDLE, "the stream was destroyed");
	unsetenv("FAKE_CUDA_LAZY");
	is_fine(cu->cuMemFreeHost(pinned));
}

/* The kernel that waits for the host. */
static void test_hold(void)
{
	struct {
		uint32_t go, late;
	} * words;
	CUfunction hold;
	CUstream held;

	is_fine(cu->cuModuleGetFunction(&hold, module, "hold"));
	is_fine(cu->cuStreamCreate(&held, CU_STREAM_NON_BLOCKING));
	is_fine(cu->cuMemAllocHost((void **)&words, sizeof *words));
	words->go = words->late = 0;
	struct hold_args a = {&words->go, &words->late, 1000, 1};
	void *params[] = {&a};
	is_fine(cu->cuMemsetD32Async(c, 0, COLS, held));
	is_fine(cu->cuLaunchKernel(hold, 1, 1, 1, 1, 1, 1, 0, held, params, NULL));
	is_fine(launch(held));
	is_near(now(0), 0, 0, "what is behind a kernel that waits for the host waits, too");
	words->go = 1;
	is_fine(cu->cuStreamSynchronize(held));
	is_near(now(0), 1, 0, "until the host lets it go");
	is_int(words->late, 0, "in time");
	a.ticket = 2;
	is_fine(cu->cuLaunchKernel(hold, 1, 1, 1, 1, 1, 1, 0, held, params, NULL));
	gives(cu->cuStreamSynchronize(held), 0, "nobody has let go");
	is_int(words->late, 2, "it gives up");
	setenv("FAKE_CUDA_BLOCKING", "1", 1);
	a.ticket = 3;
	is_fine(cu->cuLaunchKernel(hold, 1, 1, 1, 1, 1, 1, 0, held, params, NULL));
	is_int(words->late, 3, "and where launches wait for what runs");
	unsetenv("FAKE_CUDA_BLOCKING");
	is_fine(cu->cuStreamDestroy(held));
	is_fine(cu->cuMemFreeHost(words));
}

int main(void)
{
	fake_name();
	fake_open();
	set_up();
	test_events();
	is_fine(cu->cuMemsetD32Async(c, 0, COLS, NULL));
	test_capture();
	test_hold();
	test_lazy();
	is_fine(cu->cuMemsetD32Async(c, 0, COLS, NULL));
	is_fine(cu->cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	test_graph();
	gives(cu->cuDevicePrimaryCtxRelease(0), 0, "leaked: 2 events");
	return tap_done();
}
