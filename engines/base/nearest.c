/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/nearest.h"

#include <string.h>

#include "engines/base/strbuf.h"

/* Known names are shorter; of an unknown one only the beginning is compared. */
enum { COMPARED_MAX = 63 };

static int least_of(int a, int b, int c)
{
	int least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's distance over one row of the table. */
static int edit_distance(const char *a, int n_a, const char *b, int n_b)
{
	int row[COMPARED_MAX + 1];
	for (int j = 0; j <= n_b; j++)
		row[j] = j;
	for (int i = 1; i <= n_a; i++) {
		int diagonal = row[0];
		row[0] = i;
		for (int j = 1; j <= n_b; j++) {
			int above = row[j];
			row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n_b];
}

void nearest_offer(struct nearest *n, const char *known)
{
	int n_name = (int)strnlen(n->name, COMPARED_MAX), n_known = (int)strnlen(known, COMPARED_MAX);
	int distance = edit_distance(n->name, n_name, known, n_known);
	/* When more than half must change, another thing was meant. */
	if (distance * 2 > n_known + 1 || (n->best && distance >= n->distance))
		return;
	n->best = known;
	n->distance = distance;
}

int nearest_put(const struct nearest *n, struct strbuf *out)
{
	if (!n->best)
		return 0;
	strbuf_printf(out, " (did you mean \"%s\"?)", n->best);
	return 1;
}
