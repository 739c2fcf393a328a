/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/measure/manner.h"

#include <string.h>

#include "engines/base/clock.h"
#include "engines/base/strbuf.h"
#include "engines/engine.h"
#include "harness/measure/settle.h"
#include "harness/wire/point.h"
#include "workloads/workload.h"

/* Is it the second word? Neither is an error. */
static int word_of(const struct point *p, enum point_key key, const char *other, bool *is_other,
		   struct diag *d)
{
	const char *value = point_get(p, key), *usual = point_key_default(key);
	*is_other = strcmp(value, other) == 0;
	if (*is_other || strcmp(value, usual) == 0)
		return 0;
	return diag_set(d, ERR_UNSUPPORTED, "point: unknown %s \"%.60s\", expected %s or %s",
			point_key_name(key), value, usual, other);
}

int manner_of(struct manner *out, const struct point *p, const struct engine_ops *ops,
	      const struct workload_ops *w, struct diag *d)
{
	struct manner m = {.device = ops->device_clock != NULL, .by_device = ops->device_clock && w->single};
	int rc = word_of(p, KEY_CACHE, "cold", &m.cold, d);
	if (rc == 0)
		rc = word_of(p, KEY_DURATION, "sustained", &m.sustained, d);
	if (rc == 0)
		rc = inject_parse(&m.inject, point_get(p, KEY_INJECT), d);
	if (rc == 0 && m.cold && !ops->flush)
		rc = diag_set(d, ERR_UNSUPPORTED, "cache cold: engine %s has no caches to empty", ops->name);
	/* Threads of others have caches of their own, which ours do not read through; a device has one for all. */
	if (rc == 0 && m.cold && !m.device &&
	    strcmp(point_get(p, KEY_PROVIDER), point_key_default(KEY_PROVIDER)) != 0 &&
	    strcmp(point_get(p, KEY_THREADS), "1") != 0)
		rc = diag_set(d, ERR_UNSUPPORTED,
			      "cache cold: only one thread of provider %.40s can be emptied",
			      point_get(p, KEY_PROVIDER));
	if (rc == 0 && m.inject.percent > 0 && m.by_device)
		rc = diag_set(
			d, ERR_UNSUPPORTED,
			"inject: %s is timed by %s, which do not see the host spin; inject into a model's "
			"steps",
			w->name, ops->device_clock);
	if (rc == 0)
		*out = m;
	return rc;
}

int manner_plan(const struct manner *m, const struct engine_ops *ops, const struct engine *e,
		struct memory_plan *plan, struct diag *d)
{
	uint64_t bytes = m->cold ? ops->flush_bytes(e) : 0, without = plan->total;
	plan->scratch += bytes;
	plan->total += bytes;
	if (bytes == 0 || plan->total <= plan->limit)
		return 0;
	return diag_set(
		d, ERR_OOM, "needs %llu bytes and a block of %llu to empty caches, %llu are available",
		(unsigned long long)without, (unsigned long long)bytes, (unsigned long long)plan->limit);
}

int manner_prepare(struct manner *m, const struct engine_ops *ops, struct engine *e, struct diag *d)
{
	int64_t begun = clock_ns();
	int rc = m->cold ? ops->flush(e, &m->flush_bytes, d) : 0;
	m->prepare_ns = clock_ns() - begun;
	return rc;
}

void manner_describe(const struct manner *m, struct strbuf *out)
{
	if (m->inject.percent > 0)
		strbuf_printf(out, "inject: each step spins for %g %% of what it took\n", m->inject.percent);
	if (m->cold)
		strbuf_printf(out, "cache: cold, %s %llu bytes before each step\n",
			      m->device ? "the device reads" : "each thread reads",
			      (unsigned long long)m->flush_bytes);
	if (m->sustained)
		strbuf_printf(
			out,
			"duration: sustained, measured once %d slices of %d s in a row differ by less than "
			"%g %%, after %d to %d s\n",
			SETTLE_ALIKE, (int)(SETTLE_SLICE_NS / 1000000000), SETTLE_CHANGE * 100,
			(int)(SETTLE_MIN_NS / 1000000000), (int)(SETTLE_MAX_NS / 1000000000));
}
