/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Groups of hardware counters: which events are read together, and the metrics that are derived of them, as text:
 * groups/NAME.grp of source "papi", SOURCE/NAME.grp of another one (in harness/measure/counter). The worker programs the
 * events, reports evaluate the formulas.
 *
 *   about  what it is good for
 *   event  NAME LOOP EVENT...      the first EVENT that counts here is taken: PAPI presets, then native names
 *   metric NAME UNIT FORMULA       over the names of its events, of the anchors, and those of group_name_known
 *
 * LOOP is the loop that must move the event before it is believed (harness/measure/counter/loops.h; none: it is not
 * tried). A line that begins with # is a comment. Every group begins with the events of the anchors.grp beside it, which
 * are read in each of its passes; the first of them has to be the same in all of them.
 */
#ifndef IFM_WIRE_GROUP_H
#define IFM_WIRE_GROUP_H

#include <stdbool.h>

#include "engines/base/err.h"
#include "harness/wire/formula.h"

#define GROUP_EVENTS_MAX       32
#define GROUP_METRICS_MAX      16
#define GROUP_ALTERNATIVES_MAX 6
#define GROUP_NAME	       32
#define GROUP_EVENT_NAME       128
/* Fewer than the bytes of a reason in the protocol. */
#define GROUP_ABOUT 160

struct group_event {
	char name[GROUP_NAME]; /* letters, digits, _ */
	char loop[GROUP_NAME];
	int n_alternatives; /* at least 1 */
	char alternative[GROUP_ALTERNATIVES_MAX][GROUP_EVENT_NAME];
};
struct group_metric {
	char name[GROUP_NAME], unit[GROUP_NAME];
	char formula[FORMULA_SIZE];
};
struct group {
	char name[GROUP_NAME];
	char about[GROUP_ABOUT];
	int n_anchors; /* the first of the events */
	int n_events, n_metrics;
	struct group_event event[GROUP_EVENTS_MAX];
	struct group_metric metric[GROUP_METRICS_MAX];
};

/* Adds what text says to g; file and line are in errors (ERR_FORMAT). g may be half filled on failure. */
MUST_CHECK int group_parse(struct group *g, const char *text, const char *file, struct diag *d);

/* The group of that name of a source ("papi"): the file below $INFEROMETER_DATA, else the shipped one. free() it.
 * ERR_UNSUPPORTED names those there are. */
MUST_CHECK int group_load(struct group **out, const char *source, const char *name, struct diag *d);

/* The groups of a source: those shipped, in their order, then the others of its folder below $INFEROMETER_DATA by name.
 * Returns how many; free() *out. */
int group_names(const char *source, char (**out)[GROUP_NAME]);

/* Has a formula of g this name: an event of it, or time (s), cpu_time (ns over all threads), tokens, flops, bytes: each
 * of a repetition. */
bool group_name_known(const struct group *g, const char *name);

#endif
