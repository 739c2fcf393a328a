/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the stream until the host has put all of an operation into it. */
#include "engines/cuda/kernels/portable.h"

KERNEL_DEFINE(hold, hold_args)
{
	/* Read anew each time, from the host. */
	const volatile uint32_t *go = a.go;
	uint64_t begun = timer_ns();
	while (*go != a.ticket)
		if (timer_ns() - begun > a.patience_ns) {
			*a.late = a.ticket;
			return;
		}
}
