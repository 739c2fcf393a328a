/* SPDX-License-Identifier: Apache-2.0 */
/* Memory as the kernel has it: how much, in which pages. */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"

#define THP	"/sys/kernel/mm/transparent_hugepage"
#define HUGETLB "/sys/kernel/mm/hugepages"

/* "madvise" of "always [madvise] never". */
static json_t *chosen(const char *root, const char *path)
{
	char line[FACT_MAX], *open, *close;

	if (!file_line(root, path, line, sizeof line))
		return fact_missing(root, path);
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return fact_text(line);
	*close = '\0';
	return fact_text(open + 1);
}

static void pool_put(struct strbuf *out, const char *root, const char *name)
{
	char path[FACT_MAX * 2], size[32];
	int64_t n;
	long long kib = strtoll(name + strlen("hugepages-"), NULL, 10);

	snprintf(path, sizeof path, HUGETLB "/%.200s/nr_hugepages", name);
	if (kib <= 0 || kib > INT64_MAX / 1024 || !file_integer(root, path, &n))
		return;
	strbuf_printf(out, "%s%lld of %s", out->len ? ", " : "", (long long)n,
		      size_text(kib * 1024, size, sizeof size));
}

/* "0 of 2 MiB, 0 of 1 GiB": pages in each pool. */
static json_t *pools(const char *root)
{
	struct strbuf text = {0};
	char **names;
	int n = folder_names(root, HUGETLB, &names);

	if (n < 0)
		return fact_missing(root, HUGETLB);
	for (int i = 0; i < n; i++)
		if (strncmp(names[i], "hugepages-", 10) == 0)
			pool_put(&text, root, names[i]);
	names_free(names, n);
	json_t *fact = text.len ? fact_text(text.text) : fact_unknown("no pool in " HUGETLB " can be read");
	strbuf_free(&text);
	return fact;
}

void put_memory_facts(json_t *o, const char *root)
{
	static const char *const rows[][2] = {{"memory.total_bytes", "MemTotal"},
					      {"memory.swap_bytes", "SwapTotal"},
					      {"memory.huge_page_bytes", "Hugepagesize"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		json_object_set_new(o, rows[i][0], fact_memory(root, rows[i][1]));
	json_object_set_new(o, "memory.thp", chosen(root, THP "/enabled"));
	json_object_set_new(o, "memory.thp_defrag", chosen(root, THP "/defrag"));
	json_object_set_new(o, "memory.thp_shmem", chosen(root, THP "/shmem_enabled"));
	json_object_set_new(o, "memory.hugetlb", pools(root));
	json_object_set_new(o, "memory.swappiness", fact_integer(root, "/proc/sys/vm/swappiness"));
	json_object_set_new(o, "memory.overcommit", fact_integer(root, "/proc/sys/vm/overcommit_memory"));
	json_object_set_new(o, "memory.numa_balancing",
			    fact_integer(root, "/proc/sys/kernel/numa_balancing"));
	json_object_set_new(o, "memory.zone_reclaim", fact_integer(root, "/proc/sys/vm/zone_reclaim_mode"));
}
