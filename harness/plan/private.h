/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of harness/plan share. */
#ifndef IFM_PLAN_PRIVATE_H
#define IFM_PLAN_PRIVATE_H

#include "harness/plan/plan.h"

/* ---- points by id (points.c) ---- */

/* Finds points of a plan by id; all zero is empty. */
struct plan_index {
	int *slot; /* point + 1, 0: free; as many as a power of two */
	int n_slots;
};
void plan_index_free(struct plan_index *x);

/*
 * The point of that id: one that is there already, or a copy of `point` added as planned. model_hash NULL:
 * no model, or one of unknown content. *added says which. Pointers into p->points are void afterwards.
 */
int plan_put(struct plan *p, struct plan_index *x, const struct point *point, const char *model_hash,
	     bool *added);
/* Adds all points of p. */
void plan_index_build(struct plan_index *x, const struct plan *p);

/* Replaces state and reason. */
void plan_refuse(struct plan_point *p, enum point_state state, const char *reason);

/* ---- values (values.c) ---- */

struct plan_value {
	char *text;
	enum point_state state; /* POINT_PLANNED: it can be */
	char *reason;		/* NULL while planned */
};
struct plan_values {
	int n;
	struct plan_value *item;
};
void plan_values_free(struct plan_values *v);
/* One more, unless it is there already. reason is owned by the value afterwards; NULL: it can be. */
void plan_value_add(struct plan_values *v, const char *text, enum point_state state, char *reason);
/* A value that must stand in a list, and all usable ones of a list. what: its key, for messages. */
void plan_choice(struct plan_values *out, const char *what, const char *text,
		 const struct wire_choices *list);
void plan_choices_all(struct plan_values *out, const char *what, const struct wire_choices *list);
/* `unknown precision "q8" (did you mean "q8_0"?)`, or what there is. Owned by the caller. */
char *plan_unknown(const char *what, const char *text, const struct wire_choices *list);

/* ---- what a key can be (resolve.c) ---- */

/* What is known of a point while its values are chosen; NULL: not chosen yet, or unknown. */
struct plan_context {
	const struct wire_hello *hello;
	struct wire_choices devices, engines; /* as choices */
	const struct plan_model *models;
	int n_models;
	const struct wire_workload *workload;
	const struct section *section; /* whose values are chosen; NULL: none */
	/* Of one that is there under another number alone, that one: they are alike. */
	const struct wire_device *device;
	const char *device_name;	/* as it was chosen */
	const struct plan_model *model; /* without an error */
	const struct plan_share *share; /* NULL: all of the spec */
	const char *file;		/* the spec's, for messages; NULL or "": from flags */
};
void plan_context_init(struct plan_context *c, const struct wire_hello *hello,
		       const struct plan_model *models, int n_models);
void plan_context_free(struct plan_context *c);
/* What a chosen value lets know about later ones; a refused value nothing. */
void plan_context_choose(struct plan_context *c, enum point_key key, const char *value);

/* The values of a key, each once; the reason of one that was mistyped in a file names its line there. False when it must be
 * given and is not. */
bool plan_resolve(const struct plan_context *c, enum point_key key, const struct axis *axis,
		  struct plan_values *out);

/* ---- devices and their engines (devices.c) ---- */

/* The device of that name, or the first of its kind; NULL: unknown. Belongs to hello. */
const struct wire_device *plan_device(const struct wire_hello *hello, const char *name);
/* Values of the key device as written, and where none is: those of the engines that the section names. */
void plan_device_value(struct plan_values *out, const struct plan_context *c, const char *text);
void plan_device_default(struct plan_values *out, const struct plan_context *c);
/* Values of the key engine on the device that was chosen: none for one that cannot be there, unless both are named. */
void plan_engine_value(struct plan_values *out, const struct plan_context *c, const char *text);

/* ---- what is another worker's (worker.c) ---- */

/* Is the engine, or what stands for several, of that share? NULL: everything is. */
bool share_has_engine(const struct plan_share *share, const struct wire_hello *hello, const char *engine);
bool share_has_section(const struct plan_share *share, const struct wire_hello *hello,
		       const struct section *section);

/* ---- what is left out (exclude.c) ---- */

/* Counts for each exclude of the section whether it matches the point; true when one does. */
bool plan_exclude(struct plan *p, const struct spec *spec, int section, const struct plan_context *c,
		  const struct point *point);

#endif
