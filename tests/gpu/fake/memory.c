/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/gpu/fake/early.h"
#include "tests/gpu/fake/memory.h"

/* As cuMemAlloc promises. */
#define ALIGNMENT 256
#define POISON	  0xff
/* Of addresses, for all that a process ever asks for: nothing of it is memory until it is handed out. */
#define REGION_SIZE ((size_t)1 << 38)

static struct region {
	unsigned char *base;
	size_t used;
	struct block *blocks; /* by address */
	size_t n, room;
} regions[2];
static bool shown;

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static bool region_open(struct region *r)
{
	if (!r->base) {
		void *p = mmap(NULL, REGION_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			       0);
		r->base = p == MAP_FAILED ? NULL : p;
	}
	return r->base != NULL;
}

static bool region_grow(struct region *r)
{
	if (r->n == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct block *blocks = realloc(r->blocks, room * sizeof *blocks);
		if (!blocks)
			return false;
		r->blocks = blocks;
		r->room = room;
	}
	return true;
}

size_t memory_left(const struct context *owner)
{
	size_t all = fake_setting("FAKE_CUDA_MEMORY", FAKE_MEMORY);
	return all > owner->used ? all - owner->used : 0;
}

int memory_take(enum memory_kind kind, struct context *owner, size_t size, void **at)
{
	struct region *r = &regions[kind];
	size_t page = (size_t)sysconf(_SC_PAGESIZE), rounded = round_up(size, ALIGNMENT);
	size_t pages = round_up(rounded, page);
	if (kind == MEMORY_DEVICE && rounded > memory_left(owner))
		return CUDA_ERROR_OUT_OF_MEMORY;
	if (!region_open(r) || pages + page > REGION_SIZE - r->used || !region_grow(r))
		return fake_complain(CUDA_ERROR_OUT_OF_MEMORY, "the fake has no addresses left");
	struct block *b = &r->blocks[r->n];
	*b = (struct block){.size = size, .pages = r->base + r->used, .pages_size = pages, .owner = owner};
	b->at = b->pages + pages - rounded;
	b->notes = calloc(pages / page, 1);
	if (!b->notes || mprotect(b->pages, pages, PROT_READ | PROT_WRITE) != 0)
		return fake_complain(CUDA_ERROR_OUT_OF_MEMORY, "this machine has no memory left");
	memset(b->pages, POISON, pages);
	if (kind == MEMORY_DEVICE && !shown)
		mprotect(b->pages, pages, PROT_NONE);
	r->used += pages + page;
	r->n++;
	if (kind == MEMORY_DEVICE)
		owner->used += rounded;
	*at = b->at;
	return 0;
}

/* What stands in its pages beside the block is still as it was. */
static void block_check(const struct block *b)
{
	const unsigned char *end = b->pages + b->pages_size;
	for (const unsigned char *p = b->pages; p < b->at; p++)
		if (*p != POISON) {
			fake_complain(0, "%td bytes before a block of %zu bytes were written to", b->at - p,
				      b->size);
			break;
		}
	for (const unsigned char *p = b->at + b->size; p < end; p++)
		if (*p != POISON) {
			fake_complain(0, "%td bytes past the end of a block of %zu bytes were written to",
				      p - (b->at + b->size), b->size);
			break;
		}
}

static void block_end(enum memory_kind kind, struct block *b)
{
	if (kind == MEMORY_DEVICE) {
		mprotect(b->pages, b->pages_size, PROT_READ);
		b->owner->used -= round_up(b->size, ALIGNMENT);
	}
	block_check(b);
	/* The addresses stay taken. */
	if (mmap(b->pages, b->pages_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
		 -1, 0) == MAP_FAILED)
		abort();
	free(b->notes);
	b->notes = NULL;
	b->freed = true;
}

bool memory_has(enum memory_kind kind, const void *at)
{
	const struct region *r = &regions[kind];
	return r->base && (const unsigned char *)at >= r->base &&
	       (const unsigned char *)at < r->base + REGION_SIZE;
}

static struct block *block_near(enum memory_kind kind, const void *at)
{
	struct region *r = &regions[kind];
	size_t low = 0, high = r->n;
	if (!memory_has(kind, at))
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (r->blocks[middle].at <= (const unsigned char *)at)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &r->blocks[low - 1] : NULL;
}

const struct block *memory_near(enum memory_kind kind, const void *at)
{
	return block_near(kind, at);
}

const char *memory_words(enum memory_kind kind, const void *at)
{
	static char words[160];
	const struct block *b = block_near(kind, at);
	const char *name = kind == MEMORY_DEVICE ? "device" : "pinned host";
	if (!memory_has(kind, at)) {
		snprintf(words, sizeof words, "no %s memory (%p)", name, at);
	} else if (!b) {
		snprintf(words, sizeof words, "%s memory before all blocks", name);
	} else {
		size_t offset = (size_t)((const unsigned char *)at - b->at);
		bool inside = offset < b->size;
		snprintf(words, sizeof words, "%zu bytes %s a block of %zu bytes%s",
			 inside ? offset : offset - b->size, inside ? "into" : "past the end of", b->size,
			 b->freed ? " that was freed" : "");
	}
	return words;
}

int memory_check(enum memory_kind kind, const void *at, size_t size, const char *what)
{
	const struct block *b = block_near(kind, at);
	size_t offset = b ? (size_t)((const unsigned char *)at - b->at) : 0;
	if (size == 0 || (b && !b->freed && offset < b->size && size <= b->size - offset))
		return 0;
	return fake_complain(CUDA_ERROR_INVALID_VALUE, "%s, %zu bytes from %s", what, size,
			     memory_words(kind, at));
}

int memory_give(enum memory_kind kind, const void *at)
{
	struct block *b = block_near(kind, at);
	if (!b || b->at != at)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "no block begins here, this is %s",
				     memory_words(kind, at));
	if (b->freed)
		return fake_complain(CUDA_ERROR_INVALID_VALUE, "a block of %zu bytes was freed twice",
				     b->size);
	block_end(kind, b);
	return 0;
}

static void protect_all(int how)
{
	const struct region *r = &regions[MEMORY_DEVICE];
	for (size_t i = 0; i < r->n; i++)
		if (!r->blocks[i].freed)
			mprotect(r->blocks[i].pages, r->blocks[i].pages_size, how);
}

void memory_show(void)
{
	early_open();
	if (!shown)
		protect_all(PROT_READ | PROT_WRITE);
	shown = true;
}

void memory_hide(void)
{
	early_open();
	if (!shown || fake_setting("FAKE_CUDA_OPEN", 0))
		return;
	protect_all(PROT_NONE);
	shown = false;
}

void memory_each(void (*f)(const struct block *b))
{
	for (int kind = MEMORY_DEVICE; kind <= MEMORY_PINNED; kind++)
		for (size_t i = 0; i < regions[kind].n; i++)
			if (!regions[kind].blocks[i].freed)
				f(&regions[kind].blocks[i]);
}

void memory_leaks(const struct context *owner)
{
	for (int kind = MEMORY_DEVICE; kind <= MEMORY_PINNED; kind++) {
		struct region *r = &regions[kind];
		size_t n = 0, bytes = 0;
		for (size_t i = 0; i < r->n; i++) {
			if (r->blocks[i].freed || r->blocks[i].owner != owner)
				continue;
			n++;
			bytes += r->blocks[i].size;
			block_end((enum memory_kind)kind, &r->blocks[i]);
		}
		if (n)
			fake_complain(0, "leaked: %zu block%s of %s memory, %zu bytes", n, n > 1 ? "s" : "",
				      kind == MEMORY_DEVICE ? "device" : "pinned host", bytes);
	}
}
