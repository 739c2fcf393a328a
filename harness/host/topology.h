/* SPDX-License-Identifier: Apache-2.0 */
/* What hwloc tells of sockets, cores, caches and memory nodes: for harness/host only. */
#ifndef IFM_HOST_TOPOLOGY_H
#define IFM_HOST_TOPOLOGY_H

#include <jansson.h>

#include "engines/base/err.h"

/*
 * Facts cpu.* and memory.* of this machine ("") or of a captured tree. hwloc takes a tree only by a variable of the
 * environment, and trusts its files: it reads one in a process of its own, for a limited time.
 */
MUST_CHECK int topology_read(const char *root, json_t **out, struct diag *d);

/* What topology_read() makes of a topology that hwloc holds; for topology.c. */
MUST_CHECK int topology_load(json_t **out, struct diag *d);

#endif
