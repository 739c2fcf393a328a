/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/workload.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "workloads/all.h"

const struct workload_ops *const workload_registry[] = {
	&workload_pp, &workload_tg, &workload_gemm, &workload_read, &workload_fma, NULL,
};

enum { NAME_MAX_BYTES = 31 }; /* of what is compared with known names */

static int min3(int a, int b, int c)
{
	int m = a < b ? a : b;
	return m < c ? m : c;
}

/* Levenshtein's distance, over one row of the table; b has at most NAME_MAX_BYTES bytes. */
static int edit_distance(const char *a, const char *b)
{
	int row[NAME_MAX_BYTES + 1], n = (int)strlen(b);
	for (int j = 0; j <= n; j++)
		row[j] = j;
	for (int i = 1; a[i - 1]; i++) {
		int diagonal = row[0];
		row[0] = i;
		for (int j = 1; j <= n; j++) {
			int above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

static const char *nearest(const char *name)
{
	const char *best = "";
	int least = INT_MAX;
	for (int i = 0; workload_registry[i]; i++) {
		int distance = edit_distance(name, workload_registry[i]->name);
		if (distance < least) {
			least = distance;
			best = workload_registry[i]->name;
		}
	}
	return best;
}

const struct workload_ops *workload_find(const char *text, const char **argument, struct diag *d)
{
	char name[NAME_MAX_BYTES + 1] = "";
	size_t letters = strcspn(text, "0123456789");
	strncat(name, text, letters < NAME_MAX_BYTES ? letters : NAME_MAX_BYTES);
	for (int i = 0; workload_registry[i]; i++) {
		const struct workload_ops *w = workload_registry[i];
		if (strlen(w->name) != letters || memcmp(text, w->name, letters) != 0)
			continue;
		if (w->accepts(text + letters, d))
			return NULL;
		*argument = text + letters;
		return w;
	}
	diag_set(d, ERR_UNSUPPORTED, "unknown workload \"%.40s\", did you mean \"%s\"?", text, nearest(name));
	return NULL;
}
