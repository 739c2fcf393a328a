/* SPDX-License-Identifier: Apache-2.0 */
/* Which products there are algorithms for, and made-up algorithms. */
#include <string.h>

#include "tests/gpu/fake/lt.h"

/* Types that go together; what is in no row has no algorithm. */
static const struct {
	cublasComputeType_t compute;
	cudaDataType_t scale, ab, d;
	int capability; /* at least */
} types[] = {
	{CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_16BF, 80},
	{CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_32F, 80},
	{CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_16F, 0},
	{CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_32F, 0},
	{CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 0},
	{CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 80},
	{CUBLAS_COMPUTE_32I, CUDA_R_32I, CUDA_R_8I, CUDA_R_32I, 72},
};

static int type_row(const struct lt_problem *p)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (types[i].compute == p->product.compute && types[i].scale == p->product.scale &&
		    types[i].ab == p->a.type && types[i].ab == p->b.type && types[i].d == p->d.type &&
		    types[i].d == p->c.type && types[i].capability <= device_capability())
			return (int)i;
	return -1;
}

static bool layout_is(const struct lt_layout *l, uint64_t rows, uint64_t cols, int32_t batch)
{
	return l->rows == rows && l->cols == cols && l->batch == batch && l->ld > 0 &&
	       (uint64_t)l->ld >= rows;
}

static cublasStatus_t shapes_check(struct lt_problem *p)
{
	bool ta = p->product.a == CUBLAS_OP_T, tb = p->product.b == CUBLAS_OP_T;
	p->m = p->d.rows;
	p->n = p->d.cols;
	p->k = ta ? p->a.rows : p->a.cols;
	int32_t batch = p->d.batch;
	if (batch >= 1 && layout_is(&p->a, ta ? p->k : p->m, ta ? p->m : p->k, batch) &&
	    layout_is(&p->b, tb ? p->n : p->k, tb ? p->k : p->n, batch) &&
	    layout_is(&p->c, p->m, p->n, batch) && layout_is(&p->d, p->m, p->n, batch))
		return CUBLAS_STATUS_SUCCESS;
	return fake_complain(
		CUBLAS_STATUS_INVALID_VALUE,
		"layouts do not fit: A %llu x %llu, B %llu x %llu, D %llu x %llu, batches %d %d %d",
		(unsigned long long)p->a.rows, (unsigned long long)p->a.cols, (unsigned long long)p->b.rows,
		(unsigned long long)p->b.cols, (unsigned long long)p->d.rows, (unsigned long long)p->d.cols,
		p->a.batch, p->b.batch, p->d.batch);
}

static const char *int8_refusal(const struct lt_problem *p)
{
	if (p->product.a != CUBLAS_OP_T || p->product.b != CUBLAS_OP_N)
		return "int8 wants A transposed and B not";
	if (p->m % 4 || p->k % 4)
		return "int8 wants m and k to be multiples of 4";
	if (p->a.ld % 4 || p->b.ld % 4 || p->d.ld % 4 || p->c.ld % 4)
		return "int8 wants leading dimensions that are multiples of 4";
	return NULL;
}

cublasStatus_t lt_problem_make(struct lt_problem *p, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
			       cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
			       const char **why)
{
	const struct lt_product *op = object_find(OBJECT_LT_PRODUCT, product);
	const struct lt_layout *la = object_find(OBJECT_LT_LAYOUT, a), *lb = object_find(OBJECT_LT_LAYOUT, b);
	const struct lt_layout *lc = object_find(OBJECT_LT_LAYOUT, c), *ld = object_find(OBJECT_LT_LAYOUT, d);
	if (!op || !la || !lb || !lc || !ld)
		return CUBLAS_STATUS_INVALID_VALUE;
	*p = (struct lt_problem){*op, *la, *lb, *lc, *ld, 0, 0, 0};
	cublasStatus_t s = shapes_check(p);
	if (s != CUBLAS_STATUS_SUCCESS)
		return s;
	*why = type_row(p) < 0 ? "these types do not go together on this device" : NULL;
	if (!*why && p->product.compute == CUBLAS_COMPUTE_32I)
		*why = int8_refusal(p);
	return *why ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
}

/* By how they might differ. Those that split k need room for its parts. */
/* clang-format off */
static const struct lt_algo algos[] = {
	{66, CUBLASLT_MATMUL_TILE_128x256, CUBLASLT_MATMUL_STAGES_64xAUTO, 1, 0, 1, 0, 0, CUBLASLT_CLUSTER_SHAPE_2x1x1, 0.9f},
	{66, CUBLASLT_MATMUL_TILE_128x128, CUBLASLT_MATMUL_STAGES_64xAUTO, 1, 0, 1, 0, 0, CUBLASLT_CLUSTER_SHAPE_1x2x1, 0.8f},
	{67, CUBLASLT_MATMUL_TILE_64x128, CUBLASLT_MATMUL_STAGES_64x4, 1, 0, 0, 0, 0, CUBLASLT_CLUSTER_SHAPE_1x1x1, 0.5f},
	{67, CUBLASLT_MATMUL_TILE_64x64, CUBLASLT_MATMUL_STAGES_64x4, 2, 2, 0, 0, 0, CUBLASLT_CLUSTER_SHAPE_1x1x1, 0.4f},
	{67, CUBLASLT_MATMUL_TILE_64x64, CUBLASLT_MATMUL_STAGES_64x4, 4, 2, 0, 0, 0, CUBLASLT_CLUSTER_SHAPE_1x1x1, 0.3f},
	{21, CUBLASLT_MATMUL_TILE_64x64, CUBLASLT_MATMUL_STAGES_64x4, 8, 2, 1, 0, 0, CUBLASLT_CLUSTER_SHAPE_AUTO, 0.2f},
};
/* clang-format on */
#define N_ALGOS ((int)(sizeof algos / sizeof algos[0]))
#define MAGIC	0xfa4e416c676f0000u

static void algo_put(cublasLtMatmulAlgo_t *to, int index, int row)
{
	*to = (cublasLtMatmulAlgo_t){{MAGIC, (uint64_t)index, (uint64_t)row}};
}

/* NULL after a complaint. */
static const struct lt_algo *algo_get(const cublasLtMatmulAlgo_t *algo)
{
	if (algo && algo->data[0] == MAGIC && algo->data[1] < (uint64_t)N_ALGOS)
		return &algos[algo->data[1]];
	fake_complain(0, "this was never made an algorithm");
	return NULL;
}

const struct lt_algo *lt_algo_find(const cublasLtMatmulAlgo_t *algo, const struct lt_problem *p)
{
	const struct lt_algo *a = algo_get(algo);
	if (a && algo->data[2] != (uint64_t)type_row(p)) {
		fake_complain(0, "the algorithm was made for other types");
		return NULL;
	}
	return a;
}

size_t lt_algo_workspace(const struct lt_algo *a, const struct lt_problem *p)
{
	return a->split > 1 ? a->split * p->m * p->n * (size_t)p->d.batch * sizeof(float) : 0;
}

FAKE_LT(cublasLtMatmulAlgoGetHeuristic, NEED_NOTHING,
	(cublasLtHandle_t handle, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
	 cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
	 cublasLtMatmulPreference_t preference, int asked, cublasLtMatmulHeuristicResult_t results[], int *n),
	(handle, product, a, b, c, d, preference, asked, results, n))
{
	struct lt_problem p;
	const char *why;
	if (lt_handle_check(handle) != CUBLAS_STATUS_SUCCESS)
		return CUBLAS_STATUS_NOT_INITIALIZED;
	const struct lt_preference *wish = object_find(OBJECT_LT_PREFERENCE, preference);
	if (!wish)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (asked < 1 || !results || !n)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "%d algorithms, or no place for them",
				     asked);
	*n = 0;
	cublasStatus_t s = lt_problem_make(&p, product, a, b, c, d, &why);
	if (s != CUBLAS_STATUS_SUCCESS)
		return s;
	for (int i = 0; i < N_ALGOS && *n < asked; i++) {
		size_t workspace = lt_algo_workspace(&algos[i], &p);
		if (workspace > wish->workspace || algos[i].split > p.k)
			continue;
		results[*n] = (cublasLtMatmulHeuristicResult_t){.workspaceSize = workspace,
								.state = CUBLAS_STATUS_SUCCESS,
								.wavesCount = algos[i].waves};
		algo_put(&results[(*n)++].algo, i, type_row(&p));
	}
	return *n ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

FAKE_LT(cublasLtMatmulAlgoCheck, NEED_NOTHING,
	(cublasLtHandle_t handle, cublasLtMatmulDesc_t product, cublasLtMatrixLayout_t a,
	 cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
	 const cublasLtMatmulAlgo_t *algo, cublasLtMatmulHeuristicResult_t *result),
	(handle, product, a, b, c, d, algo, result))
{
	struct lt_problem p;
	const char *why;
	if (lt_handle_check(handle) != CUBLAS_STATUS_SUCCESS)
		return CUBLAS_STATUS_NOT_INITIALIZED;
	cublasStatus_t s = lt_problem_make(&p, product, a, b, c, d, &why);
	if (s != CUBLAS_STATUS_SUCCESS)
		return s;
	const struct lt_algo *found = lt_algo_find(algo, &p);
	if (!found || !result)
		return CUBLAS_STATUS_INVALID_VALUE;
	*result = (cublasLtMatmulHeuristicResult_t){.workspaceSize = lt_algo_workspace(found, &p),
						    .state = CUBLAS_STATUS_SUCCESS,
						    .wavesCount = found->waves};
	return CUBLAS_STATUS_SUCCESS;
}

#define FIELD(attribute, member) [attribute] = {offsetof(struct lt_algo, member), sizeof(algos[0].member)}
static const struct {
	size_t at, size;
} fields[] = {
	FIELD(CUBLASLT_ALGO_CONFIG_ID, id),
	FIELD(CUBLASLT_ALGO_CONFIG_TILE_ID, tile),
	FIELD(CUBLASLT_ALGO_CONFIG_SPLITK_NUM, split),
	FIELD(CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME, reduction),
	FIELD(CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, swizzle),
	FIELD(CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, custom),
	FIELD(CUBLASLT_ALGO_CONFIG_STAGES_ID, stages),
	FIELD(CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID, inner),
	FIELD(CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, cluster),
};

FAKE_LT(cublasLtMatmulAlgoConfigGetAttribute, NEED_NOTHING,
	(const cublasLtMatmulAlgo_t *algo, cublasLtMatmulAlgoConfigAttributes_t attribute, void *value,
	 size_t size, size_t *written),
	(algo, attribute, value, size, written))
{
	const struct lt_algo *a = algo_get(algo);
	size_t at = (size_t)attribute;
	if (!a)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (at >= sizeof fields / sizeof fields[0] || !fields[at].size)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the fake knows no attribute %d",
				     (int)attribute);
	if (!value || size != fields[at].size)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "attribute %d has %zu bytes, %zu are given",
				     (int)attribute, fields[at].size, size);
	memcpy(value, (const char *)a + fields[at].at, size);
	if (written)
		*written = size;
	return CUBLAS_STATUS_SUCCESS;
}
