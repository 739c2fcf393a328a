/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two git revisions of the user's repository (the one the current directory is in) as worker programs: each is checked
 * out clean, built by the user's command and kept by commit. Only the program git is asked, never a shell with what was
 * typed, but for the build command, which is one. The repository itself stays as it is, however this ends. Not for
 * measuring them.
 *
 * What is kept is never removed here; its folder may be, at any time that nothing is built or measured. The commit, the
 * command, and CC, CXX and their flags in the environment decide what is built anew: that compilers or libraries have
 * changed since is seen only in what the workers say of themselves.
 */
#ifndef IFM_TRIAL_REVISION_H
#define IFM_TRIAL_REVISION_H

#include <stdbool.h>
#include <stdio.h>

#include "engines/base/err.h"

/* All borrowed. */
struct revisions_ask {
	/* "A..B"; "A...B": from where their histories parted to B, as in git diff; "A" alone: A..HEAD. A side without a
	 * name is HEAD. */
	const char *range;
	const char *build;  /* for sh -c in the root of the checkout; NULL: refused, with an example */
	const char *worker; /* path of the program from there; NULL: the only inferometer-worker (tree.h) */
	const char *cache;  /* folder; NULL: $XDG_CACHE_HOME/inferometer/revisions, else below ~/.cache */
	FILE *progress;	    /* whole lines: what is built, and notes; NULL: quiet */
};

/* Texts are owned by it and plain: valid UTF-8 without control characters. */
struct revision {
	char *name;   /* as typed: "main"; "merge base of main and HEAD" */
	char *commit; /* 40 or 64 hexadecimal digits */
	char *subject;
	char *worker; /* absolute path; both sides' are equally long unless they lie elsewhere in their trees */
	bool cached; /* it was built before */
	int n_changed; /* tracked files that differ from it in the working tree and are not measured; 0 where it is not HEAD */
};

/*
 * Takes SIGINT and SIGTERM while it works (harness/run/interrupt.h), and so belongs before a run. keeper_begin
 * (harness/run/keeper.h) should come before it: else what a build started outlives us when we are killed. ERR_USAGE for
 * a revision that there is none of, no --build, no worker or several; ERR_UNAVAILABLE without git; ERR_IO for a build
 * that failed, with the path of its log; ERR_CANCELLED when the user interrupted: no half-made build is left.
 */
MUST_CHECK int revisions_build(struct revision out[2], const struct revisions_ask *ask, struct diag *d);
void revision_free(struct revision *r); /* all zero is fine */

#endif
