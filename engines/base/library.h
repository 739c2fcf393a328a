/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries that are there or not, at run time. */
#ifndef IFM_BASE_LIBRARY_H
#define IFM_BASE_LIBRARY_H

#include <stddef.h>

/* dlopen, all symbols resolved and none shared. NULL with dlerror's words in why (at most size bytes; NULL and 0: not asked). */
void *library_open(const char *file, char *why, size_t size);

#endif
