/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/counter/loops.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engines/base/mem.h"

enum {
	TIMES = 1000000,
	BODY = 10, /* instructions of the loop: eight additions, a decrement, a branch */
	HOPS = 200000,
	PAGES_APART = 17, /* pages between two hops, odd: all sets of a TLB are visited */
	PAGE = 4096,
	FRESH = 1000, /* pages */
	LINE = 64,
};
/* Larger than the last level of most processors; touched once. */
#define CHASE_BYTES ((size_t)64 << 20)
#define IPC_LEAST   0.05
#define IPC_MOST    8.0

struct loop {
	const char *name;
	void (*run)(void);
	const char *needs;   /* an instruction set beyond the base; NULL: none */
	int64_t least, most; /* counts that are believed */
};

/* Where results go, so that no loop is optimised away. */
static volatile double sink;

static __attribute__((noinline)) void run_alu(void)
{
	long n = TIMES;
#if defined __x86_64__
	long x = 1;
	__asm__ volatile("1: add $1, %1\n\tadd $1, %1\n\tadd $1, %1\n\tadd $1, %1\n\t"
			 "add $1, %1\n\tadd $1, %1\n\tadd $1, %1\n\tadd $1, %1\n\tdec %0\n\tjnz 1b"
			 : "+r"(n), "+r"(x)
			 :
			 : "cc");
#elif defined __aarch64__
	long x = 1;
	__asm__ volatile("1: add %1, %1, #1\n\tadd %1, %1, #1\n\tadd %1, %1, #1\n\tadd %1, %1, #1\n\t"
			 "add %1, %1, #1\n\tadd %1, %1, #1\n\tadd %1, %1, #1\n\tadd %1, %1, #1\n\t"
			 "subs %0, %0, #1\n\tb.ne 1b"
			 : "+r"(n), "+r"(x)
			 :
			 : "cc");
#else
	for (; n; n--)
		sink = (double)n;
#endif
}

/* Bits of xorshift decide each branch; volatile keeps the compiler from computing both sides. */
static __attribute__((noinline)) void run_random(void)
{
	volatile int taken = 0;
	uint32_t x = 2463534242u;
	for (int i = 0; i < TIMES; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		if (x & 0x100)
			taken = taken + 1;
	}
}

static char *chased;

/* Each hop's address depends on the one before; pages in an order no prefetcher follows. */
static __attribute__((noinline)) void run_chase(void)
{
	const size_t pages = CHASE_BYTES / PAGE;
	if (!chased)
		chased = mem_map(CHASE_BYTES);
	if (!chased)
		return;
	volatile char *p = chased;
	size_t page = 1;
	for (long i = 0; i < HOPS; i++) {
		size_t line = (size_t)i / pages % (PAGE / LINE);
		page = (page * 5 + PAGES_APART + (size_t)p[page * PAGE + line * LINE]) % pages;
		p[page * PAGE + line * LINE] = 0;
	}
}

/* Pages that come one by one. */
static void run_pages(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = FRESH * page;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return;
	madvise(p, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += page)
		((volatile char *)p)[i] = 1;
	munmap(p, size);
}

#define FP_LOOP(name, type, bytes, attribute)                                                                \
	typedef type name##_vector __attribute__((vector_size(bytes)));                                      \
	attribute __attribute__((noinline)) static void run_##name(void)                                     \
	{                                                                                                    \
		name##_vector x = {0}, one = {1};                                                            \
		for (int i = 0; i < TIMES; i++) {                                                            \
			x += one;                                                                            \
			__asm__ volatile("" : FP_REGISTER(x));                                               \
		}                                                                                            \
		sink = (double)x[0];                                                                         \
	}

#if defined __x86_64__
#define FP_REGISTER(x) "+x"(x)
#elif defined __aarch64__
#define FP_REGISTER(x) "+w"(x)
#else
#define FP_REGISTER(x) "+m"(x)
#endif

static __attribute__((noinline)) void run_fp64(void)
{
	double x = 0;
	for (int i = 0; i < TIMES; i++) {
		x += 1.0;
		__asm__ volatile("" : FP_REGISTER(x));
	}
	sink = x;
}

static __attribute__((noinline)) void run_fp32(void)
{
	float x = 0;
	for (int i = 0; i < TIMES; i++) {
		x += 1.0f;
		__asm__ volatile("" : FP_REGISTER(x));
	}
	sink = (double)x;
}

FP_LOOP(fp64x2, double, 16, )
FP_LOOP(fp32x4, float, 16, )
#if defined __x86_64__
FP_LOOP(fp64x4, double, 32, __attribute__((target("avx"))))
FP_LOOP(fp32x8, float, 32, __attribute__((target("avx"))))
FP_LOOP(fp64x8, double, 64, __attribute__((target("avx512f"))))
FP_LOOP(fp32x16, float, 64, __attribute__((target("avx512f"))))
#endif

static void run_none(void)
{
}

/* A loop and the code around it: 1 %. Some count a compare and its branch as one: a tenth less. Widths of
 * additions are counted exactly or, where each counts as its elements, up to 16 times. */
static const struct loop loops[] = {
	/* clang-format off */
	{"instructions", run_alu,    NULL, (int64_t)TIMES * (BODY - 1) * 99 / 100, (int64_t)TIMES * BODY * 101 / 100},
	{"cycles",       run_alu,    NULL, (int64_t)(TIMES * BODY / IPC_MOST), (int64_t)(TIMES * BODY / IPC_LEAST)},
	{"branches",     run_alu,    NULL, (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 101 / 100},
	{"random",       run_random, NULL, TIMES / 20, TIMES * 2},
	{"chase",        run_chase,  NULL, HOPS / 50, INT64_MAX},
	{"pages",        run_pages,  NULL, FRESH, FRESH * 101 / 100},
	{"fp64",         run_fp64,   NULL, (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 101 / 100},
	{"fp32",         run_fp32,   NULL, (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 101 / 100},
	{"fp64x2",       run_fp64x2, NULL, (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 2 * 101 / 100},
	{"fp32x4",       run_fp32x4, NULL, (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 4 * 101 / 100},
#if defined __x86_64__
	{"fp64x4",       run_fp64x4, "avx",     (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 4 * 101 / 100},
	{"fp32x8",       run_fp32x8, "avx",     (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 8 * 101 / 100},
	{"fp64x8",       run_fp64x8, "avx512f", (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 8 * 101 / 100},
	{"fp32x16",      run_fp32x16,"avx512f", (int64_t)TIMES * 99 / 100, (int64_t)TIMES * 16 * 101 / 100},
#else
	{"fp64x4",       run_none,   "avx",     0, INT64_MAX},
	{"fp32x8",       run_none,   "avx",     0, INT64_MAX},
	{"fp64x8",       run_none,   "avx512f", 0, INT64_MAX},
	{"fp32x16",      run_none,   "avx512f", 0, INT64_MAX},
#endif
	{"none",         run_none,   NULL, 0, INT64_MAX},
	/* clang-format on */
};
enum { N_LOOPS = sizeof loops / sizeof loops[0] };

const struct loop *loop_find(const char *name)
{
	for (int i = 0; i < N_LOOPS; i++)
		if (strcmp(loops[i].name, name) == 0)
			return &loops[i];
	return NULL;
}

static bool has(const char *isa)
{
#if defined __x86_64__
	return strcmp(isa, "avx") == 0 ? __builtin_cpu_supports("avx") : __builtin_cpu_supports("avx512f");
#else
	(void)isa;
	return false;
#endif
}

bool loop_can_run(const struct loop *l, char *why, int size)
{
	if (!l->needs || has(l->needs))
		return true;
	snprintf(why, (size_t)size, "this processor has no %s to move it with", l->needs);
	return false;
}

void loop_run(const struct loop *l)
{
	l->run();
}

bool loop_accepts(const struct loop *l, int64_t count, char *why, int size)
{
	if (count >= l->least && count <= l->most)
		return true;
	if (count == 0)
		snprintf(why, (size_t)size, "it starts, but never moved on a loop that must move it (%s)",
			 l->name);
	else if (l->most == INT64_MAX)
		snprintf(why, (size_t)size, "counted %lld on a loop (%s) that must give at least %lld",
			 (long long)count, l->name, (long long)l->least);
	else
		snprintf(why, (size_t)size, "counted %lld on a loop (%s) that must give %lld to %lld",
			 (long long)count, l->name, (long long)l->least, (long long)l->most);
	return false;
}

bool loop_anchors_accept(int64_t instructions, int64_t cycles, char *why, int size)
{
	double ipc = cycles > 0 ? (double)instructions / (double)cycles : 0;
	if (ipc >= IPC_LEAST && ipc <= IPC_MOST)
		return true;
	snprintf(why, (size_t)size, "%lld instructions in %lld cycles: no processor does that",
		 (long long)instructions, (long long)cycles);
	return false;
}

void loops_free(void)
{
	mem_unmap(chased, CHASE_BYTES);
	chased = NULL;
}
