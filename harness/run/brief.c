/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/run/brief.h"

#include <math.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

enum { LABEL_SIZE = 200, PLACES_MOST = 6 };

void brief_make(struct brief *b, const struct plan *p)
{
	*b = (struct brief){0};
	for (int i = 1; i < p->n_visits; i++) {
		const struct point *first = &p->points[p->visits[0].point].point,
				   *other = &p->points[p->visits[i].point].point;
		for (int k = 0; k < KEY_COUNT; k++)
			b->varies[k] |= strcmp(point_get(other, k), point_get(first, k)) != 0;
	}
}

char *brief_label(const struct brief *b, const struct point *p)
{
	static const bool always[KEY_COUNT] = {
		[KEY_WORKLOAD] = true, [KEY_PRECISION] = true, [KEY_DEPTH] = true, [KEY_SIZE] = true,
		[KEY_TYPE] = true,     [KEY_M] = true,	       [KEY_N] = true,	   [KEY_K] = true};
	struct point said;
	char label[LABEL_SIZE];
	point_copy(&said, p);
	for (int k = 0; k < KEY_COUNT; k++)
		if (!always[k] && !b->varies[k])
			point_set(&said, (enum point_key)k, NULL);
	char *text = mem_strdup(point_label(&said, label, sizeof label));
	point_free(&said);
	return text;
}

void tally_add(struct tally *t, double rate)
{
	double before = rate - t->mean;
	t->mean += before / ++t->n;
	t->squares += before * (rate - t->mean);
}

/* Decimals that leave three digits of x. */
static int places(double x)
{
	int n = x > 0 && isfinite(x) ? 2 - (int)floor(log10(x)) : 0;
	return n < 0 ? 0 : n > PLACES_MOST ? PLACES_MOST : n;
}

void tally_put(struct strbuf *out, const struct tally *t, const char *unit)
{
	double deviation = t->n > 1 ? sqrt(t->squares / (t->n - 1)) : 0;
	int n = places(t->mean);
	strbuf_printf(out, "%.*f", n, t->mean);
	if (t->n > 1)
		strbuf_printf(out, " \xc2\xb1%.*f", n, deviation);
	strbuf_printf(out, " %s", unit);
}
