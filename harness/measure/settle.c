/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/settle.h"

#include <math.h>
#include <stdlib.h>

#include "engines/base/order.h"
#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* Repetitions of a slice that are kept for its median: the first ones, when there are more. */
enum { KEPT_MAX = 4096 };

struct settle {
	const struct settle_hooks *hooks;
	struct settled s;
	int64_t begun;
	int n_alike; /* slices in a row that were like the one before */
	int n_kept;
	int64_t *kept;
};

/* At least one repetition, and as many as begin within a second. */
static int slice_run(struct settle *w, struct diag *d)
{
	int64_t begun = w->hooks->now(w->hooks->arg);
	int rc = 0;
	w->n_kept = 0;
	do {
		int64_t dur = 0;
		rc = w->hooks->repetition(w->hooks->arg, &dur, d);
		if (w->n_kept < KEPT_MAX)
			w->kept[w->n_kept++] = dur;
	} while (rc == 0 && w->hooks->now(w->hooks->arg) - begun < SETTLE_SLICE_NS);
	return rc;
}

static void slice_end(struct settle *w)
{
	qsort(w->kept, (size_t)w->n_kept, sizeof *w->kept, order_int64);
	int middle = w->n_kept / 2;
	double median = (double)w->kept[middle], before = w->s.last;
	if (w->s.n_slices++ == 0)
		w->s.first = median;
	else
		w->n_alike = fabs(median - before) < SETTLE_CHANGE * before ? w->n_alike + 1 : 0;
	w->s.last = median;
	w->s.dur_ns = w->hooks->now(w->hooks->arg) - w->begun;
	w->s.steady = w->n_alike >= SETTLE_ALIKE;
}

int settle_run(struct settled *out, const struct settle_hooks *hooks, struct diag *d)
{
	struct settle w = {.hooks = hooks, .begun = hooks->now(hooks->arg)};
	int rc = 0;
	w.kept = mem_alloc(KEPT_MAX * sizeof *w.kept);
	while (rc == 0 && w.s.dur_ns < SETTLE_MAX_NS && !(w.s.steady && w.s.dur_ns >= SETTLE_MIN_NS)) {
		rc = slice_run(&w, d);
		if (rc == 0)
			slice_end(&w);
	}
	free(w.kept);
	if (rc == 0)
		*out = w.s;
	return rc;
}

void settled_describe(const struct settled *s, struct strbuf *out)
{
	strbuf_printf(
		out,
		"settled: %s after %.1f s under load, a repetition took %.4g ms at first and %.4g ms then\n",
		s->steady ? "steady" : "not steady", (double)s->dur_ns * 1e-9, s->first * 1e-6,
		s->last * 1e-6);
}
