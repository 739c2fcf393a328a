/* SPDX-License-Identifier: Apache-2.0 */
/* The memory ceilings' loops do what is counted: every word of a block, no word beside it, as often as asked. */
#include "config.h"

#include "engines/kernels/stream.h"

#include <string.h>

#include "tests/tap.h"

enum {
	LONG = 80 * STREAM_STEP, /* a block that no first cache holds, which is read by another loop */
	WORDS = LONG / sizeof(double),
	EDGE = 16, /* words beside it that stay as they are */
	PASSES = 3,
};

static _Alignas(64) double memory[3][WORDS + 2 * EDGE];

static double *block(int i)
{
	return memory[i] + EDGE;
}

/* A bit in any single word shows in the result; one beside the block does not. */
static void test_read(const struct stream_read_info *r, size_t bytes)
{
	size_t n = bytes / sizeof(uint64_t), n_missed = 0;
	uint64_t one = (uint64_t)1 << 40, word;
	memset(memory, 0, sizeof memory);
	is_int((int64_t)r->run(block(0), bytes, PASSES), 0, "nothing is read of nothing");
	for (size_t i = 0; i < n; i++) {
		memcpy(block(0) + i, &one, sizeof one);
		n_missed += r->run(block(0), bytes, 1) != one;
		memset(block(0) + i, 0, sizeof one);
	}
	is_int((int64_t)n_missed, 0, "every word is read");
	memset(memory, 0xff, sizeof memory);
	memset(block(0), 0, bytes);
	word = r->run(block(0), bytes, PASSES);
	is_int((int64_t)word, 0, "and none beside them");
	memcpy(block(0) + n - 1, &one, sizeof one);
	is_int((int64_t)r->run(block(0), bytes, PASSES), (int64_t)one, "so it is in several passes");
}

/* Small whole numbers: product and sum are exact, in one rounding or in two. */
static double value(int array, size_t i)
{
	return (double)((i * 7 + (size_t)array * 13) % 1009);
}

static double expected(const char *op, size_t i)
{
	if (strcmp(op, "write") == 0)
		return STREAM_SCALE;
	return strcmp(op, "copy") == 0 ? value(1, i) : value(1, i) + STREAM_SCALE * value(2, i);
}

static void test_stream(const struct stream_info *s, size_t bytes)
{
	size_t n = bytes / sizeof(double), n_wrong = 0, n_touched = 0;
	bool copies = strcmp(s->op, "write") != 0, adds = strcmp(s->op, "triad") == 0;
	for (int a = 0; a < 3; a++)
		for (size_t i = 0; i < WORDS + 2 * EDGE; i++)
			memory[a][i] = a == 0 ? -1 : value(a, i - EDGE);
	s->run(block(0), copies ? block(1) : NULL, adds ? block(2) : NULL, bytes, PASSES);
	for (size_t i = 0; i < WORDS + 2 * EDGE; i++) {
		bool in = i >= EDGE && i < EDGE + n;
		n_wrong += in && memory[0][i] != expected(s->op, i - EDGE);
		n_touched += !in && memory[0][i] != -1;
		n_touched += memory[1][i] != value(1, i - EDGE) || memory[2][i] != value(2, i - EDGE);
	}
	is_int((int64_t)n_wrong, 0, "the values");
	is_int((int64_t)n_touched, 0, "in their places alone");
}

/* A level without a kernel of its own has the one below. */
static void test_find(enum isa isa)
{
	static const char *const ops[] = {"write", "copy", "triad"};
	for (size_t i = 0; i < 3; i++) {
		const struct stream_info *plain = stream_find(ops[i], false, isa);
		const struct stream_info *past = stream_find(ops[i], true, isa);
		ok(plain && !plain->streaming && plain->isa <= isa, "plain stores are plain");
		ok(plain && past && past->isa == plain->isa && past->streaming == (past->isa > ISA_REF),
		   "streaming ones where the level has them");
	}
	ok(stream_read_find(isa) && stream_read_find(isa)->isa <= isa, "there is a read");
	ok(!stream_find("add", false, isa), "and no other operation");
}

/* Goes around a cycle and nowhere else. */
static void test_chase(void)
{
	static const void *link[4 * CHASE_STEP + 1];
	int n = 4 * CHASE_STEP + 1;
	for (int i = 0; i < n; i++)
		link[i] = &link[(i + 5) % n];
	const void *at = stream_chase(&link[0], 2 * CHASE_STEP);
	ok(at == &link[(5 * 2 * CHASE_STEP) % n], "as many pointers are followed as asked");
	ok(stream_chase(at, 0) == at, "none is followed when none is asked for");
}

int main(void)
{
	for (const struct stream_read_info *r = stream_reads; r->name; r++) {
		if (isa_why_not(r->isa)) {
			skip(isa_why_not(r->isa));
			continue;
		}
		printf("# %s\n", r->name);
		for (size_t n = 1; n <= 8; n++)
			test_read(r, n * STREAM_STEP);
		test_read(r, LONG);
	}
	for (const struct stream_info *s = streams; s->name; s++) {
		if (isa_why_not(s->isa)) {
			skip(isa_why_not(s->isa));
			continue;
		}
		printf("# %s\n", s->name);
		for (size_t n = 1; n <= 8; n++)
			test_stream(s, n * STREAM_STEP);
	}
	for (enum isa isa = 0; isa < ISA_COUNT; isa++)
		if (!isa_why_not(isa))
			test_find(isa);
	test_chase();
	return tap_done();
}
