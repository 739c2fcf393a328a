/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/step_cost.h"

#include <stdlib.h>

#include "engines/base/mem.h"
#include "engines/base/order.h"
#include "engines/engine.h"
#include "harness/measure/window.h"
#include "harness/wire/point.h"

/* The median of so many parts: an interruption falls into one. */
enum { PARTS = 9, STEPS = 256 };

/* The first part warms up. */
static int64_t cost_of(const struct wire_series *s)
{
	int64_t part[PARTS];
	if (s->n < (PARTS + 1) * STEPS)
		return 0;
	for (int i = 0; i < PARTS; i++)
		part[i] = s->offsets[(i + 2) * STEPS - 1] - s->offsets[(i + 1) * STEPS - 1];
	qsort(part, PARTS, sizeof *part, order_int64);
	return (part[PARTS / 2] + STEPS / 2) / STEPS;
}

static int64_t window_cost(const struct workload_ops *w, struct workload_run *run)
{
	const struct wire_run_request q = {.repeat = (PARTS + 1) * STEPS};
	const struct window_hooks none = {0};
	struct wire_run_result r = {.n_series = 1};
	struct wire_series s = {0};
	if (window_run(w, run, 1, &q, &none, &s, NULL))
		return 0;
	int64_t cost = cost_of(&s);
	r.series = mem_alloc(sizeof *r.series);
	*r.series = s;
	wire_run_result_free(&r);
	return cost;
}

/* The smallest product there is: one step a repetition, so that a reset is part of its cost. */
int64_t step_cost_ns(void)
{
	static const struct {
		enum point_key key;
		const char *value;
	} keys[] = {{KEY_WORKLOAD, "gemm"}, {KEY_M, "1"},	    {KEY_N, "1"},
		    {KEY_K, "1"},	    {KEY_PRECISION, "f32"}, {KEY_THREADS, "1"}};
	const struct engine_ops *ops = engine_find("null");
	const struct engine_config config = {.device = "cpu", .isa = "auto", .n_threads = 1};
	const char *argument;
	const struct workload_ops *w = workload_find("gemm", &argument, NULL);
	struct engine *e = NULL;
	struct workload_run *run = NULL;
	struct point p = {0};
	int64_t cost = 0;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		point_set(&p, keys[i].key, keys[i].value);
	if (ops && w && ops->open(&e, &config, NULL) == 0) {
		if (w->build(ops, e, NULL, &p, WORKLOAD_SEED, &run, NULL) == 0)
			cost = window_cost(w, run);
		if (run)
			w->free(run);
		ops->close(e);
	}
	point_free(&p);
	return cost;
}
