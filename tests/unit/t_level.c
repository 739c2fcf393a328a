/* SPDX-License-Identifier: Apache-2.0 */
/* The caches of machines from small trees of /sys, and the working sets that stand in their levels. */
#include "config.h"

#include "engines/cpu/level.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "tests/tap.h"
#include "tests/unit/temp_folder.h"

enum { KIB = 1024, MIB = 1024 * 1024, CPUS = 16 };

static char root[PATH_MAX];

static void put(int cpu, int index, const char *name, const char *text)
{
	char path[PATH_MAX * 2];

	snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu%d/cache/index%d/%s", root, cpu, index,
		 name);
	for (char *slash = path + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			bail("mkdir");
		*slash = '/';
	}
	FILE *f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		bail("cannot write into the temporary folder");
}

/* CPU cpu's cache: one of each `sharers` CPUs in a row. size NULL: the file is not there. */
static void put_cache(int cpu, int index, const char *level, const char *type, const char *size, int sharers)
{
	char shared[32];
	int first = cpu / sharers * sharers;

	snprintf(shared, sizeof shared, sharers > 1 ? "%d-%d\n" : "%d\n", first, first + sharers - 1);
	put(cpu, index, "level", level);
	put(cpu, index, "type", type);
	if (size)
		put(cpu, index, "size", size);
	put(cpu, index, "shared_cpu_list", shared);
}

static void new_root(const char *name)
{
	snprintf(root, sizeof root, "%s/%s", temp_path, name);
	if (mkdir(root, 0777) != 0)
		bail("mkdir");
}

/* The caches of threads on `cpu`, `cpu` + step, ... */
static const struct cpu_caches *threads(int n, int cpu, int step)
{
	static struct cpu_caches of[CPUS];

	for (int t = 0; t < n; t++)
		cpu_caches_read(root, cpu + t * step, &of[t]);
	return of;
}

static void is_level(enum op_level level, int n, int step, uint64_t expected, const char *what)
{
	uint64_t bytes = 0;
	struct diag d = {0};
	int rc = level_bytes(level, threads(n, 0, step), n, (uint64_t)64 << 30, &bytes, &d);

	if (rc)
		printf("# %s\n", d.text);
	if (!ok(bytes == expected, "%s of %d threads: %s", level_name(level), n, what))
		printf("# got %llu, expected %llu\n", (unsigned long long)bytes,
		       (unsigned long long)expected);
}

static void is_refused(enum op_level level, int n, uint64_t memory, int code, const char *why)
{
	uint64_t bytes = 0;
	struct diag d = {0};

	ok(level_bytes(level, threads(n, 0, 1), n, memory, &bytes, &d) == code, "%s is refused",
	   level_name(level));
	has_text(d.text, why, "with the reason");
	is_int((int64_t)bytes, 0, "and no number");
}

/* Two threads a core, L2 of four cores (Atom), one L3. */
static void test_intel(void)
{
	new_root("intel");
	for (int cpu = 0; cpu < 8; cpu++) {
		put_cache(cpu, 0, "1\n", "Data\n", "32K\n", 1);
		put_cache(cpu, 1, "1\n", "Instruction\n", "64K\n", 1);
		put_cache(cpu, 2, "2\n", "Unified\n", "4096K\n", 4);
		put_cache(cpu, 3, "3\n", "Unified\n", "24576K\n", 8);
	}
	is_level(OP_L1, 1, 1, 16 * KIB, "half of its own");
	is_level(OP_L1, 8, 1, 128 * KIB, "of each");
	is_level(OP_L2, 1, 1, 2 * MIB, "alone in a shared cache");
	is_level(OP_L2, 4, 1, 2 * MIB, "all that share it");
	is_level(OP_L2, 2, 4, 4 * MIB, "two of them");
	is_level(OP_L2, 8, 1, 4 * MIB, "two, four threads each");
	is_level(OP_L3, 1, 1, 8 * MIB, "half, less the L2");
	is_level(OP_L3, 8, 1, 8 * (MIB + MIB + MIB / 2), "behind the L2");
	is_level(OP_DRAM, 1, 1, 256 * MIB, "at least 256 MiB");
	is_int((int64_t)level_last_bytes(threads(8, 0, 1), 8), 24 * MIB, "one last cache");
}

/* An L3 of each four cores. */
static void test_amd(void)
{
	new_root("amd");
	for (int cpu = 0; cpu < CPUS; cpu++) {
		put_cache(cpu, 0, "1\n", "Data\n", "32K\n", 1);
		put_cache(cpu, 2, "2\n", "Unified\n", "512K\n", 1);
		put_cache(cpu, 3, "3\n", "Unified\n", "98304K\n", 4);
	}
	is_level(OP_L2, 16, 1, 4 * MIB, "half of each");
	is_level(OP_L3, 1, 1, 48 * MIB - 512 * KIB, "one thread has all of it");
	is_level(OP_L3, 4, 1, 48 * MIB - 2 * MIB, "four share it");
	is_level(OP_L3, 4, 4, 4 * (48 * MIB - 512 * KIB), "each has its own");
	is_level(OP_L3, 5, 1, 5 * (12 * MIB - 512 * KIB), "the same part for each: the smallest");
	is_int((int64_t)level_last_bytes(threads(16, 0, 1), 16), (int64_t)4 * 96 * MIB, "four last caches");
	is_level(OP_DRAM, 1, 1, (uint64_t)384 * MIB, "four times one of them");
	is_level(OP_DRAM, 16, 1, (uint64_t)4 * 384 * MIB, "four times all of them");
	is_refused(OP_DRAM, 16, (uint64_t)1 << 30, ERR_OOM, "805306368 bytes");
}

/* Cortex-A53: no L3. */
static void test_arm(void)
{
	new_root("arm");
	for (int cpu = 0; cpu < 4; cpu++) {
		put_cache(cpu, 0, "1\n", "Data\n", "32K\n", 1);
		put_cache(cpu, 2, "2\n", "Unified\n", "512K\n", 4);
	}
	is_level(OP_L2, 1, 1, 256 * KIB, "one thread has all of it");
	is_level(OP_L2, 4, 1, 256 * KIB, "four share it");
	is_refused(OP_L3, 4, (uint64_t)4 << 30, ERR_UNAVAILABLE, "the last cache of these CPUs is L2");
	is_level(OP_DRAM, 4, 1, 256 * MIB, "at least 256 MiB");
	is_refused(OP_DRAM, 4, 1 << 20, ERR_OOM, "are available");
}

/* An arm64 guest tells who shares what and no sizes; an L3 no larger than the L2s holds what they lose. */
static void test_untold(void)
{
	new_root("guest");
	for (int cpu = 0; cpu < 2; cpu++) {
		put_cache(cpu, 0, "1\n", "Data\n", NULL, 1);
		put_cache(cpu, 2, "2\n", "Unified\n", NULL, 2);
	}
	for (int level = OP_L1; level <= OP_DRAM; level++)
		is_refused((enum op_level)level, 2, (uint64_t)4 << 30, ERR_UNAVAILABLE, "does not tell");
	new_root("container");
	is_refused(OP_L1, 2, (uint64_t)4 << 30, ERR_UNAVAILABLE, "does not tell its caches");
	is_refused(OP_DRAM, 2, (uint64_t)4 << 30, ERR_UNAVAILABLE, "does not tell");
	new_root("victim");
	for (int cpu = 0; cpu < 4; cpu++) {
		put_cache(cpu, 0, "1\n", "Data\n", "48K\n", 1);
		put_cache(cpu, 2, "2\n", "Unified\n", "2048K\n", 1);
		put_cache(cpu, 3, "3\n", "Unified\n", "7680K\n", 4);
	}
	is_level(OP_L3, 4, 1, 4 * (2048 + 960) * KIB, "behind the L2");
}

/* Garbage is as not told. */
static void test_broken(void)
{
	static const char *const sizes[] = {"", "-1K\n", "K\n", "99999999999999999999999K\n", "0K\n", "\xff"};
	struct cpu_caches c;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char name[16];

		snprintf(name, sizeof name, "broken%zu", i);
		new_root(name);
		put_cache(0, 0, "1\n", "Data\n", sizes[i], 1);
		put_cache(0, 1, i % 2 ? "9\n" : "two\n", "Unified\n", "512K\n", 1);
		cpu_caches_read(root, 0, &c);
		ok(c.last == 0, "size %zu is not told", i);
	}
	new_root("list");
	put_cache(3, 0, "1\n", "Data\n", "32K", 1);
	put(3, 0, "shared_cpu_list", "all of them\n");
	cpu_caches_read(root, 3, &c);
	is_int(c.level[0].first, 3, "a list that is none: its own");
}

int main(void)
{
	temp_folder();
	test_intel();
	test_amd();
	test_arm();
	test_untold();
	test_broken();
	return tap_done();
}
