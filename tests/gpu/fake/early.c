/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While a kernel runs, memory may be read. The first store to a page faults and is noted. Where a kernel is early, pages that
 * were written may not even be read, from the beginning of each block of threads on: whose thread has waited opens what it
 * touches, whose has not is told.
 */
#include "tests/gpu/fake/early.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engines/cuda/kernels/portable.h"
#include "tests/gpu/fake/memory.h"
#include "tests/gpu/simt.h"

/* Notes of a page (struct block). */
enum {
	PAGE_WRITTEN = 1,
	PAGE_OPEN = 2, /* to reads and stores */
};

enum mode {
	MODE_OFF,
	MODE_WATCH,
	MODE_STALE, /* kernels find what was there before the one before them */
};

struct pages {
	unsigned char **at;
	unsigned char *kept; /* of each, a page of bytes */
	size_t n, room, kept_room;
};

static enum mode mode, last_mode; /* of the kernel that runs, off: none does; of the one before */
static bool is_early, was_early;
/* To what has not faulted: while kernels follow each other nobody else needs it open. */
static bool is_closed;
static const char *name;
static size_t page_size;
/* Of the chain of early kernels, kept: unused; or of the one kernel, kept: as they were before it. */
static struct pages written;
/* Of the kernel before, kept: what it wrote. */
static struct pages stale;
/* Runs of pages that this block of threads has opened. */
static struct opened {
	unsigned char *at;
	size_t size;
} * opened;
static size_t n_opened, opened_room;

static const char *text_wanted(void)
{
	const char *text = getenv("FAKE_CUDA_EARLY");
	return text ? text : "";
}

/* never_waits: of early kernels; out_of_order: of any. */
static enum mode mode_wanted(void)
{
	const char *text = text_wanted();
	if (strstr(text, "never_waits") == text || strstr(text, "out_of_order") == text)
		return MODE_STALE;
	return device_capability() >= 90 && fake_setting("FAKE_CUDA_EARLY", 1) ? MODE_WATCH : MODE_OFF;
}

static bool is_stale(bool early)
{
	const char *text = text_wanted(), *colon = strchr(text, ':');
	return (early || text[0] == 'o') && (!colon || strstr(name, colon + 1) == name);
}

/* Whose page that is; NULL: nobody's. A block begins in the first of its pages. */
static const struct block *block_of(const void *at)
{
	enum memory_kind kind = memory_has(MEMORY_PINNED, at) ? MEMORY_PINNED : MEMORY_DEVICE;
	const unsigned char *last = (const unsigned char *)((uintptr_t)at | (page_size - 1));
	const struct block *b = memory_near(kind, last);
	return b && !b->freed && (size_t)(last - b->pages) < b->pages_size ? b : NULL;
}

/* NULL: it is no longer there. */
static unsigned char *note_of(const unsigned char *page)
{
	const struct block *b = block_of(page);
	return b ? &b->notes[(size_t)(page - b->pages) / page_size] : NULL;
}

static void protect(unsigned char *at, size_t size, int how)
{
	if (mprotect(at, size, how) != 0)
		abort();
}

/* ---- lists ---- */

static size_t n_pages;

static void count(const struct block *b)
{
	n_pages += b->pages_size / page_size;
}

static void *grown(void *p, size_t bytes)
{
	void *more = realloc(p, bytes);
	if (!more)
		abort();
	return more;
}

static void pages_grow(struct pages *l)
{
	if (l->room < l->n + n_pages) {
		l->room = 2 * (l->n + n_pages);
		l->at = grown(l->at, l->room * sizeof *l->at);
	}
	if (mode == MODE_STALE && l->kept_room < l->room) {
		l->kept_room = l->room;
		l->kept = grown(l->kept, l->kept_room * page_size);
	}
}

/* Nothing can be asked for while a kernel runs. */
static void lists_grow(void)
{
	n_pages = 0;
	memory_each(count);
	pages_grow(&written);
	pages_grow(&stale);
	if (opened_room < written.room) {
		opened_room = written.room;
		opened = grown(opened, opened_room * sizeof *opened);
	}
}

static unsigned char *kept(const struct pages *l, size_t i)
{
	return l->kept + i * page_size;
}

static void note_written(unsigned char what)
{
	for (size_t i = 0; i < written.n; i++) {
		unsigned char *note = note_of(written.at[i]);
		if (note)
			*note = what;
	}
}

/* ---- controls: kernels that do not wait ---- */

static void page_swap(unsigned char *page, unsigned char *other)
{
	for (size_t i = 0; i < page_size; i++) {
		unsigned char c = page[i];
		page[i] = other[i];
		other[i] = c;
	}
}

static void stale_begin(bool is_behind, bool early)
{
	struct pages before = written;
	note_written(0);
	written = stale;
	stale = before;
	written.n = 0;
	if (!is_behind || !is_stale(early))
		stale.n = 0;
	for (size_t i = 0; i < stale.n; i++)
		if (note_of(stale.at[i]))
			page_swap(stale.at[i], kept(&stale, i));
}

/* What this kernel did not store is what the one before stored. */
static void page_merge(unsigned char *page, unsigned char *before, const unsigned char *fresh)
{
	for (size_t i = 0; i < page_size; i++)
		if (page[i] == before[i])
			page[i] = fresh[i];
	memcpy(before, fresh, page_size);
}

static void stale_end(void)
{
	for (size_t i = 0; i < stale.n; i++) {
		const unsigned char *note = note_of(stale.at[i]);
		if (note && !*note)
			memcpy(stale.at[i], kept(&stale, i), page_size);
		for (size_t w = 0; w < written.n && note && *note; w++)
			if (written.at[w] == stale.at[i])
				page_merge(stale.at[i], kept(&written, w), kept(&stale, i));
	}
}

/* ---- a kernel ---- */

static void block_close(void)
{
	for (size_t i = 0; i < n_opened; i++) {
		protect(opened[i].at, opened[i].size, PROT_NONE);
		memset(note_of(opened[i].at), PAGE_WRITTEN, opened[i].size / page_size);
	}
	n_opened = 0;
}

static void close_to_stores(const struct block *b)
{
	protect(b->pages, b->pages_size, PROT_READ);
}

static void open_all(const struct block *b)
{
	protect(b->pages, b->pages_size, PROT_READ | PROT_WRITE);
}

static void close_written(void)
{
	for (size_t i = 0, n; i < written.n; i += n) {
		for (n = 1; i + n < written.n && written.at[i + n] == written.at[i] + n * page_size;)
			n++;
		protect(written.at[i], n * page_size, PROT_NONE);
	}
	note_written(PAGE_WRITTEN);
}

static void chain_begin(void)
{
	note_written(0);
	written.n = 0;
}

/* From the state in which another kernel leaves it, or from that in which all is open. */
static void memory_close(void)
{
	if (is_closed && is_early) {
		if (was_early)
			block_close();
		else
			close_written();
		return;
	}
	if (!is_closed)
		memory_show();
	memory_each(close_to_stores);
	if (is_early)
		close_written();
	is_closed = true;
}

void early_begin(const char *kernel, bool early)
{
	mode = mode_wanted();
	page_size = (size_t)sysconf(_SC_PAGESIZE);
	/* Of what ran while nobody looked, nothing is known. */
	bool is_behind = mode == last_mode;
	last_mode = mode;
	name = kernel;
	is_early = early && is_behind && mode == MODE_WATCH;
	if (mode != MODE_WATCH)
		memory_show();
	if (mode == MODE_OFF)
		return;
	lists_grow();
	if (mode == MODE_STALE)
		stale_begin(is_behind, early);
	else if (!is_early)
		chain_begin();
	memory_close();
	was_early = is_early;
	simt_on_block(is_early ? block_close : NULL);
}

void early_end(void)
{
	simt_on_block(NULL);
	if (mode == MODE_STALE) {
		early_open();
		stale_end();
	}
	mode = MODE_OFF;
}

void early_open(void)
{
	if (!is_closed)
		return;
	memory_each(open_all);
	note_written(PAGE_WRITTEN);
	n_opened = 0;
	is_closed = false;
}

/* ---- a fault ---- */

static void too_early(const void *at, bool was_written)
{
	enum memory_kind kind = memory_has(MEMORY_PINNED, at) ? MEMORY_PINNED : MEMORY_DEVICE;
	fake_complain(0, "%s, before it has waited for the kernel before it, %s: %s", name,
		      was_written ? "touches what a kernel wrote" : "stores", memory_words(kind, at));
	simt_fail("it has not waited yet");
}

static void open_run(unsigned char *at, size_t size)
{
	protect(at, size, PROT_READ | PROT_WRITE);
	if (!is_early)
		return;
	if (n_opened && opened[n_opened - 1].at + opened[n_opened - 1].size == at)
		opened[n_opened - 1].size += size;
	else
		opened[n_opened++] = (struct opened){at, size};
}

/* With those beside it, as each costs a fault: that they were written is known. */
static void open_written(const struct block *b, size_t page)
{
	size_t first = page, end = page + 1;
	while (first > 0 && b->notes[first - 1] == PAGE_WRITTEN)
		first--;
	while (end < b->pages_size / page_size && b->notes[end] == PAGE_WRITTEN)
		end++;
	memset(b->notes + first, PAGE_WRITTEN | PAGE_OPEN, end - first);
	open_run(b->pages + first * page_size, (end - first) * page_size);
}

bool early_fault(const void *at)
{
	const struct block *b = mode == MODE_OFF ? NULL : block_of(at);
	if (!b)
		return false;
	size_t page = (size_t)((const unsigned char *)at - b->pages) / page_size;
	unsigned char *note = &b->notes[page];
	if (*note & PAGE_OPEN)
		return false;
	if (is_early && !simt_has_waited())
		too_early(at, *note & PAGE_WRITTEN);
	if (*note & PAGE_WRITTEN) {
		open_written(b, page);
		return true;
	}
	if (mode == MODE_STALE)
		memcpy(kept(&written, written.n), b->pages + page * page_size, page_size);
	written.at[written.n++] = b->pages + page * page_size;
	*note = PAGE_WRITTEN | PAGE_OPEN;
	open_run(b->pages + page * page_size, page_size);
	return true;
}
