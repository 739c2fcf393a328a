/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels: what a launch may ask for, and what the pointers among its arguments point to. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "engines/cuda/kernels/args.h"
#include "tests/gpu/fake/arguments.h"
#include "tests/gpu/fake/early.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/fake/module.h"
#include "tests/gpu/fake/stream.h"

/* Bytes of arguments that a launch may have. */
#define ARGS_MOST 4096
struct launch {
	const struct simt_kernel *kernel;
	unsigned grid[3], block[3];
	size_t shared;
	bool early; /* it may begin while the one before it runs */
	_Alignas(16) unsigned char args[ARGS_MOST];
};

/* Their alignment is looked at where kernels load by it. */
static int pointer_check(const struct launch *l, size_t i, const void *p)
{
	enum memory_kind kind = memory_has(MEMORY_PINNED, p) ? MEMORY_PINNED : MEMORY_DEVICE;
	const struct block *b = memory_near(kind, p);
	if (!p)
		return 0;
	if (!b || b->freed || (size_t)((const unsigned char *)p - b->at) >= b->size)
		return fake_complain(CUDA_ERROR_ILLEGAL_ADDRESS, "%s: pointer %zu is to %s", l->kernel->name,
				     i + 1, memory_words(kind, p));
	return 0;
}

static int launch_check(const void *body)
{
	const struct launch *l = body;
	size_t n = arguments_pointers(l->kernel->name);
	int first = 0;
	for (size_t i = 0; i < n; i++) {
		const void *p;
		memcpy(&p, l->args + i * sizeof p, sizeof p);
		int r = pointer_check(l, i, p);
		first = first ? first : r;
	}
	return first;
}

static void launch_run(const void *body)
{
	const struct launch *l = body;
	early_begin(l->kernel->name, l->early);
	fault_watch(l->kernel->name);
	simt_run(l->kernel, l->grid, l->block, l->shared, l->args);
	fault_unwatch();
	early_end();
}

/* The one that waits for the host. */
static bool launch_ready(const void *body)
{
	const struct launch *l = body;
	struct hold_args a;
	if (strcmp(l->kernel->name, "hold") != 0)
		return true;
	memcpy(&a, l->args, sizeof a);
	return __atomic_load_n(a.go, __ATOMIC_ACQUIRE) == a.ticket;
}

static void launch_tell(const void *body, struct fake_ran *out)
{
	out->kind = RAN_KERNEL;
	out->name = ((const struct launch *)body)->kernel->name;
}

static const struct work_kind launch_kind = {launch_check, launch_run, launch_ready, true, launch_tell};

static int shape_check(const struct launch *l)
{
	const unsigned *g = l->grid, *b = l->block;
	const char *name = l->kernel->name;
	unsigned long long threads = (unsigned long long)b[0] * b[1] * b[2];
	if (!g[0] || !g[1] || !g[2] || g[0] > INT32_MAX || g[1] > 65535 || g[2] > 65535)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s: a grid of %u x %u x %u", name, g[0], g[1],
				     g[2]);
	if (threads == 0 || threads > 1024 || b[0] > 1024 || b[1] > 1024 || b[2] > 64)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s: a block of %u x %u x %u", name, b[0],
				     b[1], b[2]);
	if (threads != (unsigned long long)l->kernel->max_threads)
		return fake_complain(CUDA_ERROR_INVALID_VALUE,
				     "%s: blocks of %llu threads, its table says %d", name, threads,
				     l->kernel->max_threads);
	return 0;
}

static int launch_make(struct launch *l, const struct function *f, void **params)
{
	int r = shape_check(l);
	if (r)
		return r;
	if (l->shared > (size_t)f->shared_most)
		return fake_complain(CUDA_ERROR_INVALID_VALUE,
				     "%s: %zu bytes of shared memory, allowed are %d", l->kernel->name,
				     l->shared, f->shared_most);
	if (!params || !params[0])
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s: no arguments", l->kernel->name);
	if (l->kernel->args_size > ARGS_MOST)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s: %zu bytes of arguments", l->kernel->name,
				     l->kernel->args_size);
	memcpy(l->args, params[0], l->kernel->args_size);
	return 0;
}

static int launch_submit(CUfunction function, struct launch *l, CUstream stream, void **params, void **extra)
{
	const struct function *f = object_find(OBJECT_FUNCTION, function);
	if (!f)
		return CUDA_ERROR_INVALID_HANDLE;
	if (extra)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "arguments in extra");
	l->kernel = f->kernel;
	int r = launch_make(l, f, params);
	if (r)
		return r;
	return stream_submit(stream, object_owner(function), &launch_kind, l,
			     offsetof(struct launch, args) + f->kernel->args_size);
}

FAKE(cuLaunchKernel, NEED_CONTEXT,
     (CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
      unsigned shared, CUstream stream, void **params, void **extra),
     (function, gx, gy, gz, bx, by, bz, shared, stream, params, extra))
{
	struct launch l = {.grid = {gx, gy, gz}, .block = {bx, by, bz}, .shared = shared};
	return launch_submit(function, &l, stream, params, extra);
}

/* A kernel that may begin before the one before it is done: that one must be a kernel, and both must know of it. */
static int early_check(CUstream stream, const CUlaunchAttribute *a)
{
	if (a->id != CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "launch attribute %d", (int)a->id);
	if (device_capability() < 90)
		return fake_complain(CUDA_ERROR_NOT_SUPPORTED, "an early launch on capability %d",
				     device_capability());
	if (a->value.programmaticStreamSerializationAllowed && !stream_ends_with(stream, &launch_kind))
		return fake_complain(CUDA_ERROR_INVALID_VALUE,
				     "an early launch behind something that is no kernel");
	return 0;
}

FAKE(cuLaunchKernelEx, NEED_CONTEXT,
     (const CUlaunchConfig *c, CUfunction function, void **params, void **extra),
     (c, function, params, extra))
{
	if (!c || (c->numAttrs && !c->attrs))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "no configuration, or no attributes in it");
	struct launch l = {.grid = {c->gridDimX, c->gridDimY, c->gridDimZ},
			   .block = {c->blockDimX, c->blockDimY, c->blockDimZ},
			   .shared = c->sharedMemBytes};
	for (unsigned i = 0; i < c->numAttrs; i++) {
		int r = early_check(c->hStream, &c->attrs[i]);
		if (r)
			return r;
		l.early = l.early || c->attrs[i].value.programmaticStreamSerializationAllowed;
	}
	return launch_submit(function, &l, c->hStream, params, extra);
}
