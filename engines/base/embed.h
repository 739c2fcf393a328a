/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text data inside the programs, so that an uninstalled binary works anywhere.
 * A file of the same name under $INFEROMETER_DATA is taken instead.
 */
#ifndef IFM_BASE_EMBED_H
#define IFM_BASE_EMBED_H

/* Tables are made by build-aux/embed.sh and end with a row of NULLs. */
struct embedded {
	const char *name; /* "workloads/sweeps/demo.yaml" */
	const char *text;
};

/* The text of that name: $INFEROMETER_DATA/<last two parts of the name> when it can be read, else the
 * embedded one, else NULL. Owned by the caller. */
char *embed_text(const struct embedded *table, const char *name);

#endif
