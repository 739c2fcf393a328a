/* SPDX-License-Identifier: Apache-2.0 */
/* The table behind all handles. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/fake/fake.h"

/* Handles are HANDLE_BASE + 16 * place: no address of any process, so that looking into one is a fault. */
#define HANDLE_BASE 0x0cda000000000000u

struct object {
	enum object_kind kind;
	struct context *owner;
	void *body; /* NULL once it has ended */
};

static struct object *objects;
static size_t n_objects, room;

static const struct {
	const char *one;
	bool counts; /* when it is still there at the end */
} kinds[] = {
	[OBJECT_CONTEXT] = {"context", false},
	[OBJECT_STREAM] = {"stream", true},
	[OBJECT_EVENT] = {"event", true},
	[OBJECT_MODULE] = {"module", true},
	[OBJECT_FUNCTION] = {"function", false},
	[OBJECT_GRAPH] = {"graph", true},
	[OBJECT_GRAPH_EXEC] = {"executable graph", true},
	[OBJECT_NODE] = {"node", false},
	[OBJECT_LT_HANDLE] = {"cuBLASLt handle", true},
	[OBJECT_LT_PRODUCT] = {"product descriptor", true},
	[OBJECT_LT_LAYOUT] = {"matrix layout", true},
	[OBJECT_LT_PREFERENCE] = {"product preference", true},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

void *object_make(enum object_kind kind, struct context *owner, size_t size, void *handle)
{
	uintptr_t number;
	if (n_objects == room) {
		room = room ? 2 * room : 64;
		objects = realloc(objects, room * sizeof *objects);
		if (!objects)
			abort();
	}
	objects[n_objects] = (struct object){kind, owner, calloc(1, size)};
	if (!objects[n_objects].body)
		abort();
	number = HANDLE_BASE + 16 * n_objects;
	memcpy(handle, &number, sizeof number);
	return objects[n_objects++].body;
}

static struct object *object_at(const void *handle)
{
	uintptr_t number = (uintptr_t)handle - HANDLE_BASE;
	return number % 16 == 0 && number / 16 < n_objects ? &objects[number / 16] : NULL;
}

void *object_look(enum object_kind kind, const void *handle)
{
	const struct object *o = object_at(handle);
	return o && o->kind == kind ? o->body : NULL;
}

void *object_find(enum object_kind kind, const void *handle)
{
	const struct object *o = object_at(handle);
	if (!o)
		fake_complain(0, "%p is no %s", handle, kinds[kind].one);
	else if (o->kind != kind)
		fake_complain(0, "a %s where a %s is expected", kinds[o->kind].one, kinds[kind].one);
	else if (!o->body)
		fake_complain(0, "the %s was destroyed", kinds[kind].one);
	else
		return o->body;
	return NULL;
}

struct context *object_owner(const void *handle)
{
	const struct object *o = object_at(handle);
	return o ? o->owner : NULL;
}

void object_end(const void *handle)
{
	struct object *o = object_at(handle);
	free(o->body);
	o->body = NULL;
}

void object_each(enum object_kind kind, const struct context *owner, void (*f)(void *body))
{
	for (size_t i = 0; i < n_objects; i++)
		if (objects[i].kind == kind && objects[i].body && (!owner || objects[i].owner == owner))
			f(objects[i].body);
}

void object_leaks(const struct context *owner)
{
	size_t n[N_KINDS] = {0};
	for (size_t i = 0; i < n_objects; i++) {
		struct object *o = &objects[i];
		if (!o->body || (owner && o->owner != owner))
			continue;
		n[o->kind]++;
		free(o->body);
		o->body = NULL;
	}
	for (size_t k = 0; k < N_KINDS; k++)
		if (n[k] && kinds[k].counts)
			fake_complain(0, "leaked: %zu %s%s", n[k], kinds[k].one, n[k] > 1 ? "s" : "");
}
