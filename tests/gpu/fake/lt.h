/* SPDX-License-Identifier: Apache-2.0 */
/* What stands behind the descriptors of cuBLASLt, and which products a chip like Hopper has algorithms for. */
#ifndef IFM_TESTS_GPU_FAKE_LT_H
#define IFM_TESTS_GPU_FAKE_LT_H

#include <cublasLt.h>

#include "tests/gpu/fake/fake.h"

#define FAKE_LT(f, needs, parameters, names) FAKE_AS(cublasStatus_t, f, #f, do_##f, needs, parameters, names)

struct lt_product {
	cublasComputeType_t compute;
	cudaDataType_t scale;
	cublasOperation_t a, b;
};

struct lt_layout {
	cudaDataType_t type;
	uint64_t rows, cols;
	int64_t ld;
	int32_t batch;
	int64_t stride;
};

struct lt_preference {
	size_t workspace;
};

/* Copies, so that it stands when the descriptors are gone. D is m x n, k what is summed over. */
struct lt_problem {
	struct lt_product product;
	struct lt_layout a, b, c, d;
	uint64_t m, n, k;
};

struct lt_algo {
	int id;
	uint32_t tile, stages, split, reduction, swizzle, custom;
	uint16_t inner, cluster;
	float waves;
};

/* Each returns CUBLAS_STATUS_SUCCESS or complains. */
cublasStatus_t lt_handle_check(cublasLtHandle_t handle);
/* Dimensions that do not fit are a complaint; that no algorithm exists is none: CUBLAS_STATUS_NOT_SUPPORTED and why. */
cublasStatus_t lt_problem_make(struct lt_problem *p, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
			       cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
			       const char **why);
/* NULL after a complaint: it is none of ours, or was made for other types. */
const struct lt_algo *lt_algo_find(const cublasLtMatmulAlgo_t *algo, const struct lt_problem *p);
size_t lt_algo_workspace(const struct lt_algo *a, const struct lt_problem *p);

size_t lt_type_size(cudaDataType_t type);
/* D = alpha A B + beta C of one of a batch. split: parts of k that are summed apart. */
void lt_multiply(const struct lt_problem *p, unsigned split, const void *alpha, const void *a, const void *b,
		 const void *beta, const void *c, void *d);

#endif
