/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same ceilings once more, by other means: x86-64 with AVX2, every loop in assembly, nested loops where ours are flat, a
 * clock of its own. Shares no code with what it checks. Prints one number: of `probe WHAT BYTES CPU...`, GB/s, GFLOP/s or ns
 * a load, the median of nine runs; a thread on each CPU with BYTES of its own, the work of all from the first begin to the
 * last end. compare.sh sets both side by side.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { RUNS = 9, THREADS_MAX = 64 };

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

/* Whole pages where there are some, else whole turns. */
static size_t part_of(size_t n)
{
	return n >= 4096 ? n / 4096 * 4096 : n / 256 * 256;
}

/* a = b + s c, the three thirds of a block. */
#define ADD_LINE(at, store)                                                                                  \
	"vmovapd " #at "(%1),%%ymm0\n vmovapd 32+" #at "(%1),%%ymm1\n"                                       \
	"vfmadd231pd " #at "(%2),%%ymm7,%%ymm0\n vfmadd231pd 32+" #at "(%2),%%ymm7,%%ymm1\n" store           \
	" %%ymm0," #at "(%0)\n" store " %%ymm1,32+" #at "(%0)\n"
#define PASS_ADD(name, store)                                                                                \
	static void name(char *a, size_t n)                                                                  \
	{                                                                                                    \
		size_t part = part_of(n / 3), k = part / 256;                                                \
		char *b = a + part, *c = b + part;                                                           \
		__asm__ volatile("vpxor %%ymm7,%%ymm7,%%ymm7\n1:\n" ADD_LINE(0, store) ADD_LINE(64, store)   \
					 ADD_LINE(128, store)                                                \
						 ADD_LINE(192, store) "add $256,%0\n add $256,%1\n add "     \
								      "$256,%2\n dec %3\n jnz 1b\n sfence\n" \
				 : "+r"(a), "+r"(b), "+r"(c), "+r"(k)::CLOBBER);                             \
	}
PASS_ADD(pass_triad, "vmovapd")
PASS_ADD(pass_triad_nt, "vmovntpd")

/* a = b, the halves of a block. */
#define COPY_LINE(at, store)                                                                                 \
	"vmovaps " #at "(%1),%%ymm0\n vmovaps 32+" #at "(%1),%%ymm1\n" store " %%ymm0," #at "(%0)\n" store   \
	" %%ymm1,32+" #at "(%0)\n"
#define PASS_COPY(name, store)                                                                               \
	static void name(char *a, size_t n)                                                                  \
	{                                                                                                    \
		size_t part = part_of(n / 2), k = part / 256;                                                \
		char *b = a + part;                                                                          \
		__asm__ volatile(                                                                            \
			"1:\n" COPY_LINE(0, store) COPY_LINE(64, store) COPY_LINE(128, store) COPY_LINE(     \
				192, store) "add $256,%0\n add $256,%1\n dec %2\n jnz 1b\n sfence\n"         \
			: "+r"(a), "+r"(b), "+r"(k)::CLOBBER);                                               \
	}
PASS_COPY(pass_copy, "vmovaps")
PASS_COPY(pass_copy_nt, "vmovntps")

static double copy_bytes(size_t n)
{
	return 2.0 * (double)part_of(n / 2);
}

static double triad_bytes(size_t n)
{
	return 3.0 * (double)part_of(n / 3);
}

#define FMA(i) "vfmadd231ps %%ymm14,%%ymm15,%%ymm" #i "\n"
static void run_fma(long n)
{
	__asm__ volatile("vpxor %%ymm14,%%ymm14,%%ymm14\n vpxor %%ymm15,%%ymm15,%%ymm15\n"
			 "vzeroall\n.p2align 5\n1:\n" FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7)
				 FMA(8) FMA(9) FMA(0) FMA(1) FMA(2) FMA(3) FMA(4) FMA(5) FMA(6) FMA(7) FMA(8)
					 FMA(9) "dec %0\n jnz 1b\n"
			 : "+r"(n)::CLOBBER, "ymm8", "ymm9", "ymm14", "ymm15");
}

/* FLOP or bytes that were worked. */
static double fma_work(void)
{
	long n = 2000000;
	run_fma(n);
	return (double)n * 20 * 8 * 2;
}

static double stream_work(const char *what, char *a, size_t n)
{
	static const struct {
		const char *what;
		void (*pass)(char *, size_t);
	} passes[] = {{"read", pass_read},	  {"write", pass_write},     {"write_nt", pass_write_nt},
		      {"copy", pass_copy},	  {"copy_nt", pass_copy_nt}, {"triad", pass_triad},
		      {"triad_nt", pass_triad_nt}};
	long repeats = (long)(((size_t)192 << 20) / n) + 1;
	double bytes = strncmp(what, "triad", 5) == 0  ? triad_bytes(n)
		       : strncmp(what, "copy", 4) == 0 ? copy_bytes(n)
						       : (double)n;
	for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
		if (strcmp(passes[i].what, what) != 0)
			continue;
		for (long r = 0; r < repeats; r++)
			passes[i].pass(a, n);
		return bytes * (double)repeats;
	}
	return 0;
}
#else
static double fma_work(void)
{
	return 0;
}
static double stream_work(const char *what, char *a, size_t n)
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

static double load_work(char **at)
{
	char *p = *at;
	long n = 200000;
	for (long i = 0; i < n; i++) {
		p = *(char **)(void *)p;
		__asm__ volatile("" : "+r"(p));
	}
	*at = p;
	return (double)n;
}

/* ---- threads ---- */

struct thread {
	pthread_t id;
	const char *what;
	size_t n;
	int cpu;
	double begin[RUNS], end[RUNS], work[RUNS];
};
static pthread_barrier_t all;

static double work_once(const struct thread *t, char *a, char **at)
{
	return strcmp(t->what, "fma") == 0	 ? fma_work()
	       : strcmp(t->what, "latency") == 0 ? load_work(at)
						 : stream_work(t->what, a, t->n);
}

static void *thread_main(void *arg)
{
	struct thread *t = arg;
	size_t room = t->n + ((size_t)4 << 20);
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(t->cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
	char *a = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a == MAP_FAILED)
		exit(1);
	a += -(uintptr_t)a % ((size_t)2 << 20);
	madvise(a, t->n > (size_t)2 << 20 ? t->n : (size_t)2 << 20, MADV_HUGEPAGE);
	memset(a, 0, t->n);
	if (strcmp(t->what, "latency") == 0)
		chain(a, t->n);
	char *at = a;
	work_once(t, a, &at);
	for (int i = 0; i < RUNS; i++) {
		pthread_barrier_wait(&all);
		t->begin[i] = now();
		t->work[i] = work_once(t, a, &at);
		t->end[i] = now();
	}
	return NULL;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct thread thread[THREADS_MAX];
	const char *what = argc > 1 ? argv[1] : "";
	size_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 4096;
	int threads = argc > 3 ? argc - 3 : 1;
	double x[RUNS];
	if (n < 4096 || threads > THREADS_MAX)
		return 1;
	pthread_barrier_init(&all, NULL, (unsigned)threads);
	for (int k = 0; k < threads; k++) {
		thread[k] = (struct thread){.what = what, .n = n, .cpu = argc > 3 ? atoi(argv[3 + k]) : 0};
		if (pthread_create(&thread[k].id, NULL, thread_main, &thread[k]) != 0)
			return 1;
	}
	for (int k = 0; k < threads; k++)
		pthread_join(thread[k].id, NULL);
	for (int i = 0; i < RUNS; i++) {
		double begin = thread[0].begin[i], end = thread[0].end[i], work = 0;
		for (int k = 0; k < threads; k++) {
			begin = thread[k].begin[i] < begin ? thread[k].begin[i] : begin;
			end = thread[k].end[i] > end ? thread[k].end[i] : end;
			work += thread[k].work[i];
		}
		x[i] = strcmp(what, "latency") == 0 ? (end - begin) / work * 1e9
						    : work / (end - begin) * 1e-9;
	}
	qsort(x, RUNS, sizeof *x, ascending);
	printf("%.6g\n", x[RUNS / 2]);
	return 0;
}
