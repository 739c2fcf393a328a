/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/cuda/lt.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/library.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"
#include "engines/cuda/cuda.h"

/* What NVIDIA recommends for Hopper. Its own, so that nothing is allocated while a graph is captured. */
#define WORKSPACE_BYTES ((size_t)32 << 20)

static const struct {
	const char *name;
	cudaDataType_t in, out, scale;
	cublasComputeType_t compute;
} types[LT_TYPES] = {
	[LT_F32] = {"f32", CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F},
	[LT_TF32] = {"tf32", CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32},
	[LT_F16] = {"f16", CUDA_R_16F, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F},
	[LT_BF16] = {"bf16", CUDA_R_16BF, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F},
	[LT_I8] = {"int8", CUDA_R_8I, CUDA_R_32I, CUDA_R_32I, CUBLAS_COMPUTE_32I},
};

const char *lt_type_name(enum lt_type type)
{
	return types[type].name;
}

/* ---- the library ---- */

/* Opened once, it stays. */
static struct library {
	bool asked;
	void *handle;
	struct lt_api api;
	char why[200];
} library;

static bool symbols_find(void *handle)
{
#define ENTRY(f)                                                                                             \
	*(void **)&library.api.f = dlsym(handle, #f);                                                        \
	if (!*(void **)&library.api.f) {                                                                     \
		snprintf(library.why, sizeof library.why, "libcublasLt lacks %s, it is too old", #f);        \
		return false;                                                                                \
	}
#include "engines/cuda/lt.inc"
#undef ENTRY
	return true;
}

static bool library_find(void)
{
	char name[32];
	if (library.asked)
		return library.handle != NULL;
	library.asked = true;
	snprintf(name, sizeof name, "libcublasLt.so.%d", CUBLAS_VER_MAJOR);
	library.handle = library_open_cuda(name, CUDA_LT_VARIABLE, library.why, sizeof library.why);
	if (library.handle && !symbols_find(library.handle))
		library.handle = NULL;
	return library.handle != NULL;
}

const char *lt_library_why_not(void)
{
	return library_find() ? NULL : library.why;
}

/* It does no such thing: that is told in two ways. */
static bool is_refusal(cublasStatus_t s)
{
	return s == CUBLAS_STATUS_NOT_SUPPORTED || s == CUBLAS_STATUS_INVALID_VALUE;
}

static int lt_check(cublasStatus_t s, const char *what, struct diag *d)
{
	if (s == CUBLAS_STATUS_SUCCESS)
		return 0;
	enum err code = s == CUBLAS_STATUS_ALLOC_FAILED ? ERR_OOM
			: is_refusal(s)			? ERR_UNSUPPORTED
							: ERR_DEVICE;
	return diag_set(d, code, "%s: cuBLASLt status %d", what, (int)s);
}

static int lt_start(struct lt *lt, struct diag *d)
{
	const struct cuda_driver *cu = lt->e->cu;
	int rc = lt_check(lt->api.cublasLtCreate(&lt->handle), "cublasLtCreate", d);
	if (rc == 0)
		rc = dev_alloc(lt->e, WORKSPACE_BYTES, "cuBLASLt", &lt->workspace, d);
	if (rc == 0)
		rc = cuda_check(cu, cu->cuEventCreate(&lt->begin, CU_EVENT_DEFAULT), "making an event", d);
	if (rc == 0)
		rc = cuda_check(cu, cu->cuEventCreate(&lt->end, CU_EVENT_DEFAULT), "making an event", d);
	return rc;
}

int lt_open(struct lt **out, struct engine *e, struct diag *d)
{
	struct diag why = {0};
	if (!library_find())
		return diag_set(d, ERR_UNAVAILABLE, "%s", library.why);
	struct lt *lt = mem_alloc(sizeof *lt);
	lt->e = e;
	lt->api = library.api;
	int rc = lt_start(lt, &why);
	if (rc) {
		lt_close(lt);
		return diag_set(d, (enum err)rc, "cuBLASLt does not start: %s", why.text);
	}
	lt->workspace_bytes = WORKSPACE_BYTES;
	lt->version = lt->api.cublasLtGetVersion();
	*out = lt;
	return 0;
}

void lt_close(struct lt *lt)
{
	if (!lt)
		return;
	if (lt->handle)
		(void)lt->api.cublasLtDestroy(lt->handle);
	dev_free(lt->e, &lt->workspace);
	if (lt->begin)
		(void)lt->e->cu->cuEventDestroy(lt->begin);
	if (lt->end)
		(void)lt->e->cu->cuEventDestroy(lt->end);
	free(lt);
}

/* ---- a plan ---- */

static int descriptors_make(struct lt_plan *p, struct diag *d)
{
	const struct lt_api *api = &p->lt->api;
	const cublasOperation_t t = CUBLAS_OP_T, n = CUBLAS_OP_N;
	const cudaDataType_t in = types[p->type].in, out = types[p->type].out;
	uint64_t rows = (uint64_t)p->n, cols = (uint64_t)p->m, depth = (uint64_t)p->k;
	static const char what[] = "describing a product";
	int rc = lt_check(api->cublasLtMatmulDescCreate(&p->op, types[p->type].compute, types[p->type].scale),
			  what, d);
	if (rc == 0)
		rc = lt_check(
			api->cublasLtMatmulDescSetAttribute(p->op, CUBLASLT_MATMUL_DESC_TRANSA, &t, sizeof t),
			what, d);
	if (rc == 0)
		rc = lt_check(
			api->cublasLtMatmulDescSetAttribute(p->op, CUBLASLT_MATMUL_DESC_TRANSB, &n, sizeof n),
			what, d);
	if (rc == 0)
		rc = lt_check(api->cublasLtMatrixLayoutCreate(&p->a, in, depth, rows, p->k), what, d);
	if (rc == 0)
		rc = lt_check(api->cublasLtMatrixLayoutCreate(&p->b, in, depth, cols, p->k), what, d);
	if (rc == 0)
		rc = lt_check(api->cublasLtMatrixLayoutCreate(&p->d, out, rows, cols, p->n), what, d);
	return rc;
}

static void config_read(const struct lt *lt, struct lt_algo *a)
{
	struct lt_config *c = &a->config;
	const struct {
		cublasLtMatmulAlgoConfigAttributes_t which;
		void *to;
		size_t size;
	} all[] = {
		{CUBLASLT_ALGO_CONFIG_ID, &c->id, sizeof c->id},
		{CUBLASLT_ALGO_CONFIG_TILE_ID, &c->tile, sizeof c->tile},
		{CUBLASLT_ALGO_CONFIG_STAGES_ID, &c->stages, sizeof c->stages},
		{CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &c->splitk, sizeof c->splitk},
		{CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, &c->reduction, sizeof c->reduction},
		{CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, &c->swizzle, sizeof c->swizzle},
		{CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, &c->custom, sizeof c->custom},
		{CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID, &c->inner, sizeof c->inner},
		{CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, &c->cluster, sizeof c->cluster},
	};
	size_t written;
	*c = (struct lt_config){0};
	/* One that the library does not tell stays 0, "undefined". */
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		(void)lt->api.cublasLtMatmulAlgoConfigGetAttribute(&a->algo, all[i].which, all[i].to,
								   all[i].size, &written);
}

static int preference_make(struct lt *lt, cublasLtMatmulPreference_t *out, struct diag *d)
{
	int rc = lt_check(lt->api.cublasLtMatmulPreferenceCreate(out), "describing a product", d);
	if (rc)
		return rc;
	rc = lt_check(lt->api.cublasLtMatmulPreferenceSetAttribute(
			      *out, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &lt->workspace_bytes,
			      sizeof lt->workspace_bytes),
		      "describing a product", d);
	if (rc)
		(void)lt->api.cublasLtMatmulPreferenceDestroy(*out);
	return rc;
}

int lt_plan_algos(const struct lt_plan *p, struct lt_algo *out, int max, int *n, struct diag *d)
{
	struct lt *lt = p->lt;
	cublasLtMatmulHeuristicResult_t found[LT_ALGOS] = {0};
	cublasLtMatmulPreference_t preference;
	int got = 0;
	int rc = preference_make(lt, &preference, d);
	if (rc)
		return rc;
	max = max < LT_ALGOS ? max : LT_ALGOS;
	cublasStatus_t s = lt->api.cublasLtMatmulAlgoGetHeuristic(lt->handle, p->op, p->a, p->b, p->d, p->d,
								  preference, max, found, &got);
	(void)lt->api.cublasLtMatmulPreferenceDestroy(preference);
	if (s != CUBLAS_STATUS_SUCCESS && !is_refusal(s))
		return lt_check(s, "asking for algorithms", d);
	*n = 0;
	for (int i = 0; i < got && s == CUBLAS_STATUS_SUCCESS; i++) {
		if (found[i].state != CUBLAS_STATUS_SUCCESS)
			continue;
		struct lt_algo *a = &out[(*n)++];
		a->algo = found[i].algo;
		a->workspace = found[i].workspaceSize;
		a->waves = found[i].wavesCount;
		config_read(lt, a);
	}
	return 0;
}

/* The first algorithm that fits what is wished for. */
static int algo_choose(struct lt_plan *p, const struct lt_wish *wish, struct diag *d)
{
	struct lt_algo algos[LT_ALGOS];
	int n, rc = lt_plan_algos(p, algos, wish ? LT_ALGOS : 1, &n, d), i = 0;
	if (rc)
		return rc;
	if (n == 0)
		return diag_set(d, ERR_UNSUPPORTED, "cuBLASLt has no %s product of m=%d n=%d k=%d",
				types[p->type].name, p->m, p->n, p->k);
	while (wish && i < n && !lt_wish_fits(wish, &algos[i].config))
		i++;
	if (i < n) {
		p->algo = algos[i];
		p->chosen = wish ? "as the point says" : "the heuristic's first";
		return 0;
	}
	struct strbuf known = {0};
	for (i = 0; i < n && i < 4; i++) {
		strbuf_puts(&known, i ? ", " : "");
		lt_config_name(&algos[i].config, &known);
	}
	diag_set(d, ERR_UNSUPPORTED,
		 "none of cuBLASLt's %d algorithms for m=%d n=%d k=%d is cut so; its first: %s", n, p->m,
		 p->n, p->k, strbuf_text(&known));
	strbuf_free(&known);
	return ERR_UNSUPPORTED;
}

int lt_plan_open(struct lt_plan *out, struct lt *lt, enum lt_type type, int m, int n, int k,
		 const char *blocking, struct diag *d)
{
	struct lt_plan p = {.lt = lt, .type = type, .m = m, .n = n, .k = k};
	struct lt_wish wish;
	bool named = strcmp(blocking, "auto") != 0 && strcmp(blocking, "tune") != 0;
	int rc = named ? lt_wish_parse(blocking, &wish, d) : 0;
	if (rc == 0)
		rc = descriptors_make(&p, d);
	if (rc == 0)
		rc = algo_choose(&p, named ? &wish : NULL, d);
	if (rc) {
		lt_plan_free(&p);
		return rc;
	}
	*out = p;
	return 0;
}

void lt_plan_free(struct lt_plan *p)
{
	if (p->op)
		(void)p->lt->api.cublasLtMatmulDescDestroy(p->op);
	if (p->a)
		(void)p->lt->api.cublasLtMatrixLayoutDestroy(p->a);
	if (p->b)
		(void)p->lt->api.cublasLtMatrixLayoutDestroy(p->b);
	if (p->d)
		(void)p->lt->api.cublasLtMatrixLayoutDestroy(p->d);
	*p = (struct lt_plan){0};
}

int lt_run(const struct lt_plan *p, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y, struct diag *d)
{
	static const float one = 1, zero = 0;
	static const int32_t one_i = 1, zero_i = 0;
	const struct lt *lt = p->lt;
	stream_other(lt->e);
	const void *alpha = p->type == LT_I8 ? (const void *)&one_i : &one;
	const void *beta = p->type == LT_I8 ? (const void *)&zero_i : &zero;
	return lt_check(lt->api.cublasLtMatmul(lt->handle, p->op, alpha, dev_ptr(w), p->a, dev_ptr(x), p->b,
					       beta, dev_ptr(y), p->d, dev_ptr(y), p->d, &p->algo.algo,
					       dev_ptr(lt->workspace), lt->workspace_bytes,
					       (cudaStream_t)lt->e->stream),
			"a product", d);
}
