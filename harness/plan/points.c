/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "harness/plan/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/base/mem.h"

void plan_index_free(struct plan_index *x)
{
	free(x->slot);
	*x = (struct plan_index){0};
}

/* Ids are hashes already: their first digits choose the slot. */
static int slot_of(const struct plan_index *x, const struct plan *p, const char *id)
{
	char head[9];
	snprintf(head, sizeof head, "%s", id);
	unsigned long at = strtoul(head, NULL, 16) & (unsigned long)(x->n_slots - 1);
	while (x->slot[at] && strcmp(p->points[x->slot[at] - 1].id, id) != 0)
		at = (at + 1) & (unsigned long)(x->n_slots - 1);
	return (int)at;
}

/* At most half of the slots are taken, so that a search ends soon. */
void plan_index_build(struct plan_index *x, const struct plan *p)
{
	plan_index_free(x);
	x->n_slots = 64;
	while (x->n_slots < 4 * (p->n_points + 1))
		x->n_slots *= 2;
	x->slot = mem_alloc((size_t)x->n_slots * sizeof *x->slot);
	for (int i = 0; i < p->n_points; i++)
		x->slot[slot_of(x, p, p->points[i].id)] = i + 1;
}

/* The number of points with room: the next power of two. */
static void make_room(struct plan *p)
{
	if (p->n_points & (p->n_points - 1))
		return;
	size_t room = p->n_points ? 2 * (size_t)p->n_points : 1;
	p->points = mem_realloc(p->points, room * sizeof *p->points);
}

int plan_put(struct plan *p, struct plan_index *x, const struct point *point, const char *model_hash,
	     bool *added)
{
	char id[POINT_ID_SIZE];
	if (x->n_slots < 2 * (p->n_points + 1))
		plan_index_build(x, p);
	point_id(point, model_hash, id);
	int at = slot_of(x, p, id);
	*added = !x->slot[at];
	if (!*added)
		return x->slot[at] - 1;
	make_room(p);
	struct plan_point *new = &p->points[p->n_points];
	*new = (struct plan_point){.reason = mem_strdup(""), .ceiling_read = -1, .ceiling_fma = -1};
	point_copy(&new->point, point);
	memcpy(new->id, id, sizeof id);
	new->model_hash = model_hash ? mem_strdup(model_hash) : NULL;
	x->slot[at] = ++p->n_points;
	return p->n_points - 1;
}

void plan_refuse(struct plan_point *p, enum point_state state, const char *reason)
{
	char *copy = mem_strdup(reason);
	free(p->reason);
	p->reason = copy;
	p->state = state;
}

void plan_free(struct plan *p)
{
	for (int i = 0; i < p->n_points; i++) {
		struct plan_point *point = &p->points[i];
		point_free(&point->point);
		free(point->reason);
		free(point->model_hash);
		wire_check_free(&point->check);
	}
	for (int i = 0; i < p->n_models; i++)
		wire_model_free(&p->models[i]);
	for (int i = 0; i < p->n_workers; i++) {
		free(p->workers[i].program);
		wire_hello_free(&p->workers[i].hello);
	}
	free(p->workers);
	free(p->points);
	free(p->visits);
	free(p->models);
	free(p->excludes);
	*p = (struct plan){0};
}
