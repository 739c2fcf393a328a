/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The git repository that the current directory is in, asked by the program git (2.34 or later). It is only read: what
 * is checked out stands elsewhere, in a repository of its own that borrows the objects. Within harness/trial.
 */
#ifndef IFM_TRIAL_REPOSITORY_H
#define IFM_TRIAL_REPOSITORY_H

#include <stdbool.h>

#include "engines/base/err.h"

struct repository {
	char *common;  /* its folder; all paths are absolute and owned */
	char *objects; /* where these are */
	char *shallow; /* says where the history was cut; need not be there */
	bool has_tree; /* the current directory is in a working tree */
};

/* ERR_USAGE when the current directory is in none, ERR_UNAVAILABLE when there is no git. */
MUST_CHECK int repository_open(struct repository *r, struct diag *d);
void repository_close(struct repository *r);

/* The commit (owned by the caller) that a name stands for, whatever bytes are in the name. ERR_USAGE. */
MUST_CHECK int repository_resolve(const char *name, char **commit, struct diag *d);
/* Where the histories of two commits parted; ERR_USAGE when they have nothing in common. */
MUST_CHECK int repository_merge_base(const char *a, const char *b, char **commit, struct diag *d);

/* The first line of its message, as plain text; owned by the caller. */
MUST_CHECK int repository_subject(const char *commit, char **subject, struct diag *d);

/* Tracked files of the working tree that differ from the commit, if that is what HEAD stands for; else 0. */
MUST_CHECK int repository_changes(const struct repository *r, const char *commit, int *n, struct diag *d);

/*
 * The commit's files in the folder tree, which is made, with a .git of its own: it has the tags, so that versions which
 * are made of them stay what they are. Hooks are not run, submodules not fetched, nothing is asked of the network.
 */
MUST_CHECK int repository_checkout(const struct repository *r, const char *commit, const char *tree,
				   struct diag *d);

#endif
