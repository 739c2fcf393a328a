/* SPDX-License-Identifier: Apache-2.0 */
/* Which known name was meant by an unknown one, by edit distance. */
#ifndef IFM_BASE_NEAREST_H
#define IFM_BASE_NEAREST_H

struct strbuf;

/* Starts as {.name = the unknown one}. */
struct nearest {
	const char *name;
	const char *best; /* belongs to whoever offered it; NULL: nothing is near */
	int distance;
};

void nearest_offer(struct nearest *n, const char *known);

/* Appends ` (did you mean "BEST"?)`; returns 0 and appends nothing when nothing is near. */
int nearest_put(const struct nearest *n, struct strbuf *out);

#endif
