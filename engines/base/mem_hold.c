/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "engines/base/mem.h"

/* Of this process: a worker answers one request at a time. */
static bool held, known;
static size_t bytes;

void mem_hold(bool on)
{
	held = on;
	known = false;
}

size_t mem_available_held(void)
{
	if (!held)
		return mem_available();
	if (!known)
		bytes = mem_available();
	known = true;
	return bytes;
}
