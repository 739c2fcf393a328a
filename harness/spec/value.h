/* SPDX-License-Identifier: Apache-2.0 */
/* The values of an axis: texts, whole numbers, commas and ranges. Within harness/spec. */
#ifndef IFM_SPEC_VALUE_H
#define IFM_SPEC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/spec/spec.h"

/* Where a text stands; all zero: in a flag. */
struct where {
	const char *file;
	int line;
};

/* The error of a text there: ERR_FORMAT of a file, ERR_USAGE of a flag. */
int where_fail(const struct where *w, struct diag *d, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether the n bytes are UTF-8 without control characters (tab and line breaks pass when lines is set);
 * *bad is where they are not. */
bool text_is_clean(const char *text, size_t n, bool lines, size_t *bad);

/* Whether a text is a range up to "all", which only a plan can end: "1-all*2", "1-all", "2-all+2". */
bool range_to_all(const char *text, long long *first, char *op, long long *step);

/* Adds what the text says: several values where it holds commas or a range. On failure
 * values may have been added. */
MUST_CHECK int axis_add(struct axis *a, enum point_key key, const char *text, const struct where *w,
			struct diag *d);
void axis_copy(struct axis *dst, const struct axis *src); /* dst is overwritten, not freed */
void axis_free(struct axis *a);				  /* a is empty afterwards */
void axes_free(struct axis axis[KEY_COUNT]);		  /* all of them */

#endif
