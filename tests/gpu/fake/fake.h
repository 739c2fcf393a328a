/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict device without hardware: one library with the entry points of libcuda and libcublasLt that engine "cuda" calls.
 * Device memory is memory of the process that only the fake may touch, kernels run on the CPU (tests/gpu/simt.h). What a
 * real driver would punish late or never is a complaint at once: a line on stderr and in $FAKE_CUDA_LOG, and an error for
 * the caller. Nothing here is fast, and no time means anything.
 *
 * The environment says what the device is; it is read at each call:
 *   FAKE_CUDA_DEVICES  how many (1)              FAKE_CUDA_CC       compute capability (9.0)
 *   FAKE_CUDA_MEMORY   bytes of each (2 GiB)     FAKE_CUDA_VERSION  of the driver (13000)
 *   FAKE_CUDA_NAME     its name (Fake GPU)       FAKE_CUDA_L2       bytes of its cache (50 MiB)
 *   FAKE_CUDA_BUS      of the first one, hexadecimal (01)
 *   FAKE_CUDA_FAIL     FUNCTION:N:CODE[,...]: the N-th call from here on gives CODE (N = 0: every call)
 *   FAKE_CUDA_LAZY     1: streams wait until somebody waits for them, so that a wait that lacks is seen
 *   FAKE_CUDA_BLOCKING 1: a launch comes back when the kernel is done, whatever it waits for
 *   FAKE_CUDA_EARLY    0: what a kernel touches before it has waited is not looked at; more in early.h
 *   FAKE_CUDA_OPEN     1: device memory is not hidden between calls, which costs time where there is much
 *   FAKE_CUDA_LOG      file that gets a line a complaint
 *   FAKE_CUDA_OPENED   file that gets a line whenever a process opens this library
 *   FAKE_CUDA_ABORT    1: a complaint is the end of the process
 */
#ifndef IFM_TESTS_GPU_FAKE_FAKE_H
#define IFM_TESTS_GPU_FAKE_FAKE_H

#include <cuda.h>
#include <stdbool.h>
#include <stddef.h>

#define FAKE_DEVICES_MOST 8
#define FAKE_MEMORY	  ((size_t)2 << 30)

/* What a call needs before it does anything. */
enum need {
	NEED_NOTHING = 0,
	NEED_START = 1,	     /* cuInit */
	NEED_CONTEXT = 3,    /* a current context, that includes cuInit */
	NEED_NO_CAPTURE = 4, /* it is illegal while this thread captures */
};

/*
 * Every entry point stands between the two: one lock, the failure that was asked for, what is needed. The name stays for
 * complaints. fake_leave returns what it is given.
 */
int fake_enter(const char *function, unsigned needs);
int fake_leave(int result);

/* FAKE(cuMemAlloc, needs, (parameters), (their names)) { body }: the exported name is the header's macro. */
#define FAKE(f, needs, parameters, names) FAKE_AS(CUresult, f, #f, do_##f, needs, parameters, names)
#define FAKE_AS(type, f, name, do_f, needs, parameters, names)                                               \
	static type do_f parameters;                                                                         \
	type f parameters                                                                                    \
	{                                                                                                    \
		int fake_result = fake_enter(name, needs);                                                   \
		if (!fake_result)                                                                            \
			fake_result = (int)do_f names;                                                       \
		return (type)fake_leave(fake_result);                                                        \
	}                                                                                                    \
	static type do_f parameters

/* Says what is wrong, with the function's name before it. Returns result. */
__attribute__((format(printf, 2, 3))) int fake_complain(int result, const char *fmt, ...);

/* A number of the environment, fallback where the variable is not set. */
size_t fake_setting(const char *variable, size_t fallback);

/* What was made and has no memory of its own that anyone may look into: handles are numbers, never addresses, and none is
 * given twice. */
enum object_kind {
	OBJECT_CONTEXT = 1,
	OBJECT_STREAM,
	OBJECT_EVENT,
	OBJECT_MODULE,
	OBJECT_FUNCTION,
	OBJECT_GRAPH,
	OBJECT_GRAPH_EXEC,
	OBJECT_NODE,
	OBJECT_LT_HANDLE,
	OBJECT_LT_PRODUCT,
	OBJECT_LT_LAYOUT,
	OBJECT_LT_PREFERENCE,
};

struct context;

/* A zeroed body of size bytes, which belongs to the table, and its handle. */
void *object_make(enum object_kind kind, struct context *owner, size_t size, void *handle);
/* The body; NULL after a complaint when there is none alive of this kind behind the handle. */
void *object_find(enum object_kind kind, const void *handle);
/* The same without a word. */
void *object_look(enum object_kind kind, const void *handle);
struct context *object_owner(const void *handle);
void object_end(const void *handle);
/* Calls f with the body of each that is alive and belongs to owner (NULL: to anyone). */
void object_each(enum object_kind kind, const struct context *owner, void (*f)(void *body));
/* Complains of all that owner (NULL: anyone) still has, and ends it. */
void object_leaks(const struct context *owner);

/* Contexts (device.c). */
struct context {
	int device;
	int retains;
	void *handle;
	size_t used; /* bytes of device memory */
	CUstream legacy;
};
/* NULL after a complaint. */
struct context *context_current(void);
/* Not 0 after a complaint. */
int device_need_start(void);
int device_need_context(void);
/* 90 for 9.0. */
int device_capability(void);
/* At the end of the process. */
void device_leaks(void);

#endif
