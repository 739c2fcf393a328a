/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IFM_TESTS_GPU_FAKE_ARGUMENTS_H
#define IFM_TESTS_GPU_FAKE_ARGUMENTS_H

#include <stddef.h>

/* So many pointers are the first members of what the kernel takes. */
size_t arguments_pointers(const char *kernel);

#endif
