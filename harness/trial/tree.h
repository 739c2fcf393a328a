/* SPDX-License-Identifier: Apache-2.0 */
/* A folder with a build in it: its removal, and the worker program in it. Within harness/trial. */
#ifndef IFM_TRIAL_TREE_H
#define IFM_TRIAL_TREE_H

#include "engines/base/err.h"

/* With all that is in it, also where folders are not writable; links are not followed. No tree there is fine. ERR_IO. */
MUST_CHECK int tree_remove(const char *tree, struct diag *d);

/*
 * The absolute path, links resolved, of the worker in the tree (absolute, links resolved): `asked`, relative to the
 * tree's root, or, when that is NULL, the one executable file named inferometer-worker at most 4 folders deep, hidden
 * folders (.git, libtool's .libs) left out. Owned by the caller. ERR_USAGE, naming `name`, the revision: none, several,
 * or not within the tree.
 */
MUST_CHECK int tree_find_worker(const char *tree, const char *asked, const char *name, char **worker,
				struct diag *d);

#endif
