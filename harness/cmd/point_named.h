/* SPDX-License-Identifier: Apache-2.0 */
/* POINT on a command line: one point of a stored run. */
#ifndef IFM_CMD_POINT_NAMED_H
#define IFM_CMD_POINT_NAMED_H

#include "harness/store/store.h"

/*
 * The point of the run whose label is the text, or the only one whose id begins with it (4 digits at least), or whose
 * label has all words of it. *out belongs to the run. ERR_USAGE when it names none or several, which are then listed.
 */
MUST_CHECK int point_named_find(const struct stored_run *run, const char *text,
				const struct stored_point **out, struct diag *d);

#endif
