/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main() of a fuzz target without a fuzzer. With arguments: runs the files
 * named (what a fuzzer has found). Without: the target's seeds and seeded mutations of
 * them, the same ones every time, and its corpus, as TAP. FUZZ_TRACE=1 says each before it runs, so that the last
 * one said is the one that crashed; FUZZ_RUNS=N makes N mutations a seed.
 *
 * libFuzzer has its own main(): then (FUZZ_LIBFUZZER) this writes the seeds into the folder $FUZZ_SEEDS.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/rng.h"
#include "tests/tap.h"

#ifdef FUZZ_LIBFUZZER

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *folder = getenv("FUZZ_SEEDS");
	const void *bytes;
	size_t n;
	(void)argc, (void)argv;
	for (int i = 0; folder && (bytes = fuzz_seed(i, &n)); i++) {
		char *path = mem_printf("%s/seed-%d", folder, i);
		FILE *f = fopen(path, "wb");
		if (!f || fwrite(bytes, 1, n, f) != n || fclose(f))
			bail("a seed cannot be written");
		free(path);
	}
	return 0;
}

#else

/* Mutations of a seed; a target that is slow says another number. */
#ifndef REPLAY_RUNS
#define REPLAY_RUNS 1500
#endif

enum { EDITS_MAX = 4, FILE_MAX = 1 << 28 };

/* An input being mutated, of exactly n bytes so that sanitizers see reading over its end. */
struct input {
	uint8_t *bytes;
	size_t n;
};

/* Below n, small places rather than large ones: what decides stands at the beginning of most formats. */
static size_t place(struct rng *r, size_t n)
{
	size_t range = n >> rng_below(r, 8);
	return rng_below(r, range ? range : 1);
}

static void byte_change(struct input *in, struct rng *r)
{
	uint8_t *b = &in->bytes[place(r, in->n)];
	*b = rng_below(r, 2) ? *b ^ (uint8_t)(1u << rng_below(r, 8)) : (uint8_t)rng_next(r);
}

/* Numbers are where parsers trust: 1, 2, 4 or 8 bytes become an extreme or something near it. */
static void number_change(struct input *in, struct rng *r)
{
	static const uint64_t extremes[] = {0,	       1,	   2,	      13,	  64,
					    0x7f,      0x80,	   0xff,      0x7fff,	  0x10000,
					    INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX, (uint64_t)1 << 40};
	size_t size = (size_t)1 << rng_below(r, 4);
	uint64_t v = extremes[rng_below(r, sizeof extremes / sizeof *extremes)] + rng_below(r, 5) - 2;
	if (in->n < size)
		return;
	memcpy(in->bytes + place(r, in->n - size + 1), &v, size);
}

static void resize(struct input *in, size_t n)
{
	uint8_t *to = mem_alloc(n);
	memcpy(to, in->bytes, n < in->n ? n : in->n);
	free(in->bytes);
	in->bytes = to;
	in->n = n;
}

static void cut(struct input *in, struct rng *r)
{
	resize(in, place(r, in->n));
}

/* A piece of the input over another of its places: bytes that mean something, elsewhere. */
static void piece_copy(struct input *in, struct rng *r)
{
	size_t n = 1 + rng_below(r, in->n < 64 ? in->n : 64);
	size_t from = place(r, in->n - n + 1);
	memmove(in->bytes + place(r, in->n - n + 1), in->bytes + from, n);
}

static void piece_remove(struct input *in, struct rng *r)
{
	size_t n = 1 + rng_below(r, in->n < 16 ? in->n : 16), at = place(r, in->n - n + 1);
	memmove(in->bytes + at, in->bytes + at + n, in->n - n - at);
	resize(in, in->n - n);
}

static void piece_insert(struct input *in, struct rng *r)
{
	size_t n = 1 + rng_below(r, 16), old = in->n, at = place(r, old + 1);
	resize(in, old + n);
	memmove(in->bytes + at + n, in->bytes + at, old - at);
	for (size_t i = 0; i < n; i++)
		in->bytes[at + i] = (uint8_t)rng_next(r);
}

static void mutate(struct input *in, struct rng *r)
{
	static void (*const edits[])(struct input *, struct rng *) = {
		byte_change, byte_change, number_change, number_change, number_change,
		piece_copy,  cut,	  piece_remove,	 piece_insert,
	};
	for (uint64_t i = 0, n = 1 + rng_below(r, EDITS_MAX); i < n && in->n > 0; i++)
		edits[rng_below(r, sizeof edits / sizeof *edits)](in, r);
}

static void seed_run(int seed, const void *bytes, size_t n, int runs)
{
	const char *trace = getenv("FUZZ_TRACE");
	for (int i = 0; i <= runs; i++) {
		struct input in = {mem_alloc(n), n};
		struct rng r = {.seed = ((uint64_t)(unsigned)seed << 32) + (unsigned)i};
		memcpy(in.bytes, bytes, n);
		if (i > 0) /* the first is as it is */
			mutate(&in, &r);
		if (trace)
			fprintf(stderr, "# seed %d, mutation %d\n", seed, i);
		LLVMFuzzerTestOneInput(in.bytes, in.n);
		free(in.bytes);
	}
	ok(1, "seed %d and %d mutations of it", seed, runs);
}

static void file_run(const char *path, bool told)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	if (f && fseek(f, 0, SEEK_END) == 0)
		n = ftell(f);
	if (n < 0 || n > FILE_MAX)
		bail("a file cannot be read");
	uint8_t *bytes = mem_alloc((size_t)n);
	rewind(f);
	if (fread(bytes, 1, (size_t)n, f) != (size_t)n)
		bail("a file cannot be read");
	fclose(f);
	LLVMFuzzerTestOneInput(bytes, (size_t)n);
	free(bytes);
	if (told)
		ok(1, "%s", path);
}

/* The files under tests/fuzz/corpus that are this target's: what a fuzzer found worth keeping. */
static void corpus_run(const char *program)
{
	const char *top = getenv("top_srcdir"), *trace = getenv("FUZZ_TRACE"), *name = strrchr(program, '_');
	char *folder = mem_printf("%s/tests/fuzz/corpus/%s", top ? top : ".", name ? name + 1 : program);
	DIR *list = opendir(folder);
	int n = 0;
	for (struct dirent *e; list && (e = readdir(list));) {
		char *path = mem_printf("%s/%s", folder, e->d_name);
		if (trace)
			fprintf(stderr, "# %s\n", path);
		if (e->d_name[0] != '.') {
			file_run(path, false);
			n++;
		}
		free(path);
	}
	if (list)
		closedir(list);
	ok(1, "%d files of the corpus", n);
	free(folder);
}

int main(int argc, char **argv)
{
	const char *asked = getenv("FUZZ_RUNS");
	int runs = asked ? atoi(asked) : REPLAY_RUNS;
	const void *bytes;
	size_t n;
	for (int i = 1; i < argc; i++)
		file_run(argv[i], true);
	for (int i = 0; argc == 1 && (bytes = fuzz_seed(i, &n)); i++)
		seed_run(i, bytes, n, runs);
	if (argc == 1)
		corpus_run(argv[0]);
	return tap_done();
}

#endif
