/* SPDX-License-Identifier: Apache-2.0 */
/* cublasLtMatmul: what may go wrong is looked at, then it is work of a stream like a kernel. */
#include <stdint.h>
#include <string.h>

#include "tests/gpu/fake/lt.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/fake/stream.h"

/* Of all pointers; of the workspace. */
#define ALIGNMENT	    16
#define ALIGNMENT_WORKSPACE 256

struct multiply {
	struct lt_problem problem;
	const void *a, *b, *c;
	void *d, *workspace;
	size_t workspace_size; /* what the algorithm uses of it */
	unsigned split;
	bool with_c;
	uint32_t alpha, beta; /* f32 or int32 */
};

/* Bytes from the first element to the last. */
static size_t extent(const struct lt_layout *l)
{
	uint64_t elements = (l->cols - 1) * (uint64_t)l->ld + l->rows;
	return (elements + (uint64_t)(l->batch - 1) * (uint64_t)l->stride) * lt_type_size(l->type);
}

static int matrix_check(const char *what, const void *at, const struct lt_layout *l)
{
	if ((uintptr_t)at % ALIGNMENT)
		return fake_complain(CUDA_ERROR_MISALIGNED_ADDRESS, "%s is not aligned to %d", what,
				     ALIGNMENT);
	if (l->stride < 0)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s: a batch goes backwards", what);
	return memory_check(MEMORY_DEVICE, at, extent(l), what);
}

static bool overlap(const void *p, size_t np, const void *q, size_t nq)
{
	return (const char *)p < (const char *)q + nq && (const char *)q < (const char *)p + np;
}

static int overlap_check(const struct multiply *m)
{
	const struct lt_problem *p = &m->problem;
	size_t size = extent(&p->d);
	uint64_t column = (p->d.cols - 1) * (uint64_t)p->d.ld + p->d.rows;
	bool same = m->c == m->d && p->c.ld == p->d.ld && p->c.stride == p->d.stride;
	if (overlap(m->d, size, m->a, extent(&p->a)) || overlap(m->d, size, m->b, extent(&p->b)))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "D overlaps A or B");
	if (m->with_c && !same && overlap(m->d, size, m->c, extent(&p->c)))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "D overlaps C and is not the same");
	if (p->d.batch > 1 && (uint64_t)p->d.stride < column)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "the products of a batch overlap in D");
	if (m->workspace_size && (overlap(m->workspace, m->workspace_size, m->d, size) ||
				  overlap(m->workspace, m->workspace_size, m->a, extent(&p->a)) ||
				  overlap(m->workspace, m->workspace_size, m->b, extent(&p->b))))
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "the workspace overlaps a matrix");
	return 0;
}

static int multiply_check(const void *body)
{
	const struct multiply *m = body;
	int r = matrix_check("A", m->a, &m->problem.a);
	if (!r)
		r = matrix_check("B", m->b, &m->problem.b);
	if (!r && m->with_c)
		r = matrix_check("C", m->c, &m->problem.c);
	if (!r)
		r = matrix_check("D", m->d, &m->problem.d);
	if (!r)
		r = memory_check(MEMORY_DEVICE, m->workspace, m->workspace_size, "the workspace");
	return r ? r : overlap_check(m);
}

static void multiply_run(const void *body)
{
	const struct multiply *m = body;
	const struct lt_problem *p = &m->problem;
	/* Whatever was there is lost. */
	if (m->workspace_size)
		memset(m->workspace, 0xff, m->workspace_size);
	for (int64_t i = 0; i < p->d.batch; i++) {
		const char *a = (const char *)m->a + i * p->a.stride * (int64_t)lt_type_size(p->a.type);
		const char *b = (const char *)m->b + i * p->b.stride * (int64_t)lt_type_size(p->b.type);
		const char *c = (const char *)m->c + i * p->c.stride * (int64_t)lt_type_size(p->c.type);
		char *d = (char *)m->d + i * p->d.stride * (int64_t)lt_type_size(p->d.type);
		lt_multiply(p, m->split, &m->alpha, a, b, &m->beta, m->with_c ? c : NULL, d);
	}
}

static void multiply_tell(const void *body, struct fake_ran *out)
{
	(void)body;
	out->kind = RAN_KERNEL;
	out->name = "cublaslt";
}

static const struct work_kind multiply_kind = {multiply_check, multiply_run, NULL, false, multiply_tell};

static cublasStatus_t workspace_choose(struct multiply *m, const cublasLtMatmulAlgo_t *algo, size_t given)
{
	const struct lt_algo *a = algo ? lt_algo_find(algo, &m->problem) : NULL;
	if (algo && !a)
		return CUBLAS_STATUS_INVALID_VALUE;
	if ((uintptr_t)m->workspace % ALIGNMENT_WORKSPACE)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the workspace is not aligned to %d",
				     ALIGNMENT_WORKSPACE);
	m->split = a ? a->split : 1;
	m->workspace_size = a ? lt_algo_workspace(a, &m->problem) : 0;
	if (m->workspace_size > given)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE,
				     "the algorithm needs a workspace of %zu bytes, given are %zu",
				     m->workspace_size, given);
	return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t multiply_make(struct multiply *m, const void *alpha, const void *beta)
{
	if (!alpha || !beta || memory_has(MEMORY_DEVICE, alpha) || memory_has(MEMORY_DEVICE, beta))
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "alpha and beta are numbers of the host");
	if (!m->a || !m->b || !m->d)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "a matrix is NULL");
	memcpy(&m->alpha, alpha, sizeof m->alpha);
	memcpy(&m->beta, beta, sizeof m->beta);
	/* 0 and, of floats, -0. */
	m->with_c = m->problem.product.scale == CUDA_R_32F ? m->beta << 1 != 0 : m->beta != 0;
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatmul, NEED_NOTHING,
	(cublasLtHandle_t handle, cublasLtMatmulDesc_t product, const void *alpha, const void *a,
	 cublasLtMatrixLayout_t la, const void *b, cublasLtMatrixLayout_t lb, const void *beta, const void *c,
	 cublasLtMatrixLayout_t lc, void *d, cublasLtMatrixLayout_t ld, const cublasLtMatmulAlgo_t *algo,
	 void *workspace, size_t workspace_size, cudaStream_t stream),
	(handle, product, alpha, a, la, b, lb, beta, c, lc, d, ld, algo, workspace, workspace_size, stream))
{
	struct multiply m = {.a = a, .b = b, .c = c, .d = d, .workspace = workspace};
	const char *why = NULL;
	if (lt_handle_check(handle) != CUBLAS_STATUS_SUCCESS)
		return CUBLAS_STATUS_NOT_INITIALIZED;
	cublasStatus_t s = lt_problem_make(&m.problem, product, la, lb, lc, ld, &why);
	if (s == CUBLAS_STATUS_NOT_SUPPORTED)
		fake_complain(0, "no such product: %s", why);
	if (s == CUBLAS_STATUS_SUCCESS)
		s = multiply_make(&m, alpha, beta);
	if (s == CUBLAS_STATUS_SUCCESS)
		s = workspace_choose(&m, algo, workspace_size);
	if (s != CUBLAS_STATUS_SUCCESS)
		return s;
	int r = stream_submit((CUstream)stream, object_owner(handle), &multiply_kind, &m, sizeof m);
	return r ? CUBLAS_STATUS_EXECUTION_FAILED : CUBLAS_STATUS_SUCCESS;
}
