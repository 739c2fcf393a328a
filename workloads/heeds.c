/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "workloads/workload.h"

#include <string.h>

bool workload_heeds(const struct workload_ops *w, enum point_key key)
{
	static const enum point_key always[] = {KEY_ENGINE,   KEY_DEVICE,   KEY_ISA,
						KEY_THREADS,  KEY_AFFINITY, KEY_OPTIONS,
						KEY_DURATION, KEY_INJECT,   KEY_WORKLOAD};
	for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
		if (always[i] == key)
			return true;
	for (int i = 0; w->keys[i]; i++)
		if (strcmp(w->keys[i], point_key_name(key)) == 0)
			return true;
	return false;
}
