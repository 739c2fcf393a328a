/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernels of engine "cuda" take: one struct each, by value. C and CUDA read this file. All pointers are to device
 * memory, 16-byte aligned unless a kernel says less; rows stand one after the other without gaps. A token of a batch that
 * was only added to fill its bucket has position -1: nothing is read or stored for it, and its rows are zero or left as
 * they are, as said.
 *
 * Names: KERNEL_TYPE, the type of what is stored or held ("f32", "f16", "bf16", "q8_0", "q4_0", "i8").
 * On the device blocks of 32 are split in two arrays, so that loads are aligned: all scales (binary16, a row after the
 * other, k / 32 a row) and all quants (q8_0: k bytes a row; q4_0: k / 2, blocks of 16 bytes in the order of
 * engines/tensor/dtype.h).
 */
#ifndef IFM_CUDA_KERNELS_ARGS_H
#define IFM_CUDA_KERNELS_ARGS_H

#ifndef __CUDACC__
#include <stdint.h>
#endif

/* gather_{f32,f16,bf16,q8_0,q4_0,i8}: x[i] = the embedding of token[i] (+ positions[pos[i]]), f32; zero where pos is -1.
 * Grid: n blocks. scales: of q8_0 and q4_0 binary16 (k/32 a row), of i8 one f32 a row. */
struct gather_args {
	const void *rows;
	const void *scales;
	const float *positions; /* NULL: none are learned */
	const int32_t *token, *pos;
	float *x;
	int32_t n_embd;
};

/* norm_{f32,f16,bf16}: for output row i, with j = rows ? rows[i] : i: x[j] += delta[j] (+ bias_delta) where delta is given;
 * out[i] = RMSNorm or LayerNorm of x[j] (engines/kernels/vector.h: rmsnorm, layer_norm), rounded to the type. Grid: a block
 * a row. rows[i] is -1 for a row that fills a bucket: out is zero. */
struct norm_args {
	float *x;
	const float *delta;	 /* NULL: none */
	const float *delta_bias; /* NULL: none */
	const float *weight;
	const float *bias; /* of LayerNorm, may be NULL */
	const int32_t *rows;
	void *out;
	int32_t n_embd;
	int32_t layer_norm; /* 0: RMSNorm */
	float eps;
};

/* rope_{f32,f16,bf16,q8_0}: of token i, a row of qkv (n_heads + 2 n_kv_heads) * head_dim: adds bias where given, rotates
 * queries and keys in place by turns[pos] (n_rot floats: as engines/kernels/vector.h says of rope), stores keys and values
 * in cell[i] of this layer, and notes the cell in cells[seq * n_positions + pos]. q8_0 here is blocks as in files
 * (struct q8_0_block). Grid: n, and as many parts of a row as it is to be shared by (q8_0: 1; more than
 * ceil(row / ROPE_PART) have nothing to do). Nothing where pos is -1. */
#define ROPE_PART 1024
struct rope_args {
	float *qkv;
	const float *bias;  /* NULL: none */
	const float *turns; /* NULL: n_rot is 0 */
	const int32_t *pos, *seq, *cell;
	int32_t *cells;
	void *keys, *values; /* of this layer */
	int32_t n_heads, n_kv_heads, head_dim, n_rot, n_positions;
};

/* attend_{f32,f16,bf16,q8_0}, by the type of the cells: token i sees positions 0 .. pos[i] of its sequence. One block for
 * (token, KV head, split): all query heads of the group, K and V read once, softmax online in f32. Grid: (n, n_kv_heads,
 * n_splits); split s takes positions [s * chunk, (s+1) * chunk), chunk = ceil((pos+1) / n_splits) rounded up to 32.
 * Stores (max, sum, head_dim sums of values) to partial[((token * n_heads) + head) * n_splits + split]; an empty split
 * stores max -inf and sum 0. Nothing where pos is -1. head_dim up to 1024; of a group of more than 8 heads (of large heads
 * 4096 / head_dim) K and V are read once for each 8. */
struct attend_args {
	const float *qkv;
	const void *keys, *values;
	const int32_t *cells; /* [sequence][n_positions] */
	const int32_t *pos, *seq;
	float *partial; /* rows of head_dim + 2 */
	int32_t n_heads, n_kv_heads, head_dim, n_positions, n_splits;
	float scale;
};

/* Where norm, merge, silu_mul, gelu and cast round to f16, finite values stay finite (65504 at most). Keys and values in f16
 * do not: they are as engines/tensor/quant.h has them. */

/* merge_{f32,f16,bf16}: out[token][head] from its n_splits partial rows, rounded to the type. Grid: (n, n_heads). Zero
 * where pos is -1. */
struct merge_args {
	const float *partial;
	const int32_t *pos;
	void *out; /* [token][head][head_dim] */
	int32_t n_heads, head_dim, n_splits;
};

/* prefill_{f16,bf16}_{f16,bf16,f32}... : tokens of a tile are consecutive in the batch, of one sequence and at consecutive
 * positions. Grid: (n_tiles, n_heads). KERNEL_CELLS_OUT: by the type of the cells and of what is stored. Heads of 64 or 128;
 * products by the tensor cores (m16n8k16), queries and probabilities rounded to the cells' type, sums and softmax in f32.
 * Nothing is stored for a tile of no tokens or of padding, nor for tokens in no tile. Values of a tile's later tokens meet
 * earlier ones with weight 0: a NaN or infinity among them is seen. */
#define PREFILL_QUERIES 64
struct prefill_tile {
	int32_t first; /* token of the batch */
	int32_t n;     /* 0 .. PREFILL_QUERIES */
};
struct prefill_args {
	const float *qkv;
	const void *keys, *values;
	const int32_t *cells;
	const int32_t *pos, *seq;
	const struct prefill_tile *tiles;
	void *out;
	int32_t n_heads, n_kv_heads, head_dim, n_positions;
	float scale;
};

/* silu_mul_{f32,f16,bf16}: rows of in are gate then up: out = silu(gate) * up. gelu_{...}: out = gelu(in), the tanh form
 * (engines/kernels/vector.h). bias (of a row of in) first, where given. Grid: (ceil(n_ff / 256), n). */
struct act_args {
	const float *in;
	const float *bias; /* NULL: none */
	void *out;
	int32_t n_ff;
};

/* bias_add_f32: c[i][j] += bias[j]. Grid: (ceil(cols / 256), n). */
struct bias_args {
	float *c;
	const float *bias;
	int32_t cols;
};

/* cast_{f16,bf16}: out = in rounded to the type (f16: kept finite), n elements. Grid: any number of blocks. */
struct cast_args {
	const float *in;
	void *out;
	uint64_t n;
};

/* quantize_i8: each row of k elements to int8 with one scale, as engines/tensor/quant.h does for activations of wi8ai8.
 * Grid: a block a row. */
struct quantize_args {
	const float *in;
	int8_t *out;
	float *scale;
	int32_t k;
};

/* scale_i32: out[i][j] = in[i][j] * row_scale[i] * col_scale[j]; in and out may be the same memory. Grid: (ceil(cols / 256), n).
 * The order of the two products is that of the ref kernel of wi8ai8. */
struct scale_args {
	const int32_t *in;
	float *out;
	const float *row_scale, *col_scale;
	int32_t cols;
};

/* gemv_{f32,f16,bf16,q8_0,q4_0,i8}_{1,2,4,8}: y[m][n] = x[m][k] W[n][k]^T for m of the name, f32 out. Warps of a block share
 * its rows and parts of k, lanes stride over k by loads of 16 bytes (q8_0, q4_0: 8). x is f32 for f32, f16 for f16, q8_0 and
 * q4_0, bf16 for bf16, int8 for i8. scales: binary16 a block (q8_0, q4_0), f32 a row (i8). Any n, any k that dtype_block
 * allows. Grid: ceil(n / GEMV_ROWS_A_BLOCK). */
#define GEMV_ROWS_A_BLOCK 8
struct gemv_args {
	const void *w;
	const void *scales;
	const void *x;
	const float *x_scale; /* i8: one a row of x */
	float *y;
	int32_t n, k;
};

/* dequant_{q8_0,q4_0}: W to binary16, n rows of k. Grid: any number of blocks. */
struct dequant_args {
	const void *w;
	const void *scales;
	uint16_t *out;
	int32_t n, k;
};

/* argmax: best[i][part] = the largest of a part of x[i] and the lowest index where it is. Grid: (n, ARGMAX_PARTS), a part a
 * block: a row of a vocabulary is long, and there may be one alone. */
#define ARGMAX_PARTS   32
#define ARGMAX_NOWHERE 0xffffffffu /* nothing was larger than -inf */
struct argmax_best {
	float value;
	uint32_t at;
};
struct argmax_args {
	const float *x;
	struct argmax_best *best;
	int32_t cols;
};

/* argmax_join: id[i] = the lowest index of the largest of x[i], from its parts, as engines/kernels/vector.h says of argmax.
 * Grid: a warp a row. id may be pinned memory of the host. */
struct argmax_join_args {
	const struct argmax_best *best;
	int32_t *id;
};

/* stream_read, stream_copy, stream_write: n16 words of 16 bytes, `passes` times, past the L1 caches. Grid: any number of
 * blocks. read stores one word a block to sink, so that no load can be left out. */
struct stream_args {
	const void *from;
	void *to;
	uint32_t *sink;
	uint64_t n16;
	uint32_t passes;
};

/* chase: n loads, each at the place that the one before gave, by one thread; begins where end says and stores there where it
 * ended: launches that always began at one place would find their lines in a cache. */
struct chase_args {
	const uint32_t *next;
	uint32_t *end;
	uint64_t n;
};

/* fma_f32: FMA_CHAINS independent chains of n multiply-adds a thread. Grid: any. */
#define FMA_CHAINS 8
struct fma_args {
	float *sink; /* one a thread of the grid */
	float a, b;
	int32_t n;
};

/* hold: until the host has stored ticket at go, both in its memory; after patience_ns it stores ticket at late and ends. One
 * thread. */
struct hold_args {
	const uint32_t *go;
	uint32_t *late;
	uint64_t patience_ns;
	uint32_t ticket;
};

#endif
