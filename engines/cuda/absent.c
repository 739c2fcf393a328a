/* SPDX-License-Identifier: Apache-2.0 */
/* Engine "cuda" of a build without the CUDA toolkit: its device is there to say so. */
#include "config.h"

#include "engines/engine.h"

#include <stdio.h>

#define WHY "built without CUDA: configure found no nvcc or no headers (--with-cuda=PATH)"

extern const struct engine_ops cuda_engine;

static int absent_probe(struct device_caps *caps, int max)
{
	if (max < 1)
		return 1;
	*caps = (struct device_caps){.name = "cuda:0", .why_not = WHY};
	return 1;
}

static int absent_open(struct engine **out, const struct engine_config *config, struct diag *d)
{
	(void)out, (void)config;
	return diag_set(d, ERR_UNAVAILABLE, "cuda: unavailable: " WHY);
}

/* Nothing opens it: no other function is ever called. */
const struct engine_ops cuda_engine = {
	.name = "cuda",
	.probe = absent_probe,
	.open = absent_open,
};
