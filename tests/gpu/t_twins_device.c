/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels that measure a device, the table of all of them, and the emulator itself: what would hang or fault on a
 * device ends the program and says where.
 */
#include "config.h"

#include "engines/cuda/kernels/portable.h"
#include "tests/gpu/last_words.h"
#include "tests/gpu/twins.h"

static void test_table(void)
{
	int wrong = 0, n = 0;
#define KERNEL(name, args, threads)                                                                          \
	{                                                                                                    \
		const struct simt_kernel *k = simt_find(#name);                                              \
		wrong += !k || k->args_size != sizeof(struct args) || k->max_threads != (threads);           \
		n++;                                                                                         \
	}
#include "engines/cuda/kernels/kernels.inc"
#undef KERNEL
	ok(wrong == 0 && n == simt_n_kernels, "each row of kernels.inc has its twin");
	ok(!simt_find("gemv"), "there is no other");
}

static void test_streams(void)
{
	static const size_t sizes[] = {1, 255, 257, 4096, 5000};
	int wrong = 0;
	for (int i = 0; i < 5; i++)
		for (unsigned blocks = 1; blocks <= 3; blocks++) {
			size_t n = sizes[i], bytes = 16 * n;
			float *from = draw(4 * n, 1);
			char *copied = output(bytes), *written = output(bytes), *want = output(bytes);
			uint32_t *sink = output(blocks * 4), all = 0, sinks = 0, word;
			launch("stream_read", blocks, 1, 1,
			       &(struct stream_args){from, NULL, sink, n, blocks});
			launch("stream_copy", blocks, 1, 1,
			       &(struct stream_args){from, copied, NULL, n, blocks});
			launch("stream_write", blocks, 1, 1,
			       &(struct stream_args){NULL, written, NULL, n, blocks});
			memcpy(want, from, bytes);
			wrong += !output_same(copied, want, bytes) + !guarded(written, bytes) +
				 !guarded(sink, blocks * 4);
			for (size_t j = 0; j < 4 * n; j++) {
				memcpy(&word, from + j, sizeof word);
				all += word * blocks;
				memcpy(&word, written + 4 * j, sizeof word);
				wrong += word != j / 4 + blocks - 1;
			}
			for (unsigned j = 0; j < blocks; j++)
				sinks += sink[j];
			wrong += all != sinks;
			free(from);
			free(copied);
			free(written);
			free(want);
			free(sink);
		}
	is_int(wrong, 0, "stream_read, _copy, _write: every word in every pass, none else");
}

static void test_chase(void)
{
	static const uint32_t next[] = {3, 4, 0, 1, 2};
	uint32_t end[3] = {0, 0, 0};
	for (int i = 0; i < 3; i++)
		launch("chase", 1, 1, 1, &(struct chase_args){next, end + i, (uint64_t)i * 3});
	ok(end[0] == 0 && end[1] == 4 && end[2] == 3, "chase: ends where the loads lead");
	launch("chase", 1, 1, 1, &(struct chase_args){next, end + 1, 2});
	is_int(end[1], 0, "chase: and goes on from there");
}

static void test_fma(void)
{
	enum { threads = 2 * 256 };
	float *sink = output(threads * 4);
	int wrong = 0;
	launch("fma_f32", 2, 1, 1, &(struct fma_args){sink, 0.5f, 1, 3});
	for (int t = 0; t < threads; t++) {
		float sum = 0;
		for (int c = 0; c < FMA_CHAINS; c++)
			sum += (float)(t % 256 + c) / 8 + 1.75f;
		wrong += sink[t] != sum;
	}
	ok(wrong == 0 && guarded(sink, threads * 4), "fma_f32: n multiply-adds a chain, one sum a thread");
	free(sink);
}

static void test_hold(void)
{
	uint32_t go = 7, late = 0;
	launch("hold", 1, 1, 1, &(struct hold_args){&go, &late, 1000, 7});
	is_int(late, 0, "hold: ends when it is let go");
	launch("hold", 1, 1, 1, &(struct hold_args){&go, &late, 1000, 8});
	ok(late == 8 && go == 7, "or after its time, and says so");
}

/* Of the emulator itself. Threads return early, the rest meets at the barrier. */
static void early(const void *args)
{
	int *count = *(int *const *)args;
	grid_wait();
	if (thread_x() % 3 == 0)
		return;
	block_barrier();
	++*count;
}

static void lost_lane(const void *args)
{
	(void)args;
	grid_wait();
	if (thread_x() == 40)
		return;
	lane_xor_u32(1, 1);
}

static void two_minds(const void *args)
{
	(void)args;
	grid_wait();
	if (thread_x() < 5)
		block_barrier();
	else
		lane_xor_u32(1, 1);
}

static void hasty(const void *args)
{
	(void)args;
	if (thread_x() != 7)
		grid_wait();
}

static void patient(const void *args)
{
	(void)args;
	grid_wait();
	if (block_x() == 1)
		grid_wait();
}

static void run_alone(const void *arg)
{
	simt_run(arg, (const unsigned[]){2, 1, 1}, (const unsigned[]){64, 1, 1}, 0, "");
}

static const char *dying(void (*fn)(const void *), const char *name)
{
	return last_words(run_alone, &(struct simt_kernel){name, fn, 1, 64});
}

static void test_emulator(void)
{
	int count = 0, *args = &count;
	simt_run(&(struct simt_kernel){"early", early, sizeof args, 64}, (const unsigned[]){2, 2, 2},
		 (const unsigned[]){64, 1, 1}, 0, &args);
	is_int(count, 8 * 42, "a barrier does not wait for threads that have returned");
	has_text(dying(lost_lane, "lost_lane"), "lost_lane, block (0, 0, 0), thread 40: returns while lanes",
		 "a lane that others wait for must not return");
	has_text(dying(two_minds, "two_minds"), "two_minds, block (0, 0, 0), thread",
		 "threads that wait for different things are found");
	has_text(dying(hasty, "hasty"), "hasty, block (0, 0, 0), thread 7: returns without having waited",
		 "each thread must wait for the kernel before");
	has_text(dying(patient, "patient"), "patient, block (1, 0, 0), thread",
		 "once, as the next kernel may come then");
}

/* With an argument: the names of all kernels, for ptxas.test. */
int main(int argc, char **argv)
{
	(void)argv;
	for (int i = 0; i < simt_n_kernels && argc > 1; i++)
		puts(simt_kernels[i].name);
	if (argc > 1)
		return 0;
	printf("# seed %llu\n", (unsigned long long)seed);
	test_table();
	test_streams();
	test_chase();
	test_fma();
	test_hold();
	test_emulator();
	return tap_done();
}
