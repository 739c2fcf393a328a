/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/embed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* Text data are small; a larger file is somebody's mistake. */
#define TEXT_MAX ((size_t)1 << 20)

/* "sweeps/demo.yaml" of "workloads/sweeps/demo.yaml". */
static const char *last_two_parts(const char *name)
{
	int slashes = 0;
	const char *p = name + strlen(name);
	while (p > name) {
		if (p[-1] == '/' && ++slashes == 2)
			break;
		p--;
	}
	return p;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char chunk[4096];
	struct strbuf s = {0};
	size_t n = 0;
	if (!f)
		return NULL;
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0 && s.len <= TEXT_MAX)
		strbuf_add(&s, chunk, n);
	int bad = ferror(f) || s.len > TEXT_MAX;
	fclose(f);
	if (bad) {
		strbuf_free(&s);
		return NULL;
	}
	return strbuf_take(&s);
}

char *embed_text(const struct embedded *table, const char *name)
{
	const char *data = getenv("INFEROMETER_DATA");
	if (data && *data) {
		char *path = mem_printf("%s/%s", data, last_two_parts(name));
		char *text = read_file(path);
		free(path);
		if (text)
			return text;
	}
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return mem_strdup(table->text);
	return NULL;
}
