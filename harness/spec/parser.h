/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files share that read a spec from its YAML tree: parse.c the whole, axes.c maps of axes, set.c what stands
 * under `sets`, rules.c what is no axis, words.c which keys there are. Within harness/spec.
 */
#ifndef IFM_SPEC_PARSER_H
#define IFM_SPEC_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/spec/spec.h"
#include "harness/spec/value.h"
#include "harness/spec/yaml.h"

struct strbuf;

/* A value as it is written and where: texts belong to the tree. */
struct item {
	const char *text;
	int line;
};
struct items {
	int n;
	struct item *item;
};

/* A named set: values, or a map of axes. */
struct set {
	const char *name; /* belongs to the tree */
	int line;
	bool used;
	bool is_map;
	struct items values; /* those of other sets put in; a leading dollar sign is still doubled */
	struct axis axis[KEY_COUNT];
};

struct parser {
	struct where where; /* what is looked at */
	struct diag *diag;
	const struct yaml_node *sets_node; /* names of sets that stand further down; NULL: none */
	int n_sets;
	struct set *sets;
	size_t spread; /* bytes of all values so far */
};

/* The error of what is looked at. */
#define parser_fail(p, ...) where_fail(&(p)->where, (p)->diag, __VA_ARGS__)

/* ---- words.c ---- */

/* Which words a map may hold besides the keys of points. */
enum scope {
	SCOPE_TOP = 0,
	SCOPE_SECTION,
	SCOPE_DEFAULTS, /* defaults, maps of include: what makes points, or is said of them */
	SCOPE_AXES	/* sets, maps of exclude */
};

/* The key of pair i of a map, which did not stand there before; p looks at it then. */
MUST_CHECK int parser_key(struct parser *p, const struct yaml_node *map, int i);
/* Whether it is a word, no key of points, that may stand there; those of options are apart. */
bool parser_word(const char *key, enum scope scope);
/* The error of a key that may not stand there: it belongs elsewhere, or nobody knows it. */
int parser_unknown(struct parser *p, const char *key, enum scope scope);
/* The value of a key in a map, which stands right before it; NULL: it is not there. */
const struct yaml_node *parser_find(const struct yaml_node *map, const char *key);

/* ---- axes.c ---- */

/* A scalar or a list of scalars; $NAME is replaced by the values of that set when `sets` is true. */
MUST_CHECK int items_read(struct parser *p, const char *key, const struct yaml_node *value, bool sets,
			  struct items *out);

MUST_CHECK int axis_read(struct parser *p, enum point_key key, const struct yaml_node *value,
			 struct axis *out);

/* The axes of a map, and those that its `use` brings. Other words of its scope are left to the caller. */
MUST_CHECK int axes_read(struct parser *p, const struct yaml_node *map, enum scope scope,
			 struct axis out[KEY_COUNT]);

/* Copies of the axes that dst has none of. */
MUST_CHECK int axes_complete(struct parser *p, struct axis dst[KEY_COUNT], const struct axis src[KEY_COUNT]);

/* ---- rules.c ---- */

/* What is said of the points of a map, without being an axis. */
struct rules {
	double delta; /* 0: not given */
	int required; /* 0 or 1; -1: not given */
};
#define RULES_NONE                                                                                           \
	{                                                                                                    \
		0, -1                                                                                        \
	}
MUST_CHECK int rules_read(struct parser *p, const struct yaml_node *map, struct rules *out);
/* What dst does not give. */
void rules_complete(struct rules *dst, const struct rules *src);
/* A key that both give, NULL: none. Static. */
const char *rules_twice(const struct rules *a, const struct rules *b);
/* Each rule of a section with that before and after it. always: also that it is not required. */
void rules_render(const struct section *s, bool always, const char *before, const char *after,
		  struct strbuf *out);

/* ---- set.c ---- */

MUST_CHECK int sets_read(struct parser *p, const struct yaml_node *map);
/* The set of that name, used from now on. It belongs to p. */
MUST_CHECK int set_use(struct parser *p, const char *name, const struct set **out);
/* Each set must have been used. */
MUST_CHECK int sets_check(struct parser *p);
void sets_free(struct parser *p);

#endif
