/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Micro-kernels of matrix products: one MRxNR tile of C = A W^T from packed
 * operands. Not for whole matrices: blocking, edges and threads are
 * engines/cpu/gemm.h's. Kernels know nothing of the matrices' true sizes;
 * panels are padded, and the caller gives a full tile of C.
 *
 * Packed forms (mr and nr are those of the kernel, k the depth of the call):
 *   A, f32 and f16   float [k][mr]
 *   A, bf16          float [k][mr], rounded to bf16; at level bf16: bf16 [k / 2][mr][2]
 *   A, q8_0, q4_0    per 32 of k: float scale[mr]; int32_t offset[mr]; int8_t q[8][mr][4]
 *                    offset is -128 times the sum of the row's 32 q
 *   A, wi8ai8        float scale[mr]; int32_t offset[mr]; int8_t q[k / 4][mr][4]: the same for a whole row
 *   W, f32           float [k][nr]
 *   W, f16           binary16 [k][nr]
 *   W, bf16          bf16 [k / 2][nr][2], k rounded up and the last one 0
 *   W, q8_0          per 32 of k: binary16 scale[nr]; int8_t q[8][nr][4]
 *   W, q4_0          per 32 of k: binary16 scale[nr]; uint8_t q[4][nr][4], the bytes of the file's blocks: q[g][j][b]
 *                    holds element 4 g + b in its low half and 16 + 4 g + b in its high one, each plus 8
 *   W, wi8ai8        float scale[nr]; int8_t q[k / 4][nr][4]. A call is a whole row deep
 *
 * Arithmetic: each element of C is one f32 accumulator that takes its products
 * in ascending k, each with one rounding (by fused multiply-add above ref, there
 * by ref/math.h). bf16: both operands are bf16, so products are exact in f32; at
 * level bf16 in pairs, as vdpbf16ps does. q8_0, q4_0: the sum of 32 integer
 * products is exact, then acc = fma((float)sum, scale_w * scale_a, acc) by
 * ascending block. wi8ai8: the sum of all products is exact, then (float)sum * (scale_w * scale_a).
 * Activations are made on the way, so their scale stays f32: rounding it to
 * binary16 as a file does would save nothing and adds an error of its own (it moved the perplexity of the shipped
 * model by 0.005 to 0.009 %, either way; weights in q8_0 alone move it by 0.013 %). So the bits do not depend on the tile, only on the level
 * and on where the caller splits k.
 */
#ifndef IFM_KERNELS_GEMM_H
#define IFM_KERNELS_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engines/base/cpuid.h"
#include "engines/base/err.h"
#include "engines/tensor/dtype.h"

struct strbuf;

#define GEMM_MR_MAX 16
#define GEMM_NR_MAX 48

/* Bytes of a row's part of an A panel for one block of q8_0 (and q4_0), and of W's for one column of q4_0. */
#define GEMM_Q8_0_ROW 40
#define GEMM_Q4_0_COL 18
/* Bytes of scale and offset in a row's part of an A panel of wi8ai8. */
#define GEMM_WI8AI8_HEAD 8

/*
 * C tile = A W^T (add: added to what is there). k >= 1, a multiple of
 * dtype_block. Rows of c are ldc floats apart; a and w are as above, w
 * 16-byte-aligned, no alignment asked of c.
 */
typedef void gemm_kernel(int k, const void *a, const void *w, float *c, size_t ldc, bool add);

/* Packs mr rows of k floats, lda apart, into one A panel. */
typedef void gemm_pack(int mr, int k, const float *a, size_t lda, void *panel);

struct gemm_kernel_info {
	const char *name; /* "gemm_f32_12x32_avx512"; NULL ends the table */
	enum dtype dtype;
	enum isa isa;
	int mr, nr;
	gemm_kernel *run;
};

struct gemm_pack_info {
	const char *name; /* "gemm_pack_q8_0_avx2"; NULL ends the table */
	enum dtype dtype;
	enum isa isa;
	gemm_pack *run;
};

/* The rows of gemm.inc that this build has. */
extern const struct gemm_kernel_info gemm_kernels[];
extern const struct gemm_pack_info gemm_packs[];

/* The kernels of one dtype: a main tile and the smaller ones for what is left of M. */
struct gemm_kernel_set {
	enum dtype dtype;
	enum isa isa; /* level they are of: the highest not above the one asked for that has any */
	int mr, nr;
	const struct gemm_kernel_info *for_rows[GEMM_MR_MAX + 1]; /* [m]: the largest with mr <= m, m >= 1 */
	const struct gemm_pack_info *pack;
};

/*
 * Chooses once, at open. mr = nr = 0 takes the level's first row of the table;
 * else ERR_UNSUPPORTED when there is no such tile, naming those there are.
 */
MUST_CHECK int gemm_kernel_set_choose(struct gemm_kernel_set *out, enum dtype dtype, enum isa isa, int mr,
				      int nr, struct diag *d);

/* Bytes of an A panel of m rows, and of a W panel of nr columns, k deep. Also where the part behind the first
 * k of a panel begins: nothing is before k = 0. */
size_t gemm_panel_a_bytes(enum dtype dtype, int m, int k);
size_t gemm_panel_w_bytes(enum dtype dtype, int nr, int k);

#define GEMM(DTYPE, ISA, dtype, isa, mr, nr) gemm_kernel gemm_##dtype##_##mr##x##nr##_##isa;
#define PACK(DTYPE, ISA, dtype, isa)	     gemm_pack gemm_pack_##dtype##_##isa;
#include "engines/kernels/gemm.inc"
#undef GEMM
#undef PACK

#endif
