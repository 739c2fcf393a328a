/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups in a tree of the test's own: every level binds, of memory too. */
#include "config.h"

#include "engines/base/group.h"
#include "engines/base/mem.h"
#include "tests/unit/temp_folder.h"

#define UNLIMITED "9223372036854771712\n" /* how version 1 writes it */

static const char *top;

/* A file below the tree's top, its folders made on the way. */
static void put(const char *name, const char *text)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", top, name);
	for (char *at = path + strlen(top) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	FILE *f = fopen(path, "we");
	if (!f || fputs(text, f) < 0 || fclose(f))
		bail("a file of the tree cannot be written");
}

static uint64_t least(const char *groups, const char *controller, group_fn *fn)
{
	char path[512];
	put("proc", groups);
	snprintf(path, sizeof path, "%s/proc", top);
	return group_least(path, top, controller, fn);
}

/* The number in dir/value. */
static uint64_t value_of(const char *dir)
{
	char line[64];
	return group_line(dir, "value", line, sizeof line) ? strtoull(line, NULL, 10) : UINT64_MAX;
}

static void test_walk(void)
{
	ok(least("0::/a/b\n", "cpu", value_of) == UINT64_MAX, "no limit anywhere");
	put("a/b/value", "7\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 7, "the group's own");
	put("a/value", "5\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 5, "that of its parent");
	put("value", "3\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 3, "that of the top");
	is_int((int64_t)least("0::/\n", "cpu", value_of), 3, "the top as a group");
	is_int((int64_t)least("0::/not/here\n", "cpu", value_of), 3,
	       "a folder that is not shown has parents");
	put("value", "30\n");
	put("cpu/x/value", "2\n");
	is_int((int64_t)least("3:cpuset:/x\n2:cpu,cpuacct:/x/y\n0::/a\n", "cpu", value_of), 2,
	       "version 1 beside version 2");
	is_int((int64_t)least("2:cpuset,cpuacct:/x\n0::/a\n", "cpu", value_of), 5,
	       "other controllers do not count");
	ok(least("nonsense\n\n1:\n", "cpu", value_of) == UINT64_MAX, "lines that are none");
	ok(group_least("/no/such/file", top, "cpu", value_of) == UINT64_MAX, "no list of groups");
}

static void test_memory(void)
{
	put("m/n/memory.max", "max\n");
	put("m/n/memory.current", "100\n");
	ok(least("0::/m/n\n", "memory", mem_group_available) == UINT64_MAX, "memory without a limit");
	put("m/memory.max", "5000\n");
	put("m/memory.current", "4500\n");
	put("m/memory.stat", "anon 200\ninactive_file 4000\nactive_file 300\n");
	is_int((int64_t)least("0::/m/n\n", "memory", mem_group_available), 4800,
	       "the parent's limit less what it holds and would not give back");
	put("memory/v/w/memory.limit_in_bytes", UNLIMITED);
	put("memory/v/memory.limit_in_bytes", "2000\n");
	put("memory/v/memory.usage_in_bytes", "500\n");
	put("memory/v/memory.stat", "inactive_file 1\ntotal_inactive_file 70\ntotal_active_file 30\n");
	is_int((int64_t)least("4:memory:/v/w\n0::/\n", "memory", mem_group_available), 1600, "version 1");
	put("memory/v/memory.usage_in_bytes", "2500\n");
	is_int((int64_t)least("4:memory:/v/w\n", "memory", mem_group_available), 0,
	       "more than allowed: nothing");
}

int main(void)
{
	top = temp_folder();
	test_walk();
	test_memory();
	return tap_done();
}
