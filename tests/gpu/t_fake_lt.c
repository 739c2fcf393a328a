/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuBLASLt of the fake device: each type against a sum in double, batches, graphs, and that what is wrong is refused.
 * Bounds, relative to the sum of magnitudes S: f32 sums of k terms k 2^-24; inputs rounded to tf32 2 x 2^-11 more; what is
 * stored as f16 or bf16 half a unit more (2^-11, 2^-8). int8 is exact.
 */
#include "config.h"

#include <dlfcn.h>
#include <cublasLt.h>

#include "tests/gpu/fake_device.h"

#include "engines/base/library.h"
#include "engines/tensor/quant.h"

#define LT_ENTRIES(E)                                                                                        \
	E(cublasLtCreate)                                                                                    \
	E(cublasLtDestroy)                                                                                   \
	E(cublasLtGetVersion)                                                                                \
	E(cublasLtMatmulDescCreate)                                                                          \
	E(cublasLtMatmulDescDestroy)                                                                         \
	E(cublasLtMatmulDescSetAttribute)                                                                    \
	E(cublasLtMatrixLayoutCreate)                                                                        \
	E(cublasLtMatrixLayoutDestroy)                                                                       \
	E(cublasLtMatrixLayoutSetAttribute)                                                                  \
	E(cublasLtMatmulPreferenceCreate)                                                                    \
	E(cublasLtMatmulPreferenceDestroy)                                                                   \
	E(cublasLtMatmulPreferenceSetAttribute)                                                              \
	E(cublasLtMatmulAlgoGetHeuristic)                                                                    \
	E(cublasLtMatmulAlgoConfigGetAttribute)                                                              \
	E(cublasLtMatmulAlgoCheck)                                                                           \
	E(cublasLtMatmul)

static struct {
#define FIELD(f) __typeof__(&f) f;
	LT_ENTRIES(FIELD)
} lt;

static cublasLtHandle_t handle;

static void lt_open(void)
{
	char why[256];
	void *library = library_open_cuda("libcublasLt.so.13", "INFEROMETER_LIBCUBLASLT", why, sizeof why);
	if (!library)
		bail(why);
#define FIND(f)                                                                                              \
	if (!(*(void **)(void *)&lt.f = dlsym(library, #f)))                                                 \
		bail("no " #f);
	LT_ENTRIES(FIND)
}

/* D (m x n) = A^T B of a batch: A and B have k rows. */
static const struct example {
	const char *name;
	cublasComputeType_t compute;
	cudaDataType_t scale, ab, d;
	double input, output; /* rounding */
} examples[] = {
	{"f32", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 0, 0},
	{"tf32", CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, 0x1p-10, 0},
	{"bf16", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_32F, 0, 0},
	{"bf16 to bf16", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16BF, CUDA_R_16BF, 0, 0x1p-8},
	{"f16", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_32F, 0, 0},
	{"f16 to f16", CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_16F, CUDA_R_16F, 0, 0x1p-11},
	{"int8", CUBLAS_COMPUTE_32I, CUDA_R_32I, CUDA_R_8I, CUDA_R_32I, 0, 0},
};

enum { M = 20, N = 6, K = 48, LD = 52, BATCH = 2, A_SIZE = LD * M, B_SIZE = LD * N, D_SIZE = 24 * N };

struct product {
	const struct example *e;
	cublasLtMatmulDesc_t product;
	cublasLtMatrixLayout_t a, b, d;
	cublasLtMatmulPreference_t preference;
	CUdeviceptr da, db, dd, workspace;
	size_t workspace_size;
	double va[BATCH * A_SIZE], vb[BATCH * B_SIZE], vd[BATCH * D_SIZE];
};

static size_t size_of(cudaDataType_t t)
{
	return t == CUDA_R_8I ? 1 : t == CUDA_R_16F || t == CUDA_R_16BF ? 2 : 4;
}

/* One element, and its value as it is stored. */
static double store(void *to, cudaDataType_t t, size_t at, double x)
{
	switch (t) {
	case CUDA_R_8I:
		return ((int8_t *)to)[at] = (int8_t)x;
	case CUDA_R_32I:
		return ((int32_t *)to)[at] = (int32_t)x;
	case CUDA_R_16F:
		return f16_to_f32(((uint16_t *)to)[at] = f16_from_f32((float)x));
	case CUDA_R_16BF:
		return bf16_to_f32(((uint16_t *)to)[at] = bf16_from_f32((float)x));
	default:
		return ((float *)to)[at] = (float)x;
	}
}

static double load(const void *from, cudaDataType_t t, size_t at)
{
	switch (t) {
	case CUDA_R_32I:
		return ((const int32_t *)from)[at];
	case CUDA_R_16F:
		return f16_to_f32(((const uint16_t *)from)[at]);
	case CUDA_R_16BF:
		return bf16_to_f32(((const uint16_t *)from)[at]);
	default:
		return ((const float *)from)[at];
	}
}

static CUdeviceptr values(cudaDataType_t t, size_t n, double *kept)
{
	static uint32_t seed = 1;
	static uint32_t bytes[BATCH * A_SIZE];
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		double x = (double)(int32_t)seed / 2147483648.0;
		kept[i] = store(bytes, t, i, t == CUDA_R_8I || t == CUDA_R_32I ? x * 127 : x);
	}
	return device_copy(bytes, n * size_of(t));
}

static void layout_make(cublasLtMatrixLayout_t *l, cudaDataType_t t, uint64_t rows, uint64_t cols, int64_t ld,
			int64_t stride)
{
	const int32_t batch = BATCH;
	if (lt.cublasLtMatrixLayoutCreate(l, t, rows, cols, ld) ||
	    lt.cublasLtMatrixLayoutSetAttribute(*l, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &batch,
						sizeof batch) ||
	    lt.cublasLtMatrixLayoutSetAttribute(*l, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride,
						sizeof stride))
		bail("no layout");
}

static void product_make(struct product *p, const struct example *e)
{
	cublasOperation_t t = CUBLAS_OP_T;
	p->e = e;
	p->workspace_size = 1 << 20;
	if (lt.cublasLtMatmulDescCreate(&p->product, e->compute, e->scale) ||
	    lt.cublasLtMatmulDescSetAttribute(p->product, CUBLASLT_MATMUL_DESC_TRANSA, &t, sizeof t) ||
	    lt.cublasLtMatmulPreferenceCreate(&p->preference) ||
	    lt.cublasLtMatmulPreferenceSetAttribute(p->preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
						    &p->workspace_size, sizeof p->workspace_size))
		bail("no descriptors");
	layout_make(&p->a, e->ab, K, M, LD, A_SIZE);
	layout_make(&p->b, e->ab, K, N, LD, B_SIZE);
	layout_make(&p->d, e->d, M, N, 24, D_SIZE);
	p->da = values(e->ab, BATCH * A_SIZE, p->va);
	p->db = values(e->ab, BATCH * B_SIZE, p->vb);
	p->dd = values(e->d, BATCH * D_SIZE, p->vd);
	p->workspace = device_bytes(p->workspace_size);
}

static void product_free(struct product *p)
{
	lt.cublasLtMatmulDescDestroy(p->product);
	lt.cublasLtMatrixLayoutDestroy(p->a);
	lt.cublasLtMatrixLayoutDestroy(p->b);
	lt.cublasLtMatrixLayoutDestroy(p->d);
	lt.cublasLtMatmulPreferenceDestroy(p->preference);
	if (cu->cuMemFree(p->da) || cu->cuMemFree(p->db) || cu->cuMemFree(p->dd) ||
	    cu->cuMemFree(p->workspace))
		bail("memory is not given back");
}

static int multiply(const struct product *p, double alpha, double beta, const cublasLtMatmulAlgo_t *algo,
		    CUstream s)
{
	uint32_t by, add;
	store(&by, p->e->scale, 0, alpha);
	store(&add, p->e->scale, 0, beta);
	return (int)lt.cublasLtMatmul(handle, p->product, &by, (void *)(uintptr_t)p->da, p->a,
				      (void *)(uintptr_t)p->db, p->b, &add, (void *)(uintptr_t)p->dd, p->d,
				      (void *)(uintptr_t)p->dd, p->d, algo, (void *)(uintptr_t)p->workspace,
				      p->workspace_size, (cudaStream_t)s);
}

/* Elements beyond their bounds, which become the values of D; between columns nothing is written. */
static int wrong(struct product *p, double alpha, double beta)
{
	static uint32_t bytes[BATCH * D_SIZE];
	int bad = 0;
	if (cu->cuMemcpyDtoH(bytes, p->dd, BATCH * D_SIZE * size_of(p->e->d)))
		bail("no copy");
	for (int i = 0; i < BATCH * D_SIZE; i++) {
		int batch = i / D_SIZE, row = i % D_SIZE % 24, col = i % D_SIZE / 24;
		double sum = 0, magnitude = 0, got = load(bytes, p->e->d, (size_t)i);
		for (int k = 0; k < K && row < M; k++) {
			double t =
				p->va[batch * A_SIZE + row * LD + k] * p->vb[batch * B_SIZE + col * LD + k];
			sum += t;
			magnitude += fabs(t);
		}
		double want = row < M ? alpha * sum + beta * p->vd[i] : p->vd[i];
		double most = fabs(alpha) * magnitude * (K * 0x1p-24 + p->e->input) +
			      fabs(want) * (p->e->output + 0x1p-23);
		bad += !(fabs(got - want) <= (p->e->scale == CUDA_R_32I || row >= M ? 0 : most));
		p->vd[i] = got;
	}
	return bad;
}

static int algorithms(const struct product *p, cublasLtMatmulHeuristicResult_t *r, int n)
{
	int got = -1;
	int s = (int)lt.cublasLtMatmulAlgoGetHeuristic(handle, p->product, p->a, p->b, p->d, p->d,
						       p->preference, n, r, &got);
	return s == CUBLAS_STATUS_SUCCESS ? got : -s;
}

static void test_example(const struct example *e)
{
	static struct product p;
	cublasLtMatmulHeuristicResult_t r[16];

	printf("# %s\n", e->name);
	product_make(&p, e);
	int n = algorithms(&p, r, 16);
	is_int(n, 6, "algorithms");
	for (int i = 0; i < n; i++) {
		is_fine(multiply(&p, 1, 0, &r[i].algo, NULL));
		is_int(wrong(&p, 1, 0), 0, "products are right");
	}
	is_fine(multiply(&p, 3, 2, NULL, NULL));
	is_int(wrong(&p, 3, 2), 0, "with what was there");
	product_free(&p);
	is_text(complaints(), "", "no complaint");
}

/* k times 1 + 2^-12, which tf32 has no place for. */
static float rounded_sum(const struct example *e)
{
	static struct product p;
	float sum;
	product_make(&p, e);
	if (cu->cuMemsetD32Async(p.da, 0x3f800800, BATCH * A_SIZE, NULL) ||
	    cu->cuMemsetD32Async(p.db, 0x3f800000, BATCH * B_SIZE, NULL) || multiply(&p, 1, 0, NULL, NULL) ||
	    cu->cuMemcpyDtoH(&sum, p.dd, sizeof sum))
		bail("no product");
	product_free(&p);
	return sum;
}

static void test_algorithms(void)
{
	static struct product p;
	cublasLtMatmulHeuristicResult_t r[16], checked;
	uint32_t tile, split[2];
	uint16_t cluster;
	size_t written, none = 0;

	product_make(&p, &examples[2]);
	is_int(algorithms(&p, r, 2), 2, "no more than asked for");
	is_int(algorithms(&p, r, 16), 6, "all");
	ok(r[0].workspaceSize == 0 && r[3].workspaceSize > 0 && r[5].workspaceSize > r[4].workspaceSize,
	   "workspaces");
	is_fine(lt.cublasLtMatmulAlgoConfigGetAttribute(&r[0].algo, CUBLASLT_ALGO_CONFIG_TILE_ID, &tile, 4,
							&written));
	is_int(tile, CUBLASLT_MATMUL_TILE_128x256, "a tile");
	is_int(written, 4, "its bytes");
	lt.cublasLtMatmulAlgoConfigGetAttribute(&r[0].algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &split[0], 4,
						NULL);
	lt.cublasLtMatmulAlgoConfigGetAttribute(&r[5].algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM, &split[1], 4,
						NULL);
	ok(split[0] == 1 && split[1] == 8, "parts of k");
	gives(lt.cublasLtMatmulAlgoConfigGetAttribute(&r[0].algo, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID,
						      &tile, 4, NULL),
	      CUBLAS_STATUS_INVALID_VALUE, "attribute 8 has 2 bytes, 4 are given");
	is_fine(lt.cublasLtMatmulAlgoConfigGetAttribute(&r[0].algo, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID,
							&cluster, 2, NULL));
	is_fine(lt.cublasLtMatmulAlgoCheck(handle, p.product, p.a, p.b, p.d, p.d, &r[5].algo, &checked));
	is_int(checked.workspaceSize, r[5].workspaceSize, "checked");
	is_fine(lt.cublasLtMatmulPreferenceSetAttribute(
		p.preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &none, sizeof none));
	is_int(algorithms(&p, r + 8, 8), 3, "those without a workspace");
	p.workspace_size = 100;
	gives(multiply(&p, 1, 0, &r[5].algo, NULL), CUBLAS_STATUS_INVALID_VALUE,
	      "needs a workspace of 7680 bytes");
	p.workspace_size = 1 << 20;
	p.workspace += 16;
	gives(multiply(&p, 1, 0, &r[5].algo, NULL), CUBLAS_STATUS_INVALID_VALUE, "not aligned to 256");
	p.workspace -= 16;
	memset(&r[5].algo, 0, sizeof r[5].algo);
	gives(multiply(&p, 1, 0, &r[5].algo, NULL), CUBLAS_STATUS_INVALID_VALUE, "never made an algorithm");
	product_free(&p);
}

static void test_refusals(void)
{
	static struct product p, eight;
	cublasLtMatmulHeuristicResult_t r[16];
	cublasLtMatrixLayout_t wrong_layout;
	cublasOperation_t n = CUBLAS_OP_N;
	uint64_t rows = K - 1;

	product_make(&p, &examples[0]);
	product_make(&eight, &examples[6]);
	is_int(algorithms(&eight, r, 1), 1, "an algorithm for int8");
	gives(multiply(&p, 1, 0, &r[0].algo, NULL), CUBLAS_STATUS_INVALID_VALUE, "made for other types");
	gives(lt.cublasLtMatrixLayoutCreate(&wrong_layout, CUDA_R_32F, 8, 8, 7), CUBLAS_STATUS_INVALID_VALUE,
	      "8 x 8 with 7");
	gives(lt.cublasLtMatmulDescSetAttribute(p.product, CUBLASLT_MATMUL_DESC_EPILOGUE, &n, sizeof n),
	      CUBLAS_STATUS_INVALID_VALUE, "knows no attribute 7");
	is_fine(lt.cublasLtMatrixLayoutSetAttribute(eight.a, CUBLASLT_MATRIX_LAYOUT_ROWS, &rows,
						    sizeof rows));
	gives(multiply(&eight, 1, 0, NULL, NULL), CUBLAS_STATUS_INVALID_VALUE, "layouts do not fit");
	is_fine(lt.cublasLtMatrixLayoutSetAttribute(eight.b, CUBLASLT_MATRIX_LAYOUT_ROWS, &rows,
						    sizeof rows));
	gives(algorithms(&eight, r, 16), -CUBLAS_STATUS_NOT_SUPPORTED, "");
	gives(multiply(&eight, 1, 0, NULL, NULL), CUBLAS_STATUS_NOT_SUPPORTED,
	      "m and k to be multiples of 4");
	setenv("FAKE_CUDA_CC", "7.0", 1);
	is_int(algorithms(&p, r, 1), 1, "f32 is there on old chips");
	lt.cublasLtMatrixLayoutDestroy(p.d);
	layout_make(&p.d, CUDA_R_16BF, M, N, 24, D_SIZE);
	gives(algorithms(&p, r, 16), -CUBLAS_STATUS_NOT_SUPPORTED, "");
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_NOT_SUPPORTED, "these types do not go together");
	unsetenv("FAKE_CUDA_CC");
	lt.cublasLtMatrixLayoutDestroy(p.d);
	layout_make(&p.d, CUDA_R_32F, M, N, 24, 8);
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_EXECUTION_FAILED,
	      "the products of a batch overlap");
	product_free(&p);
	product_free(&eight);
}

static void test_memory(void)
{
	static struct product p;
	CUdeviceptr kept;

	product_make(&p, &examples[0]);
	kept = p.da;
	p.da += 8;
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_EXECUTION_FAILED, "A is not aligned to 16");
	p.da = kept + 256;
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_EXECUTION_FAILED,
	      "A, 8304 bytes from 256 bytes into");
	p.da = kept;
	kept = p.dd;
	p.dd = p.da;
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_EXECUTION_FAILED, "D overlaps A or B");
	p.dd = kept;
	kept = p.workspace;
	is_fine(multiply(&p, 1, 0, NULL, NULL));
	p.workspace = kept;
	product_free(&p);
	gives(multiply(&p, 1, 0, NULL, NULL), CUBLAS_STATUS_INVALID_VALUE,
	      "the product descriptor was destroyed");
}

static void test_graph(void)
{
	static struct product p;
	CUstream s;
	CUgraph graph;
	CUgraphExec exec;

	product_make(&p, &examples[0]);
	is_fine(cu->cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
	is_fine(cu->cuStreamBeginCapture(s, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
	is_fine(multiply(&p, 1, 1, NULL, s));
	is_fine(cu->cuStreamEndCapture(s, &graph));
	is_fine(cu->cuGraphInstantiateWithFlags(&exec, graph, 0));
	is_int(wrong(&p, 0, 1), 0, "nothing is multiplied while it is captured");
	is_fine(cu->cuGraphLaunch(exec, s));
	is_fine(cu->cuStreamSynchronize(s));
	is_int(wrong(&p, 1, 1), 0, "a graph multiplies");
	is_fine(cu->cuGraphLaunch(exec, s));
	is_int(wrong(&p, 1, 1), 0, "again");
	is_fine(cu->cuGraphExecDestroy(exec));
	is_fine(cu->cuGraphDestroy(graph));
	is_fine(cu->cuStreamDestroy(s));
	product_free(&p);
}

int main(void)
{
	fake_name();
	lt_open();
	gives(lt.cublasLtCreate(&handle), CUBLAS_STATUS_NOT_INITIALIZED, "cuInit was not called");
	fake_open();
	is_int(lt.cublasLtGetVersion(), CUBLAS_VERSION, "version");
	is_fine(lt.cublasLtCreate(&handle));
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
		test_example(&examples[i]);
	is_near(rounded_sum(&examples[0]), K * (1 + 0x1p-12), 0, "f32 keeps its bits");
	is_near(rounded_sum(&examples[1]), K, 0, "tf32 rounds what goes in");
	test_algorithms();
	test_refusals();
	test_memory();
	test_graph();
	is_fine(lt.cublasLtDestroy(handle));
	gives(lt.cublasLtDestroy(handle), CUBLAS_STATUS_NOT_INITIALIZED, "the cuBLASLt handle was destroyed");
	is_fine(cu->cuDevicePrimaryCtxRelease(0));
	return tap_done();
}
