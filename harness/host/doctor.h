/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a machine for measuring and what can be done about it: checks as functions of facts (host.h) and
 * of files behind a root prefix. Each finding says how it is known. Nothing is changed, nothing needs privileges, and
 * what cannot be known is "unknown" with its reason, never a guess. What a worker or a store tells is asked by those
 * who know them (harness/cmd), which add findings of their own.
 */
#ifndef IFM_HOST_DOCTOR_H
#define IFM_HOST_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

#include "engines/base/err.h"

/* 0 is the harmless one; the next three rise. */
enum verdict {
	VERDICT_OK = 0,
	VERDICT_ADVICE,	 /* measures well, could measure better; often a choice */
	VERDICT_WARNING, /* widens or biases what is measured */
	VERDICT_PROBLEM, /* what is measured would be wrong, or nothing can be */
	VERDICT_UNKNOWN,
	VERDICT_COUNT
};
const char *finding_verdict_name(enum verdict v); /* static */

enum { FINDING_TEXT = 320, FINDING_GROUP = 48 };
struct finding {
	char group[FINDING_GROUP]; /* "clocks", "cuda:0" */
	const char *name;	   /* static: "governor" */
	enum verdict verdict;
	enum verdict severity;	   /* what finding_bad() makes of it */
	char value[FINDING_TEXT];  /* what was seen; "" when nothing was */
	char why[FINDING_TEXT];	   /* what it does to results, or why it is unknown; "" may be of an OK one */
	char source[FINDING_TEXT]; /* the file or call that told */
	char fix[FINDING_TEXT];	   /* a command, or what to do in words; "" when there is none */
};

struct findings {
	struct finding *item; /* free() it */
	int n;
};

/* Room for one more, VERDICT_OK. Valid until the next call. */
struct finding *finding_add(struct findings *list, const char *group, const char *name, enum verdict severity,
			    const char *source);
void finding_value(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void finding_source(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Says why, and makes the verdict that of the finding's severity. */
void finding_bad(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same with another verdict. */
void finding_judge(struct finding *f, enum verdict v, const char *fmt, ...) PRINTF_LIKE(3, 4);
void finding_unknown(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);
void finding_fix(struct finding *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Is a GPU of NVIDIA's among the facts, whether or not it can be used? */
bool doctor_sees_nvidia(const json_t *facts);

/* Adds a finding for every check of this module. facts: of host_facts(root); root "": this machine. */
void doctor_examine(struct findings *list, const char *root, const json_t *facts);

#endif
