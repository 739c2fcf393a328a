/* SPDX-License-Identifier: Apache-2.0 */
/* Devices: which there are, opening one. */
#include "config.h"

#include "engines/cuda/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/base/switches.h"
#include "engines/cuda/kernels/image.h"
#include "engines/cuda/lt.h"
#include "engines/engine.h"

/* Kernels are compiled for these and newer chips: engines/cuda/local.mk. */
#define MAJOR_LEAST 8

/* A cyclic pass over so many times the last cache finds nothing in it again. */
#define FLUSH_L2 4

/* Blocks that do it, with a word each that they store. */
#define FLUSH_BLOCKS 1024
#define FLUSH_SINK   (FLUSH_BLOCKS * sizeof(uint32_t))

/* Graphs, kernels that are loaded when they are first used and the driver's own tables take some, too: so much stays free. */
#define RESERVE_MOST ((size_t)256 << 20)
#define RESERVE_PART 16 /* of all memory, of small devices */

static int attribute(const struct cuda_driver *cu, CUdevice device, CUdevice_attribute which)
{
	int v = 0;
	return cu->cuDeviceGetAttribute(&v, which, device) == CUDA_SUCCESS ? v : 0;
}

static bool chip_read(const struct cuda_driver *cu, CUdevice device, struct chip *c)
{
	size_t bytes = 0;
	*c = (struct chip){0};
	if (cu->cuDeviceGetName(c->name, sizeof c->name, device) != CUDA_SUCCESS ||
	    cu->cuDeviceTotalMem(&bytes, device) != CUDA_SUCCESS)
		return false;
	if (cu->cuDeviceGetPCIBusId(c->bus_id, sizeof c->bus_id, device) != CUDA_SUCCESS)
		c->bus_id[0] = '\0';
	(void)cu->cuDriverGetVersion(&c->driver);
	c->memory_bytes = bytes;
	c->major = attribute(cu, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
	c->minor = attribute(cu, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
	c->n_sms = attribute(cu, device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
	c->l2_bytes = (size_t)attribute(cu, device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
	return true;
}

/* ---- probe ---- */

static void capability_put(struct capability *list, int *n, const char *name, const char *why_not)
{
	list[*n] = (struct capability){.name = name, .usable = !*why_not};
	snprintf(list[(*n)++].why_not, sizeof list[0].why_not, "%s", why_not);
}

/* What a device can do does not depend on whether cuBLASLt is here: that is asked when a point wants it. */
static void choices_put(struct device_caps *caps)
{
	capability_put(caps->affinities, &caps->n_affinities, "auto", "");
	for (int i = 0; i < DTYPE_COUNT; i++)
		capability_put(caps->precisions, &caps->n_precisions, dtype_name(i), "");
	for (int i = 0; i < DTYPE_COUNT; i++)
		if (dtype_in_caches(i))
			capability_put(caps->kvs, &caps->n_kvs, dtype_name(i), "");
	capability_put(caps->providers, &caps->n_providers, "own", "");
	capability_put(caps->providers, &caps->n_providers, "cublaslt", "");
}

static void device_probe(const struct cuda_driver *cu, int ordinal, struct device_caps *caps)
{
	CUdevice device;
	struct chip c;
	*caps = (struct device_caps){.n_cpus = 1};
	snprintf(caps->name, sizeof caps->name, "cuda:%d", ordinal);
	if (cu->cuDeviceGet(&device, ordinal) != CUDA_SUCCESS || !chip_read(cu, device, &c)) {
		snprintf(caps->why_not, sizeof caps->why_not, "the driver does not tell what it is");
		return;
	}
	snprintf(caps->description, sizeof caps->description, "%.60s, CC %d.%d, %d SMs", c.name, c.major,
		 c.minor, c.n_sms);
	caps->memory_bytes = c.memory_bytes;
	caps->usable = c.major >= MAJOR_LEAST;
	if (!caps->usable)
		snprintf(caps->why_not, sizeof caps->why_not,
			 "compute capability %d.%d, expected %d.0 or later", c.major, c.minor, MAJOR_LEAST);
	choices_put(caps);
}

/* One device that says why there is none. */
static int none_probe(struct device_caps *caps, int max, const char *why)
{
	if (max < 1)
		return 1;
	*caps = (struct device_caps){.name = "cuda:0"};
	snprintf(caps->why_not, sizeof caps->why_not, "%s", why);
	return 1;
}

int cuda_probe(struct device_caps *caps, int max)
{
	const char *why;
	const struct cuda_driver *cu = cuda_driver(&why);
	int n = 0;
	if (!cu)
		return none_probe(caps, max, why);
	if (cu->cuDeviceGetCount(&n) != CUDA_SUCCESS || n < 1)
		return none_probe(caps, max, "the NVIDIA driver is here, but no device");
	for (int i = 0; i < n && i < max; i++)
		device_probe(cu, i, &caps[i]);
	return n;
}

/* ---- open ---- */

static int ordinal_parse(const char *name, int *out, struct diag *d)
{
	char *end;
	long v = strncmp(name, "cuda:", 5) == 0 ? strtol(name + 5, &end, 10) : -1;
	if (v < 0 || v > 1023 || end == name + 5 || *end)
		return diag_set(d, ERR_UNAVAILABLE,
				"engine cuda has no device \"%s\", expected cuda:0, cuda:1, ...", name);
	*out = (int)v;
	return 0;
}

static int stream_open(struct engine *e, struct diag *d)
{
	const struct cuda_driver *cu = e->cu;
	int rc = cuda_check(cu, cu->cuStreamCreate(&e->stream, CU_STREAM_DEFAULT), "making a stream", d);
	if (rc == 0)
		rc = cuda_check(cu, cu->cuEventCreate(&e->begin, CU_EVENT_DEFAULT), "making an event", d);
	if (rc == 0)
		rc = cuda_check(cu, cu->cuEventCreate(&e->end, CU_EVENT_DEFAULT), "making an event", d);
	return rc;
}

static int device_open(struct engine *e, struct diag *d)
{
	const struct cuda_driver *cu = e->cu;
	int rc = cuda_check(cu, cu->cuDeviceGet(&e->device, e->ordinal), "opening the device", d);
	if (rc)
		return rc;
	if (!chip_read(cu, e->device, &e->chip))
		return diag_set(d, ERR_DEVICE, "cuda:%d: the driver does not tell what it is", e->ordinal);
	rc = cuda_check(cu, cu->cuDevicePrimaryCtxRetain(&e->context, e->device), "making a context", d);
	if (rc) {
		e->context = NULL;
		return rc;
	}
	rc = cuda_check(cu, cu->cuCtxSetCurrent(e->context), "making a context", d);
	if (rc == 0)
		rc = stream_open(e, d);
	if (rc == 0)
		rc = cuda_check(cu, cu->cuModuleLoadData(&e->module, cuda_kernels_image),
				"loading the kernels", d);
	return rc ? rc : overlap_begin(e, d);
}

/* launch: whether a kernel is launched while the one before it runs. */
enum { LAUNCH_SWITCH = 0, N_SWITCHES };
static const struct switch_row switches[N_SWITCHES] = {
	[LAUNCH_SWITCH] = {"launch", {"overlap", "serial"}},
};

int cuda_open(struct engine **out, const struct engine_config *config, struct diag *d)
{
	const char *why;
	const struct cuda_driver *cu = cuda_driver(&why);
	int ordinal = 0;
	bool on[N_SWITCHES];
	if (!cu)
		return diag_set(d, ERR_UNAVAILABLE, "cuda: unavailable: %s", why);
	int rc = switches_parse("cuda", switches, N_SWITCHES, config->options ? config->options : "", on, d);
	if (rc == 0)
		rc = ordinal_parse(config->device, &ordinal, d);
	if (rc)
		return rc;
	struct engine *e = mem_alloc(sizeof *e);
	e->cu = cu;
	e->ordinal = ordinal;
	rc = device_open(e, d);
	if (rc == 0 && on[LAUNCH_SWITCH])
		overlap_end(e, "as options say");
	if (rc) {
		cuda_close(e);
		return rc;
	}
	*out = e;
	return 0;
}

void cuda_close(struct engine *e)
{
	if (!e)
		return;
	const struct cuda_driver *cu = e->cu;
	if (e->context) {
		(void)cu->cuCtxSetCurrent(e->context);
		hold_free(e);
		dev_free(e, &e->flush);
		lt_close(e->lt);
		if (e->module)
			(void)cu->cuModuleUnload(e->module);
		if (e->begin)
			(void)cu->cuEventDestroy(e->begin);
		if (e->end)
			(void)cu->cuEventDestroy(e->end);
		if (e->stream)
			(void)cu->cuStreamDestroy(e->stream);
		(void)cu->cuCtxSetCurrent(NULL);
		(void)cu->cuDevicePrimaryCtxRelease(e->device);
	}
	free(e);
}

struct lt *cuda_lt(struct engine *e)
{
	if (!e->lt_asked && lt_open(&e->lt, e, &e->lt_why))
		e->lt = NULL;
	e->lt_asked = true;
	return e->lt;
}

void cuda_lt_retry(struct engine *e)
{
	if (e->lt || e->lt_why.code == ERR_UNAVAILABLE)
		return;
	e->lt_asked = false;
	diag_clear(&e->lt_why);
}

uint64_t cuda_memory_free(const struct engine *e)
{
	size_t available = 0, all = 0;
	if (e->cu->cuMemGetInfo(&available, &all) != CUDA_SUCCESS)
		return 0;
	size_t kept = all / RESERVE_PART < RESERVE_MOST ? all / RESERVE_PART : RESERVE_MOST;
	return available > kept ? available - kept : 0;
}

void cuda_describe(const struct engine *e, struct strbuf *out)
{
	const struct chip *c = &e->chip;
	strbuf_printf(out, "chip: %s, compute capability %d.%d, %d SMs, %.0f MiB L2, %.1f GiB\n", c->name,
		      c->major, c->minor, c->n_sms, (double)c->l2_bytes / (1 << 20),
		      (double)c->memory_bytes / (1 << 30));
	strbuf_printf(out, "driver: CUDA %d.%d\n", c->driver / 1000, c->driver % 1000 / 10);
}

/* ---- cold caches: read full of other lines, as those that were written would be written back meanwhile ---- */

static size_t flush_size(const struct engine *e)
{
	size_t l2 = e->chip.l2_bytes ? e->chip.l2_bytes : (size_t)64 << 20;
	return FLUSH_L2 * l2 / 16 * 16;
}

uint64_t cuda_flush_bytes(const struct engine *e)
{
	return e->flush ? 0 : flush_size(e) + FLUSH_SINK;
}

static int flush_open(struct engine *e, struct diag *d)
{
	size_t bytes = flush_size(e);
	int rc = dev_alloc(e, bytes + FLUSH_SINK, "emptying caches", &e->flush, d);
	stream_other(e);
	if (rc == 0)
		rc = cuda_check(e->cu, e->cu->cuMemsetD8Async(e->flush, 0, bytes + FLUSH_SINK, e->stream),
				"emptying caches", d);
	e->flush_bytes = e->flush ? bytes : 0;
	return rc;
}

int cuda_flush(struct engine *e, uint64_t *bytes, struct diag *d)
{
	int rc = e->flush ? 0 : flush_open(e, d);
	const struct stream_args a = {
		.from = dev_ptr(e->flush),
		.sink = dev_ptr(e->flush + e->flush_bytes),
		.n16 = e->flush_bytes / 16,
		.passes = 1,
	};
	if (rc == 0)
		rc = LAUNCH(e, KERNEL_stream_read, FLUSH_BLOCKS, 1, 1, &a, d);
	if (rc == 0)
		rc = stream_wait(e, NULL, d);
	*bytes = e->flush_bytes;
	return rc;
}
