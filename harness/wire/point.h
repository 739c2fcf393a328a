/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A point: what one measurement is of, as key = value. Shared by both programs.
 * Values are text in canonical form; keys that a workload does not heed are
 * unset. It never names the machine or the build.
 */
#ifndef IFM_WIRE_POINT_H
#define IFM_WIRE_POINT_H

#include <jansson.h>
#include <stdbool.h>

#include "engines/base/err.h"

struct strbuf;

enum point_key {
#define KEY(id, text, dflt, help) KEY_##id,
#include "harness/wire/keys.inc"
#undef KEY
	KEY_COUNT
};

/* All zero is a point with nothing set. */
struct point {
	char *value[KEY_COUNT]; /* owned; NULL: unset */
};

#define POINT_ID_SIZE 33 /* 32 hex digits and NUL */

void point_set(struct point *p, enum point_key key, const char *value); /* NULL unsets */
/* The value, else the key's default, else "". Belongs to p or static. */
const char *point_get(const struct point *p, enum point_key key);
/* As an integer in [min, max]; ERR_USAGE names key and value. */
MUST_CHECK int point_get_int(const struct point *p, enum point_key key, int64_t min, int64_t max,
			     int64_t *out, struct diag *d);
/* As a number from 0 on, fallback where it is none. */
int64_t point_int_or(const struct point *p, enum point_key key, int64_t fallback);
void point_copy(struct point *dst, const struct point *src); /* dst is overwritten, not freed */
void point_free(struct point *p);

const char *point_key_name(enum point_key key);
const char *point_key_default(enum point_key key); /* NULL: none */
const char *point_key_help(enum point_key key);
/* KEY_COUNT when there is none such. */
enum point_key point_key_find(const char *name);

/*
 * Canonical text: "key=value" sorted by key, joined by newlines, defaults left
 * out, the model replaced by "model=<content hash>" (model_hash may be NULL when the point
 * has no model). Control characters, '%' and newlines in values are %XX-escaped.
 */
void point_canonical(const struct point *p, const char *model_hash, struct strbuf *out);
/* XXH3-128 of the canonical text, lower-case hex. */
void point_id(const struct point *p, const char *model_hash, char id[POINT_ID_SIZE]);

/* New reference / checks types; an unknown key is ERR_UNSUPPORTED and named. */
json_t *point_to_json(const struct point *p);
MUST_CHECK int point_from_json(const json_t *o, struct point *out, struct diag *d);

/* A sustained point: how long a worker takes to settle, and how long it is measured then, at least: the shortest
 * window over which power that is polled gives a figure. */
#define POINT_SETTLE_MIN_S 30
#define POINT_SETTLE_MAX_S 90
#define POINT_SUSTAINED_S  10
bool point_is_sustained(const struct point *p);

/* "cpu", or a part of it as "cpu:node0": what the host's processors compute. */
bool device_is_cpu(const char *name);
/* Does the point run there? A point that names no device does. */
bool point_is_on_cpu(const struct point *p);

/*
 * The type of `fma` that products of the point are measured against. A CPU multiplies blocks of 8 bits in "int8", bf16 in
 * "bf16" and all else in "f32"; another device each precision in its own type ("int8" for wi8ai8), but weights in blocks are
 * unpacked to "f16" there. Static, or the point's.
 */
const char *point_fma_type(const struct point *p);

/* "tg64 q8_0 B4 t4": the few words a person tells points apart by: set keys that are not
 * defaults, workload first. Returns buf. */
const char *point_label(const struct point *p, char *buf, int size);

#endif
