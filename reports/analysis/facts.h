/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of a run beside its samples, as flat texts, and whether two runs may be compared: what differs
 * between them must be what was declared to vary (facts: procurement, section 10). Pure: no I/O, no run needed.
 * It does not look at rates.
 */
#ifndef IFM_ANALYSIS_FACTS_H
#define IFM_ANALYSIS_FACTS_H

#include <jansson.h>
#include <stdbool.h>

#include "harness/store/store.h"

struct fact {
	char *key, *value; /* owned; key: words joined by dots */
};
struct facts {
	int n;
	struct fact *fact;
};

/* Both copied. A key that is there already keeps its first value. */
void facts_add(struct facts *f, const char *key, const char *value);
/*
 * Every plain value of an object, objects inside it by dotted keys. A key whose first word is one of the groups of a
 * fingerprint (cpu, memory, clocks, gpu, host, build, ...) stays as it is, any other is put under `group`.
 */
void facts_add_json(struct facts *f, const char *group, const json_t *o);
/* NULL when there is none such. Belongs to f. */
const char *facts_get(const struct facts *f, const char *key);
void facts_free(struct facts *f);

/*
 * Of a run: machine, environment and build as stored; build.program, build.version and host.id; metric.window and
 * metric.clock: how its samples were taken; "model.NAME": the content hash of each model, by the name people give it.
 */
void facts_of_run(struct facts *f, const struct stored_run *run);

/* What runs are compared by: which facts are meant to differ. */
enum compare_by { COMPARE_KEY = 0, COMPARE_MACHINE, COMPARE_BUILD, COMPARE_RUN };

enum difference_kind {
	DIFFERENCE_REFUSED = 0, /* not declared, not allowed */
	DIFFERENCE_NEVER,	/* and cannot be allowed */
	DIFFERENCE_ALLOWED,	/* by name: the comparison is unverified */
	DIFFERENCE_WARNING	/* unknown on both sides */
};
struct difference {
	enum difference_kind kind;
	char *key, *a, *b;  /* owned; "not recorded" where a side lacks the key */
	const char *effect; /* what it may do to a comparison; static */
};
struct differences {
	int n;
	struct difference *item; /* by key */
};

/*
 * Adds what differs between a and b. allowed: n names of keys that may, a '*' at the end standing for anything. Facts
 * that are declared to vary, and those that vary from minute to minute, are not listed.
 */
void differences_find(struct differences *out, const struct facts *a, const struct facts *b,
		      enum compare_by by, const char *const *allowed, int n);
/* How many are of that kind. */
int differences_count(const struct differences *d, enum difference_kind kind);
void differences_free(struct differences *d);

/* Whether one of the n names stands for the key. */
bool key_is_named(const char *key, const char *const *names, int n);

#endif
