/* SPDX-License-Identifier: Apache-2.0 */
/* Files of reports: whole, or not there. */
#ifndef IFM_REPORTS_FILES_H
#define IFM_REPORTS_FILES_H

#include <stddef.h>

#include "engines/base/err.h"

/* Writes a file under a temporary name, then renames it. */
MUST_CHECK int file_write(const char *path, const char *text, size_t n, struct diag *d);
/* The whole file, at most max bytes. free() it. */
MUST_CHECK int file_read(const char *path, size_t max, char **text, struct diag *d);
/* mkdir -p. */
MUST_CHECK int folder_make(const char *path, struct diag *d);

#endif
