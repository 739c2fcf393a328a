/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"
#include "harness/host/sysfs.h"

json_t *fact_row_bytes(const char *root, const char *path, const char *row)
{
	char text[FILE_HEAD], value[64], *end;
	long long kib;

	if (file_head(root, path, text, sizeof text) < 0)
		return fact_unread(path);
	if (!text_value(text, row, value, sizeof value))
		return fact_unknown("no %s in %s", row, path);
	kib = strtoll(value, &end, 10);
	if (end == value || strcmp(end, " kB") != 0 || kib < 0 || kib > INT64_MAX / 1024)
		return fact_unknown("%s in %s is no size", row, path);
	return json_integer(kib * 1024);
}

json_t *fact_memory(const char *root, const char *row)
{
	return fact_row_bytes(root, "/proc/meminfo", row);
}

json_t *fact_keyed(const char *root, const char *path, const char *key)
{
	/* A list of CPUs may be long. */
	char text[FILE_HEAD], value[SYSFS_MAX];

	if (file_head(root, path, text, sizeof text) < 0)
		return fact_unread(path);
	if (!text_value(text, key, value, sizeof value))
		return fact_unknown("no \"%s\" in %s", key, path);
	return fact_long(value);
}

/* ---- over all CPUs ---- */

/* One of the values that are joined by ", ". */
static bool list_has(const char *list, const char *value)
{
	size_t n = strlen(value);

	for (const char *at = list; (at = strstr(at, value)) != NULL; at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

static json_t *number_or_text(const char *text)
{
	char *end;
	long long v = strtoll(text, &end, 10);

	return *text >= '0' && *text <= '9' && *end == '\0' && v < INT64_MAX ? json_integer(v)
									     : fact_text(text);
}

json_t *fact_over_cpus(const char *root, const char *name)
{
	bool cpus[CPUS_MAX];
	char path[128], line[64], text[FACT_MAX] = "";
	int n = list_read(root, CPU_FOLDER "/online", cpus), error = ENOENT;

	for (int cpu = 0; cpu < CPUS_MAX && n > 0; cpu++) {
		size_t len = strlen(text);
		if (!cpus[cpu])
			continue;
		snprintf(path, sizeof path, CPU_FOLDER "/cpu%d/%s", cpu, name);
		if (!file_line(root, path, line, sizeof line))
			error = errno;
		else if (!list_has(text, line))
			snprintf(text + len, sizeof text - len, "%s%s", len ? ", " : "", line);
	}
	if (text[0])
		return number_or_text(text);
	snprintf(path, sizeof path, CPU_FOLDER "/cpu*/%s", name);
	errno = error;
	return n > 0 ? fact_missing(root, path) : fact_unknown("no %s", path);
}

/* ---- mitigations ---- */

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"

/* More than there are; a folder of somebody's making has no more said of it. */
enum { JUDGED_MAX = 100 };

struct judged {
	struct strbuf mitigated, vulnerable, other;
	int n_unaffected;
};

static void judge(struct judged *j, const char *root, const char *name)
{
	char path[FACT_MAX * 2], line[FACT_MAX];
	struct strbuf *list = &j->other;

	snprintf(path, sizeof path, VULNERABILITIES "/%.200s", name);
	if (!file_line(root, path, line, sizeof line))
		return;
	if (strncmp(line, "Not affected", 12) == 0) {
		j->n_unaffected++;
		return;
	}
	if (strncmp(line, "Mitigation", 10) == 0)
		list = &j->mitigated;
	else if (strncmp(line, "Vulnerable", 10) == 0)
		list = &j->vulnerable;
	strbuf_printf(list, "%s%s", list->len ? ", " : "", name);
}

static json_t *judgement(const struct judged *j)
{
	struct strbuf text = {0};
	json_t *fact;

	if (j->mitigated.len)
		strbuf_printf(&text, "mitigated: %s; ", strbuf_text(&j->mitigated));
	if (j->vulnerable.len)
		strbuf_printf(&text, "vulnerable: %s; ", strbuf_text(&j->vulnerable));
	if (j->other.len)
		strbuf_printf(&text, "not told: %s; ", strbuf_text(&j->other));
	strbuf_printf(&text, "not affected: %d", j->n_unaffected);
	fact = fact_long(strbuf_text(&text));
	strbuf_free(&text);
	return fact;
}

json_t *fact_mitigations(const char *root)
{
	char **names;
	struct judged j = {0};
	int n = folder_names(root, VULNERABILITIES, &names);

	if (n < 0)
		return fact_missing(root, VULNERABILITIES);
	for (int i = 0; i < n && i < JUDGED_MAX; i++)
		judge(&j, root, names[i]);
	names_free(names, n);
	bool told = j.n_unaffected || j.mitigated.len || j.vulnerable.len || j.other.len;
	json_t *fact = told ? judgement(&j) : fact_unknown("nothing in " VULNERABILITIES " can be read");
	strbuf_free(&j.mitigated);
	strbuf_free(&j.vulnerable);
	strbuf_free(&j.other);
	return fact;
}
