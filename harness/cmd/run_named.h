/* SPDX-License-Identifier: Apache-2.0 */
/* RUN on a command line, alike for all commands: which store, and which run in it (harness/store/runs.h). */
#ifndef IFM_CMD_RUN_NAMED_H
#define IFM_CMD_RUN_NAMED_H

#include "harness/store/store.h"

/* What --help says of RUN. */
#define RUN_NAMED_HELP                                                                                       \
	"RUN is a number of ls, last, last~1 (the one before it), a label, or the beginning of a date that " \
	"one "                                                                                               \
	"run alone has, as 2026-11-25"

struct run_named {
	char *store; /* path, owned */
	char *name;  /* owned; NULL: the newest */
};

/* The name of a run in the store `usual`, "a.db" for the newest run of that file, or "a.db#NAME". */
void run_named_parse(struct run_named *out, const char *text, const char *usual);
void run_named_free(struct run_named *r);

/* *out: its number. */
MUST_CHECK int run_named_find(const struct run_named *r, struct store *s, int64_t *out, struct diag *d);
/* Opens its store for reading and finds it there; store_close it. */
MUST_CHECK int run_named_open(const struct run_named *r, struct store **s, int64_t *run, struct diag *d);

#endif
