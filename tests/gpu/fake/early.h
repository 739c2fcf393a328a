/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels that are launched while the one before them runs. The fake runs them one after the other, so that nothing would go wrong
 * where a thread does not wait: instead it looks at what each thread touches before its grid_wait(). That must not be what a kernel
 * wrote since the last that was launched behind all others, and must not be a store; else the process ends. It goes by pages, so
 * that what kernels write and what may be read early have to lie in blocks of their own.
 *
 * FAKE_CUDA_EARLY=never_waits[:KERNEL] is for tests that want to see wrong numbers: nothing is looked at, and an early kernel whose
 * name begins so finds what the one before it wrote as it was before that, all along. out_of_order[:KERNEL]: early or not.
 */
#ifndef IFM_TESTS_GPU_FAKE_EARLY_H
#define IFM_TESTS_GPU_FAKE_EARLY_H

#include <stdbool.h>

/* Around what runs a kernel, which shows it memory. early: it may have begun while the one before ran. */
void early_begin(const char *kernel, bool early);
void early_end(void);
/* For all but kernels: memory is as open as before them. */
void early_open(void);
/* Of the handler of faults: true when the access is to be tried again. Does not come back when it was too early. */
bool early_fault(const void *at);

#endif
