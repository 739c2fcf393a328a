/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Below this a huge page would waste more than it saves. */
#define HUGE_FROM ((size_t)4 << 20)

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

void *mem_map(size_t size)
{
	if (size == 0)
		size = 1;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (size >= HUGE_FROM)
		(void)madvise(p, size, MADV_HUGEPAGE);
	return p;
}

void mem_unmap(void *p, size_t size)
{
	if (p)
		munmap(p, size ? size : 1);
}

bool mem_mul(size_t a, size_t b, size_t *product)
{
	return !__builtin_mul_overflow(a, b, product);
}

bool mem_add(size_t a, size_t b, size_t *sum)
{
	return !__builtin_add_overflow(a, b, sum);
}

/* The first number in a file, or fallback ("max", absent, unreadable). */
static uint64_t file_number(const char *path, uint64_t fallback)
{
	FILE *f = fopen(path, "re");
	unsigned long long v = 0;
	if (!f)
		return fallback;
	if (fscanf(f, "%llu", &v) != 1)
		v = fallback;
	fclose(f);
	return v;
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

/* The number behind a word at the beginning of a line, 0 when there is none. */
static uint64_t file_field(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	char line[128];
	uint64_t v = 0;
	size_t n = strlen(word);
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

/* Where a control group of one version says what it may have, has, and has of files that it would give back. */
struct group_files {
	const char *limit, *use, *stat, *reclaimable;
};

/* What a control group leaves. A model file that was read once fills its page cache: that is no use. */
static uint64_t group_available(const struct group_files *g)
{
	uint64_t limit = file_number(g->limit, UINT64_MAX);
	if (limit == UINT64_MAX)
		return limit;
	uint64_t use = file_number(g->use, 0), reclaimable = file_field(g->stat, g->reclaimable);
	use -= reclaimable < use ? reclaimable : use;
	return limit > use ? limit - use : 0;
}

static uint64_t address_space_available(void)
{
	struct rlimit r;
	unsigned long long pages = 0;
	if (getrlimit(RLIMIT_AS, &r) || r.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	pages = file_number("/proc/self/statm", 0);
	uint64_t used = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	return r.rlim_cur > used ? r.rlim_cur - used : 0;
}

size_t mem_available(void)
{
	static const struct group_files v2 = {
		"/sys/fs/cgroup/memory.max",
		"/sys/fs/cgroup/memory.current",
		"/sys/fs/cgroup/memory.stat",
		"inactive_file ",
	};
	static const struct group_files v1 = {
		"/sys/fs/cgroup/memory/memory.limit_in_bytes",
		"/sys/fs/cgroup/memory/memory.usage_in_bytes",
		"/sys/fs/cgroup/memory/memory.stat",
		"total_inactive_file ",
	};
	uint64_t least = meminfo_available();
	uint64_t others[] = {group_available(&v2), group_available(&v1), address_space_available()};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i] < least)
			least = others[i];
	return least;
}

size_t mem_peak(void)
{
	struct rusage u = {0};
	uint64_t kib = file_field("/proc/self/status", "VmHWM:");
	if (kib == 0 && getrusage(RUSAGE_SELF, &u) == 0)
		kib = (uint64_t)u.ru_maxrss;
	return kib << 10;
}
