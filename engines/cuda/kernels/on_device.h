/* SPDX-License-Identifier: Apache-2.0 */
/* The primitives of portable.h in CUDA. By asm rather than cuda_fp16.h: the instruction is what is meant. */
#ifndef IFM_CUDA_KERNELS_ON_DEVICE_H
#define IFM_CUDA_KERNELS_ON_DEVICE_H

#define DEVICE	       static __device__ __forceinline__
#define SHARED	       __shared__
#define UNROLLED(i, n) _Pragma("unroll") for (int i = 0; i < (n); i++)
#define KERNEL_DEFINE_EARLY(name, type, blocks)                                                              \
	extern "C" __global__ void __launch_bounds__(THREADS_OF_##name, blocks) name(const struct type a)

DEVICE int thread_x(void)
{
	return (int)threadIdx.x;
}

DEVICE int block_x(void)
{
	return (int)blockIdx.x;
}

DEVICE int block_y(void)
{
	return (int)blockIdx.y;
}

DEVICE int block_z(void)
{
	return (int)blockIdx.z;
}

DEVICE int grid_x(void)
{
	return (int)gridDim.x;
}

DEVICE int grid_y(void)
{
	return (int)gridDim.y;
}

DEVICE int block_threads(void)
{
	return (int)blockDim.x;
}

DEVICE void block_barrier(void)
{
	__syncthreads();
}

/* Programmatic dependent launch: see portable.h. Before it came, and where nobody asks for it, kernels follow each other. */
DEVICE void grid_wait(void)
{
#if defined __CUDA_ARCH__ && __CUDA_ARCH__ >= 900
	asm volatile("griddepcontrol.wait;" ::: "memory");
	asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

DEVICE float lane_xor_f32(float v, int mask)
{
	return __shfl_xor_sync(~0u, v, mask);
}

DEVICE uint32_t lane_xor_u32(uint32_t v, int mask)
{
	return __shfl_xor_sync(~0u, v, mask);
}

DEVICE uint32_t f32_bits(float f)
{
	return __float_as_uint(f);
}

DEVICE float f32_of_bits(uint32_t u)
{
	return __uint_as_float(u);
}

DEVICE float f16_value(uint16_t h)
{
	float f;
	asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
	return f;
}

DEVICE uint16_t f16_bits(float f)
{
	uint16_t h;
	asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(f));
	return h;
}

DEVICE float bf16_value(uint16_t b)
{
	return f32_of_bits((uint32_t)b << 16);
}

DEVICE uint16_t bf16_bits(float f)
{
	uint16_t b;
	asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(b) : "f"(f));
	return b;
}

/* Two in a word, rounded to nearest even. */
DEVICE uint32_t pack_f16(float low, float high)
{
	uint32_t w;
	asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(w) : "f"(high), "f"(low));
	return w;
}

DEVICE uint32_t pack_bf16(float low, float high)
{
	uint32_t w;
	asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(w) : "f"(high), "f"(low));
	return w;
}

/* The word of high with byte i of word as its lowest. */
DEVICE uint32_t byte_in(uint32_t word, const int i, uint32_t high)
{
	return __byte_perm(word, high, 0x7650u | (unsigned)i);
}

DEVICE int dot_i8(uint32_t x, uint32_t y, int sum)
{
	return __dp4a((int)x, (int)y, sum);
}

DEVICE float exp2_fast(float x)
{
	float y;
	asm("ex2.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
	return y;
}

DEVICE struct words_4 load_words_4(const void *p)
{
	struct words_4 v;
	asm volatile("ld.global.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
		     : "=r"(v.w[0]), "=r"(v.w[1]), "=r"(v.w[2]), "=r"(v.w[3])
		     : "l"(p));
	return v;
}

DEVICE struct words_2 load_words_2(const void *p)
{
	struct words_2 v;
	asm volatile("ld.global.L1::no_allocate.v2.u32 {%0,%1}, [%2];" : "=r"(v.w[0]), "=r"(v.w[1]) : "l"(p));
	return v;
}

DEVICE struct words_4 load_words_4_past_l1(const void *p)
{
	struct words_4 v;
	asm volatile("ld.global.cg.v4.u32 {%0,%1,%2,%3}, [%4];"
		     : "=r"(v.w[0]), "=r"(v.w[1]), "=r"(v.w[2]), "=r"(v.w[3])
		     : "l"(p));
	return v;
}

/* Of memory that other kernels write, kept in L1. */
DEVICE struct words_4 read_words_4(const void *p)
{
	uint4 v = *(const uint4 *)p;
	struct words_4 w = {{v.x, v.y, v.z, v.w}};
	return w;
}

DEVICE void write_words_4(void *p, struct words_4 v)
{
	*(uint4 *)p = make_uint4(v.w[0], v.w[1], v.w[2], v.w[3]);
}

DEVICE void mma_16x8x16(float d[4], const uint32_t a[4], uint32_t b0, uint32_t b1, const bool bf16)
{
	if (bf16)
		asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
		    "{%8,%9}, "
		    "{%0,%1,%2,%3};"
		    : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
		    : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
	else
		asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, "
		    "{%8,%9}, "
		    "{%0,%1,%2,%3};"
		    : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
		    : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/* Four matrices of 8 rows of 16 bytes in shared memory; lanes 8 i .. 8 i + 7 bring the rows of the i-th. */
DEVICE struct words_4 ldmatrix_4(const void *row)
{
	struct words_4 v;
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
		     : "=r"(v.w[0]), "=r"(v.w[1]), "=r"(v.w[2]), "=r"(v.w[3])
		     : "r"((uint32_t)__cvta_generic_to_shared(row))
		     : "memory");
	return v;
}

DEVICE struct words_4 ldmatrix_4_transposed(const void *row)
{
	struct words_4 v;
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
		     : "=r"(v.w[0]), "=r"(v.w[1]), "=r"(v.w[2]), "=r"(v.w[3])
		     : "r"((uint32_t)__cvta_generic_to_shared(row))
		     : "memory");
	return v;
}

/* 16 bytes to shared memory, from global memory or, where there is none, zeros; from must be a valid address. */
DEVICE void copy_async_16(void *to, const void *from, bool there)
{
	asm volatile(
		"cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((uint32_t)__cvta_generic_to_shared(to)),
		"l"(from), "r"(there ? 16 : 0)
		: "memory");
}

DEVICE void copies_commit(void)
{
	asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Until all but the newest n (0 or 1) groups of this thread have arrived. */
DEVICE void copies_wait(const int n)
{
	if (n == 0)
		asm volatile("cp.async.wait_group 0;" ::: "memory");
	else
		asm volatile("cp.async.wait_group 1;" ::: "memory");
}

DEVICE uint64_t timer_ns(void)
{
	uint64_t ns;
	asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(ns));
	return ns;
}

#endif
