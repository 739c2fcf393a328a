/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/engine.h"

#include <stddef.h>
#include <string.h>

extern const struct engine_ops cpu_engine, cuda_engine, null_engine;

const struct engine_ops *const engine_registry[] = {&cpu_engine, &cuda_engine, &null_engine, NULL};

const struct engine_ops *engine_find(const char *name)
{
	for (const struct engine_ops *const *e = engine_registry; *e; e++)
		if (strcmp((*e)->name, name) == 0)
			return *e;
	return NULL;
}
