/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "engines/cuda/op.h"
#include "engines/cuda/upload.h"
#include "engines/job/inputs.h"

/* As engine cpu: more than any matrix has. */
#define DIMENSION_MAX (1 << 24)

/* Of the product that stands for the tensor cores' peak: 8192 is what data sheets are compared at; a chip with little memory
 * takes less. */
#define PEAK_SIDE	8192
#define PEAK_SIDE_LEAST 1024

static const char *or_else(const char *text, const char *other)
{
	return text ? text : other;
}

static struct products_config products_of(const struct op_config *c, enum dtype held)
{
	bool blocks = held == DTYPE_Q8_0 || held == DTYPE_Q4_0;
	return (struct products_config){
		.provider = or_else(c->provider, "own"),
		.blocking = or_else(c->blocking, "auto"),
		.strict = true,
		.m = bucket_of(c->m),
		.k = held == DTYPE_WI8AI8 ? c->k : 0,
		.widened = blocks ? (size_t)c->n * (size_t)c->k : 0,
	};
}

/* 2 m n k operations; A as it is multiplied, W as it is held and C once each. */
int gemm_op_plan(struct engine *e, const struct op_config *c, struct step_work *work,
		 struct memory_plan *plan, struct diag *d)
{
	if (c->m < 1 || c->n < 1 || c->k < 1 || c->m > DIMENSION_MAX || c->n > DIMENSION_MAX ||
	    c->k > DIMENSION_MAX)
		return diag_set(d, ERR_USAGE, "gemm of m=%d n=%d k=%d: each must be in 1 to %d", c->m, c->n,
				c->k, DIMENSION_MAX);
	size_t m = (size_t)c->m, n = (size_t)c->n, k = (size_t)c->k;
	enum dtype held = dtype_for_row(c->precision, k);
	const struct products_config config = products_of(c, held);
	const struct products_config nothing = {.provider = config.provider, .blocking = config.blocking};
	struct products unused;
	int rc = products_open(&unused, e, &nothing, d);
	if (rc)
		return rc;
	products_close(&unused);
	size_t room = (size_t)bucket_of(c->m);
	size_t a = room * dtype_bytes(product_input(held), k), y = room * n * sizeof(float);
	size_t w = matrix_bytes(held, n, k), scales = matrix_scale_bytes(held, n, k);
	plan->weights = w + scales;
	plan->scratch = dev_taken(a) + dev_taken(y) + products_bytes(&config) + dev_taken(w) +
			dev_taken(scales) - plan->weights;
	work->flops = 2.0 * c->m * c->n * c->k;
	work->bytes = (double)(m * dtype_bytes(product_input(held), k)) + (double)plan->weights +
		      (double)(m * n * sizeof(float));
	return 0;
}

struct input {
	uint64_t seed;
	enum gemm_input which;
};

static void input_read(const void *source, int64_t row, int64_t n, float *dst)
{
	const struct input *in = source;
	gemm_input_row(in->seed, in->which, row, n, dst);
}

static int inputs_upload(struct op_job *j, struct diag *d)
{
	const struct op_config *c = &j->config;
	const struct input a = {c->seed, GEMM_INPUT_A}, w = {c->seed, GEMM_INPUT_W};
	const struct row_source from_a = {input_read, NULL, &a}, from_w = {input_read, NULL, &w};
	struct uploader up;
	int rc = uploader_open(&up, j->engine, c->k, d);
	if (rc)
		return rc;
	rc = upload_rows(&up, j->x, product_input(j->w.dtype), c->m, c->k, &from_a, d);
	if (rc == 0)
		rc = upload_matrix(&up, &j->w, &from_w, d);
	uploader_close(&up);
	return rc;
}

static int buffers_open(struct op_job *j, struct diag *d)
{
	const struct op_config *c = &j->config;
	size_t m = (size_t)bucket_of(c->m), n = (size_t)c->n, k = (size_t)c->k;
	size_t scales = matrix_scale_bytes(j->w.dtype, n, k);
	int rc = dev_alloc(j->engine, matrix_bytes(j->w.dtype, n, k), "W", &j->w.w, d);
	if (rc == 0 && scales)
		rc = dev_alloc(j->engine, scales, "W", &j->w.scales, d);
	if (rc == 0)
		rc = dev_alloc(j->engine, m * dtype_bytes(product_input(j->w.dtype), k), "A", &j->x, d);
	if (rc == 0)
		rc = dev_alloc(j->engine, m * n * sizeof(float), "C", &j->y, d);
	return rc;
}

int gemm_op_open(struct op_job *j, const struct op_config *c, struct diag *d)
{
	enum dtype held = dtype_for_row(c->precision, (size_t)c->k);
	const struct products_config config = products_of(c, held);
	j->w = (struct dev_matrix){.dtype = held, .n = c->n, .k = c->k};
	int rc = products_open(&j->products, j->engine, &config, d);
	if (rc == 0)
		rc = buffers_open(j, d);
	if (rc == 0)
		rc = inputs_upload(j, d);
	/* Once, so that what is settled with the first product is settled, and said by describe. */
	if (rc == 0)
		rc = gemm_op_run(j, d);
	return rc ? rc : stream_wait(j->engine, NULL, d);
}

int gemm_op_run(struct op_job *j, struct diag *d)
{
	if (j->type[0])
		return product_run_alone(&j->products, &j->w, j->x, j->config.m, j->y, d);
	return product_run(&j->products, &j->w, j->x, j->config.m, j->y, d);
}

/* ---- the peak ---- */

static bool peak_precision(const char *type, enum dtype *out)
{
	if (strcmp(type, "int8") == 0) {
		*out = DTYPE_WI8AI8;
		return true;
	}
	return (strcmp(type, "bf16") == 0 || strcmp(type, "f16") == 0 || strcmp(type, "tf32") == 0) &&
	       dtype_parse(type, out);
}

int peak_op_config(const struct engine *e, const struct op_config *c, struct op_config *gemm, struct diag *d)
{
	enum dtype precision;
	int side = PEAK_SIDE;
	if (!peak_precision(or_else(c->type, ""), &precision))
		return diag_set(d, ERR_UNSUPPORTED,
				"fma of type \"%.20s\": expected f32, tf32, f16, bf16 or int8",
				or_else(c->type, ""));
	/* Three matrices of f32, and as much again for others. */
	while (side > PEAK_SIDE_LEAST &&
	       (uint64_t)side * (uint64_t)side * sizeof(float) * 6 > cuda_memory_free(e))
		side /= 2;
	*gemm = (struct op_config){.kind = OP_GEMM,
				   .m = side,
				   .n = side,
				   .k = side,
				   .precision = precision,
				   .provider = "cublaslt",
				   .blocking = "auto",
				   .seed = c->seed};
	return 0;
}
