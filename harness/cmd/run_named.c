/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/cmd/run_named.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engines/base/mem.h"
#include "harness/store/runs.h"

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* One that is not there is meant as a store all the same, and not as a label. */
static bool is_store(const char *path)
{
	size_t n = strlen(path);

	return is_file(path) || (n > 3 && strcmp(path + n - 3, ".db") == 0);
}

void run_named_parse(struct run_named *out, const char *text, const char *usual)
{
	const char *mark = strrchr(text, '#');
	char *before = mark ? mem_strndup(text, (size_t)(mark - text)) : NULL;

	*out = (struct run_named){0};
	/* A file of that name is ./3 or ./last. */
	bool is_place = strspn(text, "0123456789") == strlen(text) || strcmp(text, "last") == 0 ||
			strncmp(text, "last~", 5) == 0;
	/* A file may have a '#' in its name. */
	if (!is_place && is_store(text))
		out->store = mem_strdup(text);
	else if (before && is_store(before)) {
		out->store = mem_strdup(before);
		out->name = mem_strdup(mark + 1);
	} else {
		out->store = mem_strdup(usual);
		out->name = mem_strdup(text);
	}
	free(before);
}

void run_named_free(struct run_named *r)
{
	free(r->store);
	free(r->name);
	*r = (struct run_named){0};
}

int run_named_find(const struct run_named *r, struct store *s, int64_t *out, struct diag *d)
{
	return store_run_find(s, r->name ? r->name : "last", out, d);
}

int run_named_open(const struct run_named *r, struct store **s, int64_t *run, struct diag *d)
{
	struct store *opened;
	int rc = store_open(&opened, r->store, STORE_READ, d);

	if (rc)
		return rc;
	rc = run_named_find(r, opened, run, d);
	if (rc) {
		store_close(opened);
		return rc;
	}
	*s = opened;
	return 0;
}
