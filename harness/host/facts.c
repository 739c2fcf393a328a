/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/host/facts.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/strbuf.h"
#include "harness/host/files.h"

json_t *fact_memory(const char *root, const char *row)
{
	char text[FILE_HEAD], value[64], *end;
	long long kib;

	if (file_head(root, "/proc/meminfo", text, sizeof text) < 0)
		return fact_unread("/proc/meminfo");
	if (!text_value(text, row, value, sizeof value))
		return fact_unknown("no %s in /proc/meminfo", row);
	kib = strtoll(value, &end, 10);
	if (end == value || strcmp(end, " kB") != 0 || kib < 0 || kib > INT64_MAX / 1024)
		return fact_unknown("%s in /proc/meminfo is no size", row);
	return json_integer(kib * 1024);
}

/* ---- mitigations ---- */

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"

/* More than there are; a folder of somebody's making has no more said of it. */
enum { NAMES_MAX = 100 };

static int is_visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

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
	fact = fact_text(strbuf_text(&text));
	strbuf_free(&text);
	return fact;
}

json_t *fact_mitigations(const char *root)
{
	char path[PATH_MAX];
	struct dirent **names = NULL;
	struct judged j = {0};
	json_t *fact;
	int n;

	if (snprintf(path, sizeof path, "%s" VULNERABILITIES, root) >= (int)sizeof path)
		return fact_unknown("the path of " VULNERABILITIES " is too long");
	n = scandir(path, &names, is_visible, alphasort);
	if (n < 0)
		return fact_unread(VULNERABILITIES);
	for (int i = 0; i < n; i++) {
		if (i < NAMES_MAX)
			judge(&j, root, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	fact = judgement(&j);
	strbuf_free(&j.mitigated);
	strbuf_free(&j.vulnerable);
	strbuf_free(&j.other);
	return fact;
}
