/* SPDX-License-Identifier: Apache-2.0 */
/* What a step costs beside the step: empty ones in the very window, on the engine that computes nothing. */
#ifndef IFM_MEASURE_STEP_COST_H
#define IFM_MEASURE_STEP_COST_H

#include <stdint.h>

/* Nanoseconds from the beginning of an empty step to that of the next; 0: it cannot be told. About a
 * millisecond. */
int64_t step_cost_ns(void);

#endif
