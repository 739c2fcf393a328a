/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kept builds of commits. CACHE/COMMIT-HASH/ is one, the hash being that of the build command and of the compilers
 * and flags in the environment:
 *
 *   tree  the checkout, built where it stays: paths of shared libraries and of sources are often built in
 *   log   what the last build printed
 *   done  what was built how; there only once it is complete
 *   lock  held (flock) by who builds
 *
 * A tree without `done` was left by somebody who was killed; the next one removes it. Within harness/trial.
 */
#ifndef IFM_TRIAL_BUILT_H
#define IFM_TRIAL_BUILT_H

#include <stdbool.h>
#include <stdio.h>

#include "engines/base/err.h"

struct repository;

struct built_ask {
	const struct repository *repository;
	const char *name, *commit, *subject; /* of the revision; plain text */
	const char *build;		     /* for sh -c, in the root of the tree */
	const char *cache;		     /* the folder; absolute */
	FILE *progress;			     /* NULL: quiet */
};

/*
 * *tree: the absolute path of the built tree, owned by the caller; *cached: it was there. Waits for others that build the
 * same. ERR_IO when the build fails: the end of what it printed, and where all of that is. ERR_CANCELLED.
 */
MUST_CHECK int built_get(const struct built_ask *ask, char **tree, bool *cached, struct diag *d);

#endif
