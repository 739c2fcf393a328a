/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, kernels and time of the device. */
#include "config.h"

#include "engines/cuda/cuda.h"

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
	return bytes ? cuda_check(e->cu, e->cu->cuMemcpyHtoD(to, from, bytes), "copying to the device", d)
		     : 0;
}

int dev_download(struct engine *e, void *to, CUdeviceptr from, size_t bytes, struct diag *d)
{
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
	CUresult r = e->cu->cuLaunchKernel(e->kernel[k], grid_x, grid_y, grid_z, kernels[k].threads, 1, 1, 0,
					   e->stream, params, NULL);
	if (r == CUDA_SUCCESS)
		return 0;
	snprintf(what, sizeof what, "kernel %s", kernels[k].name);
	return cuda_check(e->cu, r, what, d);
}

int stream_mark(struct engine *e, CUevent event, struct diag *d)
{
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
