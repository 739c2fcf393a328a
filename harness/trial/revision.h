/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two git revisions of the repository here as worker programs: each is built in a clean tree of its own, and kept by commit
 * and build command. The repository is only read.
 */
#ifndef IFM_TRIAL_REVISION_H
#define IFM_TRIAL_REVISION_H

#include <stdbool.h>
#include <stdio.h>

#include "engines/base/err.h"

struct revisions_ask {
	const char *range;  /* "A..B"; "A" alone is A..HEAD */
	const char *build;  /* shell command, run at the root of the tree */
	const char *worker; /* path in the built tree; NULL: the one program called inferometer-worker */
	const char *cache;  /* folder; NULL: that of the user */
	FILE *progress;	    /* NULL: quiet */
};
struct revision {
	char *name;    /* as typed */
	char *commit;  /* all its digits */
	char *subject; /* first line of its message */
	char *worker;  /* absolute path */
	bool cached;   /* it was built before */
};
MUST_CHECK int revisions_build(struct revision out[2], const struct revisions_ask *ask, struct diag *d);
void revision_free(struct revision *r); /* all zero is fine */

#endif
