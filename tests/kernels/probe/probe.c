/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same ceilings once more, by other means: one thread, x86-64 with AVX2, every loop in assembly, nested loops where ours
 * are flat, a clock of its own. Shares no code with what it checks. Prints one number: of `probe WHAT BYTES`, GB/s, GFLOP/s
 * or ns a load, the median of nine runs. compare.sh sets both side by side.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { RUNS = 9 };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined __x86_64__ && defined __AVX2__
#define EACH4(a, b, c, d) a "\n" b "\n" c "\n" d "\n"
#define CLOBBER		  "ymm0", "ymm1", "ymm2", "ymm3", "ymm4", "ymm5", "ymm6", "ymm7", "memory", "cc"

static void pass_read(char *a, size_t n)
{
	size_t k = n / 256;
	__asm__ volatile("1:\n" EACH4("vmovdqa (%0),%%ymm0", "vmovdqa 32(%0),%%ymm1", "vmovdqa 64(%0),%%ymm2",
				      "vmovdqa 96(%0),%%ymm3")
				 EACH4("vmovdqa 128(%0),%%ymm4", "vmovdqa 160(%0),%%ymm5",
				       "vmovdqa 192(%0),%%ymm6",
				       "vmovdqa 224(%0),%%ymm7") "add $256,%0\n dec %1\n jnz 1b\n"
			 : "+r"(a), "+r"(k)::CLOBBER);
}

/* Ones: lines of zeros go to memory up to twice as fast on some processors (seen on an EPYC), those of data do not. */
#define PASS_WRITE(name, store)                                                                              \
	static void name(char *a, size_t n)                                                                  \
	{                                                                                                    \
		size_t k = n / 128;                                                                          \
		__asm__ volatile("vpcmpeqd %%ymm0,%%ymm0,%%ymm0\n1:\n" EACH4(                                \
					 store " %%ymm0,(%0)", store " %%ymm0,32(%0)",                       \
					 store " %%ymm0,64(%0)",                                             \
					 store " %%ymm0,96(%0)") "add $128,%0\n dec %1\n jnz 1b\n sfence\n"  \
				 : "+r"(a), "+r"(k)::CLOBBER);                                               \
	}
PASS_WRITE(pass_write, "vmovdqa")
PASS_WRITE(pass_write_nt, "vmovntdq")

/* a = b + s c, and a = b where c is NULL; the three thirds (halves) of a block. */
#define PASS_ADD(name, store)                                                                                \
	static void name(char *a, size_t n)                                                                  \
	{                                                                                                    \
		size_t part = n / 3 / 4096 * 4096, k = part / 64;                                            \
		part = k ? part : n / 3 / 64 * 64, k = part / 64;                                            \
		char *b = a + part, *c = b + part;                                                           \
		__asm__ volatile("vpxor %%ymm7,%%ymm7,%%ymm7\n1:\n"                                          \
				 "vmovapd (%1),%%ymm0\n vmovapd 32(%1),%%ymm1\n"                             \
				 "vfmadd231pd (%2),%%ymm7,%%ymm0\n vfmadd231pd 32(%2),%%ymm7,%%ymm1\n" store \
				 " %%ymm0,(%0)\n" store " %%ymm1,32(%0)\n"                                   \
				 "add $64,%0\n add $64,%1\n add $64,%2\n dec %3\n jnz 1b\n sfence\n"         \
				 : "+r"(a), "+r"(b), "+r"(c), "+r"(k)::CLOBBER);                             \
	}
PASS_ADD(pass_triad, "vmovapd")
PASS_ADD(pass_triad_nt, "vmovntpd")

static double triad_bytes(size_t n)
{
	size_t part = n / 3 / 4096 * 4096;
	return 3.0 * (double)(part ? part : n / 3 / 64 * 64);
}

#define FMA(i) "vfmadd231ps %%ymm14,%%ymm15,%%ymm" #i "\n"
static void run_fma(long n)
{
	__asm__ volatile("vpxor %%ymm14,%%ymm14,%%ymm14\n vpxor %%ymm15,%%ymm15,%%ymm15\n"
			 "vzeroall\n.p2align 5\n1:\n" FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7)
				 FMA(8) FMA(9) "dec %0\n jnz 1b\n"
			 : "+r"(n)::CLOBBER, "ymm8", "ymm9", "ymm14", "ymm15");
}

static double fma_gflops(void)
{
	long n = 2000000;
	double t = now();
	run_fma(n);
	return (double)n * 10 * 8 * 2 / (now() - t) * 1e-9;
}

static double bandwidth(const char *what, char *a, size_t n)
{
	static const struct {
		const char *what;
		void (*pass)(char *, size_t);
	} passes[] = {{"read", pass_read},
		      {"write", pass_write},
		      {"write_nt", pass_write_nt},
		      {"triad", pass_triad},
		      {"triad_nt", pass_triad_nt}};
	long repeats = (long)(((size_t)192 << 20) / n) + 1;
	double bytes = strncmp(what, "triad", 5) == 0 ? triad_bytes(n) : (double)n;
	for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
		if (strcmp(passes[i].what, what) != 0)
			continue;
		double t = now();
		for (long r = 0; r < repeats; r++)
			passes[i].pass(a, n);
		return bytes * (double)repeats / (now() - t) * 1e-9;
	}
	return 0;
}
#else
static double fma_gflops(void)
{
	return 0;
}
static double bandwidth(const char *what, char *a, size_t n)
{
	(void)what, (void)a, (void)n;
	return 0;
}
#endif

/* A cycle through all lines, by a shuffled list of them. */
static void chain(char *a, size_t n)
{
	size_t lines = n / 64, *order = malloc(lines * sizeof *order);
	uint64_t x = 88172645463325252u;
	if (!order)
		exit(1);
	for (size_t i = 0; i < lines; i++)
		order[i] = i;
	for (size_t i = lines - 1; i > 0; i--) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		size_t j = x % (i + 1), held = order[i];
		order[i] = order[j], order[j] = held;
	}
	for (size_t i = 0; i < lines; i++)
		*(char **)(void *)(a + order[i] * 64) = a + order[(i + 1) % lines] * 64;
	free(order);
}

static double load_ns(char *a)
{
	static char *p;
	long n = 200000;
	p = p ? p : a;
	double t = now();
	for (long i = 0; i < n; i++) {
		p = *(char **)(void *)p;
		__asm__ volatile("" : "+r"(p));
	}
	return (now() - t) / (double)n * 1e9;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 4096, room = n + ((size_t)4 << 20);
	double x[RUNS];
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(argc > 3 ? atoi(argv[3]) : 0, &set);
	sched_setaffinity(0, sizeof set, &set);
	char *a = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a == MAP_FAILED || n < 4096)
		return 1;
	a += -(uintptr_t)a % ((size_t)2 << 20);
	madvise(a, n > (size_t)2 << 20 ? n : (size_t)2 << 20, MADV_HUGEPAGE);
	memset(a, 0, n);
	if (strcmp(what, "latency") == 0)
		chain(a, n);
	for (int i = -1; i < RUNS; i++) {
		double v = strcmp(what, "fma") == 0	  ? fma_gflops()
			   : strcmp(what, "latency") == 0 ? load_ns(a)
							  : bandwidth(what, a, n);
		if (i >= 0)
			x[i] = v;
	}
	qsort(x, RUNS, sizeof *x, ascending);
	printf("%.6g\n", x[RUNS / 2]);
	return 0;
}
