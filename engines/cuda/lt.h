/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products by cuBLASLt, which is opened by dlopen when a product first wants it: loading it takes a second.
 * Row-major Y[m][n] = X[m][k] W[n][k]^T is, column by column, D = op_T(A) B with A = W and B = X: always "TN", the only
 * form of int8, and weights keep the layout of the file.
 */
#ifndef IFM_CUDA_LT_H
#define IFM_CUDA_LT_H

#include <cublasLt.h>
#include <stdbool.h>
#include <stddef.h>

#include "engines/base/err.h"
#include "engines/cuda/driver.h"

struct engine;
struct strbuf;

/* The library that is opened instead, for tests and unusual installations. */
#define CUDA_LT_VARIABLE "INFEROMETER_LIBCUBLASLT"

/* Elements of X and W; Y is f32, or int32 of LT_I8. Sums are f32 (int32); LT_TF32 rounds what it multiplies. */
enum lt_type { LT_F32 = 0, LT_TF32, LT_F16, LT_BF16, LT_I8, LT_TYPES };

/* How an algorithm cuts a product: what cuBLASLt says of it. */
struct lt_config {
	int id;
	uint32_t tile, stages, splitk, reduction, swizzle, custom;
	uint16_t inner, cluster;
};

struct lt_algo {
	cublasLtMatmulAlgo_t algo;
	size_t workspace;
	float waves;
	struct lt_config config;
};

/* ---- lt.c ---- */

struct lt_api {
#define ENTRY(f) __typeof__(&f) f;
#include "engines/cuda/lt.inc"
#undef ENTRY
};

struct lt {
	struct engine *e;
	struct lt_api api;
	cublasLtHandle_t handle;
	CUdeviceptr workspace;
	size_t workspace_bytes;
	size_t version;
	CUevent begin, end; /* of tuning: it may happen inside a step, whose events stay as they are */
};

/* Belongs to the caller. ERR_UNAVAILABLE when the library is not here, which stays so; another code when it does not start,
 * as without memory for its workspace, which may pass. */
MUST_CHECK int lt_open(struct lt **out, struct engine *e, struct diag *d);
void lt_close(struct lt *lt); /* NULL is fine */
/* NULL when the library is here (it is opened), else why not; static. */
const char *lt_library_why_not(void);

/* A product of one shape, and how it is done. */
struct lt_plan {
	struct lt *lt;
	enum lt_type type;
	int m, n, k;
	cublasLtMatmulDesc_t op;
	cublasLtMatrixLayout_t a, b, d;
	struct lt_algo algo;
	const char *chosen; /* "heuristic", "point", "tuned", "tuned before": static */
};

/* The most algorithms that are looked at for a shape: of a blocking that names one, and of tune. */
#define LT_ALGOS 64
#define LT_TUNED 16

/*
 * Makes out ready for lt_run; it belongs to the caller (lt_plan_free). blocking: "auto" (what cuBLASLt's heuristic puts
 * first), "tune" (lt_plan_tune must follow) or the parts of a name (lt_names.h). ERR_UNSUPPORTED when cuBLASLt does no
 * such product, or none so.
 */
MUST_CHECK int lt_plan_open(struct lt_plan *out, struct lt *lt, enum lt_type type, int m, int n, int k,
			    const char *blocking, struct diag *d);
void lt_plan_free(struct lt_plan *p); /* all zero is fine */

/* Starts Y = X W^T in the engine's stream. All are 16-byte aligned. */
MUST_CHECK int lt_run(const struct lt_plan *p, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y, struct diag *d);

/* Up to max algorithms for the plan's shape, best first by the heuristic; how many. */
MUST_CHECK int lt_plan_algos(const struct lt_plan *p, struct lt_algo *out, int max, int *n, struct diag *d);

/* Tries the first LT_TUNED algorithms on these operands and takes the fastest, or what was found before by the same
 * library on the same chip and driver (kept in the folder of the cache, lt_tune.c). Waits for the device. */
MUST_CHECK int lt_plan_tune(struct lt_plan *p, CUdeviceptr x, CUdeviceptr w, CUdeviceptr y, struct diag *d);

/* "bf16": static. */
const char *lt_type_name(enum lt_type type);

/* ---- lt_names.c ---- */

/*
 * An algorithm's parts by the header's names: "128x256/stages64x4/splitk1/cluster2x1x1". A name may leave parts out, all
 * but one: it then means the first algorithm that has those it names.
 */
void lt_config_name(const struct lt_config *c, struct strbuf *out);

/* A name's parts; those that are not named are -1. */
struct lt_wish {
	int tile, stages, splitk, cluster;
};
/* ERR_UNSUPPORTED says what was expected. */
MUST_CHECK int lt_wish_parse(const char *blocking, struct lt_wish *out, struct diag *d);
bool lt_wish_fits(const struct lt_wish *w, const struct lt_config *c);

#endif
