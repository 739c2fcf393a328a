/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups in a tree of the test's own: every level binds, of memory too. */
#include "config.h"

#include "engines/base/group.h"
#include "engines/base/mem.h"
#include "tests/unit/temp_folder.h"

#define UNLIMITED "9223372036854771712\n" /* how version 1 writes it */

#define LIST   "proc/self/cgroup"
#define MOUNTS "proc/self/mountinfo"
#define GROUPS "sys/fs/cgroup/"

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
	put(LIST, groups);
	return group_least(top, controller, fn);
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
	put(GROUPS "a/b/value", "7\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 7, "the group's own");
	put(GROUPS "a/value", "5\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 5, "that of its parent");
	put(GROUPS "value", "3\n");
	is_int((int64_t)least("0::/a/b\n", "cpu", value_of), 3, "that of the top");
	is_int((int64_t)least("0::/\n", "cpu", value_of), 3, "the top as a group");
	is_int((int64_t)least("0::/not/here\n", "cpu", value_of), 3,
	       "a folder that is not shown has parents");
	put(GROUPS "value", "30\n");
	put(GROUPS "cpu/x/value", "2\n");
	is_int((int64_t)least("3:cpuset:/x\n2:cpu,cpuacct:/x/y\n0::/a\n", "cpu", value_of), 2,
	       "version 1 beside version 2");
	is_int((int64_t)least("2:cpuset,cpuacct:/x\n0::/a\n", "cpu", value_of), 5,
	       "other controllers do not count");
	ok(least("nonsense\n\n1:\n", "cpu", value_of) == UINT64_MAX, "lines that are none");
	ok(group_least("/no/such/folder", "cpu", value_of) == UINT64_MAX, "no list of groups");
}

static void count(const char *dir, void *arg)
{
	(void)dir;
	++*(int *)arg;
}

static int versions(const char *groups, int *n)
{
	*n = 0;
	put(LIST, groups);
	return group_each(top, "cpu", count, n);
}

static void test_versions(void)
{
	int n;
	is_int(versions("0::/a/b\n", &n), GROUP_V2, "version 2");
	is_int(n, 3, "a group, its parent and the top");
	is_int(versions("3:cpu:/\n1:name=systemd:/\n", &n), GROUP_V1, "version 1");
	is_int(n, 1, "the top alone");
	is_int(versions("3:memory:/\n0::/\n", &n), GROUP_V1 | GROUP_V2, "both");
	is_int(versions("nonsense\n", &n), GROUP_NONE, "neither");
	is_int(versions("0::/../../outside\n", &n), GROUP_V2, "a group outside of the name space");
	is_int(n, 1, "is not walked to");
}

/* Hierarchies that are mounted somewhere else, and a container that sees a part of one. */
static void test_mounts(void)
{
	put("there/ours/value", "11\n");
	put("there/value", "12\n");
	put("v1/value", "4\n");
	put("v1/in/value", "6\n");
	put(MOUNTS, "garbage\n31 2 0:1 / / rw - ext4 /dev/x rw\n"
		    "32 2 0:2 / /there rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
		    "33 2 0:3 /box /v1 rw - cgroup cgroup rw,cpuacct,cpu\n"
		    "34 2 0:4 / /other rw - cgroup cgroup rw,cpuset\n35 2 0:4\n");
	is_int((int64_t)least("0::/ours\n", "cpu", value_of), 11, "where mountinfo says");
	is_int((int64_t)least("5:cpu,cpuacct:/box/in\n", "cpu", value_of), 4, "below the part that is seen");
	is_int((int64_t)least("5:cpu,cpuacct:/boxer/in\n", "cpu", value_of), 4,
	       "names that begin alike differ");
	put(MOUNTS, "\n");
	put(GROUPS "cpuset,net/p/value", "9\n");
	is_int((int64_t)least("5:cpuset,net:/p\n", "cpuset", value_of), 9,
	       "a folder named like the whole list");
	put(GROUPS "unified/p/value", "8\n");
	is_int((int64_t)least("0::/p\n", "cpu", value_of), 8, "version 2 beside version 1");
}

static void test_memory(void)
{
	put(GROUPS "m/n/memory.max", "max\n");
	put(GROUPS "m/n/memory.current", "100\n");
	ok(least("0::/m/n\n", "memory", mem_group_available) == UINT64_MAX, "memory without a limit");
	put(GROUPS "m/memory.max", "5000\n");
	put(GROUPS "m/memory.current", "4500\n");
	put(GROUPS "m/memory.stat", "anon 200\ninactive_file 4000\nactive_file 300\n");
	is_int((int64_t)least("0::/m/n\n", "memory", mem_group_available), 4800,
	       "the parent's limit less what it holds and would not give back");
	put(GROUPS "memory/v/w/memory.limit_in_bytes", UNLIMITED);
	put(GROUPS "memory/v/memory.limit_in_bytes", "2000\n");
	put(GROUPS "memory/v/memory.usage_in_bytes", "500\n");
	put(GROUPS "memory/v/memory.stat", "inactive_file 1\ntotal_inactive_file 70\ntotal_active_file 30\n");
	is_int((int64_t)least("4:memory:/v/w\n0::/\n", "memory", mem_group_available), 1600, "version 1");
	put(GROUPS "memory/v/memory.usage_in_bytes", "2500\n");
	is_int((int64_t)least("4:memory:/v/w\n", "memory", mem_group_available), 0,
	       "more than allowed: nothing");
}

int main(void)
{
	top = temp_folder();
	test_walk();
	test_versions();
	test_memory();
	test_mounts();
	return tap_done();
}
