/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/mem.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "engines/base/group.h"

/* Below this a huge page would waste more than it saves. */
#define HUGE_FROM ((size_t)4 << 20)
/* A huge page of x86-64, and of arm64 with pages of 4 KiB. */
#define HUGE_PAGE ((size_t)2 << 20)

static bool small_pages;

static void *or_die(void *p)
{
	if (!p) {
		fputs("inferometer: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *mem_alloc(size_t size)
{
	return or_die(calloc(1, size ? size : 1));
}

void *mem_realloc(void *p, size_t size)
{
	return or_die(realloc(p, size ? size : 1));
}

char *mem_strdup(const char *s)
{
	return or_die(strdup(s));
}

char *mem_strndup(const char *s, size_t n)
{
	return or_die(strndup(s, n));
}

char *mem_printf(const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return or_die(n < 0 ? NULL : s);
}

void *mem_try_array(size_t n, size_t size)
{
	return calloc(n ? n : 1, size ? size : 1);
}

static void *pages_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* From a huge page's boundary on: what the kernel gave before and behind it goes back. */
static void *huge_map(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), room;
	if (!mem_add(size, HUGE_PAGE + page, &room))
		return NULL;
	size = (size + page - 1) / page * page;
	room = size + HUGE_PAGE;
	char *p = pages_map(room);
	if (!p)
		return NULL;
	size_t before = -(uintptr_t)p % HUGE_PAGE;
	if (before)
		munmap(p, before);
	munmap(p + before + size, room - before - size);
	(void)madvise(p + before, size, small_pages ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
	return p + before;
}

void mem_use_huge_pages(bool huge)
{
	small_pages = !huge;
}

void *mem_map(size_t size)
{
	if (size == 0)
		size = 1;
	return size < HUGE_FROM ? pages_map(size) : huge_map(size);
}

void mem_unmap(void *p, size_t size)
{
	if (p)
		munmap(p, size ? size : 1);
}

void mem_discard(void *p, size_t size)
{
	if (madvise(p, size ? size : 1, MADV_DONTNEED))
		memset(p, 0, size);
}

size_t mem_huge_bytes(const void *p, size_t size)
{
	char line[256];
	size_t kib = 0;
	bool here = false, found = false;
	FILE *f = fopen("/proc/self/smaps", "re");
	while (f && !found && fgets(line, sizeof line, f)) {
		unsigned long long from, to;
		if (sscanf(line, "%llx-%llx ", &from, &to) == 2)
			here = from <= (uintptr_t)p && (uintptr_t)p < to;
		else
			found = here && sscanf(line, "AnonHugePages: %zu kB", &kib) == 1;
	}
	if (f)
		fclose(f);
	/* Blocks side by side are one line there. */
	return kib << 10 < size ? kib << 10 : size;
}

bool mem_mul(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

bool mem_add(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* The first number in dir/name, or fallback ("max", absent, unreadable). */
static uint64_t file_number(const char *dir, const char *name, uint64_t fallback)
{
	char line[64];
	unsigned long long v;
	return group_line(dir, name, line, sizeof line) && sscanf(line, "%llu", &v) == 1 ? v : fallback;
}

static uint64_t meminfo_available(void)
{
	FILE *f = fopen("/proc/meminfo", "re");
	char line[128];
	unsigned long long kib = 0;
	if (!f)
		return UINT64_MAX;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			break;
	fclose(f);
	return kib ? kib << 10 : UINT64_MAX;
}

/* The number behind a word at the beginning of a line of dir/name, 0 when there is none. */
static uint64_t file_field(const char *dir, const char *name, const char *word)
{
	char line[128], path[PATH_MAX];
	uint64_t v = 0;
	size_t n = strlen(word);
	int size = snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = size < 0 || size >= (int)sizeof path ? NULL : fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (strncmp(line, word, n) == 0) {
			v = strtoull(line + n, NULL, 10);
			break;
		}
	fclose(f);
	return v;
}

/* Where a control group of version 2 or 1 says what it may have, has, and has of files that it would give back. */
static const struct {
	const char *limit, *use, *inactive, *active;
} group_files[] = {
	{"memory.max", "memory.current", "inactive_file ", "active_file "},
	{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ", "total_active_file "},
};

uint64_t mem_group_available(const char *dir)
{
	for (size_t i = 0; i < sizeof group_files / sizeof group_files[0]; i++) {
		uint64_t limit = file_number(dir, group_files[i].limit, UINT64_MAX);
		if (limit == UINT64_MAX)
			continue;
		uint64_t use = file_number(dir, group_files[i].use, 0);
		uint64_t reclaimable = file_field(dir, "memory.stat", group_files[i].inactive) +
				       file_field(dir, "memory.stat", group_files[i].active);
		use -= reclaimable < use ? reclaimable : use;
		return limit > use ? limit - use : 0;
	}
	return UINT64_MAX;
}

static uint64_t address_space_available(void)
{
	struct rlimit r;
	unsigned long long pages = 0;
	if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	pages = file_number("/proc/self", "statm", 0);
	uint64_t used = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return r.rlim_cur > used ? r.rlim_cur - used : 0;
}

size_t mem_available(void)
{
	uint64_t least = meminfo_available();
	uint64_t others[] = {group_least("", "memory", mem_group_available), address_space_available()};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i] < least)
			least = others[i];
	return least;
}

size_t mem_peak(void)
{
	struct rusage u = {0};
	uint64_t kib = file_field("/proc/self", "status", "VmHWM:");
	if (kib == 0 && getrusage(RUSAGE_SELF, &u) == 0)
		kib = (uint64_t)u.ru_maxrss;
	return kib << 10;
}
