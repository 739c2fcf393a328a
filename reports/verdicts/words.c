/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <string.h>

#include "reports/verdicts/verdicts.h"
#include "reports/view.h"

/* Whether the cells have several values of the key. */
static bool varies(const struct verdicts *v, enum point_key key)
{
	const char *first = point_get(&v->cell[0].point[0]->point, key);

	for (int i = 1; i < v->n_cells; i++)
		if (strcmp(point_get(&v->cell[i].point[0]->point, key), first) != 0)
			return true;
	return false;
}

static bool is_declared(const struct verdicts *v, enum point_key key)
{
	return v->trial.arm[0].keys.value[key] || v->trial.arm[1].keys.value[key];
}

void verdict_label(struct strbuf *out, const struct verdicts *v, const struct verdict_cell *c)
{
	char text[400];
	struct point p;

	point_copy(&p, &c->point[0]->point);
	for (int k = 0; k < KEY_COUNT; k++)
		if (is_declared(v, (enum point_key)k) ||
		    (k != KEY_WORKLOAD && k != KEY_M && k != KEY_N && k != KEY_K && k != KEY_PRECISION &&
		     !varies(v, (enum point_key)k)))
			point_set(&p, (enum point_key)k, NULL);
	strbuf_puts(out, point_label(&p, text, sizeof text));
	point_free(&p);
}

const char *verdict_why(const struct verdict_cell *c)
{
	if (c->state != POINT_DONE)
		return c->reason;
	if (c->pairs.state != PAIRS_DONE)
		return pairs_state_text(c->pairs.state);
	return verdict_reason_text(c->result.reason);
}

const char *verdict_caveat_name(enum verdict_caveat c)
{
	static const char *const names[] = {"", "calibration failed", "allowed difference", "wrong outputs"};

	return names[c];
}
