/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine "cuda": what its files share. One device, its primary context, one stream that all work goes to in order, and the
 * kernels. Memory of the device is named by CUdeviceptr; kernels get it as pointers (dev_ptr).
 */
#ifndef IFM_CUDA_CUDA_H
#define IFM_CUDA_CUDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/err.h"
#include "engines/cuda/driver.h"
#include "engines/cuda/kernels/args.h"

struct hold_words;
struct lt;
struct strbuf;

/* Rows of engines/cuda/kernels/kernels.inc: KERNEL_norm_f16, ... */
enum kernel {
#define KERNEL(name, args, threads) KERNEL_##name,
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
	KERNEL_COUNT
};

/* What a chip is, as the driver says. */
struct chip {
	char name[64];
	char bus_id[32];
	int major, minor; /* compute capability */
	int n_sms;
	size_t l2_bytes;
	uint64_t memory_bytes;
	int driver; /* 13000: CUDA 13.0 */
};

/* Of operations that wait until all of one is queued: hold.c. */
struct hold {
	struct hold_words *words; /* pinned; NULL: nothing is held */
	uint32_t ticket;	  /* of the last one */
	bool on, held;		  /* they are to be, and the last one was */
	int64_t n, n_late;	  /* held so far, and those that could not wait long enough */
	char why[160];		  /* why nothing is held any more */
};

struct engine {
	const struct cuda_driver *cu;
	int ordinal;
	CUdevice device;
	CUcontext context;
	CUstream stream;
	CUevent begin, end; /* around what the last submit asked for */
	CUmodule module;
	CUfunction kernel[KERNEL_COUNT]; /* found when first launched */
	bool overlap; /* a kernel behind another is launched while that one runs: portable.h, grid_wait */
	bool after_kernel;    /* the last thing in the stream is a kernel of ours */
	char no_overlap[120]; /* why not */
	struct chip chip;
	struct lt *lt; /* NULL: not asked for yet, not here, or not started */
	bool lt_asked;
	struct diag lt_why; /* why there is none: ERR_UNAVAILABLE where the library is not here */
	CUdeviceptr flush;
	size_t flush_bytes;
	struct hold hold;
};

/* ---- device.c ---- */

/* engine_ops: probe, open, close, describe_engine, flush, flush_bytes */
struct device_caps;
struct engine_config;
int cuda_probe(struct device_caps *caps, int max);
int cuda_open(struct engine **out, const struct engine_config *config, struct diag *d);
void cuda_close(struct engine *e);
void cuda_describe(const struct engine *e, struct strbuf *out);
int cuda_flush(struct engine *e, uint64_t *bytes, struct diag *d);
uint64_t cuda_flush_bytes(const struct engine *e);

/* Bytes of the device that may be planned with now, less a reserve; 0 when it does not tell. */
uint64_t cuda_memory_free(const struct engine *e);

/* cuBLASLt, opened by the first call; NULL where there is none, e->lt_why says why. */
struct lt *cuda_lt(struct engine *e);
/* What did not start, as without memory, is tried again when it is next asked for. A library that is not here stays so. */
void cuda_lt_retry(struct engine *e);

/* ---- hold.c: engine_ops hold ---- */

struct held;
void cuda_hold(struct engine *e, bool on, struct held *told);
/* Around what is submitted; nothing where nothing is held, or it cannot be (its launch may wait for what runs). What was
 * started is released, whatever failed in between. */
MUST_CHECK int hold_start(struct engine *e, bool can, struct diag *d);
void hold_release(struct engine *e);
/* Once the device is done: was the launch of what it did in its time, though operations are to be held? */
bool hold_was_late(struct engine *e);
/* Nothing is held from here on. */
void hold_free(struct engine *e);

/* ---- work.c ---- */

/* Memory of the device, 256-byte aligned, not zeroed. *out is 0 on failure. */
MUST_CHECK int dev_alloc(struct engine *e, size_t bytes, const char *what, CUdeviceptr *out, struct diag *d);
/* What the driver takes for them: it cuts large blocks by 2 MiB. SIZE_MAX: more than can be counted. */
size_t dev_taken(size_t bytes);
/* 0 is fine; *p becomes 0. */
void dev_free(struct engine *e, CUdeviceptr *p);
/* From the host, before it returns. */
MUST_CHECK int dev_upload(struct engine *e, CUdeviceptr to, const void *from, size_t bytes, struct diag *d);
MUST_CHECK int dev_download(struct engine *e, void *to, CUdeviceptr from, size_t bytes, struct diag *d);

static inline void *dev_ptr(CUdeviceptr p)
{
	return (void *)(uintptr_t)p;
}

/* May kernels overlap here? Sets e->overlap, or why not. */
MUST_CHECK int overlap_begin(struct engine *e, struct diag *d);
/* Kernels follow each other from here on, and why (one line). */
__attribute__((format(printf, 2, 3))) void overlap_end(struct engine *e, const char *why, ...);

/* Something that is no kernel of ours has been put into the stream, or may have been. */
static inline void stream_other(struct engine *e)
{
	e->after_kernel = false;
}

/* Starts a kernel in the stream. args: its struct, of args_size bytes; copied. */
MUST_CHECK int launch(struct engine *e, enum kernel k, unsigned grid_x, unsigned grid_y, unsigned grid_z,
		      const void *args, size_t args_size, struct diag *d);
#define LAUNCH(e, k, x, y, z, args, d) launch(e, k, x, y, z, args, sizeof *(args), d)

/* Waits for all that was started; *device_ns (may be NULL) is the time between the events of begin and end. */
MUST_CHECK int stream_wait(struct engine *e, int64_t *device_ns, struct diag *d);
/* The time between two events that have passed. */
MUST_CHECK int events_ns(struct engine *e, CUevent begin, CUevent end, int64_t *ns, struct diag *d);

/* The same before memory goes; what failed was told before. */
void stream_settle(struct engine *e);
MUST_CHECK int stream_mark(struct engine *e, CUevent event, struct diag *d);

/* A grid has no more blocks in y and z. */
#define GRID_Y_MAX 65535

static inline unsigned blocks_of(uint64_t n, uint64_t a_block)
{
	return (unsigned)((n + a_block - 1) / a_block);
}

#endif
