/* SPDX-License-Identifier: Apache-2.0 */
/* What the worker's check says of a point. */
#include "config.h"

#include "harness/plan/private.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "engines/base/strbuf.h"

/* "13.6 GB": decimal, as disks and data sheets count. */
static void put_bytes(struct strbuf *out, int64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	double v = (double)bytes / 1e3;
	int u = 0;
	/* 999.95 would be printed as 1000.0. */
	for (; v >= 999.95 && u < 3; u++)
		v /= 1e3;
	strbuf_printf(out, "%.1f %s", v, units[u]);
}

static char *why_not(const struct wire_check *c)
{
	struct strbuf why = {0};
	if (c->code == ERR_OOM && c->total > c->limit && c->limit >= 0) {
		strbuf_puts(&why, "needs ");
		put_bytes(&why, c->total);
		strbuf_puts(&why, ", limit ");
		put_bytes(&why, c->limit);
	} else {
		strbuf_puts(&why, c->why && *c->why ? c->why : "the worker refused it without a reason");
	}
	return strbuf_take(&why);
}

void plan_admit(struct plan *p, int i, const struct wire_check *answer)
{
	struct plan_point *point = &p->points[i];
	/* The answer may be the one that is held already. */
	struct wire_check copy = *answer;
	copy.why = mem_strdup(answer->why ? answer->why : "");
	wire_check_free(&point->check);
	point->check = copy;
	point->checked = true;
	if (copy.fits || point->state != POINT_PLANNED)
		return;
	char *why = why_not(&copy);
	plan_refuse(point, copy.code == ERR_UNAVAILABLE ? POINT_UNAVAILABLE : POINT_SKIPPED, why);
	free(why);
}
