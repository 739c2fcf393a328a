/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is asked for, copied and set. */
#include <stdint.h>
#include <string.h>

#include "tests/gpu/fake/fake.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/fake/stream.h"

#define AT(p) ((void *)(uintptr_t)(p))

static CUresult take(enum memory_kind kind, size_t size, void *place)
{
	void *at;
	if (!place || size == 0)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%zu bytes, or no place for the address",
				     size);
	int r = memory_take(kind, context_current(), size, &at);
	if (!r)
		memcpy(place, &at, sizeof at);
	return r;
}

/* As the real ones do, it waits for the device. */
static CUresult give(enum memory_kind kind, const void *at)
{
	if (!at)
		return CUDA_SUCCESS;
	int late = streams_drain(context_current()), r = memory_give(kind, at);
	return r ? r : late;
}

FAKE(cuMemAlloc, NEED_CONTEXT | NEED_NO_CAPTURE, (CUdeviceptr * at, size_t size), (at, size))
{
	return take(MEMORY_DEVICE, size, at);
}

FAKE(cuMemFree, NEED_CONTEXT | NEED_NO_CAPTURE, (CUdeviceptr at), (at))
{
	return give(MEMORY_DEVICE, AT(at));
}

FAKE(cuMemAllocHost, NEED_CONTEXT | NEED_NO_CAPTURE, (void **at, size_t size), (at, size))
{
	return take(MEMORY_PINNED, size, at);
}

FAKE(cuMemFreeHost, NEED_CONTEXT | NEED_NO_CAPTURE, (void *at), (at))
{
	return give(MEMORY_PINNED, at);
}

enum direction {
	COPY_HOST_TO_DEVICE,
	COPY_DEVICE_TO_HOST,
	COPY_DEVICE_TO_DEVICE,
};

struct copy {
	enum direction direction;
	bool asynchronous;
	void *to;
	const void *from;
	size_t size;
};

static int host_check(const struct copy *c, const void *host, const char *what)
{
	if (memory_has(MEMORY_DEVICE, host))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s is device memory", what);
	if (!host)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s is NULL", what);
	if (c->asynchronous || memory_has(MEMORY_PINNED, host))
		return memory_check(MEMORY_PINNED, host, c->size, what);
	return 0;
}

static int copy_check(const void *body)
{
	const struct copy *c = body;
	const char *to = c->to, *from = c->from;
	if (c->size == 0)
		return 0;
	int r = c->direction == COPY_DEVICE_TO_HOST ? host_check(c, to, "the target")
						    : memory_check(MEMORY_DEVICE, to, c->size, "the target");
	if (r)
		return r;
	r = c->direction == COPY_HOST_TO_DEVICE ? host_check(c, from, "the source")
						: memory_check(MEMORY_DEVICE, from, c->size, "the source");
	if (!r && to < from + c->size && from < to + c->size)
		r = fake_complain(CUDA_ERROR_INVALID_VALUE, "source and target overlap");
	return r;
}

static void copy_run(const void *body)
{
	const struct copy *c = body;
	fault_watch("the copy");
	if (c->size)
		memcpy(c->to, c->from, c->size);
	fault_unwatch();
}

static void copy_tell(const void *body, struct fake_ran *out)
{
	static const enum fake_ran_kind kinds[] = {
		[COPY_HOST_TO_DEVICE] = RAN_COPY_TO,
		[COPY_DEVICE_TO_HOST] = RAN_COPY_FROM,
		[COPY_DEVICE_TO_DEVICE] = RAN_COPY_WITHIN,
	};
	const struct copy *c = body;
	out->kind = kinds[c->direction];
	out->bytes = c->size;
}

static const struct work_kind copy_kind = {copy_check, copy_run, NULL, false, copy_tell};

static CUresult copy_now(struct copy c)
{
	int r = streams_legacy_wait(context_current());
	if (!r)
		r = copy_check(&c);
	if (r)
		return r;
	memory_show();
	watch_run(&copy_kind, &c, &(struct work_mark){.correlation = watch_correlation()});
	return CUDA_SUCCESS;
}

static CUresult copy_later(struct copy c, CUstream stream)
{
	c.asynchronous = true;
	return stream_submit(stream, context_current(), &copy_kind, &c, sizeof c);
}

FAKE(cuMemcpyHtoD, NEED_CONTEXT | NEED_NO_CAPTURE, (CUdeviceptr to, const void *from, size_t size),
     (to, from, size))
{
	return copy_now((struct copy){COPY_HOST_TO_DEVICE, false, AT(to), from, size});
}

FAKE(cuMemcpyDtoH, NEED_CONTEXT | NEED_NO_CAPTURE, (void *to, CUdeviceptr from, size_t size),
     (to, from, size))
{
	return copy_now((struct copy){COPY_DEVICE_TO_HOST, false, to, AT(from), size});
}

FAKE(cuMemcpyHtoDAsync, NEED_CONTEXT, (CUdeviceptr to, const void *from, size_t size, CUstream stream),
     (to, from, size, stream))
{
	return copy_later((struct copy){COPY_HOST_TO_DEVICE, true, AT(to), from, size}, stream);
}

FAKE(cuMemcpyDtoHAsync, NEED_CONTEXT, (void *to, CUdeviceptr from, size_t size, CUstream stream),
     (to, from, size, stream))
{
	return copy_later((struct copy){COPY_DEVICE_TO_HOST, true, to, AT(from), size}, stream);
}

FAKE(cuMemcpyDtoDAsync, NEED_CONTEXT, (CUdeviceptr to, CUdeviceptr from, size_t size, CUstream stream),
     (to, from, size, stream))
{
	return copy_later((struct copy){COPY_DEVICE_TO_DEVICE, true, AT(to), AT(from), size}, stream);
}

struct fill {
	void *to;
	size_t n;
	unsigned width, value;
};

static int fill_check(const void *body)
{
	const struct fill *f = body;
	if ((uintptr_t)f->to % f->width)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%p is not aligned to %u", f->to, f->width);
	if (f->n > SIZE_MAX / f->width)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%zu elements", f->n);
	return memory_check(MEMORY_DEVICE, f->to, f->n * f->width, "the target");
}

static void fill_run(const void *body)
{
	const struct fill *f = body;
	uint32_t *words = f->to;
	if (f->width == 1)
		memset(f->to, (unsigned char)f->value, f->n);
	for (size_t i = 0; f->width == sizeof *words && i < f->n; i++)
		words[i] = f->value;
}

static void fill_tell(const void *body, struct fake_ran *out)
{
	const struct fill *f = body;
	out->kind = RAN_FILL;
	out->bytes = f->n * f->width;
}

static const struct work_kind fill_kind = {fill_check, fill_run, NULL, false, fill_tell};

FAKE(cuMemsetD8Async, NEED_CONTEXT, (CUdeviceptr to, unsigned char value, size_t n, CUstream stream),
     (to, value, n, stream))
{
	const struct fill f = {AT(to), n, 1, value};
	return stream_submit(stream, context_current(), &fill_kind, &f, sizeof f);
}

FAKE(cuMemsetD32Async, NEED_CONTEXT, (CUdeviceptr to, unsigned value, size_t n, CUstream stream),
     (to, value, n, stream))
{
	const struct fill f = {AT(to), n, 4, value};
	return stream_submit(stream, context_current(), &fill_kind, &f, sizeof f);
}
