/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped sweeps: workloads/sweeps/, embedded. */
#include "config.h"

#include "harness/spec/spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/embed.h"
#include "engines/base/mem.h"
#include "engines/base/nearest.h"
#include "engines/base/strbuf.h"

extern const struct embedded sweep_files[];

enum { NAMED_MAX = 32, NAME_SIZE = 32 };

/* "demo" of "workloads/sweeps/demo.yaml". */
static void name_of(const char *file, char name[NAME_SIZE])
{
	const char *slash = strrchr(file, '/'), *last = slash ? slash + 1 : file;
	snprintf(name, NAME_SIZE, "%.*s", (int)strcspn(last, "."), last);
}

const char *const *spec_named(void)
{
	static char text[NAMED_MAX][NAME_SIZE];
	static const char *names[NAMED_MAX + 1];
	for (int i = 0; i < NAMED_MAX && sweep_files[i].name; i++) {
		name_of(sweep_files[i].name, text[i]);
		names[i] = text[i];
	}
	return names;
}

static int unknown_sweep(const char *name, struct diag *d)
{
	struct nearest near = {.name = name};
	struct strbuf hint = {0};
	for (const char *const *n = spec_named(); *n; n++)
		nearest_offer(&near, *n);
	nearest_put(&near, &hint);
	strbuf_puts(&hint, "; known are");
	for (const char *const *n = spec_named(); *n; n++)
		strbuf_printf(&hint, " %s", *n);
	int rc = diag_set(d, ERR_USAGE, "unknown sweep \"%.60s\"%s", name, strbuf_text(&hint));
	strbuf_free(&hint);
	return rc;
}

int spec_load_named(struct spec *out, const char *name, struct diag *d)
{
	/* A name is no path: it leads nowhere but to the folder of sweeps. */
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
	if (n == 0 || name[n])
		return unknown_sweep(name, d);
	char *file = mem_printf("workloads/sweeps/%s.yaml", name);
	char *text = embed_text(sweep_files, file);
	int rc =
		text ? spec_parse(out, text, strlen(text), strchr(file, '/') + 1, d) : unknown_sweep(name, d);
	free(text);
	free(file);
	return rc;
}
