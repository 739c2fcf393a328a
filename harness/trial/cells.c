/* SPDX-License-Identifier: Apache-2.0 */
/* Points of both arms that differ in nothing but what the arms declare are a cell. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"
#include "harness/trial/private.h"

/* A point of an arm by what is common. */
struct common {
	char id[POINT_ID_SIZE];
	int point;
};
struct commons {
	int n;
	struct common *item; /* sorted by id */
};

static int compare_commons(const void *a, const void *b)
{
	return strcmp(((const struct common *)a)->id, ((const struct common *)b)->id);
}

static void common_id(const struct trial_ask *ask, const struct plan_point *p, char id[POINT_ID_SIZE])
{
	struct point common;
	point_copy(&common, &p->point);
	for (int k = 0; k < KEY_COUNT; k++)
		if (trial_declares(ask, (enum point_key)k))
			point_set(&common, (enum point_key)k, NULL);
	/* An engine goes with its device. */
	if (trial_declares(ask, KEY_DEVICE))
		point_set(&common, KEY_ENGINE, NULL);
	/* Which file it is in the arm: whether the content may differ is asked elsewhere. */
	point_id(&common, common.value[KEY_MODEL], id);
	point_free(&common);
}

static void commons_make(struct commons *c, const struct trial_plan *p, int arm)
{
	const struct plan *plan = &p->arm[arm].plan;
	c->item = mem_alloc(((size_t)plan->n_points + 1) * sizeof *c->item);
	for (int i = 0; i < plan->n_points; i++) {
		struct common *x = &c->item[c->n++];
		x->point = i;
		common_id(&p->ask, &plan->points[i], x->id);
	}
	qsort(c->item, (size_t)c->n, sizeof *c->item, compare_commons);
}

/* The keys by which two points of one arm differ all are declared, by the other arm alone. */
static int check_single(const struct trial_plan *p, int arm, const struct commons *c, struct diag *d)
{
	const struct plan *plan = &p->arm[arm].plan;
	char a[200], b[200];
	for (int i = 1; i < c->n; i++)
		if (strcmp(c->item[i].id, c->item[i - 1].id) == 0)
			return diag_set(
				d, ERR_USAGE,
				"arm %s has \"%s\" and \"%s\", which differ only in what an arm declares: "
				"give both arms that key",
				trial_arm_name[arm],
				point_label(&plan->points[c->item[i - 1].point].point, a, sizeof a),
				point_label(&plan->points[c->item[i].point].point, b, sizeof b));
	return 0;
}

static int find(const struct commons *c, const char *id)
{
	struct common key;
	snprintf(key.id, sizeof key.id, "%s", id);
	const struct common *x =
		c->n ? bsearch(&key, c->item, (size_t)c->n, sizeof *c->item, compare_commons) : NULL;
	return x ? x->point : -1;
}

/* Owned. */
static char *why_not(const struct trial_plan *p, const struct cell *c)
{
	for (int i = 0; i < TRIAL_ARMS; i++) {
		const struct plan_point *x = c->point[i] < 0 ? NULL : &p->arm[i].plan.points[c->point[i]];
		if (!x)
			return mem_printf("arm %s has no such point", trial_arm_name[i]);
		if (x->state != POINT_PLANNED)
			return mem_printf("arm %s: %s", trial_arm_name[i], x->reason);
	}
	return mem_strdup("");
}

static bool is_wanted(const struct trial_ask *ask, const char *id)
{
	for (int i = 0; i < ask->n_only; i++)
		if (strcmp(ask->only[i], id) == 0)
			return true;
	return !ask->only;
}

static void put_cell(struct trial_plan *p, int a, int b)
{
	struct cell *c = &p->cell[p->n_cells];
	*c = (struct cell){.point = {a, b}};
	const int arm = a >= 0 ? SIDE_A : SIDE_B;
	if (!is_wanted(&p->ask, p->arm[arm].plan.points[c->point[arm]].id))
		return;
	c->reason = why_not(p, c);
	p->n_usable += !c->reason[0];
	p->n_cells++;
}

static void pair_up(struct trial_plan *p, const struct commons c[TRIAL_ARMS])
{
	const struct plan *a = &p->arm[SIDE_A].plan, *b = &p->arm[SIDE_B].plan;
	bool *taken = mem_alloc(((size_t)b->n_points + 1) * sizeof *taken);
	char id[POINT_ID_SIZE];
	p->cell = mem_alloc(((size_t)a->n_points + (size_t)b->n_points + 1) * sizeof *p->cell);
	for (int i = 0; i < a->n_points; i++) {
		common_id(&p->ask, &a->points[i], id);
		int other = find(&c[SIDE_B], id);
		if (other >= 0)
			taken[other] = true;
		put_cell(p, i, other);
	}
	for (int i = 0; i < b->n_points; i++)
		if (!taken[i])
			put_cell(p, -1, i);
	free(taken);
}

int trial_cells_make(struct trial_plan *p, struct diag *d)
{
	struct commons c[TRIAL_ARMS] = {{0}};
	int rc = 0;
	for (int i = 0; i < TRIAL_ARMS && rc == 0; i++) {
		commons_make(&c[i], p, i);
		rc = check_single(p, i, &c[i], d);
	}
	if (rc == 0)
		pair_up(p, c);
	free(c[SIDE_A].item);
	free(c[SIDE_B].item);
	return rc;
}

const char *trial_cell_label(const struct trial_plan *p, const struct cell *c, char *buf, int size)
{
	const int arm = c->point[SIDE_A] >= 0 ? SIDE_A : SIDE_B;
	struct point common;
	point_copy(&common, &p->arm[arm].plan.points[c->point[arm]].point);
	for (int k = 0; k < KEY_COUNT; k++)
		if (trial_declares(&p->ask, (enum point_key)k))
			point_set(&common, (enum point_key)k, NULL);
	point_label(&common, buf, size);
	point_free(&common);
	return buf;
}
