/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a GPU is set and what it does while nobody measures: what changes what is measured on it, for hello. Nothing is judged
 * and nothing is set here. Within harness/measure.
 */
#ifndef IFM_MEASURE_NVML_STATE_H
#define IFM_MEASURE_NVML_STATE_H

#include "harness/wire/wire.h"

/* Fills the states of a device, those of "cuda:N" alone; one state "nvml" that is not usable says why there are no others. */
void nvml_states(struct wire_device *device);

#endif
