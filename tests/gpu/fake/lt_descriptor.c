/* SPDX-License-Identifier: Apache-2.0 */
/* Handles, descriptors, layouts and preferences of cuBLASLt. */
#include <string.h>

#include "tests/gpu/fake/lt.h"
#include "tests/gpu/fake/stream.h"

FAKE_LT(cublasLtCreate, NEED_NOTHING, (cublasLtHandle_t * handle), (handle))
{
	if (device_need_start() || device_need_context() || stream_need_no_capture())
		return CUBLAS_STATUS_NOT_INITIALIZED;
	if (!handle)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "no place for the handle");
	object_make(OBJECT_LT_HANDLE, context_current(), 1, handle);
	return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t lt_handle_check(cublasLtHandle_t handle)
{
	if (device_need_start() || device_need_context() || !object_find(OBJECT_LT_HANDLE, handle))
		return CUBLAS_STATUS_NOT_INITIALIZED;
	if (object_owner(handle) != context_current())
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the handle belongs to another context");
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtDestroy, NEED_NOTHING, (cublasLtHandle_t handle), (handle))
{
	if (lt_handle_check(handle) != CUBLAS_STATUS_SUCCESS)
		return CUBLAS_STATUS_NOT_INITIALIZED;
	object_end(handle);
	return CUBLAS_STATUS_SUCCESS;
}

size_t cublasLtGetVersion(void)
{
	return CUBLAS_VERSION;
}

static cublasStatus_t end(enum object_kind kind, const void *handle)
{
	/* As free: nothing is nothing. */
	if (!handle)
		return CUBLAS_STATUS_SUCCESS;
	if (!object_find(kind, handle))
		return CUBLAS_STATUS_INVALID_VALUE;
	object_end(handle);
	return CUBLAS_STATUS_SUCCESS;
}

/* An attribute has one size, others are mistakes. */
static cublasStatus_t put(void *to, size_t size, const void *from, size_t given, int attribute)
{
	if (!from || size != given)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "attribute %d has %zu bytes, %zu are given",
				     attribute, size, given);
	memcpy(to, from, size);
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatmulDescCreate, NEED_NOTHING,
	(cublasLtMatmulDesc_t * product, cublasComputeType_t compute, cudaDataType_t scale),
	(product, compute, scale))
{
	if (!product)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "no place for the descriptor");
	struct lt_product *p = object_make(OBJECT_LT_PRODUCT, NULL, sizeof *p, product);
	*p = (struct lt_product){compute, scale, CUBLAS_OP_N, CUBLAS_OP_N};
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatmulDescDestroy, NEED_NOTHING, (cublasLtMatmulDesc_t product), (product))
{
	return end(OBJECT_LT_PRODUCT, product);
}

FAKE_LT(cublasLtMatmulDescSetAttribute, NEED_NOTHING,
	(cublasLtMatmulDesc_t product, cublasLtMatmulDescAttributes_t attribute, const void *value,
	 size_t size),
	(product, attribute, value, size))
{
	struct lt_product *p = object_find(OBJECT_LT_PRODUCT, product);
	cublasOperation_t op = CUBLAS_OP_N;
	if (!p)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (attribute != CUBLASLT_MATMUL_DESC_TRANSA && attribute != CUBLASLT_MATMUL_DESC_TRANSB)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the fake knows no attribute %d",
				     (int)attribute);
	if (put(&op, sizeof op, value, size, (int)attribute) != CUBLAS_STATUS_SUCCESS)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (op != CUBLAS_OP_N && op != CUBLAS_OP_T)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "no operation %d", (int)op);
	*(attribute == CUBLASLT_MATMUL_DESC_TRANSA ? &p->a : &p->b) = op;
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatrixLayoutCreate, NEED_NOTHING,
	(cublasLtMatrixLayout_t * layout, cudaDataType type, uint64_t rows, uint64_t cols, int64_t ld),
	(layout, type, rows, cols, ld))
{
	if (!layout)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "no place for the layout");
	if (rows == 0 || cols == 0 || ld < 0 || (uint64_t)ld < rows)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE,
				     "%llu x %llu with %lld from column to column", (unsigned long long)rows,
				     (unsigned long long)cols, (long long)ld);
	struct lt_layout *l = object_make(OBJECT_LT_LAYOUT, NULL, sizeof *l, layout);
	*l = (struct lt_layout){type, rows, cols, ld, 1, 0};
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatrixLayoutDestroy, NEED_NOTHING, (cublasLtMatrixLayout_t layout), (layout))
{
	return end(OBJECT_LT_LAYOUT, layout);
}

FAKE_LT(cublasLtMatrixLayoutSetAttribute, NEED_NOTHING,
	(cublasLtMatrixLayout_t layout, cublasLtMatrixLayoutAttribute_t attribute, const void *value,
	 size_t size),
	(layout, attribute, value, size))
{
	struct lt_layout *l = object_find(OBJECT_LT_LAYOUT, layout);
	if (!l)
		return CUBLAS_STATUS_INVALID_VALUE;
	switch (attribute) {
	case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
		return put(&l->batch, sizeof l->batch, value, size, (int)attribute);
	case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
		return put(&l->stride, sizeof l->stride, value, size, (int)attribute);
	case CUBLASLT_MATRIX_LAYOUT_ROWS:
		return put(&l->rows, sizeof l->rows, value, size, (int)attribute);
	case CUBLASLT_MATRIX_LAYOUT_COLS:
		return put(&l->cols, sizeof l->cols, value, size, (int)attribute);
	case CUBLASLT_MATRIX_LAYOUT_LD:
		return put(&l->ld, sizeof l->ld, value, size, (int)attribute);
	default:
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the fake knows no attribute %d",
				     (int)attribute);
	}
}

FAKE_LT(cublasLtMatmulPreferenceCreate, NEED_NOTHING, (cublasLtMatmulPreference_t * preference), (preference))
{
	if (!preference)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "no place for the preference");
	object_make(OBJECT_LT_PREFERENCE, NULL, sizeof(struct lt_preference), preference);
	return CUBLAS_STATUS_SUCCESS;
}

FAKE_LT(cublasLtMatmulPreferenceDestroy, NEED_NOTHING, (cublasLtMatmulPreference_t preference), (preference))
{
	return end(OBJECT_LT_PREFERENCE, preference);
}

FAKE_LT(cublasLtMatmulPreferenceSetAttribute, NEED_NOTHING,
	(cublasLtMatmulPreference_t preference, cublasLtMatmulPreferenceAttributes_t attribute,
	 const void *value, size_t size),
	(preference, attribute, value, size))
{
	struct lt_preference *p = object_find(OBJECT_LT_PREFERENCE, preference);
	uint32_t alignment = 0;
	if (!p)
		return CUBLAS_STATUS_INVALID_VALUE;
	if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
		return put(&p->workspace, sizeof p->workspace, value, size, (int)attribute);
	if (attribute < CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES ||
	    attribute > CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES)
		return fake_complain(CUBLAS_STATUS_INVALID_VALUE, "the fake knows no attribute %d",
				     (int)attribute);
	/* cublasLtMatmul asks for 16 of all, whatever is promised here. */
	return put(&alignment, sizeof alignment, value, size, (int)attribute);
}
