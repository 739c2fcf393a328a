/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, kernels and time of the device. */
#include "config.h"

#include "engines/cuda/cuda.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	size_t args_size;
	unsigned threads;
} kernels[] = {
#define KERNEL(name, args, threads) {#name, sizeof(struct args), threads},
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
};

#define LARGE_BYTES ((size_t)1 << 20)
#define LARGE_STEP  ((size_t)2 << 20)
#define SMALL_STEP  ((size_t)512)

size_t dev_taken(size_t bytes)
{
	size_t step = bytes > LARGE_BYTES ? LARGE_STEP : SMALL_STEP;
	return bytes > SIZE_MAX - step ? SIZE_MAX : (bytes + step - 1) / step * step;
}

int dev_alloc(struct engine *e, size_t bytes, const char *what, CUdeviceptr *out, struct diag *d)
{
	size_t available = 0, all = 0;
	*out = 0;
	if (e->cu->cuMemAlloc(out, bytes ? bytes : 1) == CUDA_SUCCESS)
		return 0;
	*out = 0;
	(void)e->cu->cuMemGetInfo(&available, &all);
	return diag_set(d, ERR_OOM, "cuda:%d: no memory for %s: %zu bytes, %zu are free", e->ordinal, what,
			bytes, available);
}

void dev_free(struct engine *e, CUdeviceptr *p)
{
	if (*p)
		(void)e->cu->cuMemFree(*p);
	*p = 0;
}

int dev_upload(struct engine *e, CUdeviceptr to, const void *from, size_t bytes, struct diag *d)
{
	stream_other(e);
	return bytes ? cuda_check(e->cu, e->cu->cuMemcpyHtoD(to, from, bytes), "copying to the device", d)
		     : 0;
}

int dev_download(struct engine *e, void *to, CUdeviceptr from, size_t bytes, struct diag *d)
{
	stream_other(e);
	return bytes ? cuda_check(e->cu, e->cu->cuMemcpyDtoH(to, from, bytes), "copying from the device", d)
		     : 0;
}

/* Names are looked up once. */
static int kernel_find(struct engine *e, enum kernel k, struct diag *d)
{
	char what[64];
	if (e->kernel[k])
		return 0;
	snprintf(what, sizeof what, "kernel %s", kernels[k].name);
	return cuda_check(e->cu, e->cu->cuModuleGetFunction(&e->kernel[k], e->module, kernels[k].name), what,
			  d);
}

/* Behind another of ours it may be launched while that one runs: all of them wait for it (programmatic dependent launch). */
static CUresult kernel_start(const struct engine *e, enum kernel k, const unsigned grid[3], void **params)
{
	CUlaunchAttribute early = {.id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION,
				   .value.programmaticStreamSerializationAllowed = 1};
	const CUlaunchConfig config = {
		.gridDimX = grid[0],
		.gridDimY = grid[1],
		.gridDimZ = grid[2],
		.blockDimX = kernels[k].threads,
		.blockDimY = 1,
		.blockDimZ = 1,
		.hStream = e->stream,
		.attrs = &early,
		.numAttrs = 1,
	};
	if (e->overlap && e->after_kernel)
		return e->cu->cuLaunchKernelEx(&config, e->kernel[k], params, NULL);
	return e->cu->cuLaunchKernel(e->kernel[k], grid[0], grid[1], grid[2], kernels[k].threads, 1, 1, 0,
				     e->stream, params, NULL);
}

void overlap_end(struct engine *e, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	(void)vsnprintf(e->no_overlap, sizeof e->no_overlap, why, args);
	va_end(args);
	e->overlap = false;
}

/* It takes kernels that wait, which those compiled for older chips do not: one stands for all. */
#define OVERLAP_LEAST 90

int overlap_begin(struct engine *e, struct diag *d)
{
	int compiled_for = 0, rc = kernel_find(e, KERNEL_norm_f32, d);
	if (rc)
		return rc;
	if (e->cu->cuFuncGetAttribute(&compiled_for, CU_FUNC_ATTRIBUTE_PTX_VERSION,
				      e->kernel[KERNEL_norm_f32]) != CUDA_SUCCESS)
		overlap_end(e, "the driver does not tell what its kernels were compiled for");
	else if (compiled_for < OVERLAP_LEAST)
		overlap_end(e, "its kernels were compiled for compute_%d, expected %d or later", compiled_for,
			    OVERLAP_LEAST);
	else
		e->overlap = true;
	return 0;
}

int launch(struct engine *e, enum kernel k, unsigned grid_x, unsigned grid_y, unsigned grid_z,
	   const void *args, size_t args_size, struct diag *d)
{
	void *params[] = {(void *)(uintptr_t)args};
	char what[64];
	if (args_size != kernels[k].args_size)
		return diag_set(d, ERR_INTERNAL, "kernel %s takes %zu bytes, got %zu", kernels[k].name,
				kernels[k].args_size, args_size);
	int rc = kernel_find(e, k, d);
	if (rc)
		return rc;
	const unsigned grid[3] = {grid_x, grid_y, grid_z};
	CUresult r = kernel_start(e, k, grid, params);
	e->after_kernel = r == CUDA_SUCCESS;
	if (r == CUDA_SUCCESS)
		return 0;
	snprintf(what, sizeof what, "kernel %s", kernels[k].name);
	return cuda_check(e->cu, r, what, d);
}

int stream_mark(struct engine *e, CUevent event, struct diag *d)
{
	stream_other(e);
	return cuda_check(e->cu, e->cu->cuEventRecord(event, e->stream), "recording an event", d);
}

int events_ns(struct engine *e, CUevent begin, CUevent end, int64_t *ns, struct diag *d)
{
	float ms = 0;
	int rc = cuda_check(e->cu, e->cu->cuEventElapsedTime(&ms, begin, end), "reading the device's clock",
			    d);
	*ns = rc ? 0 : (int64_t)((double)ms * 1e6 + 0.5);
	return rc;
}

int stream_wait(struct engine *e, int64_t *device_ns, struct diag *d)
{
	int rc = cuda_check(e->cu, e->cu->cuStreamSynchronize(e->stream), "waiting for the device", d);
	return rc || !device_ns ? rc : events_ns(e, e->begin, e->end, device_ns, d);
}

void stream_settle(struct engine *e)
{
	(void)e->cu->cuStreamSynchronize(e->stream);
}
