/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of machines: host names, serial numbers, UUIDs, network addresses. They leave harness/host as salted
 * SHA-256, unless somebody asked for them in clear. The salt is of the user, made once and kept where only
 * he can read it: the same name is the same hash in all of his reports, and in nobody else's.
 */
#ifndef IFM_HOST_NAMES_H
#define IFM_HOST_NAMES_H

#include <jansson.h>
#include <stdbool.h>

/* "hashed: 32 digits", the name itself when clear, or "unknown: why" there is no salt. */
json_t *fact_name(const char *name, bool clear);
/* The first line of a file, as such a name. */
json_t *fact_name_file(const char *root, const char *path, bool clear);
/* A text in which names may stand, as the kernel's command line: only those are hashed. */
json_t *fact_names_in(const char *root, const char *text, bool clear);

#endif
