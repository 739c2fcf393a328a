/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "engines/base/strbuf.h"

/* Known names are shorter; of an unknown one only the beginning is compared. */
enum { COMPARED_MAX = 63 };

static int least_of(int a, int b, int c)
{
	int least = a < b ? a : b;
	return least < c ? least : c;
}

/* Levenshtein's distance, but two letters that changed places are one change: "modle" is nearer to model than to idle. */
static int edit_distance(const char *a, int n_a, const char *b, int n_b)
{
	int rows[3][COMPARED_MAX + 1];
	for (int j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (int i = 1; i <= n_a; i++) {
		const int *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		int *row = rows[i % 3];
		row[0] = i;
		for (int j = 1; j <= n_b; j++) {
			row[j] =
				least_of(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
			if (swapped && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return rows[n_a % 3][n_b];
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
