/* SPDX-License-Identifier: Apache-2.0 */
/* Libraries that are there or not, at run time. */
#ifndef IFM_BASE_LIBRARY_H
#define IFM_BASE_LIBRARY_H

#include <stddef.h>

/* dlopen, all symbols resolved and none shared. NULL with dlerror's words in why (at most size bytes; NULL and 0: not asked). */
void *library_open(const char *file, char *why, size_t size);

/*
 * A library of the CUDA toolkit or driver: the file that the environment variable `variable` names and no other, where it
 * is set; else `file` as the loader finds it; else below $CUDA_HOME, $CUDA_PATH and /usr/local/cuda in lib64,
 * extras/CUPTI/lib64 and targets/ARCH-linux/lib. NULL with one line in why: what was looked for, and what to set.
 */
void *library_open_cuda(const char *file, const char *variable, char *why, size_t size);

#endif
